"""Whatever a program sends is answered as it was sent, as JSON and nothing else, and does nothing."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from core import typed
from panels.models import Experience, Passage
from people.models import User
from recompense.models import Claim, Line, Payee
from tests.factories import recompense as make
from tests.factories.experiences import make_published
from tests.factories.panels import make_application, make_member
from tests.factories.tokens import make_token
from tests.house.harmless import ALL, Page, batches, even
from tests.house.tricks import BROKEN, TRICKS

pytestmark = pytest.mark.django_db
PLACE = "/api/v1"
JSON, PROBLEM = "application/json", "application/problem+json"
WHOLE = "\n".join(ALL)
CLEAN = typed.clean(WHOLE)  # with a bracket at either end, so that nothing is stripped
# All of it comes in by one parser, as is tried with an experience. A claim takes as much as this at once.
WORDS = ["\n".join(some) for some in batches(ALL, 500)][::7]
SOME = TRICKS[::6]
MODERATING = ["experiences/read", "experiences/moderate", "originals/read"]
LONG_AGO = timezone.localdate() - timedelta(days=100)  # a claim for that day comes late


@pytest.fixture(autouse=True)
def as_often_as_it_takes(settings):
    settings.API_RATE_ANONYMOUS = settings.API_RATE_SIGNED_IN = settings.API_RATE_TELLING = 10_000


def program(person: User, *scopes: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {make_token(person, *scopes)[1]}"})


def judged(answer: Any, status: int) -> Any:
    """What it says: as JSON, and as something that no browser takes for anything else."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == (JSON if status < 400 else PROBLEM)
    assert answer["X-Content-Type-Options"] == "nosniff"
    return answer.json()


def read(client: Client, place: str, **headers: str) -> Any:
    return judged(client.get(f"{PLACE}/{place}", headers=headers), 200)


