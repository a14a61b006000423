"""The desk of finance in a browser: for whom it exists, what it offers, and what it says when somebody else was quicker."""

import hashlib
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.models import AuditEvent
from people import roles
from recompense import claims, history, payees, payments, receipts, views_finance
from recompense.models import Claim, Payee, PaymentRun
from tests.factories.panels import make_member
from tests.factories.recompense import (
    cost,
    make_approved,
    make_checked,
    make_draft,
    make_exported,
    make_payee,
    make_run,
    make_submitted,
    photo,
)

REASON = "This taxi was not agreed before."


def at(name, row=None):
    return reverse(f"recompense:{name}", args=[row.key] if row else [])


@pytest.fixture
def as_(client, second_factor):
    """`as_(person)`: a browser that they are signed in on."""
    return lambda person: second_factor(client, person)


def price(browser, address):
    """How many queries a page costs when it is not the first."""
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def text_of(response):
    """What is read on the page, as one line."""
    body = re.sub(r"(?s)<(head|nav|header class).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#x27;", "'")


@pytest.fixture
def with_taxi(card, member, kit, mo):
    """Sent, with a fee of £82.50 and a taxi for £18.60 with its receipt."""
    claim = make_draft(member, kit)
    taxi = claims.add_line(claim, cost(claim, "TAXI", spent=Decimal("18.60"), reason="No bus so late"), by=mo)
    receipts.add(taxi, photo(), by=mo)
    make_payee(mo)
    return claims.submit(claim, by=mo)


# For whom it exists ---------------------------------------------------------------------------------


@pytest.fixture
def every_address(approved, fin):
    run = make_run(fin)
    acts = ["decide", "check", "approve", "ask", "lower", "reject"]
    runs = ["run", "export", "download", "cancel_run", "refuse_run", "mark_paid"]
    return {
        **{name: at(name) for name in ["queue", "runs", "prepare"]},
        **{name: at(name, approved) for name in acts},
        **{name: at(name, run) for name in runs},
    }


def test_members_strangers_and_other_staff_find_nothing_here(every_address, as_, mo, sam, kit, val):
    for person in [mo, sam, kit, val]:
        browser = as_(person)
        for name, address in every_address.items():
            assert browser.post(address).status_code in {404, 405}, (person, name)
            is_post_only = browser.get(address).status_code in {302, 405}
            assert is_post_only or browser.get(address).status_code == 404, (person, name)
            if name in {"decide", "queue", "runs", "prepare", "run", "cancel_run", "refuse_run", "mark_paid"}:
                assert browser.get(address).status_code == 404, (person, name)


def test_nobody_gets_anywhere_without_signing_in(client, every_address):
    for name, address in every_address.items():
        for response in [client.get(address), client.post(address)]:
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or "/account/login/" in response.url or response.url.endswith("/"), name


def test_staff_get_nowhere_without_their_second_factor(client, every_address, cas, fin):
    for person in [cas, fin]:
        client.force_login(person)
        for name in ["queue", "decide", "run", "export"]:
            assert "/2fa/" in client.post(every_address[name]).url


def test_payments_are_for_those_who_pay_alone(every_address, as_, cas, pat, fin):
    for person in [cas, pat]:
        for name in ["runs", "prepare", "run", "cancel_run", "refuse_run", "mark_paid"]:
            assert as_(person).get(every_address[name]).status_code == 404
        for name in ["export", "download"]:
            assert as_(person).post(every_address[name]).status_code == 404
    for name in ["runs", "prepare", "run", "cancel_run", "queue", "decide"]:
        assert as_(fin).get(every_address[name]).status_code == 200, name
    for name in ["mark_paid", "refuse_run"]:  # it has no file yet
        assert as_(fin).get(every_address[name]).url == every_address["run"]


def test_what_was_not_sent_does_not_exist(card, member, kit, cas, as_):
    draft = make_draft(member, kit)
    assert as_(cas).get(at("decide", draft)).status_code == 404


def test_nothing_of_it_is_kept_by_a_browser(every_address, as_, fin):
    browser = as_(fin)
    for name in ["queue", "decide", "runs", "prepare", "run"]:
        assert "no-store" in browser.get(every_address[name])["Cache-Control"]
    assert "no-store" in browser.post(every_address["export"])["Cache-Control"]


# The lists ------------------------------------------------------------------------------------------


