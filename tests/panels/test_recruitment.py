"""What an applicant does: who may, in which state, what is kept and what is gone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from panels import campaigns, erasure, membership, recruitment
from panels.models import Answer, Application, ApplicationLink, Campaign, Membership, Offer
from people.models import District
from tests.factories.panels import TEXT, make_application, make_campaign, make_offer, make_panel

Status = Application.Status
ADDRESS = "bea@example.com"
NAME = "Bea Zażółć"
WORDS = "A heron stood under the viaduct and nobody asked it to move."


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """`sent(act, …)`: does it, and hands back what was mailed."""

    def do(act, *args, **kwargs):
        before = len(mail.outbox)
        with django_capture_on_commit_callbacks(execute=True):
            act(*args, **kwargs)
        return mail.outbox[before:]

    return do


@pytest.fixture
def bea(campaign, sent):
    """An application that was begun without an account."""
    sent(recruitment.invite, campaign, NAME, ADDRESS)
    return Application.objects.get()


def secret_in(message) -> str:
    return re.search(r"/open/([^/\s]+)/", message.body).group(1)


def write_whole(application, by=None, text=WORDS):
    texts = dict.fromkeys(application.campaign.questions.all(), text)
    return recruitment.write(application, texts, district=District.objects.first(), by=by)


def set_state(application, status):
    Application.objects.filter(pk=application.pk).update(status=status, submitted_at=timezone.now())
    application.refresh_from_db()


def close(campaign, **changes):
    Campaign.objects.filter(pk=campaign.pk).update(**changes)
    campaign.refresh_from_db()


ACTS = {
    "write": lambda application, by: write_whole(application, by),
    "correct_name": lambda application, by: recruitment.correct_name(application, "Bea", by=by),
    "submit": lambda application, by: recruitment.submit(application, by=by),
    "withdraw": lambda application, by: recruitment.withdraw(application, by=by),
}
STATES = {
    "write": {Status.DRAFT, Status.SUBMITTED},
    "correct_name": {Status.DRAFT, Status.SUBMITTED},
    "submit": {Status.DRAFT},
    "withdraw": {Status.DRAFT, Status.SUBMITTED, Status.SHORTLISTED, Status.OFFERED},
}


@pytest.mark.parametrize(("act", "state"), [(act, state) for act in ACTS for state in Status if state not in STATES[act]])
def test_an_act_is_refused_in_a_state_that_does_not_allow_it(bea, act, state):
    write_whole(bea)
    set_state(bea, state)
    with pytest.raises(errors.WrongState) as refused:
        ACTS[act](bea, None)
    assert str(bea.get_status_display()) in str(refused.value)
    assert Answer.objects.count() == 2


@pytest.mark.parametrize(("act", "state"), [(act, state) for act in ACTS for state in sorted(STATES[act])])
def test_an_act_is_done_in_each_state_that_allows_it(bea, act, state):
    write_whole(bea)
    set_state(bea, state)
    ACTS[act](bea, None)


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_does_it_not_even_who_coordinates(campaign, ana, sam, kit, act):
    application = make_application(campaign, ana, is_sent=False)
    for other in [sam, kit]:
        with pytest.raises(errors.NotAllowed):
            ACTS[act](application, other)
    application.refresh_from_db()
    assert application.status == Status.DRAFT


# Beginning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [ADDRESS, "Bea@Example.com", "  bea@example.com "])
def test_the_same_address_again_gets_another_link_to_the_same_application(bea, campaign, sent, typed):
    [message] = sent(recruitment.invite, campaign, "Somebody Else", typed)
    assert message.to == [ADDRESS]
    assert recruitment.find_link(secret_in(message)).application == bea
    assert Application.objects.get().written_name == NAME


def test_an_address_with_an_account_that_has_begun_gets_the_same_answer_and_no_second_application(campaign, ana, sent):
    application = recruitment.begin(campaign, by=ana)
    [message] = sent(recruitment.invite, campaign, "Ana", ana.email)
    assert message.to == [ana.email]
    assert message.subject == "Your link"
    assert Application.objects.get() == application


def test_spaces_in_a_name_are_tidied(campaign):
    recruitment.invite(campaign, "  Bea \t  Bloom ", ADDRESS)
    assert Application.objects.get().name == "Bea Bloom"


def test_somebody_with_an_account_begins_once(campaign, ana):
    first = recruitment.begin(campaign, by=ana)
    assert recruitment.begin(campaign, by=ana) == first
    assert first.name == ana.display_name
    assert first.written_email == first.written_name == ""


def test_what_was_begun_without_an_account_is_found_by_the_account_of_the_same_address(bea, campaign, person):
    holder = person("Bea Account", ADDRESS)
    assert recruitment.begin(campaign, by=holder) == bea
    bea.refresh_from_db()
    assert bea.applicant == holder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"closes_at": timezone.now() - timedelta(hours=1)}, "This closed at "),
        ({"status": Campaign.Status.CLOSED}, "This has closed"),
        ({"status": Campaign.Status.COMPLETED}, "This has closed"),
        ({"status": Campaign.Status.CANCELLED}, "called off"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "not open yet"),
    ],
)
def test_nothing_is_begun_written_or_sent_while_it_is_not_open_and_it_says_why(campaign, ana, changes, said):
    application = make_application(campaign, ana, is_sent=False)
    close(campaign, **changes)
    acts = [
        lambda: recruitment.begin(campaign, by=ana),
        lambda: recruitment.invite(campaign, NAME, ADDRESS),
        lambda: write_whole(application, ana),
        lambda: recruitment.submit(application, by=ana),
    ]
    for act in acts:
        with pytest.raises(errors.WrongState) as refused:
            act()
        assert said in str(refused.value)
        assert refused.value.code == "not_open"
    assert {answer.text for answer in Answer.objects.all()} == {TEXT}


# Links --------------------------------------------------------------------------------------------


def test_a_link_is_kept_as_a_digest_and_lasts_two_weeks(campaign, sent):
    [message] = sent(recruitment.invite, campaign, NAME, ADDRESS)
    link = recruitment.find_link(secret_in(message))
    assert secret_in(message) not in dump()
    assert timedelta(days=13, hours=23) < link.expires_at - timezone.now() < timedelta(days=14, hours=1)
    assert not link.has_run_out


def test_a_link_that_has_run_out_is_still_found(bea):
    ApplicationLink.objects.update(expires_at=timezone.now())
    assert ApplicationLink.objects.get().has_run_out


@pytest.mark.parametrize("secret", ["", "made-up", "x" * 500, "\x00"])
def test_a_secret_that_nobody_was_sent_finds_nothing(bea, secret):
    assert recruitment.find_link(secret) is None


def test_an_older_link_still_opens_after_a_newer_was_sent(campaign, sent):
    [first] = sent(recruitment.invite, campaign, NAME, ADDRESS)
    [second] = sent(recruitment.invite, campaign, NAME, ADDRESS)
    assert secret_in(first) != secret_in(second)
    assert recruitment.find_link(secret_in(first)).application == recruitment.find_link(secret_in(second)).application


# An account ---------------------------------------------------------------------------------------


def test_an_account_of_the_same_address_takes_the_application_over_and_its_name_with_it(bea, person):
    holder = person("Bea Account", ADDRESS.upper())
    recruitment.attach(bea, by=holder)
    bea.refresh_from_db()
    assert (bea.name, bea.email, bea.written_name, bea.written_email) == ("Bea Account", ADDRESS, "", "")
    assert AuditEvent.objects.get(act="application.attach").actor == holder.audit_key


def test_taking_it_over_twice_changes_nothing(bea, person):
    holder = person("Bea Account", ADDRESS)
    recruitment.attach(bea, by=holder)
    recruitment.attach(bea, by=holder)
    assert AuditEvent.objects.filter(act="application.attach").count() == 1


def test_an_account_of_another_address_does_not_get_it(bea, sam):
    with pytest.raises(errors.NotAllowed):
        recruitment.attach(bea, by=sam)


def test_what_an_account_holds_is_not_taken_over_by_another(campaign, ana, sam):
    application = recruitment.begin(campaign, by=ana)
    Application.objects.update(email_index=recruitment.email_index(sam.email))
    with pytest.raises(errors.NotAllowed):
        recruitment.attach(application, by=sam)


def test_an_account_collects_whatever_was_begun_with_its_address(bea, panel, kit, person, sent):
    sent(recruitment.invite, make_campaign(panel, kit), NAME, ADDRESS)
    sent(recruitment.invite, make_campaign(panel, kit), "Other", "other@example.com")
    holder = person("Bea Account", ADDRESS)
    recruitment.collect(by=holder)
    assert Application.objects.own(holder).count() == 2


def test_a_link_shows_nothing_once_an_account_holds_the_application(bea, person):
    keys = [str(bea.key)]
    nobody = type("Nobody", (), {"is_authenticated": False})()
    assert Application.objects.own(nobody, keys).get() == bea
    recruitment.attach(bea, by=person("Bea Account", ADDRESS))
    assert not Application.objects.own(nobody, keys).exists()


# Writing and sending ------------------------------------------------------------------------------


def test_a_draft_is_kept_however_long_or_empty_it_is(bea):
    write_whole(bea, text="word " * 300)
    assert Answer.objects.first().text.count("word") == 300
    write_whole(bea, text="")
    assert {answer.text for answer in Answer.objects.all()} == {""}


def test_what_could_fill_the_disk_is_not_kept(bea):
    write_whole(bea)
    with pytest.raises(errors.DomainError) as refused:
        write_whole(bea, text="x" * 20_001)
    assert refused.value.code == "too_long"
    assert Answer.objects.first().text == WORDS


def test_one_answer_can_be_written_without_touching_the_others(bea):
    write_whole(bea)
    first, second = bea.campaign.questions.all()
    recruitment.write(bea, {first: "Other words."}, district=None, by=None)
    assert bea.answers.get(question=first).text == "Other words."
    assert bea.answers.get(question=second).text == WORDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write an answer to “Why do you want to join?”"),
        (" \n ", "Write an answer"),
        ("w " * 163, "has 163 words. Take out 13"),
    ],
)
def test_only_what_is_whole_is_sent(bea, text, said):
    write_whole(bea, text=text)
    with pytest.raises(errors.DomainError) as refused:
        recruitment.submit(bea, by=None)
    assert said in str(refused.value)
    assert refused.value.code == "unanswered"
    bea.refresh_from_db()
    assert bea.status == Status.DRAFT


def test_a_district_is_needed(bea):
    recruitment.write(bea, dict.fromkeys(bea.campaign.questions.all(), WORDS), district=None, by=None)
    with pytest.raises(errors.DomainError) as refused:
        recruitment.submit(bea, by=None)
    assert refused.value.field == "district"


def test_sending_is_acknowledged_with_a_reference_and_dates(bea, sent):
    write_whole(bea)
    [message] = sent(recruitment.submit, bea, by=None)
    assert message.to == [ADDRESS]
    assert bea.reference in message.body
    assert "whether the answer is yes or no" in message.body
    assert recruitment.find_link(secret_in(message)).application == bea


def test_sent_twice_it_is_sent_once(bea, sent):
    write_whole(bea)
    recruitment.submit(bea, by=None)
    with pytest.raises(errors.WrongState):
        recruitment.submit(bea, by=None)
    assert AuditEvent.objects.filter(act="application.submit").count() == 1


def test_one_address_has_one_application_in_play(bea, campaign):
    twin = Application.objects.create(campaign=campaign, reference="AAAA-BBBB", email_index=bea.email_index)
    for application in [bea, twin]:
        write_whole(application)
    recruitment.submit(bea, by=None)
    with pytest.raises(errors.Conflict) as refused:
        recruitment.submit(twin, by=None)
    assert refused.value.code == "already_applied"


def test_one_account_has_one_application_in_play_whatever_address_it_used(campaign, ana, bea):
    make_application(campaign, ana)
    Application.objects.filter(pk=bea.pk).update(applicant=ana)
    write_whole(bea)
    with pytest.raises(errors.Conflict):
        recruitment.submit(bea, by=ana)


def test_what_was_sent_can_be_changed_while_it_is_open_but_never_to_less_than_whole(campaign, ana):
    application = make_application(campaign, ana)
    write_whole(application, ana, "Better words.")
    with pytest.raises(errors.DomainError):
        write_whole(application, ana, "")
    assert {answer.text for answer in Answer.objects.all()} == {"Better words."}


def test_a_name_is_mended_without_an_account_and_with_one_in_the_account(bea, campaign, ana):
    recruitment.correct_name(bea, " Bea  Bloom ", by=None)
    bea.refresh_from_db()
    assert bea.name == "Bea Bloom"
    with pytest.raises(errors.NotAllowed):
        recruitment.correct_name(recruitment.begin(campaign, by=ana), "Anna", by=ana)


# Taking it back -----------------------------------------------------------------------------------


def dump() -> str:
    """Every row of every table as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


