"""Applying in a browser, with an account and without: kind when something is wrong, and nothing typed is lost."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels import campaigns, recruitment
from panels.models import Answer, Application, ApplicationLink, Campaign, Membership, Offer, PanelIndexPage
from people.models import District
from tests.conftest import PASSWORD
from tests.factories.panels import TEXT, make_application, make_campaign, make_offer

Status = Application.Status
ADDRESS = "bea@example.com"
BEA = {"name": "Bea Bloom", "email": ADDRESS}
SCRIPT = "<script>alert('x')</script>"

pytestmark = pytest.mark.usefixtures("home")


class Browser(Client):
    """A browser whose mail goes out at once."""

    def __init__(self, commits, **options):
        self.commits = commits
        super().__init__(**options)

    def request(self, **request):
        with self.commits(execute=True):
            return super().request(**request)


@pytest.fixture
def browser(django_capture_on_commit_callbacks):
    """`browser()` or `browser(ana)`: a new one, with somebody signed in or nobody."""

    def make(user=None):
        made = Browser(django_capture_on_commit_callbacks)
        if user:
            made.force_login(user)
        return made

    return make


@pytest.fixture
def bea(browser, campaign):
    """The browser of somebody without an account who has opened the link that was mailed."""
    made = browser()
    made.post(at("start", campaign), BEA)
    made.get(link_in(mail.outbox[-1]))
    return made


@pytest.fixture
def hers(bea):
    return Application.objects.get()


def at(name, row, *more) -> str:
    return reverse(f"panels:{name}", args=[row.key, *more])


def link_in(message) -> str:
    return re.search(r"(/applications/open/\S+)", message.body).group(1)


def text(response) -> str:
    return response.content.decode()


def answer_all(browser, application, words=TEXT):
    for question in application.campaign.questions.all():
        browser.post(at("answer", application, question.key), {"text": words})
    browser.post(at("district", application), {"district": District.objects.first().pk})


def send(browser, application):
    answer_all(browser, application)
    return browser.post(at("check", application))


def close():
    Campaign.objects.update(opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(hours=1))


# Starting -----------------------------------------------------------------------------------------


def test_somebody_without_an_account_is_sent_a_link(browser, campaign):
    response = browser().post(at("start", campaign), BEA)
    assert response.url == reverse("panels:asked")
    assert "Check your email" in text(browser().get(response.url))
    assert mail.outbox[-1].to == [ADDRESS]


def test_the_answer_is_the_same_whatever_the_address_has_done(browser, campaign, ana, sam):
    make_application(campaign, ana)
    responses = [
        browser().post(at("start", campaign), {"name": "X", "email": email}) for email in [ana.email, sam.email, ADDRESS]
    ]
    assert {(response.status_code, response.url, response.content) for response in responses} == {
        (302, reverse("panels:asked"), b"")
    }


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "   "}, "Enter your name"),
        ({"name": "x" * 121}, "Your name must be 120 characters or fewer"),
        ({"email": ""}, "Enter your email address"),
        ({"email": "bea at home"}, "like name@example.com"),
        ({"email": f"{'x' * 60}@{'y' * 200}.example"}, "correct format"),
    ],
)
def test_a_slip_is_shown_beside_its_field_and_the_rest_is_kept(browser, campaign, said, message):
    response = browser().post(at("start", campaign), {**BEA, **said})
    assert response.status_code == 422
    assert message in text(response)
    kept = ADDRESS if "name" in said else "Bea Bloom"
    assert kept in text(response)
    assert not Application.objects.exists()


def test_it_closes_while_somebody_types_and_what_they_typed_is_still_there(browser, campaign):
    close()
    response = browser().post(at("start", campaign), BEA)
    assert response.status_code == 422
    assert "This closed at" in text(response)
    assert ADDRESS in text(response)


def test_where_it_is_not_open_the_page_that_says_so_is_shown(browser, campaign):
    close()
    assert browser().get(at("start", campaign)).url == at("campaign", campaign)


def test_a_draft_cannot_be_started(browser, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    assert browser().get(at("start", draft)).status_code == 404
    assert browser().post(at("start", draft), BEA).status_code == 404


def test_somebody_signed_in_sees_as_whom_and_starts_at_once(browser, campaign, ana):
    hers = browser(ana)
    page = text(hers.get(at("start", campaign)))
    assert ana.display_name in page
    assert ana.email in page
    response = hers.post(at("start", campaign))
    assert response.url == at("application", Application.objects.get())
    assert not mail.outbox


def test_coming_again_leads_straight_to_the_application(browser, campaign, ana):
    application = recruitment.begin(campaign, by=ana)
    assert browser(ana).get(at("start", campaign)).url == at("application", application)


def test_it_closes_for_somebody_signed_in(browser, campaign, ana):
    close()
    response = browser(ana).post(at("start", campaign))
    assert response.status_code == 422
    assert "This closed at" in text(response)


def test_nobody_is_flooded_with_links_and_nobody_learns_of_it(browser, campaign, monkeypatch):
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", {"application_link_to_address": "2/h/key"})
    responses = [browser().post(at("start", campaign), BEA) for _time in range(4)]
    assert {response.url for response in responses} == {reverse("panels:asked")}
    assert len(mail.outbox) == 2
    assert ADDRESS not in str(caches["default"]._cache)


def test_a_machine_that_asks_without_end_is_slowed_down(browser, campaign, monkeypatch):
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", {"application_link": "1/m/ip"})
    statuses = [browser().post(at("start", campaign), {**BEA, "email": f"b{n}@example.com"}).status_code for n in range(2)]
    assert statuses == [302, 429]


# The mailed link ----------------------------------------------------------------------------------


def test_a_link_opens_the_application_and_leaves_the_address(browser, campaign):
    made = browser()
    made.post(at("start", campaign), BEA)
    response = made.get(link_in(mail.outbox[-1]))
    application = Application.objects.get()
    assert response.url == at("application", application)
    assert made.get(response.url).status_code == 200
    assert made.session.get_expire_at_browser_close()
    assert "no-cache" in response["Cache-Control"] or "no-store" in response["Cache-Control"]


def test_another_browser_without_the_link_sees_nothing(browser, hers):
    for name in ["application", "district", "name", "later", "check", "sent", "withdraw", "offer", "decline"]:
        assert browser().get(at(name, hers)).status_code == 404
        assert browser().post(at(name, hers)).status_code in {404, 405}


def test_what_cannot_be_opened_is_the_same_page_for_all_and_says_what_to_do(browser, hers, sam):
    link = link_in(mail.outbox[-1])
    nobody = ["/applications/open/made-up/", f"{link[:-9]}/", "/applications/open/", at("application", hers), at("offer", hers)]
    responses = [browser().get(address) for address in [*nobody, "/applications/00000000-0000-4000-8000-000000000000/"]]
    assert {response.status_code for response in responses} == {404}
    assert len({text(response) for response in responses}) == 1
    for words in ["We cannot open this", "open the link in it again", f"?next={reverse('panels:applications')}"]:
        assert words in text(responses[0])
    assert browser().post("/applications/open/made-up/").status_code == 404
    assert "What belongs to your account" in text(browser(sam).get(at("application", hers)))


def test_what_cannot_be_opened_leads_to_what_is_open(browser, home):
    home.add_child(instance=PanelIndexPage(title="Panels", slug="panels"))
    assert 'href="/panels/">what is open' in text(browser().get("/applications/open/made-up/"))


@pytest.mark.parametrize("added", [".", ",", ">", "%20", "%3E.", "'", ").", "/>", "/%20"])
def test_a_link_opens_whatever_a_message_or_a_finger_has_added_to_it(browser, hers, added):
    link = link_in(mail.outbox[-1]).rstrip("/")
    response = browser().get(f"{link}{added}", follow=True)
    assert response.redirect_chain[-1][0] == at("application", hers)


def test_a_link_that_has_run_out_sends_another_to_the_same_address_and_does_not_say_which(browser, hers):
    old = link_in(mail.outbox[-1])
    ApplicationLink.objects.update(expires_at=timezone.now())
    page = browser().get(old)
    assert "This link has run out" in text(page)
    assert ADDRESS not in text(page)
    before = len(mail.outbox)
    response = browser().post(old)
    assert response.url == reverse("panels:asked")
    assert [message.to for message in mail.outbox[before:]] == [[ADDRESS]]
    assert browser().get(link_in(mail.outbox[-1])).url == at("application", hers)


def test_posting_to_a_link_that_holds_sends_nothing(browser, hers):
    before = len(mail.outbox)
    assert browser().post(link_in(mail.outbox[-1])).url == at("application", hers)
    assert len(mail.outbox) == before


def test_signed_in_with_the_same_address_the_account_takes_it_over(browser, hers, person):
    holder = person("Bea Account", ADDRESS)
    assert browser(holder).get(link_in(mail.outbox[-1])).url == at("application", hers)
    assert Application.objects.get().applicant == holder


def test_signed_in_with_another_address_nothing_of_it_is_shown(browser, hers, campaign, sam):
    response = browser(sam).get(link_in(mail.outbox[-1]))
    page = text(response)
    assert response.status_code == 200
    assert "This link is for somebody else" in page
    assert "Sign out and open it" in page
    for secret in [ADDRESS, "Bea", campaign.title, campaign.panel.name, hers.reference]:
        assert secret not in page
    assert Application.objects.get().applicant is None


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_link_that_is_somebody_elses_does_not_stand_in_the_log(browser, hers, sam, caplog, method):
    link = link_in(mail.outbox[-1])
    with caplog.at_level(logging.DEBUG):
        getattr(browser(sam), method)(link)
    assert link.rstrip("/").rpartition("/")[2] not in caplog.text


def test_what_an_account_holds_is_opened_by_signing_in(browser, campaign, ana):
    application = recruitment.begin(campaign, by=ana)
    browser().post(at("start", campaign), {"name": "Ana", "email": ana.email})
    response = browser().get(link_in(mail.outbox[-1]))
    assert response.url == f"{reverse('account_login')}?next={at('application', application)}"


def test_whoever_signs_in_after_opening_it_takes_it_along(bea, hers, person):
    holder = person("Bea Account", ADDRESS)
    bea.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
    assert bea.get(at("application", hers)).status_code == 200
    assert Application.objects.get().applicant == holder


def test_whoever_signs_in_as_somebody_else_does_not(bea, hers, sam):
    bea.post(reverse("account_login"), {"login": sam.email, "password": PASSWORD})
    response = bea.get(at("application", hers))
    assert "This link is for somebody else" in text(response)
    assert "open the link in your email again" in text(response)
    assert hers.reference not in text(response)


def test_signing_out_leads_back_to_the_link(browser, hers, sam):
    theirs, link = browser(sam), link_in(mail.outbox[-1])
    assert f'name="next" value="{link}"' in text(theirs.get(link))
    assert theirs.post(reverse("account_logout"), {"next": link}).url == link
    assert theirs.get(link).url == at("application", hers)


def test_a_session_holds_the_key_of_what_was_opened_and_nothing_that_says_whose_it_is(bea, hers):
    bea.get(at("application", hers))
    kept = str(dict(bea.session.items()))
    assert str(hers.key) in kept
    for secret in [ADDRESS, "Bea", hers.reference, hers.campaign.panel.name]:
        assert secret not in kept


def test_a_shared_device_can_be_left(bea, hers):
    response = bea.post(reverse("panels:leave_device"), follow=True)
    assert "What you saved is safe. Your link opens it again." in text(response)
    assert response.content == bea.get(reverse("panels:closed")).content
    assert bea.get(at("application", hers)).status_code == 404


def test_the_page_after_leaving_says_the_same_where_nothing_was_open(browser, bea):
    closed = bea.post(reverse("panels:leave_device"), follow=True)
    assert text(browser().get(reverse("panels:closed"))) == text(closed)


def test_a_link_to_what_was_withdrawn_says_so(browser, bea, hers):
    link = link_in(mail.outbox[-1])
    bea.post(at("withdraw", hers))
    assert browser().get(link).url == reverse("panels:erased")


# Writing ------------------------------------------------------------------------------------------


def first_question(application):
    return application.campaign.questions.first()


def test_the_parts_are_a_list_of_things_to_do(bea, hers):
    page = text(bea.get(at("application", hers)))
    assert page.count("To do") == 3
    assert "When the rest is done" in page
    bea.post(at("answer", hers, first_question(hers).key), {"text": TEXT})
    page = text(bea.get(at("application", hers)))
    assert page.count("To do") == 2
    assert "Done" in page


def test_the_first_page_says_where_to_start_and_then_where_to_go_on(bea, hers):
    first, second = hers.campaign.questions.all()
    page = text(bea.get(at("application", hers)))
    assert f'href="{at("answer", hers, first.key)}">Start with question 1' in page
    assert "Erase what I have written" not in page
    bea.post(at("answer", hers, first.key), {"text": TEXT})
    page = text(bea.get(at("application", hers)))
    assert f'href="{at("answer", hers, second.key)}">Go on with question 2' in page
    assert "Erase what I have written" in page
    bea.post(at("answer", hers, second.key), {"text": TEXT})
    assert f'href="{at("district", hers)}">Go on with your district' in text(bea.get(at("application", hers)))
    bea.post(at("district", hers), {"district": District.objects.first().pk})
    assert f'href="{at("check", hers)}">Check your answers' in text(bea.get(at("application", hers)))


def test_one_thing_leads_to_the_next_and_at_last_to_the_check(bea, hers):
    first, second = hers.campaign.questions.all()
    assert bea.post(at("answer", hers, second.key), {"text": TEXT}).url == at("district", hers)
    district = {"district": District.objects.first().pk}
    assert bea.post(at("district", hers), district).url == at("answer", hers, first.key)
    assert bea.post(at("answer", hers, first.key), {"text": TEXT}).url == at("check", hers)


def test_an_answer_that_is_too_long_is_kept_and_said_by_how_much(bea, hers):
    question = first_question(hers)
    response = bea.post(at("answer", hers, question.key), {"text": "word " * 153})
    assert response.status_code == 422
    assert "has 153 words. Take out 3 words. Until then it is kept as it is." in text(response)
    assert Answer.objects.get().text.count("word") == 153
    assert "Too long" in text(bea.get(at("application", hers)))


def test_the_count_stands_there_without_javascript(bea, hers):
    page = text(bea.get(at("answer", hers, first_question(hers).key)))
    assert "You can write up to 150 words." in page
    assert 'data-maxwords="150"' in page
    assert "maxlength" not in page.replace("data-maxlength", "")


def test_an_empty_answer_is_asked_for(bea, hers):
    response = bea.post(at("answer", hers, first_question(hers).key), {"text": " "})
    assert response.status_code == 422
    assert "Write an answer to “Why do you want to join?”" in text(response)


def seen_in(response) -> str:
    """What the form remembers of the answer that it was opened on."""
    return re.search(r'name="seen" value="(\w*)"', text(response)).group(1)


@pytest.fixture
def written_elsewhere(bea, hers):
    """She opened a question, and then answered it on another device. What her form remembers."""
    address = at("answer", hers, first_question(hers).key)
    seen = seen_in(bea.get(address))
    bea.post(address, {"text": "From the\r\ntrain.", "seen": seen})
    return seen


@pytest.mark.parametrize("button", [{}, {"later": "yes"}])
def test_of_two_devices_the_second_is_told_and_may_win(bea, hers, written_elsewhere, button):
    address = at("answer", hers, first_question(hers).key)
    response = bea.post(address, {"text": "From the desk.", "seen": written_elsewhere, **button})
    assert response.status_code == 422
    for words in ["You have changed this answer on another device", "From the<br>train.", "From the desk."]:
        assert words in text(response)
    assert Answer.objects.get().text == "From the\r\ntrain."
    bea.post(address, {"text": "From the desk.", "seen": seen_in(response), **button})
    assert Answer.objects.get().text == "From the desk."


def test_two_devices_that_say_the_same_do_not_quarrel(bea, hers, written_elsewhere):
    question = first_question(hers)
    said = {"text": "From the\ntrain.", "seen": written_elsewhere}
    assert bea.post(at("answer", hers, question.key), said).status_code == 302


def test_what_was_kept_too_long_is_no_other_device(bea, hers):
    address = at("answer", hers, first_question(hers).key)
    response = bea.post(address, {"text": "word " * 153, "seen": seen_in(bea.get(address))})
    assert bea.post(address, {"text": TEXT, "seen": seen_in(response)}).status_code == 302
    assert Answer.objects.get().text == TEXT


def test_whoever_leaves_with_something_unsaved_can_be_asked_first(bea, hers):
    for address in [at("answer", hers, first_question(hers).key), at("district", hers), at("name", hers)]:
        assert '<form method="post" novalidate data-unsaved>' in text(bea.get(address))


def test_it_closes_while_somebody_writes_and_their_words_are_still_there(bea, hers):
    question = first_question(hers)
    close()
    response = bea.post(at("answer", hers, question.key), {"text": "Half an hour of my life."})
    assert response.status_code == 422
    assert "This closed at" in text(response)
    assert "Half an hour of my life." in text(response)
    assert not Answer.objects.exists()


def test_a_coordinator_decides_while_somebody_writes_and_their_words_are_still_there(browser, campaign, ana, kit):
    application = make_application(campaign, ana)
    recruitment.shortlist(application, by=kit)
    response = browser(ana).post(at("answer", application, first_question(application).key), {"text": "Better words."})
    assert response.status_code == 422
    assert "Better words." in text(response)
    assert {answer.text for answer in Answer.objects.all()} == {TEXT}


def test_what_is_typed_is_never_html(bea, hers):
    question = first_question(hers)
    bea.post(at("answer", hers, question.key), {"text": SCRIPT})
    for page in [bea.get(at("answer", hers, question.key)), bea.get(at("check", hers))]:
        assert SCRIPT not in text(page)
        assert "&lt;script&gt;" in text(page)


def test_a_hint_of_the_coordinators_is_never_html(browser, panel, kit, ana):
    campaign = make_campaign(panel, kit, is_open=False)
    campaign.questions.update(hint=SCRIPT, prompt=SCRIPT)
    campaigns.open_(campaign, by=kit)
    application = recruitment.begin(campaign, by=ana)
    assert SCRIPT not in text(browser(ana).get(at("answer", application, first_question(application).key)))


def test_a_question_of_another_campaign_is_none(bea, hers, panel, kit):
    other = make_campaign(panel, kit).questions.first()
    assert bea.post(at("answer", hers, other.key), {"text": TEXT}).status_code == 404


@pytest.mark.parametrize("chosen", ["", "nowhere", "999999"])
def test_a_district_is_chosen_from_the_list(bea, hers, chosen):
    response = bea.post(at("district", hers), {"district": chosen})
    assert response.status_code == 422
    assert "district" in text(response)


def test_saving_for_later_sends_a_link_and_keeps_what_there_is(browser, bea, hers):
    question = first_question(hers)
    before = len(mail.outbox)
    response = bea.post(at("answer", hers, question.key), {"text": "Half an ans", "later": "yes"})
    assert response.url == at("later", hers)
    assert ADDRESS in text(bea.get(response.url))
    assert len(mail.outbox) == before + 1
    other = browser()
    other.get(link_in(mail.outbox[-1]))
    assert "Half an ans" in text(other.get(at("answer", hers, question.key)))


def test_with_an_account_saving_for_later_mails_nothing(browser, campaign, ana):
    application = recruitment.begin(campaign, by=ana)
    response = browser(ana).post(at("later", application))
    assert "My applications" in text(browser(ana).get(response.url))
    assert not mail.outbox


def test_a_name_can_be_mended(bea, hers):
    assert bea.post(at("name", hers), {"name": ""}).status_code == 422
    assert bea.post(at("name", hers), {"name": "Bea B."}).url == at("application", hers)
    assert Application.objects.get().name == "Bea B."


def test_what_can_no_longer_be_changed_leads_to_where_it_stands(browser, campaign, ana):
    application = make_application(campaign, ana)
    close()
    for address in [
        at("answer", application, first_question(application).key),
        at("district", application),
        at("check", application),
    ]:
        assert browser(ana).get(address, follow=True).redirect_chain[-1][0] in {
            at("application", application),
            at("sent", application),
        }
    assert "Change" not in text(browser(ana).get(at("application", application)))


# Checking and sending -----------------------------------------------------------------------------


def test_the_check_shows_everything_with_a_way_to_change_it(bea, hers):
    answer_all(bea, hers)
    page = text(bea.get(at("check", hers)))
    assert page.count(TEXT) == 2
    assert page.count(">Change<") == 4
    assert "Send my application" in page


def test_what_is_missing_is_said_on_the_check(bea, hers):
    page = text(bea.get(at("check", hers)))
    assert "Not everything is there yet" in page
    assert "Send my application" not in page
    response = bea.post(at("check", hers))
    assert response.status_code == 422
    assert Application.objects.get().status == Status.DRAFT


def test_sending_leads_to_a_page_that_says_what_happens_now(bea, hers):
    response = send(bea, hers)
    assert response.url == at("sent", hers)
    page = text(bea.get(response.url))
    assert hers.reference in page
    assert "You hear from us, either way" in page


def test_sent_twice_it_is_sent_once_and_nobody_is_told_off(bea, hers):
    send(bea, hers)
    before = len(mail.outbox)
    response = bea.post(at("check", hers))
    assert response.url == at("sent", hers)
    assert len(mail.outbox) == before


def test_it_closes_before_it_is_sent(bea, hers):
    answer_all(bea, hers)
    close()
    response = bea.post(at("check", hers))
    assert response.status_code == 422
    assert "This closed at" in text(response)
    assert TEXT in text(response)
    assert "This closed before you sent it" in text(bea.get(at("application", hers)))


def test_what_was_sent_is_changed_at_once(bea, hers):
    send(bea, hers)
    response = bea.post(at("answer", hers, first_question(hers).key), {"text": "Better words."}, follow=True)
    assert "We have noted your change" in text(response)
    assert "Better words." in text(response)


def test_what_was_sent_is_not_changed_to_less_and_the_words_stay_in_the_box(bea, hers):
    send(bea, hers)
    response = bea.post(at("answer", hers, first_question(hers).key), {"text": "word " * 160})
    assert response.status_code == 422
    assert text(response).count("word ") >= 160
    assert {answer.text for answer in Answer.objects.all()} == {TEXT}


# Where it stands ----------------------------------------------------------------------------------

STANDS = {
    Status.SUBMITTED: "You need do nothing more",
    Status.SHORTLISTED: "You are on the shortlist",
    Status.UNSUCCESSFUL: "It is not to be this time",
    Status.APPOINTED: "You are a member",
}


@pytest.mark.parametrize("status", STANDS)
def test_each_state_is_said_in_plain_words(browser, campaign, ana, status):
    application = make_application(campaign, ana)
    Application.objects.update(status=status)
    assert STANDS[status] in text(browser(ana).get(at("application", application)))


def test_called_off_is_not_the_same_as_turned_down(browser, campaign, ana):
    application = make_application(campaign, ana)
    Application.objects.update(status=Status.UNSUCCESSFUL)
    Campaign.objects.update(status=Campaign.Status.CANCELLED)
    assert "This was called off" in text(browser(ana).get(at("application", application)))


def test_an_account_sees_all_of_its_applications_and_nobody_elses(browser, campaign, panel, kit, ana, sam):
    make_application(campaign, sam)
    mine = make_application(make_campaign(panel, kit, title="Mine alone"), ana)
    page = text(browser(ana).get(reverse("panels:applications")))
    assert at("application", mine) in page
    assert campaign.title not in page


def test_what_was_begun_without_the_account_is_in_the_list(browser, hers, person):
    holder = person("Bea Account", ADDRESS)
    assert at("application", hers) in text(browser(holder).get(reverse("panels:applications")))


def test_an_empty_list_says_so(browser, sam):
    assert "You have not applied for anything" in text(browser(sam).get(reverse("panels:applications")))


def test_the_list_is_for_whoever_is_signed_in(browser):
    assert reverse("account_login") in browser().get(reverse("panels:applications")).url


def test_the_list_costs_the_same_for_one_and_for_three(browser, campaign, panel, kit, ana):
    make_application(campaign, ana)
    hers = browser(ana)
    one = queries_of(hers, reverse("panels:applications"))
    for _more in range(2):
        make_application(make_campaign(panel, kit), ana)
    assert queries_of(hers, reverse("panels:applications")) == one


def queries_of(browser, address) -> int:
    """How many queries a page costs, the second time: the first reads the menu anew."""
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        browser.get(address)
    return len(queries)


def test_nothing_of_it_is_kept_by_anybody(bea, hers):
    answer_all(bea, hers)
    for name in ["application", "check", "district", "name", "later", "withdraw"]:
        kept = bea.get(at(name, hers))["Cache-Control"]
        assert "no-store" in kept
        assert "private" in kept


# Taking it back -----------------------------------------------------------------------------------


def test_withdrawing_is_asked_once_and_erases(bea, hers):
    send(bea, hers)
    assert "Take your application back?" in text(bea.get(at("withdraw", hers)))
    assert Answer.objects.exists()
    response = bea.post(at("withdraw", hers))
    assert response.url == reverse("panels:withdrawn")
    assert not Answer.objects.exists()
    assert "Taken back. What you wrote is gone." in text(bea.get(response.url))


def test_afterwards_the_browser_knows_nothing_of_it(bea, hers):
    send(bea, hers)
    bea.post(at("withdraw", hers))
    response = bea.get(at("application", hers))
    assert response.status_code == 404
    assert "We cannot open this" in text(response)
    assert str(hers.key) not in str(dict(bea.session.items()))


def test_another_browser_in_which_it_is_still_open_is_told_and_forgets_it(browser, bea, hers):
    other = browser()
    other.get(link_in(mail.outbox[-1]))
    send(bea, hers)
    bea.post(at("withdraw", hers))
    assert other.post(at("withdraw", hers)).url == reverse("panels:withdrawn")
    assert other.get(at("application", hers)).status_code == 404


def test_with_an_account_it_is_no_longer_among_ones_own(browser, campaign, ana):
    application = make_application(campaign, ana)
    hers = browser(ana)
    assert "so is that they were yours" in text(hers.get(at("withdraw", application)))
    assert "“My applications” no more" in text(hers.post(at("withdraw", application), follow=True))
    assert at("application", application) not in text(hers.get(reverse("panels:applications")))
    assert hers.get(at("application", application)).status_code == 404


def test_a_draft_is_erased(bea, hers):
    assert "Erase what you have written?" in text(bea.get(at("withdraw", hers)))
    response = bea.post(at("withdraw", hers), follow=True)
    assert "Erased. What you wrote is gone." in text(response)
    assert Application.objects.get().name == ""


def test_a_member_cannot_withdraw_but_leaves(browser, campaign, ana):
    application = make_application(campaign, ana)
    Application.objects.update(status=Status.APPOINTED)
    assert browser(ana).post(at("withdraw", application)).url == at("application", application)
    assert Answer.objects.exists()


# An offer -----------------------------------------------------------------------------------------


@pytest.fixture
def offered(campaign, ana, kit):
    return make_offer(make_application(campaign, ana), kit).application


def test_an_offer_says_what_one_would_take_on(browser, offered, campaign):
    page = text(browser(offered.applicant).get(at("offer", offered)))
    for words in [campaign.pay, campaign.time_needed, campaign.place, "Yes, I accept", "No, thank you"]:
        assert words in page


def test_accepting_makes_a_member_and_leads_to_their_page(browser, offered, ana):
    response = browser(ana).post(at("offer", offered), follow=True)
    assert response.redirect_chain[-1][0] == reverse("panels:memberships")
    assert "nothing about it is public" in text(response)
    assert Membership.objects.get().person == ana


def test_accepted_twice_it_leads_to_where_it_stands(browser, offered, ana):
    browser(ana).post(at("offer", offered))
    assert browser(ana).post(at("offer", offered)).url == at("application", offered)
    assert Membership.objects.count() == 1


def test_after_its_day_it_says_so(browser, offered, ana):
    Offer.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    assert "that time has passed" in text(browser(ana).get(at("application", offered)))
    response = browser(ana).post(at("offer", offered))
    assert response.status_code == 422
    assert "The time to answer has passed" in text(response)


def test_without_an_account_it_says_how_to_get_one_and_leads_back(bea, hers, kit):
    send(bea, hers)
    make_offer(hers, kit)
    page = text(bea.get(at("offer", hers)))
    assert f"{reverse('account_signup')}?next={at('offer', hers)}" in page
    assert ADDRESS in page
    assert "Yes, I accept" not in page
    assert bea.post(at("offer", hers)).url == f"{reverse('account_login')}?next={at('offer', hers)}"
    assert not Membership.objects.exists()


def signing_up(browser, going_to) -> str:
    return text(browser.get(reverse("account_signup"), {"next": going_to, "email": "else@example.com"}))


def test_whoever_makes_an_account_for_an_offer_need_not_type_again_what_we_know(bea, hers, kit):
    send(bea, hers)
    make_offer(hers, kit)
    page = signing_up(bea, at("offer", hers))
    for words in ['value="Bea Bloom"', f'value="{ADDRESS}"', "by it we know that the place is yours"]:
        assert words in page


def test_nobody_else_is_told_what_we_know(browser, bea, hers, kit):
    assert "Bea Bloom" not in signing_up(bea, at("offer", hers))  # not offered
    send(bea, hers)
    make_offer(hers, kit)
    for page in [signing_up(browser(), at("offer", hers)), signing_up(bea, "/learning/"), signing_up(bea, at("sent", hers))]:
        assert "Bea Bloom" not in page
        assert ADDRESS not in page


def test_with_the_account_of_the_same_address_it_is_accepted(bea, hers, kit, person):
    send(bea, hers)
    make_offer(hers, kit)
    holder = person("Bea Account", ADDRESS)
    bea.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
    assert "Yes, I accept" in text(bea.get(at("offer", hers)))
    bea.post(at("offer", hers))
    assert Membership.objects.get().person == holder


def test_declining_needs_no_account(bea, hers, kit):
    send(bea, hers)
    make_offer(hers, kit)
    assert "Say no to the place?" in text(bea.get(at("decline", hers)))
    assert bea.post(at("decline", hers)).url == reverse("panels:withdrawn")
    assert Offer.objects.get().status == Offer.Status.DECLINED
    assert Application.objects.get().name == ""


def test_where_there_is_no_offer_there_is_no_page_of_one(bea, hers):
    for name in ["offer", "decline"]:
        assert bea.get(at(name, hers)).url == at("application", hers)
        assert bea.post(at(name, hers)).url == at("application", hers)


def test_a_stranger_accepts_nothing(browser, offered, sam):
    for name in ["offer", "decline", "withdraw", "check", "later", "district"]:
        assert browser(sam).post(at(name, offered)).status_code == 404
