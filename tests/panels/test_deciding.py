"""What coordinators do with applications: in which state, on what they have read, and what the applicant hears."""

import datetime
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from panels import campaigns, moments, recruitment
from panels.models import Answer, Application, Campaign, Offer
from tests.factories.panels import make_application, make_campaign, make_offer


@pytest.fixture
def sent(campaign, ana):
    return make_application(campaign, ana)


@pytest.fixture
def shortlisted(sent, kit):
    return recruitment.shortlist(sent, by=kit)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal(act, *args, **options):
    with pytest.raises(errors.DomainError) as refused:
        act(*args, **options)
    return refused.value.code


def acts(person):
    """Every decision on an application."""
    return [
        lambda row: recruitment.shortlist(row, by=person),
        lambda row: recruitment.unshortlist(row, by=person),
        lambda row: recruitment.turn_down(row, "Come again", by=person),
        lambda row: recruitment.offer(row, by=person),
        lambda row: recruitment.see_contact(row, by=person),
    ]


# Who, and when ------------------------------------------------------------------------------------


def test_nobody_but_the_panels_own_coordinators_decides(sent, sam, cora, mo, member):
    for person in [sam, cora, mo, sent.applicant]:
        assert {refusal(act, sent) for act in acts(person)} == {"not_allowed"}
    assert fresh(sent).status == "submitted"


def test_whoever_lost_the_role_decides_no_more(sent, kit):
    kit.groups.clear()
    assert {refusal(act, sent) for act in acts(type(kit).objects.get(pk=kit.pk))} == {"not_allowed"}


def test_nobody_decides_on_their_own_application(campaign, kit, panel):
    own = make_application(campaign, kit)
    assert {refusal(act, own) for act in acts(kit)[:4]} == {"not_the_same_person"}


def test_a_shortlisted_application_can_be_put_back(shortlisted, kit):
    recruitment.unshortlist(shortlisted, by=kit)
    assert fresh(shortlisted).status == "submitted"


def test_looking_up_who_wrote_it_leaves_a_trace(sent, kit):
    recruitment.see_contact(sent, by=kit)
    event = AuditEvent.objects.get(act="application.see_contact")
    assert (event.actor, event.subject) == (kit.audit_key, sent.key)


# On what was read ---------------------------------------------------------------------------------


def test_of_two_who_decide_at_once_the_second_is_told_what_the_first_did(sent, kit):
    seen = recruitment.version(sent)
    recruitment.shortlist(sent, by=kit, seen=seen)
    with pytest.raises(errors.Conflict, match="Shortlisted"):
        recruitment.turn_down(sent, "Come again", by=kit, seen=seen)
    assert fresh(sent).status == "shortlisted"


def test_nobody_decides_on_words_that_have_changed_since(sent, kit, ana):
    seen = recruitment.version(sent)
    texts = dict.fromkeys(sent.campaign.questions.all(), "Something else, which matters more.")
    recruitment.write(sent, texts, district=sent.district, by=ana)
    assert refusal(recruitment.shortlist, sent, by=kit, seen=seen) == "changed"
    recruitment.shortlist(sent, by=kit, seen=recruitment.version(fresh(sent)))
    assert fresh(sent).status == "shortlisted"


def test_a_stranger_is_not_told_in_which_state_it_is(sent, sam):
    assert refusal(recruitment.shortlist, sent, by=sam, seen="old") == "not_allowed"


# Turning down -------------------------------------------------------------------------------------


def test_feedback_is_mailed_and_kept_nowhere(sent, kit, ana, django_capture_on_commit_callbacks):
    feedback = "You know the timetable well.\n\nSay more about others <than> you."
    with django_capture_on_commit_callbacks(execute=True):
        recruitment.turn_down(sent, feedback, by=kit)
    message = mail.outbox[-1]
    assert message.to == [ana.email]
    assert feedback in message.body
    html = message.alternatives[0].content
    assert "others &lt;than&gt; you" in html
    assert "well.\n\nSay" not in html  # its paragraphs are seen
    kept = [*Answer.objects.values_list("text", flat=True), *AuditEvent.objects.values_list("after", flat=True)]
    assert not any("timetable" in text for text in kept)


@pytest.mark.parametrize("feedback", ["", "  \n "])
def test_nobody_is_turned_down_without_a_word(sent, kit, feedback):
    assert refusal(recruitment.turn_down, sent, feedback, by=kit) == "no_feedback"
    assert fresh(sent).status == "submitted"


# Offering -----------------------------------------------------------------------------------------


def test_an_offer_names_the_whole_term_and_waits_two_weeks(campaign, shortlisted, kit):
    Campaign.objects.update(decides_on=datetime.date(2027, 1, 20), starts_on=datetime.date(2027, 1, 31), term_months=13)
    offer = recruitment.offer(fresh(shortlisted), by=kit)
    assert (offer.starts_on, offer.ends_on) == (datetime.date(2027, 1, 31), datetime.date(2028, 2, 28))
    assert moments.at(offer.answer_by) == f"the end of {moments.day(timezone.localdate() + timedelta(days=14))}"


def test_a_term_that_was_to_have_begun_begins_with_the_offer(shortlisted, kit):
    Campaign.objects.update(starts_on=timezone.localdate() - timedelta(days=30), decides_on=timezone.localdate())
    assert recruitment.offer(fresh(shortlisted), by=kit).starts_on == timezone.localdate()