def test_a_list_says_who_what_for_and_how_long_and_no_panel(with_taxi, as_, cas, panel):
    Claim.objects.update(submitted_at=timezone.now() - timedelta(days=23))
    response = as_(cas).get(at("queue"))
    page = text_of(response)
    assert "1 waiting, £101.10 in all. The oldest came in 23 days ago." in page
    for words in ["Mo Member", "£101.10", f"{with_taxi.day:%B %Y}", "Waiting 23 of 21 days", "2 days over the target"]:
        assert words in page
    assert panel.name not in response.content.decode()


def test_each_role_has_its_list_and_who_has_all_has_tabs(card, member, kit, cas, pat, fin, ash, as_):
    make_submitted(member, kit), make_checked(member, kit, cas), make_approved(member, kit, cas, pat)
    for person, title in [(cas, "Claims to check"), (pat, "Claims to approve"), (fin, "Claims to pay")]:
        response = as_(person).get(at("queue"))
        assert response.context["queue"].title == title
        assert "Lists of claims" not in response.content.decode()
    response = as_(ash).get(at("queue"), {"list": "pay"})
    assert [(each.act, count) for each, count in response.context["tabs"]] == [("check", 1), ("approve", 1), ("pay", 1)]
    assert response.context["queue"].act == "pay"
    assert as_(ash).get(at("queue"), {"list": "nonsense"}).context["queue"].act == "check"
    assert as_(cas).get(at("queue"), {"list": "pay"}).context["queue"].act == "check"


def test_the_first_list_with_something_in_it_opens(checked, ash, as_):
    assert as_(ash).get(at("queue")).context["queue"].act == "approve"


def test_an_empty_list_says_what_will_stand_there(card, cas, as_):
    assert "When a member sends a claim, it stands here." in text_of(as_(cas).get(at("queue")))


def test_a_long_list_has_pages(monkeypatch, card, member, kit, cas, as_):
    monkeypatch.setattr(views_finance, "PER_PAGE", 2)
    made = [make_submitted(member, kit) for _ in range(3)]
    first, second = (as_(cas).get(at("queue"), {"page": number}) for number in [1, 2])
    assert [entry.claim for entry in [*first.context["entries"], *second.context["entries"]]] == made
    assert as_(cas).get(at("queue"), {"page": "nonsense"}).status_code == 200


def test_a_page_of_three_costs_the_queries_of_a_page_of_one(card, member, kit, cas, as_):
    browser, prices = as_(cas), []
    for number in [1, 2]:
        for _ in range(number):
            make_submitted(member, kit)
        prices.append(price(browser, at("queue")))
    assert prices[0] == prices[1] <= 15


def test_the_navigation_leads_there_for_those_who_may(home, card, cas, pat, fin, mo, as_):
    for person, words in [(cas, ["Claims to check"]), (pat, ["Claims to approve"]), (fin, ["Claims to pay", "Payments"])]:
        page = as_(person).get(reverse("account:home")).content.decode()
        assert all(f">{word}</a>" in page for word in words)
    page = as_(mo).get(reverse("account:home")).content.decode()
    assert at("queue") not in page and at("runs") not in page


def test_a_claim_opens_from_the_list_with_the_focus_on_its_heading(submitted, cas, as_):
    assert f'href="{at("decide", submitted)}#claim"' in as_(cas).get(at("queue")).content.decode()


# One claim ------------------------------------------------------------------------------------------


def test_a_claim_shows_what_a_checker_needs_and_no_more(with_taxi, panel, as_, cas):
    response = as_(cas).get(at("decide", with_taxi))
    page, html = text_of(response), response.content.decode()
    for words in ["Mo Member, £101.10", "ending 3445", "Taxi", "No bus so late", "£18.60", "Sent by Mo Member", "150 minutes"]:
        assert words in page, words
    assert "Pass £101.10 for approval" in page
    assert "Ask Mo Member a question" in page
    assert "Do not pay this claim" not in page
    receipt = with_taxi.receipts.get()
    assert html.count(reverse("recompense:receipt", args=[receipt.key, 1])) == 2
    for secret in ["00733445", "309430", "30-94-30", "M Example", panel.name]:
        assert secret not in html


