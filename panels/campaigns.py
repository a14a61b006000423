"""An open invitation to a panel, from its first draft to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import acts, audit, errors, outbox, page_cache, workflow
from panels import emails, versions
from panels.models import Application, Campaign, Criterion, Offer, Panel, Question
from panels.models.panel import COORDINATOR
from people.models import User

Status = Campaign.Status
ACTS = {
    "revise": acts.Act(COORDINATOR, frozenset({Status.DRAFT})),
    "open": acts.Act(COORDINATOR, frozenset({Status.DRAFT})),
    "extend": acts.Act(COORDINATOR, frozenset({Status.OPEN, Status.CLOSED})),
    "close": acts.Act(COORDINATOR, frozenset({Status.OPEN})),
    "complete": acts.Act(COORDINATOR, frozenset({Status.CLOSED})),
    "cancel": acts.Act(COORDINATOR, frozenset({Status.DRAFT, Status.OPEN, Status.CLOSED})),
}


@transaction.atomic
def draft(panel: Panel, facts: dict[str, Any], criteria: Iterable[str], questions: Iterable[dict], *, by: User) -> Campaign:
    """A new campaign, which nobody else sees yet. `questions` are rows of prompt, hint and max_words."""
    if COORDINATOR not in panel.relations_of(by):
        raise errors.NotAllowed
    campaign = Campaign(panel=panel, **facts)
    _judge_dates(campaign)
    campaign.save()
    _write_lists(campaign, criteria, questions)
    audit.record("campaign.draft", campaign, by=by, after=campaign.status)
    return campaign


@transaction.atomic
def revise(
    campaign: Campaign, facts: dict[str, Any], criteria: Iterable[str], questions: Iterable[dict], *, by: User, seen: str = ""
) -> Campaign:
    """Change a draft. What applicants have read is changed no more."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["revise"], campaign, by=by)
    versions.judge(campaign, seen)
    for name, value in facts.items():
        setattr(campaign, name, value)
    _judge_dates(campaign)
    campaign.save(update_fields=[*facts])
    _write_lists(campaign, criteria, questions)
    audit.record("campaign.revise", campaign, by=by, before=campaign.status, after=campaign.status)
    return campaign


@transaction.atomic
def open_(campaign: Campaign, *, by: User, seen: str = "") -> Campaign:
    """Publish it. People can apply from its opening time until it closes."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["open"], campaign, by=by)
    versions.judge(campaign, seen)
    if missing := not_ready(campaign):
        raise missing
    return _publish(campaign, Status.OPEN, by=by, act="campaign.open", opened_at=timezone.now())


def not_ready(campaign: Campaign) -> errors.DomainError | None:
    """What a draft still needs before anybody could apply."""
    if campaign.closes_at <= timezone.now():
        message = _("The closing date is in the past. Choose a later one first.")
        return errors.DomainError(message, code="closing_date_past", field="closes_at")
    if not campaign.questions.exists():
        message = _("Write at least one question first: people read it before they apply.")
        return errors.DomainError(message, code="campaign_incomplete", field="questions")
    if not campaign.criteria.exists():
        message = _("Write at least one criterion first: people read it before they apply.")
        return errors.DomainError(message, code="campaign_incomplete", field="criteria")
    return None


@transaction.atomic
def extend(
    campaign: Campaign, closes_at: datetime, *, by: User, decides_on: date | None = None, starts_on: date | None = None
) -> Campaign:
    """Give people longer, also after it has closed. The days that follow move with it where they are given."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["extend"], campaign, by=by)
    if closes_at <= max(campaign.closes_at, timezone.now()):
        message = _("Choose a closing date later than the present one, and in the future.")
        raise errors.DomainError(message, code="not_later", field="closes_at")
    campaign.closes_at = closes_at
    campaign.decides_on, campaign.starts_on = decides_on or campaign.decides_on, starts_on or campaign.starts_on
    _judge_dates(campaign)
    if campaign.status == Status.CLOSED:
        dates = {name: getattr(campaign, name) for name in ["closes_at", "decides_on", "starts_on"]}
        return _publish(campaign, Status.OPEN, by=by, act="campaign.extend", **dates)
    campaign.save(update_fields=["closes_at", "decides_on", "starts_on"])
    audit.record("campaign.extend", campaign, by=by, before=campaign.status, after=campaign.status)
    _tell(campaign, "campaign.extend")
    return campaign