def test_there_are_never_more_offers_than_seats(panel, kit, ana, sam, mo):
    campaign = make_campaign(panel, kit, seats=1)
    first, second = (recruitment.shortlist(make_application(campaign, person), by=kit) for person in [ana, sam])
    offer = recruitment.offer(first, by=kit)
    assert recruitment.seats_left(campaign) == 0
    assert refusal(recruitment.offer, second, by=kit) == "no_seat_left"
    recruitment.take_back(offer, by=kit)
    recruitment.offer(second, by=kit)
    recruitment.accept(second.offers.get(), by=sam)
    assert refusal(recruitment.offer, fresh(first), by=kit) == "no_seat_left"


def test_an_offer_cannot_end_before_it_is_made(shortlisted, kit):
    assert refusal(recruitment.offer, shortlisted, by=kit, answer_by=timezone.now()) == "deadline_past"
    assert fresh(shortlisted).status == "shortlisted"


def test_an_offer_is_answered_before_the_term_starts(campaign, shortlisted, kit):
    starts_on = timezone.localdate() + timedelta(days=5)
    Campaign.objects.update(decides_on=starts_on, starts_on=starts_on)
    midnight = timezone.make_aware(datetime.datetime.combine(starts_on, datetime.time()))
    application = fresh(shortlisted)
    with pytest.raises(errors.DomainError, match="Choose a day before the term starts, ") as refused:
        recruitment.offer(application, by=kit, answer_by=midnight + timedelta(seconds=1))
    assert (refused.value.code, refused.value.field) == ("deadline_too_late", "answer_by")
    assert recruitment.offer(application, by=kit).answer_by == midnight


def test_where_the_term_has_begun_an_offer_waits_four_weeks_at_most(shortlisted, kit):
    Campaign.objects.update(starts_on=timezone.localdate(), decides_on=timezone.localdate())
    years = timezone.now() + timedelta(days=800)
    assert refusal(recruitment.offer, fresh(shortlisted), by=kit, answer_by=years) == "deadline_too_late"
    assert recruitment.offer(fresh(shortlisted), by=kit, answer_by=timezone.now() + timedelta(days=27))


def test_taking_an_offer_back_puts_its_applicant_on_the_shortlist_and_says_so(sent, kit, ana, django_capture_on_commit_callbacks):
    offer = make_offer(sent, kit)
    with django_capture_on_commit_callbacks(execute=True):
        recruitment.take_back(offer, by=kit)
    assert (fresh(sent).status, fresh(offer).status) == ("shortlisted", "withdrawn")
    assert mail.outbox[-1].to == [ana.email]


def test_an_offer_that_nobody_answered_lapses_by_the_clock(sent, kit):
    offer = make_offer(sent, kit)
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    recruitment.lapse_due()
    assert (fresh(sent).status, fresh(offer).status) == ("shortlisted", "lapsed")
    assert AuditEvent.objects.get(act="offer.take_back").actor is None


def test_the_clock_passes_over_an_offer_that_was_answered_in_the_meantime_and_goes_on(sent, campaign, kit, ana, sam):
    answered, open_still = make_offer(sent, kit), make_offer(make_application(campaign, sam), kit)
    found = fresh(answered)
    recruitment.accept(answered, by=ana)
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    recruitment._lapse_if_due(found)
    recruitment.lapse_due()
    assert (fresh(answered).status, fresh(open_still).status) == ("accepted", "lapsed")


# In order -----------------------------------------------------------------------------------------


def test_what_waits_comes_in_the_order_in_which_it_was_sent_and_begins_again_at_the_end(campaign, kit, ana, sam, mo):
    first, second, third = (make_application(campaign, person) for person in [ana, sam, mo])

    def to_read(after):
        return list(Application.objects.to_read_by(kit, campaign, after=after))

    assert to_read(None) == [first, second, third]
    assert to_read(second) == [third, first]
    recruitment.shortlist(third, by=kit)
    assert to_read(second) == [first]


def test_nobody_is_led_to_their_own_application(campaign, kit, ana):
    make_application(campaign, kit)
    others = make_application(campaign, ana)
    assert list(Application.objects.to_read_by(kit, campaign)) == [others]


def test_a_campaign_counts_who_stands_where(campaign, kit, ana, sam, mo, cora):
    for person in [ana, sam]:
        make_application(campaign, person)
    make_offer(make_application(campaign, mo), kit)
    recruitment.withdraw(make_application(campaign, cora), by=cora)
    row = Campaign.objects.with_counts().get()
    counts = (row.sent, row.read, row.to_read, row.shortlisted, row.offered, row.joined, row.waiting)
    assert counts == (3, 1, 2, 0, 1, 0, 3)


def test_an_application_that_comes_in_while_it_is_called_off_is_refused(campaign, kit, ana):
    """Judged on the campaign as it stands when it is held, not as it was when the page was opened."""
    unsent = make_application(campaign, ana, is_sent=False)
    assert unsent.campaign.is_inviting
    campaigns.cancel(campaign, by=kit)
    assert refusal(recruitment.submit, unsent, by=ana) == "not_open"