def test_a_line_says_how_it_was_counted(card, member, kit, mo, cas, as_):
    claim = make_draft(member, kit)
    claims.add_line(claim, cost(claim, "CAR", quantity=Decimal("12.4")), by=mo)
    care = claims.add_line(claim, cost(claim, "CHILDCARE", quantity=Decimal(3), spent=Decimal(60)), by=mo)
    receipts.add(care, photo(), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    page = text_of(as_(cas).get(at("decide", claim)))
    for words in ["12.4 miles at £0.45 each", "3 hours at up to £15.00 each", "£60.00 was spent", "the limit allows £45.00"]:
        assert words in page, page


def test_an_approver_is_offered_what_approvers_do(checked, as_, pat):
    page = text_of(as_(pat).get(at("decide", checked)))
    assert "Approve £82.50" in page and "Do not pay this claim" in page and "Pass " not in page
    assert "Checked by Cas Claims Checker" in page


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("ash", "It waits to be approved. You checked this claim, so somebody else must do this."),
        ("cas", "It waits to be approved."),
        ("fin", "It waits to be approved."),
    ],
)
def test_what_somebody_may_not_do_is_not_offered_and_says_why(request, card, member, kit, ash, cas, fin, who, words, as_):
    claim = make_checked(member, kit, ash)
    person = request.getfixturevalue(who)
    response = as_(person).get(at("decide", claim))
    assert words in text_of(response)
    assert response.context["offered"] == []


def test_nobody_is_offered_their_own(card, panel, kit, cas, as_):
    claim = make_submitted(make_member(panel, cas), kit)
    response = as_(cas).get(at("decide", claim))
    assert "This is your own claim, so somebody else must do this." in text_of(response)
    assert "<form" not in response.content.decode().partition('id="decision"')[2]


def test_what_is_with_its_member_again_is_not_shown(with_taxi, cas, as_):
    claims.ask(with_taxi, "Which taxi was it?", by=cas)
    response = as_(cas).get(at("decide", with_taxi))
    page = text_of(response)
    assert "It is back with them, with a question." in page and "Which taxi was it?" in page
    assert "No bus so late" not in page and "<img" not in response.content.decode()


def test_every_state_has_its_page(card, member, kit, cas, pat, fin, ash, mo, as_):
    claims.withdraw(make_submitted(member, kit), by=mo)
    claims.reject(make_checked(member, kit, cas), REASON, by=pat)
    make_approved(member, kit, cas, pat)
    make_exported(fin)
    make_checked(member, kit, cas)
    Payee.objects.all().delete()
    Claim.objects.filter(status="in_run").update(claimant=None)
    for claim in Claim.objects.all():
        for person in [cas, pat, fin, ash]:
            assert as_(person).get(at("decide", claim)).status_code == 200, claim.status


def test_a_claim_costs_the_same_queries_whatever_is_in_it(card, member, kit, mo, cas, as_):
    browser, prices = as_(cas), []
    make_payee(mo)
    for number, ago in [(1, 3), (3, 9)]:
        claim = make_draft(member, kit, ago=timedelta(days=ago))
        for _ in range(number):
            line = claims.add_line(claim, cost(claim, "TAXI", spent=Decimal(9), reason="Late"), by=mo)
            receipts.add(line, photo(size=(60 + _, 80 + number)), by=mo)
        claims.submit(claim, by=mo)
        prices.append(price(browser, at("decide", claim)))
    assert prices[0] == prices[1] <= 32


# Deciding -------------------------------------------------------------------------------------------


def decide(browser, name, claim, **said):
    return browser.post(at(name, claim), {"seen": audit.latest(claim), **said})


def test_after_an_act_the_next_claim_opens_with_its_heading_and_what_was_done(card, member, kit, cas, as_):
    first, second = make_submitted(member, kit), make_submitted(member, kit)
    response = decide(as_(cas), "check", first)
    assert response.url == f"{at('decide', second)}#claim"
    page = as_(cas).get(response.url)
    assert "Mo Member: £82.50 is passed for approval." in text_of(page)
    assert 'id="claim" tabindex="-1"' in page.content.decode()
    assert Claim.objects.get(pk=first.pk).status == Claim.Status.CHECKED


def test_after_the_last_the_list_opens(submitted, cas, as_):
    response = decide(as_(cas), "check", submitted)
    assert response.url == at("queue")
    assert "is passed for approval" in text_of(as_(cas).get(response.url))


