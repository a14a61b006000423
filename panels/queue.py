"""What waits for somebody who coordinates, over all their panels. For their eyes: these are no statistics."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from panels.models import Campaign, Meeting, Membership, Offer, Panel
from people.models import User

SOON = timedelta(days=7)
LAPSES_SOON = timedelta(days=3)
COMING = 6  # meetings that are shown
Status = Campaign.Status


@dataclass(frozen=True)
class Task:
    """One thing to do: `note`, `read`, `choose`, `complete`, `finish` or `lapses`, and the day by which."""

    kind: str
    due: datetime.date
    campaign: Campaign | None = None
    meeting: Meeting | None = None
    offer: Offer | None = None

    @property
    def is_late(self) -> bool:
        return self.due < timezone.localdate()

    @property
    def is_soon(self) -> bool:
        return not self.is_late and self.due <= timezone.localdate() + SOON


@dataclass(frozen=True)
class Queue:
    panels: list[Panel]
    campaigns: list[Campaign]
    coming: list[Meeting]
    tasks: list[Task]


def of(person: User) -> Queue:
    """Everything in a fixed number of queries, the most urgent first."""
    panels = Panel.objects.coordinated_by(person)
    campaigns = list(Campaign.objects.filter(panel__in=panels).in_hand().select_related("panel").with_counts().with_closing())
    meetings = Meeting.objects.filter(panel__in=panels).select_related("panel")
    tasks = [*_of_campaigns(campaigns), *_of_meetings(meetings.to_note()), *_of_offers(panels)]
    return Queue(
        panels=list(with_members(panels)),
        campaigns=campaigns,
        coming=list(meetings.coming()[:COMING]),
        tasks=sorted(tasks, key=lambda task: task.due),
    )


def with_members(panels):
    """With how many seats are taken now."""
    return panels.annotate(taken=Count("memberships", filter=Q(memberships__in=Membership.objects.current())))


def step(campaign: Campaign) -> str:
    """What its coordinator does next, from its counts; nothing while one has to wait for others."""
    if campaign.status == Status.DRAFT:
        return "finish"
    if campaign.to_read:  # type: ignore[attr-defined] # by with_counts
        return "read"
    if campaign.status != Status.CLOSED:
        return ""
    if campaign.shortlisted:  # type: ignore[attr-defined]
        return "choose"
    return "" if campaign.offered else "complete"  # type: ignore[attr-defined]


def _of_campaigns(campaigns: list[Campaign]) -> list[Task]:
    steps = [(campaign, step(campaign)) for campaign in campaigns]
    return [Task(kind, _due(campaign), campaign=campaign) for campaign, kind in steps if kind]


def _due(campaign: Campaign) -> datetime.date:
    """A draft by the day it opens, all else by the day that people were promised to hear."""
    return timezone.localdate(campaign.opens_at) if campaign.status == Status.DRAFT else campaign.decides_on


def _of_meetings(meetings) -> list[Task]:
    return [Task("note", meeting.day, meeting=meeting) for meeting in meetings]


def _of_offers(panels) -> list[Task]:
    open_offers = Offer.objects.filter(status=Offer.Status.OPEN, application__campaign__panel__in=panels)
    lapsing = open_offers.filter(answer_by__lte=timezone.now() + LAPSES_SOON)
    rows = lapsing.select_related("application__campaign__panel").order_by("answer_by")
    return [Task("lapses", _last_day(row), offer=row) for row in rows]


def _last_day(offer: Offer) -> datetime.date:
    """An offer until midnight is one until the day before."""
    return timezone.localdate(offer.answer_by - timedelta(seconds=1))
