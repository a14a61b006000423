"""An open invitation to a panel, from its first draft to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from core import acts, audit, errors, outbox, page_cache, workflow
from panels.models import Campaign, Criterion, Panel, Question
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
    campaign: Campaign, facts: dict[str, Any], criteria: Iterable[str], questions: Iterable[dict], *, by: User
) -> Campaign:
    """Change a draft. What applicants have read is changed no more."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["revise"], campaign, by=by)
    for name, value in facts.items():
        setattr(campaign, name, value)
    _judge_dates(campaign)
    campaign.save(update_fields=[*facts])
    _write_lists(campaign, criteria, questions)
    audit.record("campaign.revise", campaign, by=by, before=campaign.status, after=campaign.status)
    return campaign


@transaction.atomic
def open_(campaign: Campaign, *, by: User) -> Campaign:
    """Publish it. People can apply from its opening time until it closes."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["open"], campaign, by=by)
    if campaign.closes_at <= timezone.now():
        message = _("The closing date is in the past. Choose a later one first.")
        raise errors.DomainError(message, code="closing_date_past", field="closes_at")
    if not campaign.questions.exists() or not campaign.criteria.exists():
        message = _("Write at least one question and one criterion first: people read them before they apply.")
        raise errors.DomainError(message, code="campaign_incomplete", field="questions")
    return _publish(campaign, Status.OPEN, by=by, act="campaign.open", opened_at=timezone.now())


@transaction.atomic
def extend(campaign: Campaign, closes_at: datetime, *, by: User) -> Campaign:
    """Give people longer, also after it has closed."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["extend"], campaign, by=by)
    if closes_at <= max(campaign.closes_at, timezone.now()):
        message = _("Choose a closing date later than the present one, and in the future.")
        raise errors.DomainError(message, code="not_later", field="closes_at")
    if campaign.status == Status.CLOSED:
        return _publish(campaign, Status.OPEN, by=by, act="campaign.extend", closes_at=closes_at)
    campaign.closes_at = closes_at
    campaign.save(update_fields=["closes_at"])
    audit.record("campaign.extend", campaign, by=by, before=campaign.status, after=campaign.status)
    page_cache.clear()
    return campaign


@transaction.atomic
def close(campaign: Campaign, *, by: User | None) -> Campaign:
    """Take no more applications."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["close"], campaign, by=by)
    return _publish(campaign, Status.CLOSED, by=by, act="campaign.close")


@transaction.atomic
def complete(campaign: Campaign, *, by: User) -> Campaign:
    """Everybody has heard. Refused while an application still waits for an answer."""
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["complete"], campaign, by=by)
    if waiting := campaign.applications.filter(status__in=["submitted", "shortlisted", "offered"]).count():
        message = _("%(count)s people still wait to hear. Answer each of them first.") % {"count": waiting}
        raise errors.DomainError(message, code="people_wait")
    return _publish(campaign, Status.COMPLETED, by=by, act="campaign.complete")


@transaction.atomic
def cancel(campaign: Campaign, *, by: User) -> Campaign:
    campaign = workflow.lock(campaign)
    acts.judge(ACTS["cancel"], campaign, by=by)
    return _publish(campaign, Status.CANCELLED, by=by, act="campaign.cancel")


@task()
def close_due() -> None:
    """Close what has run out. Called every few minutes by the queue; nobody can apply in between."""
    for campaign in Campaign.objects.filter(status=Status.OPEN, closes_at__lte=timezone.now()):
        close(campaign, by=None)


def _publish(campaign: Campaign, to: str, *, by: User | None, act: str, **fields: Any) -> Campaign:
    workflow.move(campaign, to, by=by, act=act, **fields)
    outbox.write(act, campaign=str(campaign.key))
    page_cache.clear()
    return campaign


def _judge_dates(campaign: Campaign) -> None:
    if campaign.closes_at <= campaign.opens_at:
        raise errors.DomainError(_("It must close after it opens."), code="closes_before_opening", field="closes_at")
    if campaign.decides_on < timezone.localdate(campaign.closes_at):
        message = _("People cannot hear from you before it closes.")
        raise errors.DomainError(message, code="decides_before_closing", field="decides_on")
    if campaign.starts_on < campaign.decides_on:
        message = _("The term cannot start before people hear from you.")
        raise errors.DomainError(message, code="starts_before_deciding", field="starts_on")


def _write_lists(campaign: Campaign, criteria: Iterable[str], questions: Iterable[dict]) -> None:
    campaign.criteria.all().delete()
    campaign.questions.all().delete()
    Criterion.objects.bulk_create(
        Criterion(campaign=campaign, position=place, text=text) for place, text in enumerate(criteria, 1)
    )
    Question.objects.bulk_create(Question(campaign=campaign, position=place, **row) for place, row in enumerate(questions, 1))
