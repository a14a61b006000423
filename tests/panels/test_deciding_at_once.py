"""Two people at the same moment: on PostgreSQL, where transactions do run beside each other."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import AuditEvent
from panels import campaigns, meetings, recruitment
from panels.models import Application, Campaign, Meeting, Membership, Offer
from tests.factories.panels import make_application, make_campaign, make_meeting, make_offer
from tests.factories.together import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def refused(*acts) -> list[str]:
    """The codes of those that were refused."""
    return [error.code for error in at_once(*acts)]


def held(row):
    """As another request would fetch it."""
    return type(row).objects.get(pk=row.pk)


def test_of_two_offers_for_the_last_seat_one_is_made(panel, kit, ana, sam):
    campaign = make_campaign(panel, kit, seats=1)
    rows = [recruitment.shortlist(make_application(campaign, person), by=kit) for person in [ana, sam]]
    assert refused(*[lambda row=row: recruitment.offer(held(row), by=kit) for row in rows]) == ["no_seat_left"]
    assert Offer.objects.count() == 1
    assert sorted(Application.objects.values_list("status", flat=True)) == ["offered", "shortlisted"]


def test_an_offer_is_accepted_or_taken_back_and_never_both(campaign, kit, ana):
    offer = make_offer(make_application(campaign, ana), kit)
    codes = refused(
        lambda: recruitment.accept(held(offer), by=ana),
        lambda: recruitment.take_back(held(offer), by=kit),
    )
    assert codes == ["wrong_state"]
    outcome = (Offer.objects.get().status, Application.objects.get().status, Membership.objects.count())
    assert outcome in {("accepted", "appointed", 1), ("withdrawn", "shortlisted", 0)}


def test_an_offer_is_taken_back_once_however_many_press(campaign, kit, ana):
    offer = make_offer(make_application(campaign, ana), kit)
    assert refused(*[lambda: recruitment.take_back(held(offer), by=kit)] * 6) == ["wrong_state"] * 5
    assert AuditEvent.objects.filter(act="offer.take_back").count() == 1


def test_of_two_who_decide_otherwise_one_is_told(campaign, kit, ana):
    application = make_application(campaign, ana)
    seen = recruitment.version(application)
    codes = refused(
        lambda: recruitment.shortlist(held(application), by=kit, seen=seen),
        lambda: recruitment.turn_down(held(application), "Come again", by=kit, seen=seen),
    )
    assert codes == ["changed"]


def test_an_application_that_comes_in_while_its_campaign_is_called_off_is_never_left_waiting(campaign, kit, ana):
    unsent = make_application(campaign, ana, is_sent=False)
    refused(lambda: recruitment.submit(held(unsent), by=ana), lambda: campaigns.cancel(held(campaign), by=kit))
    assert Campaign.objects.get().status == "cancelled"
    assert Application.objects.get().status in {"draft", "unsuccessful"}


def test_calling_off_while_somebody_accepts_leaves_a_member_or_none_and_no_offer_open(campaign, kit, ana):
    offer = make_offer(make_application(campaign, ana), kit)
    refused(lambda: recruitment.accept(held(offer), by=ana), lambda: campaigns.cancel(held(campaign), by=kit))
    outcome = (Offer.objects.get().status, Application.objects.get().status, Membership.objects.count())
    assert outcome in {("accepted", "appointed", 1), ("withdrawn", "unsuccessful", 0)}


def test_the_clock_and_a_coordinator_at_once_leave_the_longer_time(campaign, kit):
    until = campaign.closes_at
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    refused(campaigns.close_due, lambda: campaigns.extend(held(campaign), until, by=kit))
    assert (Campaign.objects.get().status, Campaign.objects.get().closes_at) == ("open", until)


def test_attendance_that_two_note_at_once_is_one_record(panel, kit, member):
    meeting = make_meeting(panel, kit)
    acts = [lambda minutes=minutes: meetings.record(held(meeting), {member: minutes}, by=kit) for minutes in [60, 90]]
    assert refused(*acts) == []
    assert Meeting.objects.get().status == "held"
    assert meeting.attendances.get().minutes in {60, 90}
