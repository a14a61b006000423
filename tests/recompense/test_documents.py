"""The payment letter: what stands in it, in which order, and whose name; fee and costs apart."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pikepdf
import pypdf
import pytest
from django.core import mail
from django.utils import translation

from core.models import AuditEvent
from people import names
from recompense import claims, documents, emails
from recompense.models import Claim, Payment
from tests.factories.recompense import bus, cost, make_checked, make_draft, make_payee, make_run, make_submitted, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(card, member, kit, cas, pat, fin, mo):
    """For a meeting, a bus that was paid back in part, and the car."""
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim, "9.00"), by=mo)
    claims.add_line(claim, cost(claim, "CAR", quantity=Decimal(12)), by=mo)
    make_payee(mo)
    claim = claims.submit(claim, by=mo)
    claims.lower(line, Decimal("4.60"), "One way only.", by=cas)
    claims.approve(claims.check(claim, by=cas), by=pat)
    pay(make_run(fin), fin)
    return Payment.objects.get()


def words(payment) -> str:
    """The text of its one page, in the order in which it is read, each run of white space as one space."""
    pages = pypdf.PdfReader(io.BytesIO(documents.remittance_pdf(payment))).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def test_a_letter_says_what_was_paid_to_whom_and_for_what_with_fee_and_costs_apart(payment):
    day, paid_on = f"{payment.claim.day:%-d %B %Y}", f"{payment.run.pays_on:%-d %B %Y}"
    assert words(payment) == (
        f"Payment {payment.reference} "
        f"We have paid you £92.50. On your bank statement it is called {payment.reference}. "
        f"Paid to Mo Member Payment date {paid_on} Account ending 3445 "
        f"For {day} Claim {payment.claim.reference} Paid in all £92.50 "
        "For your time What Amount Meeting of up to 4 hours, preparation included £82.50 Sum £82.50 "
        "Costs paid back What Amount Bus, tram or train £4.60 Car, 12 miles £5.40 Sum £10.00 "
        "Fee and costs stand apart here, so that you can show this letter to an office that asks, such as one that pays "
        "benefits. Costs are money that you had spent to take part. "
        "Questions? Write to hello@alongside.example."
    )


def test_no_account_stands_in_it_but_its_end(payment):
    text = words(payment)
    assert "00733445" not in text
    assert "309430" not in text


def elements(node):
    """Every structure element under a node of the tag tree."""
    children = node.get("/K")
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def test_a_letter_is_tagged_for_screen_readers_with_a_neutral_title(payment):
    with translation.override("en-gb"), pikepdf.open(io.BytesIO(documents.remittance_pdf(payment))) as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert document.Root.Lang == "en-GB"
        tags = [str(element.S) for element in elements(document.Root.StructTreeRoot)]
        assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure"} <= set(tags)
        assert tags.count("/Table") == 2
        assert [figure.Alt for figure in elements(document.Root.StructTreeRoot) if figure.S == "/Figure"] == ["Alongside"]
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == f"Payment {payment.reference}"
        assert "Mo Member" not in str(dict(document.docinfo))


def test_the_name_of_a_file_is_its_reference(payment):
    assert documents.file_name(payment) == f"payment-{payment.reference}.pdf"
    assert re.fullmatch(r"[0-9A-Z]{12}", payment.reference)


def test_a_letter_of_the_demonstration_says_so(payment, settings):
    assert "Demonstration content" not in words(payment)
    settings.DEMO = True
    assert "Demonstration content" in words(payment)


def test_a_changed_name_stands_on_the_next_copy_and_the_former_one_does_not(payment, mo):
    names.change(mo, "Noa Okafor", by=mo)
    text = words(Payment.objects.get())
    assert "Noa Okafor" in text
    assert "Mo Member" not in text


@pytest.mark.parametrize("name", ["#panic()", '"] $x$', "王" * 60, "W" * 120, "", "\u202e", "🏳️‍🌈" * 9])
def test_a_name_of_any_kind_keeps_the_letter_readable_and_is_never_run(payment, name):
    payment.claim.claimant.display_name = name
    assert payment.reference in words(payment)


def test_where_nothing_but_the_fee_was_paid_the_costs_are_none(card, member, kit, cas, pat, fin, mo):
    make_payee(mo)
    claim = claims.submit(make_draft(member, kit), by=mo)
    claims.approve(claims.check(claim, by=cas), by=pat)
    pay(make_run(fin), fin)
    assert "Costs paid back What Amount None £0.00 Sum £0.00" in words(Payment.objects.get())


def test_a_letter_whose_claimant_was_erased_bears_no_name(payment):
    payment.claim.claimant = None
    assert "Paid to Payment date" in words(payment)


@pytest.fixture
def told(card, member, kit, cas, pat, fin, mo, django_capture_on_commit_callbacks):
    """The mail about a payment, once everything has committed."""
    make_payee(mo)
    claim = claims.submit(make_draft(member, kit), by=mo)
    claims.approve(claims.check(claim, by=cas), by=pat)
    with django_capture_on_commit_callbacks(execute=True):
        pay(make_run(fin), fin)
    (message,) = mail.outbox
    return message


def test_the_mail_says_the_same_and_carries_the_letter(told, mo):
    payment = Payment.objects.get()
    assert told.to == [mo.email]
    assert told.subject == "We have paid you"
    for text in ["£82.50", payment.reference, "ending 3445", str(payment.claim.key)]:
        assert text in told.body
    ((name, content, kind),) = told.attachments
    assert (name, kind) == (f"payment-{payment.reference}.pdf", "application/pdf")
    assert content.startswith(b"%PDF")


def test_the_task_repeated_sends_no_second_letter(told):
    emails.send_remittance.call(Payment.objects.get().pk)
    assert len(mail.outbox) == 1
    assert AuditEvent.objects.filter(act=emails.TOLD).count() == 1


def test_nobody_is_written_to_about_a_claim_whose_claimant_is_gone(payment):
    Claim.objects.update(claimant=None)
    mail.outbox.clear()
    emails.send_remittance.call(payment.pk)
    assert mail.outbox == []


def test_each_sending_is_told_by_one_mail(card, member, kit, cas, mo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        claim = make_submitted(member, kit)
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("We have what you sent", [mo.email])
    assert claim.reference in message.body
    assert str(claim.key) in message.body
    claims.ask(claim, "Which bus?", by=cas)
    with django_capture_on_commit_callbacks(execute=True):
        claims.submit(claim, by=mo)
    assert [each.subject for each in mail.outbox] == ["We have what you sent"] * 2


def test_a_question_and_a_refusal_are_read_on_the_site_and_not_in_the_mail(
    card, member, kit, cas, pat, mo, django_capture_on_commit_callbacks
):
    first, second = make_submitted(member, kit), make_checked(member, kit, cas)
    with django_capture_on_commit_callbacks(execute=True):
        claims.ask(first, "Was it the panel about hearing aids?", by=cas)
        claims.reject(second, "The panel did not meet.", by=pat)
    assert [message.subject for message in mail.outbox] == ["A question for you", "About your claim"]
    for message, claim in zip(mail.outbox, [first, second], strict=True):
        assert "panel" not in str(message.message())
        assert claim.reference in message.body
        assert str(claim.key) in message.body