def test_what_one_may_not_do_is_left_out_of_what_is_next(card, member, panel, kit, cas, as_):
    first = make_submitted(member, kit)
    make_submitted(make_member(panel, cas), kit)
    assert decide(as_(cas), "check", first).url == at("queue")


@pytest.mark.parametrize(
    ("name", "said", "status"),
    [
        ("check", {}, "checked"),
        ("ask", {"question": "Which taxi?"}, "returned"),
        ("approve", {}, "approved"),
        ("reject", {"reason": REASON}, "rejected"),
    ],
)
def test_each_button_does_what_it_says(card, member, kit, cas, pat, as_, name, said, status):
    is_checking = name in {"check", "ask"}
    claim = make_submitted(member, kit) if is_checking else make_checked(member, kit, cas)
    response = decide(as_(cas if is_checking else pat), name, claim, **said)
    assert response.status_code == 302
    assert Claim.objects.get(pk=claim.pk).status == status


def test_paying_less_stays_on_the_claim(with_taxi, cas, as_):
    taxi = with_taxi.lines.get(rate__code="TAXI")
    response = decide(as_(cas), "lower", with_taxi, line=taxi.key, allowed="£9.30", reason=REASON)
    assert response.url == f"{at('decide', with_taxi)}#claim"
    page = text_of(as_(cas).get(response.url))
    assert "Taxi: we now pay £9.30." in page
    assert "Pass £91.80 for approval" in page and REASON in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ["Choose a line", "Enter how much we pay for it"]),
        ({"allowed": "£1,2O"}, ["the letter O"]),
        ({"allowed": "18.61", "reason": REASON}, ["Enter an amount from £0.00 to £18.60"]),
        ({"allowed": "18.60", "reason": REASON}, ["That is what is paid now. Enter less than £18.60"]),
        ({"allowed": "-1", "reason": REASON}, ["Enter a number above 0"]),
        ({"allowed": "9", "reason": " "}, ["Say why, in words that the member will read"]),
        ({"allowed": "9", "reason": "x" * 501}, ["Write at most 500 characters"]),
        ({"line": "00000000-0000-4000-8000-000000000000", "allowed": "9", "reason": REASON}, ["Choose a line of this claim"]),
        ({"line": "x\x00", "allowed": "9" * 50, "reason": REASON}, ["Choose a line of this claim"]),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_nothing_is_lost(with_taxi, cas, as_, said, words):
    taxi = with_taxi.lines.get(rate__code="TAXI")
    response = decide(as_(cas), "lower", with_taxi, **({"line": taxi.key} if "allowed" in said else {}) | said)
    page = text_of(response)
    assert response.status_code == 422
    assert all(word in page for word in ["There is a problem", *words]), page
    html = response.content.decode()
    assert "<title>Error:" in html
    for typed in said.values():
        assert typed.strip("\x00 ") in html or typed.startswith(("x", "0000"))


@pytest.mark.parametrize(("name", "said"), [("ask", {"question": " "}), ("reject", {"reason": ""})])
def test_words_are_needed(card, member, kit, cas, pat, ash, as_, name, said):
    claim = make_submitted(member, kit) if name == "ask" else make_checked(member, kit, cas)
    response = decide(as_(ash), name, claim, **said)
    assert response.status_code == 422
    assert f'href="#{name}_' in response.content.decode()


def test_who_was_slower_is_told_kindly_and_keeps_what_they_typed(submitted, cas, ash, as_):
    seen = audit.latest(submitted)
    claims.check(submitted, by=ash)
    response = as_(cas).post(at("ask", submitted), {"seen": seen, "question": "Which meeting do you mean?"})
    page = text_of(response)
    assert response.status_code == 422
    at_once = rf"It has been passed for approval already, by {re.escape(ash.display_name)} at \d{{1,2}}(\.\d\d)? [ap]m\."
    assert re.search(at_once, page), page
    for words in ["Nothing was done", "Which meeting do you mean?", "It waits to be approved."]:
        assert words in page, words
    note = response.content.decode().partition('data-module="govuk-error-summary"')[2]
    assert "Nothing was done" in note.partition("</section>")[0]  # where the focus goes


def test_ones_own_second_tab_is_nobody_else(submitted, cas, as_):
    seen = audit.latest(submitted)
    claims.check(submitted, by=cas)
    page = text_of(as_(cas).post(at("check", submitted), {"seen": seen}))
    assert "It has been passed for approval already, by you at" in page
    assert "omebody else" not in page.partition("Nothing was done")[2].partition("No receipts")[0]