def test_neither_name_nor_address_nor_answers_can_be_read_in_the_database(bea):
    write_whole(bea)
    recruitment.submit(bea, by=None)
    everything = dump().lower()
    for secret in [NAME, "Zażółć", ADDRESS, "bea@", "heron", "viaduct"]:
        assert secret.lower() not in everything
    bea = Application.objects.get()
    assert (bea.name, bea.email) == (NAME, ADDRESS)
    assert {answer.text for answer in bea.answers.all()} == {WORDS}


def test_withdrawing_erases_what_was_written_and_by_whom(bea, sent):
    write_whole(bea)
    recruitment.submit(bea, by=None)
    [message] = sent(recruitment.withdraw, bea, by=None)
    assert message.to == [ADDRESS]
    assert "You can begin again until" in message.body
    bea.refresh_from_db()
    assert (bea.status, bea.name, bea.email, bea.district) == (Status.WITHDRAWN, "", "", None)
    assert not Answer.objects.exists()
    assert recruitment.email_index(ADDRESS) not in dump()


def test_with_an_account_the_account_is_no_longer_tied_to_it(campaign, ana, kit):
    application = make_application(campaign, ana)
    recruitment.withdraw(application, by=ana)
    assert not Application.objects.own(ana).exists()
    [seen] = Application.objects.coordinated_by(kit)
    assert seen.name == ""


