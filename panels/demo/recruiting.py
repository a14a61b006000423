"""Seven campaigns: two are open, one has closed, two found their members, one was called off and one is a draft.

All that changes a state is done by the acts of real use, as if it were today. Then the days are put back to those of the story.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.utils import timezone

from core import audit
from panels import campaigns, emails, recruitment
from panels.demo import applications
from panels.demo.pages import read
from panels.demo.people import TERM, at
from panels.models import Application, Campaign, Membership, Offer, Panel
from people.models import User

FEEDBACK = [
    "You know your subject. Next time, say more about what others have told you.",
    "We liked your example. We chose people from districts that had nobody yet.",
    "There were many more good answers than seats. Look out for the next time, in the spring.",
]
OUTCOMES = ["submitted", "shortlisted", "offered", "appointed", "unsuccessful", "withdrawn", "draft"]  # in the order of coming in
HEARD = timedelta(days=21)  # after it closed, those who were chosen heard


def load(panels: dict[str, Panel], kit: User) -> None:
    numbers = applications.numbers()
    for facts in read("campaigns"):
        campaign = _draft(panels[facts["panel"]], facts, kit)
        if facts.get("ends") != "draft":
            campaign = campaigns.open_(campaign, by=kit)
            _fill(campaign, facts, numbers, kit)
            _end(campaign, facts, kit)


def _draft(panel: Panel, facts: dict, kit: User) -> Campaign:
    """With days on which it could be opened now."""
    wanted = ["title", "lead", "seats", "pay", "time_needed", "place", "role_description", "looking_for"]
    told = {name: facts[name].strip() if isinstance(facts[name], str) else facts[name] for name in wanted}
    days = _days(-facts["opened"], facts.get("closes_in", 1))
    return campaigns.draft(panel, {**told, **days}, facts["criteria"], facts["questions"], by=kit)


def _days(opens: int, closes: int) -> dict[str, datetime | date]:
    return {
        "opens_at": at(opens, hour=9),
        "closes_at": at(closes, hour=12),
        "decides_on": at(closes + 28, hour=12).date(),
        "starts_on": at(closes + 49, hour=12).date(),
    }


# Applications -------------------------------------------------------------------------------------


def _fill(campaign: Campaign, facts: dict, numbers: Iterator[int], kit: User) -> None:
    outcomes = [state for state in OUTCOMES for _one in range(facts["stand"].get(state, 0))]
    writers = applications.writers(facts["panel"], len(outcomes), numbers)
    if "closed" in facts:
        made = applications.write_down(campaign, writers)
    else:
        told = zip(writers, outcomes, strict=True)
        made = [applications.send(campaign, writer, is_draft=state == "draft") for writer, state in told]
    for place, (application, state) in enumerate(zip(made, outcomes, strict=True)):
        if facts.get("ends") != "cancelled" or state != "unsuccessful":  # they end with the campaign
            _bring(application, state, place, kit)
    _spread(campaign, made, at(-facts["closed"], hour=12) if "closed" in facts else timezone.now())


def _bring(application: Application, state: str, place: int, kit: User) -> None:
    """As far as it has come since it was sent."""
    person = cast(User, application.applicant)
    if state in {"shortlisted", "offered", "appointed"}:
        recruitment.shortlist(application, by=kit)
    if state in {"offered", "appointed"}:
        offer = recruitment.offer(application, by=kit)
    if state == "appointed":
        recruitment.accept(offer, by=person)
    if state == "unsuccessful":
        recruitment.turn_down(application, FEEDBACK[place % len(FEEDBACK)], by=kit)
    if state == "withdrawn":
        recruitment.withdraw(application, by=person)


def _spread(campaign: Campaign, made: list[Application], until: datetime) -> None:
    """One came after the other while it was open. What was begun and not sent was begun then."""
    step = (until - campaign.opens_at) / (len(made) + 1)
    rows = list(Application.objects.filter(pk__in=[row.pk for row in made]).order_by("pk"))
    for place, row in enumerate(rows, 1):
        came = campaign.opens_at + place * step
        row.began_at = max(campaign.opens_at, came - timedelta(hours=place % 40))
        row.submitted_at = came if row.submitted_at else None
    Application.objects.bulk_update(rows, ["began_at", "submitted_at"])


# Ends ---------------------------------------------------------------------------------------------


def _end(campaign: Campaign, facts: dict, kit: User) -> None:
    if facts.get("ends") == "cancelled":
        _told(campaign)
        campaigns.cancel(campaign, by=kit)
    elif "closed" in facts:
        campaign = campaigns.close(campaign, by=kit)
    if facts.get("ends") == "completed":
        campaigns.complete(campaign, by=kit)
    if "closed" in facts:
        _put_back(campaign, _days(-facts["opened"], -facts["closed"]))
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=campaign.opens_at)


def _told(campaign: Campaign) -> None:
    """Those who waited heard at that time: the queue, which asks the trail, writes to nobody now."""
    waiting = campaign.applications.filter(status__in=Application.WAITING)
    audit.record_all(emails.CALLED_OFF, [(row, row.status, row.status) for row in waiting])


def _put_back(campaign: Campaign, days: dict[str, Any]) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(**days)
    term = {"starts_on": days["starts_on"], "ends_on": days["starts_on"] + TERM}
    members = Membership.objects.filter(offer__application__campaign=campaign)
    members.update(**term)
    heard = days["closes_at"] + HEARD
    taken = Offer.objects.filter(application__campaign=campaign, status=Offer.Status.ACCEPTED)
    taken.update(made_at=heard, answer_by=heard + recruitment.OFFER_LASTS, **term)
