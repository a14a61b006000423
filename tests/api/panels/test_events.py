"""What other systems are told of panels: names and keys, and nothing else."""

from api.events import EVENTS
from core.models import OutboxEvent
from panels import campaigns, membership, recruitment
from tests.factories.panels import attend, make_application, make_meeting, make_offer

KEYS = {"application", "offer", "membership", "meeting"}


def told():
    """The published names, each with what the news is about."""
    rows = OutboxEvent.objects.order_by("pk")
    return [(EVENTS[row.name].type, EVENTS[row.name].ids, row.ids) for row in rows if row.name in EVENTS]


def test_from_an_application_to_the_end_of_a_membership_each_step_is_news(campaign, kit, ana):
    offer = make_offer(make_application(campaign, ana), kit)
    membership.leave(recruitment.accept(offer, by=ana), by=ana)
    assert [type_ for type_, _ids, _said in told()] == [
        *["application.submitted", "application.decided", "offer.made"],
        *["offer.accepted", "membership.started", "membership.ended"],
    ]


def test_that_somebody_withdrew_or_was_let_go_is_news(campaign, kit, ana, person):
    recruitment.withdraw(make_application(campaign, ana), by=ana)
    make_application(campaign, person("Bo Other"))
    campaigns.cancel(campaign, by=kit)
    assert [type_ for type_, _ids, _said in told()] == [
        *["application.submitted", "application.withdrawn", "application.submitted", "application.decided"]
    ]


def test_a_meeting_and_who_was_there_are_news(panel, member, kit):
    attend(make_meeting(panel, kit), member, kit)
    assert [type_ for type_, _ids, _said in told()] == ["meeting.planned", "attendance.recorded"]


def test_news_holds_the_random_keys_that_are_published(panel, campaign, member, kit, ana):
    recruitment.accept(make_offer(make_application(campaign, ana), kit), by=ana)
    attend(make_meeting(panel, kit), member, kit)
    for _type, ids, said in told():
        assert set(ids) == set(said) <= KEYS