def test_what_was_decided_on_another_day_says_which(submitted, cas, pat, as_):
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        claims.check(submitted, by=cas)
    page = text_of(as_(cas).post(at("check", submitted)))
    assert f"by you on {history.of(submitted)[-1].at:%-d %B %Y}." in page


def test_what_its_member_has_taken_back_says_so(submitted, mo, cas, as_):
    claims.withdraw(submitted, by=mo)
    page = text_of(as_(cas).post(at("check", submitted)))
    assert f"It has been taken back already, by {mo.display_name} at" in page


def test_a_button_does_no_other_sum_than_it_named(with_taxi, cas, ash, as_):
    seen = audit.latest(with_taxi)
    claims.lower(with_taxi.lines.get(rate__code="TAXI"), Decimal(0), REASON, by=ash)
    response = as_(cas).post(at("check", with_taxi), {"seen": seen})
    page = text_of(response)
    assert response.status_code == 422
    assert "Somebody has changed this claim since you opened it" in page
    assert "Pass £82.50 for approval" in page
    assert Claim.objects.get(pk=with_taxi.pk).status == Claim.Status.SUBMITTED
    again = re.search(r'name="seen" value="(\d+)"', response.content.decode()).group(1)
    assert as_(cas).post(at("check", with_taxi), {"seen": again}).status_code == 302


@pytest.mark.parametrize("seen", ["", "x", "-1", "９", "9" * 40, "1.5"])
def test_nonsense_in_the_number_is_no_server_error(submitted, cas, as_, seen):
    assert as_(cas).post(at("check", submitted), {"seen": seen}).status_code in {302, 422}


def test_an_act_that_is_not_ones_own_is_refused(submitted, pat, fin, as_):
    for person in [pat, fin]:
        response = as_(person).post(at("check", submitted), {"seen": audit.latest(submitted)})
        assert response.status_code == 422
        assert "You are not allowed to do this." in text_of(response)
        assert "Nothing was done" in text_of(response)


def test_an_address_of_an_act_opened_by_hand_leads_to_the_claim(submitted, cas, as_):
    for name in ["check", "approve", "ask", "lower", "reject"]:
        assert as_(cas).get(at(name, submitted)).url == at("decide", submitted)


# Payment runs ---------------------------------------------------------------------------------------


def day(ahead=0):
    on = timezone.localdate() + timedelta(days=ahead)
    return {"pays_on_day": on.day, "pays_on_month": on.month, "pays_on_year": on.year}


def test_how_far_ahead_is_said_before_it_is_refused(approved, fin, as_):
    assert "Today, or in the next 31 days." in text_of(as_(fin).get(at("prepare")))


def test_a_run_is_shown_before_it_is_made_with_what_is_left_out_and_why(card, member, kit, cas, pat, ash, as_):
    make_approved(member, kit, cas, pat), make_approved(member, kit, ash, pat)
    response = as_(ash).get(at("prepare"))
    page = text_of(response)
    assert "1 claim that you can pay, £82.50." in page
    assert "You checked this claim, so somebody else must do this." in page
    assert response.content.decode().count("checked>") == 1
    assert not PaymentRun.objects.exists()


def test_what_was_ticked_goes_into_a_run(card, member, kit, cas, pat, fin, as_):
    chosen, kept = make_approved(member, kit, cas, pat), make_approved(member, kit, cas, pat)
    response = as_(fin).post(at("prepare"), {"chosen": [chosen.key], **day(2)})
    run = PaymentRun.objects.get()
    assert response.url == at("run", run)
    assert (run.count, run.pays_on) == (1, timezone.localdate() + timedelta(days=2))
    assert Claim.objects.get(pk=kept.pk).status == Claim.Status.APPROVED


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (day(), "Tick the claims that should be paid"),
        ({"chosen": ["00000000-0000-4000-8000-000000000000"], **day()}, "cannot be paid any more"),
        (day(-1), "Choose a payment date that is not in the past"),
        (day(400), "Choose a payment date in the next 31 days"),
        ({"pays_on_day": "31", "pays_on_month": "2", "pays_on_year": "2027"}, "Enter a real date"),
        ({}, "Enter the day on which the bank should pay"),
    ],
)
def test_a_run_that_cannot_be_made_says_what_is_wrong(approved, fin, as_, said, words):
    chosen = {} if words.startswith(("Tick", "Enter the day")) else {"chosen": [approved.key]}
    response = as_(fin).post(at("prepare"), chosen | said)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not PaymentRun.objects.exists()


