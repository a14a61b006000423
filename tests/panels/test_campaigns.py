"""A campaign from its draft to its end, and what becomes of those who applied."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core import errors
from core.models import AuditEvent, OutboxEvent
from panels import campaigns, erasure, recruitment
from panels.models import Application, Campaign, Membership, Offer
from tests.factories.panels import CRITERIA, QUESTIONS, campaign_facts, make_application, make_campaign, make_offer


@pytest.fixture
def draft(panel, kit):
    return make_campaign(panel, kit, is_open=False)


def refusal(act, *args, **options):
    with pytest.raises(errors.DomainError) as refused:
        act(*args, **options)
    return refused.value.code, refused.value.field


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# Writing it ---------------------------------------------------------------------------------------


def test_only_whoever_coordinates_the_panel_writes_a_campaign_for_it(panel, sam, cora):
    for person in [sam, cora]:
        assert refusal(campaigns.draft, panel, campaign_facts(), CRITERIA, QUESTIONS, by=person)[0] == "not_allowed"
    assert not Campaign.objects.exists()


def test_a_draft_is_seen_by_its_coordinators_alone(draft, kit, sam):
    assert list(Campaign.objects.visible_to(kit)) == [draft]
    assert not Campaign.objects.visible_to(sam).exists()


def test_its_lists_keep_their_order(draft):
    assert [criterion.text for criterion in draft.criteria.all()] == CRITERIA
    assert [question.prompt for question in draft.questions.all()] == [row["prompt"] for row in QUESTIONS]


def test_a_revision_replaces_words_and_lists(draft, kit):
    campaigns.revise(draft, {"title": "Three seats"}, ["Listens"], QUESTIONS[:1], by=kit)
    assert fresh(draft).title == "Three seats"
    assert [criterion.text for criterion in draft.criteria.all()] == ["Listens"]
    assert draft.questions.count() == 1


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ({"closes_at": -2}, ("closes_before_opening", "closes_at")),
        ({"decides_on": 20}, ("decides_before_closing", "decides_on")),
        ({"starts_on": 39}, ("starts_before_deciding", "starts_on")),
        ({"opens_at": -3 * 365}, ("far_away", "opens_at")),
        ({"starts_on": 200 * 365}, ("far_away", "starts_on")),
    ],
)
def test_days_that_do_not_follow_each_other_are_refused_beside_the_one_that_is_wrong(panel, kit, days, wrong):
    moments = {name: timezone.now() + timedelta(days=number) for name, number in days.items()}
    facts = campaign_facts(**{name: moment if name.endswith("_at") else moment.date() for name, moment in moments.items()})
    assert refusal(campaigns.draft, panel, facts, CRITERIA, QUESTIONS, by=kit) == wrong


# Opening, extending, closing ----------------------------------------------------------------------


def test_opening_publishes_it_and_is_told_without_a_name(draft, kit, sam):
    campaigns.open_(draft, by=kit)
    assert list(Campaign.objects.visible_to(sam)) == [draft]
    assert fresh(draft).is_inviting
    assert OutboxEvent.objects.get(name="campaign.open").ids == {"campaign": str(draft.key)}


@pytest.mark.parametrize(("criteria", "questions"), [([], QUESTIONS), (CRITERIA, [])])
def test_nothing_opens_before_people_can_read_what_is_asked_and_how_it_is_judged(draft, kit, criteria, questions):
    campaigns.revise(draft, {}, criteria, questions, by=kit)
    assert refusal(campaigns.open_, draft, by=kit)[0] == "campaign_incomplete"


def test_nothing_opens_that_has_closed(panel, kit):
    now = timezone.now()
    past = make_campaign(panel, kit, is_open=False, opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=1))
    assert refusal(campaigns.open_, past, by=kit) == ("closing_date_past", "closes_at")


def test_what_has_been_opened_is_revised_no_more(campaign, kit):
    assert refusal(campaigns.revise, campaign, {"title": "Other"}, [], [], by=kit)[0] == "wrong_state"


def test_extending_gives_people_longer(campaign, kit):
    until = campaign.closes_at + timedelta(days=7)
    campaigns.extend(campaign, until, by=kit)
    assert fresh(campaign).closes_at == until


def test_extending_opens_a_closed_campaign_again(campaign, kit):
    campaigns.close(campaign, by=kit)
    campaigns.extend(campaign, campaign.closes_at + timedelta(days=1), by=kit)
    assert fresh(campaign).is_inviting


def test_an_end_is_not_moved_forward(campaign, kit):
    assert refusal(campaigns.extend, campaign, campaign.closes_at, by=kit) == ("not_later", "closes_at")


def test_an_end_after_the_day_of_the_answers_moves_that_day_too_or_is_refused(campaign, kit):
    until = timezone.now() + timedelta(days=45)
    assert refusal(campaigns.extend, campaign, until, by=kit) == ("decides_before_closing", "decides_on")
    later = {"decides_on": until.date() + timedelta(days=9), "starts_on": until.date() + timedelta(days=30)}
    campaigns.extend(campaign, until, by=kit, **later)
    assert (fresh(campaign).decides_on, fresh(campaign).starts_on) == (later["decides_on"], later["starts_on"])


@pytest.mark.parametrize("act", [campaigns.close, campaigns.cancel])
def test_what_ends_early_is_kept_no_longer_for_it(campaign, kit, ana, act):
    application = make_application(campaign, ana)
    act(campaign, by=kit)
    erasure.forget_old(timezone.now() + timedelta(seconds=1))
    assert not application.answers.exists()


def test_what_has_run_out_is_closed_by_the_clock_and_by_nobody(campaign):
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    campaigns.close_due()
    assert fresh(campaign).status == "closed"
    assert AuditEvent.objects.get(act="campaign.close").actor is None


def test_the_clock_closes_nothing_that_was_extended_or_closed_in_the_meantime(campaign, kit):
    """What it found is judged again when it holds it."""
    Campaign.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    found = Campaign.objects.get()
    campaigns.extend(campaign, timezone.now() + timedelta(days=1), by=kit)
    campaigns._close_if_due(found)
    assert fresh(campaign).status == "open"
    campaigns.close(campaign, by=kit)
    campaigns._close_if_due(found)
    assert fresh(campaign).status == "closed"


# Its end ------------------------------------------------------------------------------------------


def test_nobody_is_left_without_an_answer_when_it_is_completed(campaign, kit, ana):
    application = make_application(campaign, ana)
    campaigns.close(campaign, by=kit)
    with pytest.raises(errors.DomainError, match="1 person still waits"):
        campaigns.complete(campaign, by=kit)
    recruitment.turn_down(application, "Come again", by=kit)
    campaigns.complete(campaign, by=kit)
    assert fresh(campaign).status == "completed"


def test_calling_off_tells_everybody_who_waits_and_ends_their_offers(
    campaign, kit, ana, sam, mo, django_capture_on_commit_callbacks
):
    waits, offered = make_application(campaign, ana), make_application(campaign, sam)
    unsent = make_application(campaign, mo, is_sent=False)
    offer = make_offer(offered, kit)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        campaigns.cancel(campaign, by=kit)
    assert fresh(waits).status == fresh(offered).status == "unsuccessful"
    assert fresh(offer).status == "withdrawn"
    assert fresh(unsent).status == "draft"
    assert sorted(message.to[0] for message in mail.outbox) == [ana.email, sam.email]
    assert "no judgement of you" in mail.outbox[0].body


def test_whoever_has_joined_or_heard_is_left_alone_when_it_is_called_off(
    campaign, kit, ana, sam, django_capture_on_commit_callbacks
):
    recruitment.accept(make_offer(make_application(campaign, ana), kit), by=ana)
    recruitment.turn_down(make_application(campaign, sam), "Come again", by=kit)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        campaigns.cancel(campaign, by=kit)
    assert Membership.objects.get().status == "active"
    assert set(Application.objects.values_list("status", flat=True)) == {"appointed", "unsuccessful"}
    assert not mail.outbox


def test_a_draft_that_was_called_off_is_never_shown(draft, kit, sam):
    campaigns.cancel(draft, by=kit)
    assert not Campaign.objects.visible_to(sam).exists()


def test_what_was_open_and_called_off_can_still_be_read(campaign, kit, sam):
    campaigns.cancel(campaign, by=kit)
    assert list(Campaign.objects.visible_to(sam)) == [campaign]


def test_nobody_is_told_twice_that_it_was_called_off(campaign, kit, ana, django_capture_on_commit_callbacks):
    application = make_application(campaign, ana)
    campaigns.cancel(campaign, by=kit)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        campaigns.emails.called_off.call(application.pk)
    assert not mail.outbox


def test_an_offer_that_was_answered_stays_as_it_is_when_it_is_called_off(campaign, kit, ana):
    offer = make_offer(make_application(campaign, ana), kit)
    recruitment.accept(offer, by=ana)
    campaigns.cancel(campaign, by=kit)
    assert Offer.objects.get().status == "accepted"