def test_after_withdrawing_one_can_begin_again(bea, campaign, sent):
    recruitment.withdraw(bea, by=None)
    sent(recruitment.invite, campaign, NAME, ADDRESS)
    assert Application.objects.exclude(pk=bea.pk).get().status == Status.DRAFT


def test_several_can_withdraw(campaign, ana, sam):
    for applicant in [ana, sam]:
        recruitment.withdraw(make_application(campaign, applicant), by=applicant)
    assert Application.objects.filter(status=Status.WITHDRAWN).count() == 2


def test_after_closing_the_message_does_not_offer_to_begin_again(campaign, ana, kit, sent):
    application = make_application(campaign, ana)
    campaigns.close(campaign, by=kit)
    [message] = sent(recruitment.withdraw, application, by=ana)
    assert "begin again" not in message.body


def test_withdrawing_while_a_place_is_offered_frees_the_place(campaign, ana, sam, kit):
    offer = make_offer(make_application(campaign, ana), kit)
    recruitment.withdraw(offer.application, by=ana)
    offer.refresh_from_db()
    assert offer.status == Offer.Status.DECLINED


# An offer -----------------------------------------------------------------------------------------


@pytest.fixture
def offer(campaign, ana, kit):
    return make_offer(make_application(campaign, ana), kit)