def send(client: Client, place: str, said: Any, status: int = 200, method: str = "POST", kind: str = JSON, **headers: str) -> Any:
    """`said` as JSON, or bytes as they are."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {"Idempotency-Key": str(uuid.uuid4()), **headers}
    return judged(client.generic(method, f"{PLACE}/{place}", body, kind, headers=headers), status)


def put(row, **words: str) -> None:
    """As if somebody had written that, as it comes in by a form."""
    type(row).objects.filter(pk=row.pk).update(**words)


# Telling -------------------------------------------------------------------------------------------

TOLD = {"passages": dict.fromkeys(Passage.Kind.values, WHOLE), "purposes": ["panel", "publish"]}


def texts(held: dict, name: str = "text") -> list[str]:
    return [part[name] for part in held["passages"]]


def test_what_is_told_is_read_by_everybody_as_it_was_sent(client, panel, mo, uma, ola, stories_index):
    told = send(client, "experiences", TOLD, 201)
    teller = partial(read, client, "experiences/mine", Authorization=f"Experience {told['reference']}.{told['passphrase']}")
    make_member(panel, mo)
    row = Experience.objects.get()
    put(row, panel=panel)
    first, second, desk = program(uma, *MODERATING), program(ola, *MODERATING), f"moderation/{row.key}"
    assert texts(read(first, f"{desk}/original"), "words") == [CLEAN] * 5
    send(first, f"{desk}/take", {})
    prepared = send(first, f"{desk}/prepare", {"shown": TOLD["passages"], "note": WHOLE[:3000]})
    assert prepared["note"] == typed.clean(WHOLE[:3000]).strip()
    assert texts(prepared) == [CLEAN] * 5
    assert [part["text"] for part in teller()["shown"]] == [CLEAN] * 5
    send(second, f"{desk}/publish", {})
    [listed], [shared] = read(client, "stories")["results"], read(program(mo, *MODERATING), "shared-experiences")["results"]
    for place in [read(client, f"stories/{teller()['story']}"), listed, shared]:
        assert texts(place) == [CLEAN] * 5


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_letter_and_its_escape_are_the_same(client, home, ascii_only):
    send(client, "experiences", json.dumps(TOLD, ensure_ascii=ascii_only).encode(), 201)
    assert [passage.words for passage in Passage.objects.all()] == [CLEAN] * 5


def test_why_an_experience_is_not_used_is_read_as_it_was_sent(client, uma):
    told = send(client, "experiences", TOLD, 201)
    desk, moderator = f"moderation/{Experience.objects.get().key}", program(uma, *MODERATING)
    for reason in ["\n".join(some) for some in batches(ALL, 3000)]:
        send(moderator, f"{desk}/take", {})
        assert send(moderator, f"{desk}/decline", {"reason": reason})["reason"] == typed.clean(reason)
        mine = read(client, "experiences/mine", Authorization=f"Experience {told['reference']}.{told['passphrase']}")
        assert mine["reason"] == typed.clean(reason)


def test_what_is_refused_says_so_and_no_more(client):
    answer = send(client, "experiences", {"passages": dict.fromkeys(TRICKS, "words")}, 400)
    assert {error["field"] for error in answer["errors"]} == {f"passages.{typed.clean(trick)}" for trick in TRICKS}
    names = ["shape", "whose", "season", "district", "panel", "language", "email"]
    for trick in SOME:
        said = {**dict.fromkeys(names, trick), "purposes": [trick], "themes": [trick], "passages": {"happened": "words"}}
        refused = {error["field"] for error in send(client, "experiences", said, 400)["errors"]}
        assert refused >= {"shape", "language", "purposes.0"}, trick
        judged(client.get(f"{PLACE}/stories?{urlencode({trick: trick})}"), 400)
        judged(client.get(f"{PLACE}/stories?{urlencode({'theme': trick})}"), 400)


# Applying ------------------------------------------------------------------------------------------


def test_an_application_is_read_as_it_was_sent(campaign, ana, kit):
    draft = make_application(campaign, ana, is_sent=False)
    place, mine = f"applications/{draft.key}", program(ana, "applications/read", "applications/write")
    said = {"answers": [{"question": str(question.key), "text": WHOLE} for question in campaign.questions.all()]}
    tag = mine.get(f"{PLACE}/{place}")["ETag"]
    assert answers(send(mine, place, said, method="PATCH", **{"If-Match": tag})) == [CLEAN] * 2
    put(draft, status="submitted", submitted_at=timezone.now())  # with more words than may be sent
    assert answers(read(mine, place)) == answers(read(program(kit, "applications/read"), place)) == [CLEAN] * 2


def answers(application: dict) -> list[str]:
    return [answer["text"] for answer in application["answers"]]


def test_what_would_help_next_time_is_mailed_as_it_was_sent(campaign, ana, kit, django_capture_on_commit_callbacks):
    application, coordinator = make_application(campaign, ana), program(kit, "applications/write")
    made = []
    for some in [["plain", "words"], *batches(ALL, 5000)]:
        put(application, status="submitted")
        with django_capture_on_commit_callbacks(execute=True):
            send(coordinator, f"applications/{application.key}/turn-down", {"feedback": "\n".join(some)})
        [(html, _kind)] = mail.outbox[-1].alternatives
        assert not [line for line in some if even(line) not in Page(html).read]
        assert not [line for line in some if even(line) not in even(mail.outbox[-1].body)]
        made.append({part for part in Page(html).made if part[1:2] != ("href",)})  # the way back is new each time
    assert all(more == made[0] for more in made)


# Claiming ------------------------------------------------------------------------------------------


@pytest.fixture
def claimant(card, member):
    make.make_payee(member.person)
    return program(member.person, "claims/read", "claims/write", "payees/read", "payees/write")


@pytest.fixture
def checker(cas):
    return program(cas, "claims/read", "claims/decide")


def test_what_somebody_claims_is_read_as_it_was_sent(claimant, checker, card):
    bus = {"rate": str(card.rates.get(code="PUBLIC_TRANSPORT").key), "spent": "1.00"}
    for words in WORDS:
        claim = send(claimant, "claims", {"day": LONG_AGO.isoformat(), "what_for": words}, 201)
        send(claimant, "claim-lines", {"claim": claim["key"], "reason": words, **bus}, 201)
        sent = send(claimant, f"claims/{claim['key']}/submit", {"late_reason": words})
        assert [sent["what_for"], sent["late_reason"], sent["lines"][0]["reason"]] == [typed.clean(words)] * 3
    put(Claim.objects.get(key=claim["key"]), what_for=CLEAN, late_reason=CLEAN)
    put(Line.objects.get(claim__key=claim["key"]), reason=CLEAN)
    for seen in [read(somebody, f"claims/{claim['key']}") for somebody in [claimant, checker]]:
        assert [seen["what_for"], seen["late_reason"], seen["lines"][0]["reason"]] == [CLEAN] * 3
    assert CLEAN in [row["what_for"] for row in read(checker, "claims")["results"]]


def test_what_is_decided_on_a_claim_is_read_as_it_was_sent(claimant, checker, member, kit, pat):
    claim, approver = make.make_submitted(member, kit), program(pat, "claims/read", "claims/decide")
    place, line = f"claims/{claim.key}", claim.lines.get()
    for number, words in enumerate(WORDS):
        put(claim, status="submitted")
        lower = {"to": f"{80 - number}.00", "reason": words}
        assert send(checker, f"claim-lines/{line.key}/lower", lower)["allowed_reason"] == typed.clean(words)
        send(checker, f"{place}/ask", {"question": words})
        assert read(claimant, place)["question"] == typed.clean(words)
        put(claim, status="checked")
        send(approver, f"{place}/reject", {"reason": words})
        assert read(claimant, place)["question"] == typed.clean(words)
    put(claim, question=CLEAN)
    put(line, allowed_reason=CLEAN)
    seen = read(claimant, place)
    assert [seen["question"], seen["lines"][0]["allowed_reason"]] == [CLEAN] * 2


def test_an_account_and_why_the_bank_refused_it_are_read_as_they_were_sent(claimant, member, kit, cas, pat, fin):
    account = {"sort_code": "309430", "account_number": "00733445"}
    for name in [trick[:100] for trick in SOME[::8]]:
        assert send(claimant, "payees", {"name": name, **account}, 201)["name"] == typed.clean(name).strip()
    put(Payee.objects.get(), name_on_account=CLEAN)
    assert [payee["name"] for payee in read(claimant, "payees")["results"]] == [CLEAN]
    make.make_approved(member, kit, cas, pat)
    run, payer = make.make_exported(fin), program(fin, "payments/read", "payments/write")
    assert [payment["name_on_account"] for payment in read(payer, f"payment-runs/{run.key}")["payments"]] == [CLEAN]
    for words in WORDS:
        put(run, status="exported")
        assert send(payer, f"payment-runs/{run.key}/refuse", {"reason": words})["refusal"] == typed.clean(words)
    put(run, refusal=CLEAN)
    assert read(payer, f"payment-runs/{run.key}")["refusal"] == CLEAN


# What nobody can read ------------------------------------------------------------------------------


def test_bytes_that_nobody_can_read_are_refused(client, campaign, ana, claimant, checker, member, kit):
    application = make_application(campaign, ana, is_sent=False)
    mine, answers_to = program(ana, "applications/write"), f"applications/{application.key}"
    claim, question = make.make_submitted(member, kit), str(campaign.questions.first().key).encode()
    for raw in BROKEN:
        is_read = raw.isascii()  # what a form would have to decode is text like any other here
        good, made = (200, 201) if is_read else (400, 400)
        send(client, "experiences", raw, 400)
        send(client, "experiences", b'{"passages": {"%s": "words"}}' % raw, 400)
        send(client, "experiences", b'{"passages": {"happened": "%s"}}' % raw, made)
        body = b'{"answers": [{"question": "%s", "text": "%s"}]}' % (question, raw)
        send(mine, answers_to, body, good, "PATCH", **{"If-Match": "*"})
        send(checker, f"claims/{claim.key}/ask", b'{"question": "%s"}' % raw, good)
        send(claimant, "payees", b'{"name": "%s", "sort_code": "309430", "account_number": "00733445"}' % raw, made)


def test_letters_that_nobody_writes_in_are_refused(client):
    for charset in ["utf-16", "utf-32", "punycode", "idna", "undefined", "hex", "rot13", "nonsense"]:
        for raw in BROKEN[:3]:
            send(client, "experiences", b'{"passages": {"happened": "%s"}}' % raw, 400, kind=f"{JSON}; charset={charset}")


# Where people look ---------------------------------------------------------------------------------

DOCS = "/api/docs/"
CHANGING = re.compile(r'url: "(?:[^"\\\n]|\\.)*"|"[0-9A-Za-z]{64}"')  # the address of the schema, and the token of a form


def test_the_page_about_the_interface_does_nothing_of_what_stands_in_its_address(client, home):
    plain, script = client.get(DOCS), client.get(f"{DOCS}?script=").content.decode()
    assert "unsafe-inline" not in plain["Content-Security-Policy"]
    made = set_of(plain)
    for trick in SOME:
        asked = urlencode({trick: trick, "lang": trick, "version": trick})
        assert set_of(client.get(f"{DOCS}?{asked}")) == made, trick
        answer = client.get(f"{DOCS}?script=&{asked}")
        assert answer["Content-Type"].startswith("application/javascript")
        assert CHANGING.sub("", answer.content.decode()) == CHANGING.sub("", script), trick


def set_of(page: Any) -> set[tuple[str, ...]]:
    """What it is made of, but for the rest of the address from which its own script comes."""
    made = Page(page.content.decode()).made
    return {(*part[:2], DOCS) if part[:2] == ("script", "src") and part[2].startswith(f"{DOCS}?") else part for part in made}


def test_nothing_is_shown_as_a_page_to_whoever_asks_for_one(client, home, uma, ola, stories_index):
    row = make_published(uma, ola)
    for place in ["stories", f"stories/{row.page.slug}", "experiences/template"]:
        judged(client.get(f"{PLACE}/{place}", headers={"Accept": "text/html"}), 406)
