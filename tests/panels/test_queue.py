"""What waits for a coordinator, the most urgent first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from panels import campaigns, queue, recruitment
from panels.models import Campaign, Offer
from tests.factories.panels import attend, make_application, make_campaign, make_meeting, make_offer, make_panel


def kinds(person):
    return [task.kind for task in queue.of(person).tasks]


def test_who_coordinates_nothing_has_nothing_to_do(cora, campaign):
    assert queue.of(cora) == queue.Queue(panels=[], campaigns=[], coming=[], tasks=[])


def test_only_ones_own_panels_count(kit, cora, panel, campaign, ana):
    make_application(campaign, ana)
    make_panel("Mill Street Panel", coordinators=[cora])
    assert kinds(cora) == []
    assert kinds(kit) == ["read"]


def test_a_campaign_asks_for_its_next_step(panel, kit, ana, sam):
    campaign = make_campaign(panel, kit, is_open=False)
    assert kinds(kit) == ["finish"]
    campaign = campaigns.open_(campaign, by=kit)
    assert kinds(kit) == []
    first, second = make_application(campaign, ana), make_application(campaign, sam)
    assert kinds(kit) == ["read"]
    offer = make_offer(first, kit)
    recruitment.shortlist(second, by=kit)
    assert kinds(kit) == []  # open still: more may come
    campaigns.close(campaign, by=kit)
    assert kinds(kit) == ["choose"]
    recruitment.turn_down(second, "Come again", by=kit)
    assert kinds(kit) == []  # an answer is awaited
    recruitment.accept(offer, by=ana)
    assert kinds(kit) == ["complete"]
    campaigns.complete(campaign, by=kit)
    assert kinds(kit) == []


def test_an_offer_asks_for_attention_three_days_before_it_lapses(campaign, kit, ana):
    make_offer(make_application(campaign, ana), kit)
    assert kinds(kit) == []
    Offer.objects.update(answer_by=timezone.now() + timedelta(days=2))
    assert kinds(kit) == ["lapses"]


def test_a_meeting_waits_to_be_noted_once_it_is_over(panel, kit, member):
    make_meeting(panel, kit, ago=timedelta(days=-2))
    assert kinds(kit) == []
    over = make_meeting(panel, kit)
    assert kinds(kit) == ["note"]
    attend(over, member, kit)
    assert kinds(kit) == []
    assert [meeting.day > timezone.localdate() for meeting in queue.of(kit).coming] == [True]


def test_the_most_urgent_comes_first_and_says_how_urgent_it_is(panel, kit, campaign, ana):
    make_application(campaign, ana)
    make_meeting(panel, kit)
    make_campaign(panel, kit, is_open=False)
    tasks = queue.of(kit).tasks
    assert [task.kind for task in tasks] == ["note", "finish", "read"]
    assert [(task.is_late, task.is_soon) for task in tasks] == [(True, False), (True, False), (False, False)]
    Campaign.objects.filter(pk=campaign.pk).update(decides_on=timezone.localdate() + timedelta(days=3))
    assert queue.of(kit).tasks[-1].is_soon


def test_seats_are_counted_by_who_is_a_member_today(panel, kit, member):
    assert [row.taken for row in queue.of(kit).panels] == [1]


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_panel_and_for_three(kit, ana, member, count, django_assert_num_queries):
    for number in range(count):
        panel = make_panel(f"Panel {number}", coordinators=[kit])
        make_application(make_campaign(panel, kit), ana)
        make_meeting(panel, kit)
        make_meeting(panel, kit, ago=timedelta(days=-3))
    person = type(kit).objects.get(pk=kit.pk)
    assert person.has_perm("panels.coordinate")
    with django_assert_num_queries(5):
        assert len(queue.of(person).tasks) == 2 * count