@transaction.atomic
def close(campaign: Campaign, *, by: User | None, seen: str = "") -> Campaign:
    """Take no more applications."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["close"], campaign, by=by)
    versions.judge(campaign, seen)
    return _publish(campaign, Status.CLOSED, by=by, act="campaign.close")


@transaction.atomic
def complete(campaign: Campaign, *, by: User, seen: str = "") -> Campaign:
    """Everybody has heard. Refused while an application still waits for an answer."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["complete"], campaign, by=by)
    versions.judge(campaign, seen)
    if waiting := campaign.applications.filter(status__in=Application.WAITING).count():
        message = ngettext(
            "%(count)s person still waits to hear. Answer them first.",
            "%(count)s people still wait to hear. Answer each of them first.",
            waiting,
        )
        raise errors.DomainError(message % {"count": waiting}, code="people_wait")
    return _publish(campaign, Status.COMPLETED, by=by, act="campaign.complete")


@transaction.atomic
def cancel(campaign: Campaign, *, by: User, seen: str = "") -> Campaign:
    """Call it off. Open offers end, and everybody who waits is told; whoever has joined stays a member."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["cancel"], campaign, by=by)
    versions.judge(campaign, seen)
    for application in campaign.applications.filter(status__in=Application.WAITING).order_by("pk"):
        _let_go(workflow.lock(application), by=by)
    return _publish(campaign, Status.CANCELLED, by=by, act="campaign.cancel")


def close_due() -> None:
    """Close what has run out. Called every few minutes by the queue; nobody can apply in between."""
    for campaign in Campaign.objects.filter(status=Status.OPEN, closes_at__lte=timezone.now()):
        _close_if_due(campaign)


@transaction.atomic
def _close_if_due(campaign: Campaign) -> None:
    """Judged again under the lock: somebody may have given people longer in the meantime."""
    campaign = workflow.lock(campaign)
    if campaign.status == Status.OPEN and campaign.closes_at <= timezone.now():
        close(campaign, by=None)


def _let_go(application: Application, *, by: User) -> None:
    """End an application whose campaign is called off. Whoever has withdrawn in the meantime is left alone."""
    for offer in application.offers.filter(status=Offer.Status.OPEN):
        workflow.move(workflow.lock(offer), Offer.Status.WITHDRAWN, by=by, act="offer.take_back")
        workflow.move(application, Application.Status.SHORTLISTED, by=by, act="application.offer_ended")
    if application.status in Application.WAITING:
        workflow.move(application, Application.Status.UNSUCCESSFUL, by=by, act="application.call_off")
        outbox.write("application.decided", application=str(application.key))
        emails.called_off.enqueue(application.pk)


def _publish(campaign: Campaign, to: str, *, by: User | None, act: str, **fields: Any) -> Campaign:
    workflow.move(campaign, to, by=by, act=act, **fields)
    _tell(campaign, act)
    return campaign


def _tell(campaign: Campaign, act: str) -> None:
    outbox.write(act, campaign=str(campaign.key))
    page_cache.clear()


def _judge_dates(campaign: Campaign) -> None:
    _judge_years(campaign)
    if campaign.closes_at <= campaign.opens_at:
        raise errors.DomainError(_("It must close after it opens."), code="closes_before_opening", field="closes_at")
    if campaign.decides_on < timezone.localdate(campaign.closes_at):
        message = _("People cannot hear from you before it closes.")
        raise errors.DomainError(message, code="decides_before_closing", field="decides_on")
    if campaign.starts_on < campaign.decides_on:
        message = _("The term cannot start before people hear from you.")
        raise errors.DomainError(message, code="starts_before_deciding", field="starts_on")


def _judge_years(campaign: Campaign) -> None:
    """Nobody means the year 206, or 20027. What has been open for years may be extended all the same."""
    this_year = timezone.localdate().year
    if campaign.status == Status.DRAFT and campaign.opens_at.year < this_year - 1:
        raise errors.DomainError(_("Check the year"), code="far_away", field="opens_at")
    if campaign.starts_on.year > this_year + 100:
        raise errors.DomainError(_("Check the year"), code="far_away", field="starts_on")


def _write_lists(campaign: Campaign, criteria: Iterable[str], questions: Iterable[dict]) -> None:
    campaign.criteria.all().delete()
    campaign.questions.all().delete()
    Criterion.objects.bulk_create(
        Criterion(campaign=campaign, position=place, text=text) for place, text in enumerate(criteria, 1)
    )
    Question.objects.bulk_create(Question(campaign=campaign, position=place, **row) for place, row in enumerate(questions, 1))
