"""Whatever somebody writes in a claim, about one, or beside an account is shown as it stands and does nothing.

The rows hold all tricks at once, longer than a form takes them; each form is tried with as much as it takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django import forms
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import typed
from panels.models import Membership
from people.models import User
from recompense import claims, documents, payments
from recompense.forms import AccountForm, CostForm, SendForm, WorkForm
from recompense.forms_finance import AskForm, LowerForm, RefuseForm, RejectForm
from recompense.models import Claim, Payment
from tests.factories import recompense as make
from tests.factories.panels import make_member
from tests.house.harmless import ALL, PLAIN, PLAIN_LINES, Page, assert_harmless, batches, even, see
from tests.house.tricks import FAMILIES, TRICKS

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.localdate() - timedelta(days=100)  # a claim for that day comes late
KEYS_AND_TIMES = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9-]{10}T[0-9:.]+"


def at(name: str, *rows) -> str:
    return reverse(f"recompense:{name}", args=[row.key for row in rows])


def put(row, **words: str) -> None:
    """As if somebody had written that, as it comes in by a form."""
    type(row).objects.filter(pk=row.pk).update(**{name: typed.clean(text) for name, text in words.items()})


def refused(client: Client, address: str, **said: str) -> str:
    response = client.post(address, said)
    assert response.status_code == 422, (address, response.status_code)
    return response.content.decode()


# Pages ---------------------------------------------------------------------------------------------


class Story:
    """One claim from its beginning to its end and one that is paid, with the same words in every place."""

    def __init__(self, words: str, member: Membership, staff: dict[str, User], rooms: dict[str, Client]) -> None:
        self.words, self.member, self.staff, self.rooms = words, member, staff, rooms
        self.mo, self.person = Client(), member.person
        self.mo.force_login(self.person)
        self.claim = claims.start_other(LONG_AGO, "Work", by=self.person)
        taxi = make.cost(self.claim, "TAXI", spent=Decimal(12), reason="Rain", receipt_is_lost=True)
        self.line = claims.add_line(self.claim, taxi, by=self.person)
        put(make.make_payee(self.person, account_number=f"{self.person.pk:08}"), name_on_account=words)
        put(self.claim, what_for=words)
        put(self.line, reason=words)

    def pages(self) -> dict[str, str]:
        seen = {**self.written(), **self.judged(), **self.ended(), **self.paid()}
        changing = "|".join([KEYS_AND_TIMES, *Claim.objects.values_list("reference", flat=True)])
        return {name: re.sub(changing, "X", page) for name, page in seen.items()}

    def written(self) -> dict[str, str]:
        account = dict.fromkeys(["name", "sort_code", "account_number", "roll_number"], self.words)
        return {
            "work": refused(self.mo, at("other"), what_for=self.words),
            "new cost": refused(self.mo, at("add_cost", self.claim, self.line.rate), reason=self.words),
            "cost": see(self.mo, at("change_cost", self.claim, self.line)),
            "cost without its photo": self.without_photo(),
            "check": refused(self.mo, at("claim", self.claim), late_reason=self.words),
            "withdraw": see(self.mo, at("withdraw", self.claim)),
            "claims": see(self.mo, at("claims")),
            "account": refused(self.mo, at("account"), **account),
        }

    def without_photo(self) -> str:
        return self.mo.post(at("change_cost", self.claim, self.line), {"reason": self.words, "remove": ""}).content.decode()

    def send(self) -> None:
        claims.submit(self.claim, late_reason="Rain", by=self.person)
        put(self.claim, late_reason=self.words)

    def judged(self) -> dict[str, str]:
        cas = self.rooms["cas"]
        self.send()
        self.mo.post(at("add_cost", self.claim, self.line.rate), {"spent": self.words})  # and the next page says that it was late
        seen = {
            "sent": see(self.mo, at("claim", self.claim)),
            "asking": refused(cas, at("ask", self.claim), question=self.words),
            "lowering": refused(cas, at("lower", self.claim), line=self.line.key, reason=self.words),
        }
        claims.lower(self.line, Decimal(10), "Less", by=self.staff["cas"])
        put(self.line, allowed_reason=self.words)
        seen |= {"lowered": see(self.mo, at("claim", self.claim)), "checking": see(cas, at("decide", self.claim))}
        claims.ask(self.claim, "Why?", by=self.staff["cas"])
        put(self.claim, question=self.words)
        return seen | {"asked": see(self.mo, at("claim", self.claim)), "finance: asked": see(cas, at("decide", self.claim))}

    def ended(self) -> dict[str, str]:
        self.send()
        claims.check(self.claim, by=self.staff["cas"])
        seen = {
            "too late": refused(self.rooms["cas"], at("ask", self.claim), question=self.words),
            "rejecting": refused(self.rooms["pat"], at("reject", self.claim), reason=self.words),
        }
        claims.reject(self.claim, "No", by=self.staff["pat"])
        put(self.claim, question=self.words)
        place = at("decide", self.claim)
        return seen | {"rejected": see(self.mo, at("claim", self.claim)), "finance: rejected": see(self.rooms["pat"], place)}

    def paid(self) -> dict[str, str]:
        fin = self.rooms["fin"]
        make.make_approved(self.member, *[self.staff[name] for name in ["kit", "cas", "pat"]])
        run = make.make_run(self.staff["fin"])
        seen = {"run": see(fin, at("run", run))}
        payments.export(run, by=self.staff["fin"])
        seen["refusing"] = refused(fin, at("refuse_run", run), reason=self.words)
        payments.refuse(run, "Past its day", by=self.staff["fin"])
        put(run, refusal=self.words)
        seen["run refused"] = see(fin, at("run", run))
        make.pay(make.make_run(self.staff["fin"]), self.staff["fin"])
        return seen


# How often the words are read on each.
PLACES = {
    "work": 1,
    "new cost": 1,
    "cost": 1,
    "cost without its photo": 1,
    "check": 4,  # the work, why it comes late, the cost, and the name on the account
    "withdraw": 1,
    "claims": 1,
    "account": 5,  # four boxes, and the name as it is now
    "sent": 3,  # the work, the name on the account, and what came too late
    "asking": 4,  # the work, why it comes late, the cost, and the box
    "lowering": 4,
    "lowered": 3,
    "checking": 4,
    "asked": 5,
    "finance: asked": 1,
    "too late": 4,
    "rejecting": 4,
    "rejected": 3,
    "finance: rejected": 4,
    "run": 1,
    "refusing": 1,
    "run refused": 1,
}


@pytest.fixture(scope="module")
def kept():
    """Pages that were seen once and are judged by many tests."""
    return {}


@pytest.fixture
def staff(kit, cas, pat, fin):
    return {"kit": kit, "cas": cas, "pat": pat, "fin": fin}


@pytest.fixture
def rooms(staff, second_factor):
    return {name: second_factor(Client(), person) for name, person in staff.items()}


def told(panel, person, staff, rooms) -> dict[str, tuple[str, str]]:
    """Every page on which such words stand: with plain ones, and with all tricks."""
    make.make_card(lost_receipts_a_year=9)
    members = [make_member(panel, person("Mo Member", email)) for email in ["mo@example.com", "bo@example.com"]]
    wholes = ["\n".join(words) for words in [PLAIN_LINES, ALL]]
    plain, tricks = (Story(words, member, staff, rooms).pages() for words, member in zip(wholes, members, strict=True))
    return {name: (plain[name], page) for name, page in tricks.items()}


@pytest.mark.parametrize("place", PLACES)
def test_what_stands_in_a_claim_is_shown_as_it_stands(kept, place, request):
    if not kept:
        kept |= told(*[request.getfixturevalue(name) for name in ["panel", "person", "staff", "rooms"]])
    assert kept.keys() == PLACES.keys()
    plain, page = kept[place]
    assert Page(plain).read.count(PLAIN_LINES[0]) == PLACES[place]
    assert not typed.UNSEEN.search(page)
    assert_harmless(page, plain, ALL, PLAIN_LINES)


# Forms ---------------------------------------------------------------------------------------------


def test_each_form_hands_on_what_was_typed_as_it_was_typed(card, member):
    late = claims.start_other(LONG_AGO, "Work", by=member.person)
    taxi = card.rates.get(code="TAXI")
    judge_form(WorkForm, "what_for", 200)
    judge_form(partial(CostForm, taxi), "reason", 500)
    judge_form(partial(SendForm, late), "late_reason", 500)
    judge_form(AskForm, "question", 500)
    for form in [LowerForm, RejectForm, RefuseForm]:
        judge_form(form, "reason", 500)
    judge_form(AccountForm, "name", 100)


def judge_form(make_form: Callable[[dict], forms.Form], name: str, most: int) -> None:
    for text in [" ".join(some)[:most] for some in batches(TRICKS, most)]:
        form = make_form({name: text})
        assert name not in form.errors, text
        assert form.cleaned_data[name] == typed.clean(text).strip()


# Whose claim it is ---------------------------------------------------------------------------------

NAMES = [even(" ".join(some)[:120]) for some in batches(TRICKS, 120)]


def rename(person: User, name: str) -> None:
    User.objects.filter(pk=person.pk).update(display_name=name)


def test_whoever_decides_and_pays_reads_a_name_as_it_stands(card, member, staff, rooms):
    sent = make.make_submitted(member, staff["kit"])
    approved = make.make_approved(member, *[staff[name] for name in ["kit", "cas", "pat"]], ago=timedelta(days=9))
    pages = [(rooms["cas"], at("queue")), (rooms["cas"], at("decide", sent))]
    pages += [(rooms["fin"], at("prepare")), (rooms["fin"], at("decide", approved))]
    rename(member.person, PLAIN)
    plain = [Page(see(*page)).made for page in pages]
    for number, name in enumerate(NAMES[::4]):
        rename(member.person, name)
        page = Page(see(*pages[number % len(pages)]))
        assert page.made <= plain[number % len(pages)], name
        assert name in page.read, name


def test_the_letter_to_anybody_is_drawn_and_its_mail_is_in_order(card, member, staff, django_capture_on_commit_callbacks):
    make.make_approved(member, *[staff[name] for name in ["kit", "cas", "pat"]])
    rename(member.person, even(" ".join(FAMILIES["heads of messages"]))[:120])
    with django_capture_on_commit_callbacks(execute=True):
        make.pay(make.make_run(staff["fin"]), staff["fin"])
    letter = mail.outbox[-1]
    assert letter.to == [member.person.email]
    assert not {"Bcc", "Cc"} & set(letter.message().keys())
    assert "trick" not in str(Page(letter.alternatives[0][0]).made)
    payment = Payment.objects.select_related("claim__claimant").get()
    for family in FAMILIES.values():
        payment.claim.claimant.display_name = even(" ".join(family))[:120]
        assert documents.remittance_pdf(payment).startswith(b"%PDF")