def test_accepting_makes_a_member_for_the_term_with_nothing_shown(offer, ana):
    row = recruitment.accept(offer, by=ana)
    assert (row.person, row.starts_on, row.ends_on) == (ana, offer.starts_on, offer.ends_on)
    assert (row.shows_name, row.shows_district, row.shows_about) == (False, False, False)
    assert Application.objects.get().status == Status.APPOINTED


@pytest.mark.parametrize("act", [recruitment.accept, recruitment.decline])
@pytest.mark.parametrize("state", [state for state in Offer.Status if state != Offer.Status.OPEN])
def test_an_offer_is_answered_only_while_it_is_open(offer, ana, act, state):
    Offer.objects.update(status=state)
    with pytest.raises(errors.WrongState):
        act(offer, by=ana)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("act", [recruitment.accept, recruitment.decline])
def test_nobody_else_answers_it(offer, sam, kit, act):
    for other in [sam, kit]:
        with pytest.raises(errors.NotAllowed):
            act(offer, by=other)


def test_accepted_twice_it_makes_one_member(offer, ana):
    recruitment.accept(offer, by=ana)
    with pytest.raises(errors.WrongState):
        recruitment.accept(offer, by=ana)
    assert Membership.objects.count() == 1


def test_after_the_day_it_cannot_be_accepted_even_before_it_has_lapsed(offer, ana):
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    with pytest.raises(errors.WrongState) as refused:
        recruitment.accept(offer, by=ana)
    assert refused.value.code == "offer_lapsed"