def test_nothing_to_pay_says_so(card, fin, as_):
    response = as_(fin).get(at("prepare"))
    assert "There is nothing that you can pay now." in text_of(response)
    assert "<button" not in response.content.decode().partition("<main")[2].partition("</main")[0]


def test_a_run_shows_names_endings_and_sums_and_leaves_a_trace(approved, fin, as_, panel):
    run = make_run(fin)
    response = as_(fin).get(at("run", run))
    page, html = text_of(response), response.content.decode()
    for words in ["M Example", "3445", "£82.50", run.payments.get().reference, "Make the file for £82.50"]:
        assert words in page
    for secret in ["00733445", "309430", panel.name]:
        assert secret not in html
    assert AuditEvent.objects.filter(act="run.reveal", subject=run.key, actor=fin.audit_key).count() == 1


def test_making_the_file_leads_back_to_the_run_as_it_is_then(approved, fin, as_):
    run = make_run(fin)
    browser = as_(fin)
    response = browser.post(at("export", run))
    assert response.url == at("run", run)
    page = text_of(browser.get(response.url))
    assert "The file is made. Download it, take it to the bank, then come back and mark it as paid." in page
    assert "File made" in page and "Download the file" in page
    assert "Make the file" not in page and "Cancel this run" not in page
    assert not AuditEvent.objects.filter(act="run.download").exists()


def test_the_file_comes_as_an_attachment_with_a_neutral_name_and_again_to_the_byte(approved, fin, as_):
    run = make_exported(fin)
    browser = as_(fin)
    response = browser.post(at("download", run))
    assert response["Content-Type"] == "text/csv; charset=us-ascii"
    assert response["Content-Disposition"] == f'attachment; filename="payments-{run.reference.replace("-", "")}.csv"'
    assert browser.post(at("download", run)).content == response.content
    page = text_of(browser.get(at("run", run)))
    assert hashlib.sha256(response.content).hexdigest() in page
    assert "Mark £82.50 as paid" in page and "Cancel this run" not in page


def test_the_file_is_made_once_and_the_second_press_is_answered_kindly(approved, fin, as_):
    run = make_exported(fin)
    response = as_(fin).post(at("export", run))
    assert response.url == at("run", run)
    page = text_of(as_(fin).get(response.url))
    assert "The file is made already." in page and "Nothing was done" not in page
    assert "Download the file" in page
    assert AuditEvent.objects.filter(act="run.export").count() == 1


def test_a_run_that_was_cancelled_has_no_file_to_show(approved, fin, as_):
    run = make_run(fin)
    payments.cancel(run, by=fin)
    for name in ["export", "download"]:
        response = as_(fin).post(at(name, run))
        assert response.status_code == 422
        assert "Nothing was done" in text_of(response) and "The present state is: Cancelled." in text_of(response)


def test_what_is_not_paid_yet_cannot_be_marked_as_paid(approved, fin, as_):
    run = payments.prepare(timezone.localdate() + timedelta(days=3), by=fin)
    payments.export(run, by=fin)
    page = text_of(as_(fin).get(at("run", run)))
    assert "Mark it as paid on that day or later" in page and "Mark £82.50 as paid" not in page
    asked = as_(fin).get(at("mark_paid", run))
    assert asked.url == at("run", run)
    assert f"It is paid on {run.pays_on:%-d %B %Y}." in text_of(as_(fin).get(asked.url))
    response = as_(fin).post(at("mark_paid", run))
    assert response.status_code == 422 and "would not be true" in text_of(response)


def test_marking_as_paid_asks_once_more_and_says_how_many_are_told(approved, fin, as_):
    run = make_exported(fin)
    browser = as_(fin)
    assert "1 letter goes out" in text_of(browser.get(at("mark_paid", run)))
    assert browser.post(at("mark_paid", run)).url == at("run", run)
    assert Claim.objects.get().status == Claim.Status.PAID
    response = browser.post(at("mark_paid", run))
    assert response.status_code == 422
    assert "The present state is: Paid." in text_of(response)


def test_an_account_that_was_changed_after_approval_is_named_and_not_ticked(approved, fin, as_):
    assert " checked" in as_(fin).get(reverse("recompense:prepare")).content.decode()
    person = approved.claimant
    payees.change(person, name="Another", sort_code="089999", account_number="66374958", by=person)
    page = as_(fin).get(reverse("recompense:prepare"))
    assert "The account was changed after this was approved" in text_of(page)
    assert " checked" not in page.content.decode()


def test_a_run_can_be_cancelled_before_its_file_is_made(approved, fin, as_):
    run = make_run(fin)
    browser = as_(fin)
    assert "1 claim waits again as it did. Nobody is told." in text_of(browser.get(at("cancel_run", run)))
    browser.post(at("cancel_run", run))
    assert Claim.objects.get().status == Claim.Status.APPROVED
    assert "It holds none." in text_of(browser.get(at("run", run)))


def test_what_cannot_be_cancelled_any_more_is_not_asked_about(approved, fin, as_):
    run = make_exported(fin)
    asked = as_(fin).get(at("cancel_run", run))
    assert asked.url == at("run", run)
    assert "The present state is: File made." in text_of(as_(fin).get(asked.url))


def test_a_file_that_the_bank_refused_is_noted_with_its_reason(approved, fin, as_):
    run, browser = make_exported(fin), as_(fin)
    assert at("refuse_run", run) in browser.get(at("run", run)).content.decode()
    assert "1 claim waits again as it did" in text_of(browser.get(at("refuse_run", run)))
    refused = browser.post(at("refuse_run", run), {"reason": ""})
    assert (refused.status_code, "Say why the bank refused the file" in text_of(refused)) == (422, True)
    browser.post(at("refuse_run", run), {"reason": "Past its day."})
    assert Claim.objects.get().status == Claim.Status.APPROVED
    page = text_of(browser.get(at("run", run)))
    assert "Past its day." in page and "Refused by the bank, noted by Fin Finance Officer" in page
    assert run.file_digest in page
    again = browser.post(at("refuse_run", run), {"reason": "Past its day."})
    assert (again.status_code, "The present state is: Cancelled." in text_of(again)) == (422, True)


def test_a_run_whose_day_is_past_offers_no_file(approved, fin, as_):
    run, browser = make_run(fin), as_(fin)
    PaymentRun.objects.update(pays_on=timezone.localdate() - timedelta(days=1))
    page = text_of(browser.get(at("run", run)))
    assert "Cancel this run and prepare another." in page and "Make the file" not in page
    assert browser.post(at("export", run)).status_code == 422


def test_who_has_a_claim_in_the_run_is_told_that_somebody_else_must_pay_it(card, panel, person, kit, cas, pat, fin, as_):
    gil = person("Gil Pays")
    roles.grant(gil, "finance officer")
    make_approved(make_member(panel, gil), kit, cas, pat)
    run = make_run(fin)
    response = as_(gil).get(at("run", run))
    assert "Your own claim is in this run, so somebody else must do this." in text_of(response)
    assert "Make the file" not in text_of(response)
    assert as_(gil).post(at("export", run)).status_code == 422


def test_runs_stand_newest_first(card, member, kit, cas, pat, fin, as_):
    browser, prices = as_(fin), []
    for _ in range(2):
        make_approved(member, kit, cas, pat)
        make_run(fin)
        prices.append(price(browser, at("runs")))
    assert prices[0] == prices[1] <= 12
    newest, oldest = browser.get(at("runs")).context["page_obj"].object_list
    assert newest.prepared_at > oldest.prepared_at


def test_a_run_of_three_costs_the_queries_of_a_run_of_one(card, member, kit, cas, pat, fin, as_):
    browser, prices = as_(fin), []
    for number in [1, 3]:
        for _ in range(number):
            make_approved(member, kit, cas, pat)
        prices.append(price(browser, at("run", make_run(fin))))
    assert prices[0] == prices[1] <= 27


def test_a_cancelled_candidate_is_named_and_the_others_stay_ticked(card, member, kit, cas, pat, fin, as_):
    taken, kept = make_approved(member, kit, cas, pat), make_approved(member, kit, cas, pat)
    payments.prepare(timezone.localdate(), by=fin, chosen=[taken.key])
    response = as_(fin).post(at("prepare"), {"chosen": [taken.key, kept.key], **day()})
    assert response.status_code == 422
    assert "One of these claims cannot be paid any more." in text_of(response)
    assert response.content.decode().count("checked>") == 1