def test_it_can_still_be_declined_after_the_day(offer, ana):
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    recruitment.decline(offer, by=ana)
    assert Application.objects.get().status == Status.WITHDRAWN


def test_who_is_on_the_panel_already_is_told_so(offer, ana, panel):
    Membership.objects.create(panel=panel, person=ana, starts_on=timezone.localdate())
    with pytest.raises(errors.Conflict):
        recruitment.accept(offer, by=ana)
    offer.refresh_from_db()
    assert offer.status == Offer.Status.OPEN


def test_declining_erases_like_withdrawing_and_tells_once(offer, ana, sent):
    [message] = sent(recruitment.decline, offer, by=ana)
    assert message.subject == "What you wrote is erased"
    assert not Answer.objects.exists()


def test_a_link_declines_and_only_an_account_accepts(bea, kit, person):
    write_whole(bea)
    offer = make_offer(recruitment.submit(bea, by=None), kit)
    holder = person("Bea Account", ADDRESS)
    with pytest.raises(errors.NotAllowed):
        recruitment.accept(offer, by=holder)
    recruitment.attach(bea, by=holder)
    assert recruitment.accept(offer, by=holder).person == holder


def test_an_offer_that_ended_says_why(campaign, ana, kit, sent):
    offer = make_offer(make_application(campaign, ana), kit)
    [taken] = sent(recruitment.take_back, offer, by=kit)
    assert "We have had to take it back" in taken.body
    offer = recruitment.offer(offer.application, by=kit)
    [lapsed] = sent(recruitment.take_back, offer, by=None, to=Offer.Status.LAPSED)
    assert "that time has passed" in lapsed.body


# Forgetting ---------------------------------------------------------------------------------------


def test_forgetting_somebody_erases_what_they_wrote_in_every_state(panel, kit, person, sent):
    holder = person("Bea Account", ADDRESS)
    for state in Status:
        application = make_application(make_campaign(panel, kit), holder, is_sent=False)
        set_state(application, state)
    sent(recruitment.invite, make_campaign(panel, kit), NAME, ADDRESS)
    before = len(mail.outbox)
    recruitment.forget(holder, [ADDRESS])
    assert len(mail.outbox) == before
    assert not Answer.objects.exists()
    assert not Application.objects.own(holder).exists()
    assert not ApplicationLink.objects.exists()
    states = sorted(Application.objects.values_list("status", flat=True))
    assert states == sorted([Status.APPOINTED, Status.UNSUCCESSFUL, *[Status.WITHDRAWN] * 6])


def test_two_members_of_one_campaign_can_both_be_forgotten(campaign, ana, sam, kit):
    for applicant in [ana, sam]:
        recruitment.accept(make_offer(make_application(campaign, applicant), kit), by=applicant)
        recruitment.forget(applicant, [applicant.email])
        membership.forget(applicant)
    assert Membership.objects.filter(status=Membership.Status.ENDED).count() == 2


def test_what_was_never_sent_is_erased_thirty_days_after_closing(bea, campaign, ana):
    make_application(campaign, ana)
    close(campaign, opens_at=timezone.now() - timedelta(days=60), closes_at=timezone.now() - timedelta(days=29))
    erasure.clear_due()
    assert Application.objects.count() == 2
    close(campaign, closes_at=timezone.now() - timedelta(days=30))
    erasure.clear_due()
    assert Application.objects.get().applicant == ana
    assert AuditEvent.objects.get(act="application.clear").subject == bea.audit_key


# What anybody may read ----------------------------------------------------------------------------


def test_a_draft_that_is_called_off_is_never_published(panel, kit, sam):
    draft = make_campaign(panel, kit, is_open=False)
    campaigns.cancel(draft, by=kit)
    assert not Campaign.objects.published().exists()
    assert not Campaign.objects.visible_to(sam).exists()
    assert Campaign.objects.visible_to(kit).exists()


def test_what_was_open_stays_readable_when_it_is_called_off(campaign, kit):
    campaigns.cancel(campaign, by=kit)
    assert Campaign.objects.published().get() == campaign


def test_what_will_open_can_be_read_before(kit):
    panel = make_panel(coordinators=[kit])
    coming = make_campaign(panel, kit, opens_at=timezone.now() + timedelta(days=2))
    assert Campaign.objects.published().get() == coming
    assert not Campaign.objects.inviting().exists()
