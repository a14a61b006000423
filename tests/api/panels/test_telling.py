"""Rae tells an experience by a program, without an account, and comes back to it by its reference and passphrase."""

import json
import logging
import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client

from api.models import IdempotencyKey
from core import codes
from core.models import AuditEvent, OutboxEvent
from panels import themes
from panels.experiences import agreeing, moderating, telling
from panels.models import Experience, PanelIndexPage, PanelPage, StoryPage
from tests.api.panels.conftest import PLACE, field, problem
from tests.factories.experiences import MARKER, SHOWN, WORDS, make_draft, make_experience

EXPERIENCES = f"{PLACE}/experiences"
MINE, AGREEMENTS = f"{EXPERIENCES}/mine", f"{EXPERIENCES}/mine/agreements"
KEY = "0d6f3a52-6a0f-4a36-9d7e-5f6a1f2f8a10"
WHOLE = {"passages": WORDS, "purposes": ["panel", "publish", "contact"], "email": "rae@example.com"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def rae():
    return Client()


@pytest.fixture
def tell(rae, send):
    """`tell({…})`: sends an experience, with a new key unless one is given."""

    def post(said=None, **more):
        return send(rae, "post", EXPERIENCES, WHOLE if said is None else said, **more)

    return post


@pytest.fixture
def shown_panel(panel, home):
    """A panel that everybody can read of."""
    index = home.add_child(instance=PanelIndexPage(title="Panels", slug="panels"))
    index.add_child(instance=PanelPage(title=panel.name, slug="a-panel", panel=panel))
    return panel


def opening(answer):
    """The header that opens what was told."""
    return by(answer.json()["reference"], answer.json()["passphrase"])


def by(reference, passphrase):
    return {"Authorization": f"Experience {reference}.{passphrase}"}


def ask(client, method, address, header, data=None):
    return client.generic(method, address, json.dumps(data or {}), "application/json", headers=header)


# Telling -----------------------------------------------------------------------------------------


def test_it_is_sent_whole_and_answered_with_what_opens_it(tell, rae, shown_panel, settings):
    themes.load()
    facts = {"whose": "own", "season": "summer", "year": 2025, "district": "E08000004", "language": "en-gb"}
    answer = tell(WHOLE | facts | {"shape": "guided", "themes": ["waiting", "cost"], "panel": str(shown_panel.key)})
    assert answer.status_code == 201
    assert (answer["Location"], answer["Cache-Control"]) == (MINE, "private, no-store")
    told, row = answer.json(), Experience.objects.get()
    assert (told["reference"], told["status"], told["purposes"]) == (row.reference, "received", ["panel", "publish", "contact"])
    assert told["links"] == {"status": MINE, "agreements": AGREEMENTS, "page": f"{settings.BASE_URL}/be-heard/come-back/"}
    assert telling.find(told["reference"], told["passphrase"]) == row
    assert {passage.kind: passage.words for passage in row.passages.all()} == WORDS
    assert (row.whose, row.season, row.year, row.district.gss_code, row.panel) == (
        "own",
        "summer",
        2025,
        "E08000004",
        shown_panel,
    )
    assert sorted(theme.slug for theme in row.themes.all()) == ["cost", "waiting"]
    assert row.email == "rae@example.com"


def test_a_sentence_is_enough_and_then_nothing_is_agreed_to(tell):
    answer = tell({"passages": {"happened": MARKER}})
    assert (answer.status_code, answer.json()["purposes"], answer.json()["email"]) == (201, [], "")


def test_it_is_tied_to_nobody_who_is_signed_in(client, sam, send, machine):
    client.force_login(sam)
    session = dict(client.session)
    assert send(client, "post", EXPERIENCES, WHOLE).status_code == 201
    assert send(machine(sam, "me/read"), "post", EXPERIENCES, WHOLE).status_code == 201
    assert dict(client.session) == session
    assert set(AuditEvent.objects.filter(act__startswith="experience").values_list("actor", flat=True)) == {None}


@pytest.mark.parametrize(
    ("said", "code", "fields"),
    [
        ({"passages": {}}, "no_words", ["passages.happened"]),
        ({"passages": {"happened": "  "}}, "no_words", ["passages.happened"]),
        ({}, "invalid", ["passages"]),
        ({"passages": {"hapened": MARKER}}, "invalid", ["passages.hapened"]),
        ({"passages": {"happened": 7}}, "invalid", ["passages.happened"]),
        ({"passages": {"effect": "x" * 20_001}}, "invalid", ["passages.effect"]),
        ({"passages": WORDS, "shape": "free"}, "invalid", ["passages.barrier", "passages.helped"]),
        ({"passages": WORDS, "shape": "sung"}, "invalid", ["shape"]),
        ({"passages": WORDS, "whose": "a friend"}, "invalid", ["whose"]),
        ({"passages": WORDS, "year": 2099}, "invalid", ["year"]),
        ({"passages": WORDS, "district": "E99"}, "invalid", ["district"]),
        ({"passages": WORDS, "themes": ["nonesuch"]}, "invalid", ["themes"]),
        ({"passages": WORDS, "panel": str(uuid.uuid4())}, "invalid", ["panel"]),
        ({"passages": WORDS, "purposes": ["sell"]}, "invalid", ["purposes.0"]),
        ({"passages": WORDS, "purposes": ["contact"]}, "no_address", ["email"]),
        ({"passages": WORDS, "email": "rae@example.com"}, "invalid", ["email"]),
        ({"passages": WORDS, "language": "xx"}, "invalid", ["language"]),
    ],
)
def test_what_is_not_right_is_refused_by_field_and_leaves_nothing(tell, said, code, fields):
    answer = tell(said)
    assert problem(answer) == (400, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert field(answer) == fields
    assert not Experience.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_panel_without_a_page_cannot_be_named(tell, panel):
    assert field(tell(WHOLE | {"panel": str(panel.key)})) == ["panel"]


# Twice -------------------------------------------------------------------------------------------


def test_sent_again_it_is_told_once_and_answered_with_the_same_passphrase(tell):
    first, again = tell(key=KEY), tell(key=KEY)
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert Experience.objects.count() == 1


def test_another_body_with_the_key_is_refused_and_another_key_is_another_experience(tell):
    first = tell(key=KEY).json()
    assert problem(tell(WHOLE | {"year": 2020}, key=KEY)) == (422, "idempotency_key_reused")
    other = tell(key=KEY.replace("0", "1")).json()
    assert {other["reference"], other["passphrase"]}.isdisjoint([first["reference"], first["passphrase"]])


def test_a_key_that_could_be_guessed_is_refused(tell):
    assert problem(tell(key="1234567890123456789")) == (400, "idempotency_key_short")


def test_the_passphrase_hangs_on_a_secret_of_the_server(tell, settings):
    first = tell(key=KEY).json()["passphrase"]
    settings.BLIND_INDEX_KEY = "another-blind-index-key-0123456789abcdef"
    assert tell(key=KEY).json()["passphrase"] != first


def test_what_is_remembered_of_the_request_holds_no_word_and_no_passphrase(tell):
    told = tell(key=KEY).json()
    kept = (
        str(IdempotencyKey.objects.values().get())
        + str(list(AuditEvent.objects.values()))
        + str(list(OutboxEvent.objects.values()))
    )
    for private in [MARKER, told["passphrase"], told["passphrase"].replace("-", ""), "rae@example.com", told["reference"]]:
        assert private not in kept


def test_a_code_that_is_drawn_is_as_long_as_one_by_lot_and_uses_every_letter():
    drawn = [codes.drawn(f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC834:064x}", 4) for number in range(1, 200)]
    assert all(len(code) == len(codes.new(4)) for code in drawn)
    assert set("".join(drawn)) == {*codes.LETTERS, "-"}


# Coming back -------------------------------------------------------------------------------------


def test_where_it_stands_is_said_in_plain_words(tell, rae):
    told = tell()
    answer = rae.get(MINE, headers=opening(told))
    assert answer.json()["state"] == "We have it, and nobody has opened it yet."
    assert answer.json() == {name: value for name, value in told.json().items() if name not in {"passphrase", "links"}}
    assert answer.json()["kept_until"] == Experience.objects.get().kept_until.isoformat()


def test_the_two_open_it_however_they_are_typed(tell, rae):
    told = tell().json()
    header = {"Authorization": f"experience {told['reference'].lower()}.{told['passphrase'].replace('-', '').lower()}"}
    assert rae.get(MINE, headers=header).status_code == 200


def test_what_is_shown_is_said_once_it_is_written_and_not_before(tell, rae, uma, ola, stories_index):
    header = opening(tell())
    row = moderating.take(Experience.objects.get(), by=uma)
    moderating.save(row, SHOWN, by=uma)
    assert rae.get(MINE, headers=header).json()["shown"] == []
    moderating.publish(moderating.prepare(row, SHOWN, by=uma), by=ola)
    answer = rae.get(MINE, headers=header).json()
    assert (answer["status"], answer["story"]) == ("published", int(StoryPage.objects.get().slug))
    assert {part["kind"]: part["text"] for part in answer["shown"]} == SHOWN


def test_why_it_is_not_used_is_said(tell, rae, uma):
    header = opening(tell())
    moderating.decline(moderating.take(Experience.objects.get(), by=uma), "It names a court case that is open.", by=uma)
    answer = rae.get(MINE, headers=header).json()
    assert (answer["status"], answer["reason"]) == ("declined", "It names a court case that is open.")


def test_what_was_begun_on_the_pages_is_opened_too(rae):
    draft, passphrase = telling.begin()
    answer = rae.get(MINE, headers=by(draft.reference, passphrase)).json()
    assert (answer["status"], answer["sent_at"]) == ("draft", None)


@pytest.mark.parametrize("wrong", ["no such", "another's", "half", "nothing", "an address"])
def test_what_opens_nothing_is_answered_alike_whether_it_is_there_or_not(tell, rae, wrong):
    told, other = tell().json(), tell(WHOLE | {"year": 2020}).json()
    header = {
        "no such": by("XXXX-XXXX", told["passphrase"]),
        "another's": by(told["reference"], other["passphrase"]),
        "half": by(told["reference"], ""),
        "nothing": {"Authorization": "Experience"},
        "an address": by("", ""),
    }[wrong]
    for method, address in [("GET", MINE), ("DELETE", MINE), ("PUT", AGREEMENTS)]:
        answer = ask(rae, method, address, header, {"purposes": []})
        assert problem(answer) == (404, "not_found")
        assert answer.json()["detail"] == "Not found."
    assert Experience.objects.sent().count() == 2


def test_without_the_two_it_is_said_how_they_are_sent(rae, tell):
    told = tell().json()
    for header in [{}, {"Authorization": f"Bearer {told['passphrase']}"}]:
        answer = rae.get(MINE, headers=header)
        assert problem(answer) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Experience ")


def test_an_address_never_opens_anything(tell, rae):
    told = tell().json()
    answer = rae.get(MINE, {"reference": told["reference"], "passphrase": told["passphrase"]})
    assert answer.status_code in {400, 401}


# What may be done --------------------------------------------------------------------------------


def test_what_may_be_done_is_said_anew_and_what_is_left_out_ends(tell, rae):
    header = opening(tell())
    answer = ask(rae, "PUT", AGREEMENTS, header, {"purposes": ["panel", "district"]})
    assert (answer.status_code, answer.json()["purposes"], answer.json()["email"]) == (200, ["panel", "district"], "")
    assert Experience.objects.get().email == ""
    assert ask(rae, "PUT", AGREEMENTS, header, {"purposes": []}).json()["purposes"] == []


def test_its_page_is_gone_with_the_answer(tell, rae, uma, ola, stories_index):
    header = opening(tell())
    row = moderating.prepare(moderating.take(Experience.objects.get(), by=uma), SHOWN, by=uma)
    moderating.publish(row, by=ola)
    answer = ask(rae, "PUT", AGREEMENTS, header, {"purposes": ["panel"]})
    assert (answer.json()["status"], answer.json()["story"], StoryPage.objects.count()) == ("reading", None, 0)


@pytest.mark.parametrize(
    ("said", "code", "fields"),
    [
        ({}, "invalid", ["purposes"]),
        ({"purposes": ["sell"]}, "invalid", ["purposes.0"]),
        ({"purposes": ["contact"]}, "no_address", ["email"]),
        ({"purposes": ["contact"], "email": "nowhere"}, "invalid", ["email"]),
        ({"purposes": [], "email": "rae@example.com"}, "invalid", ["email"]),
    ],
)
def test_what_cannot_be_agreed_to_is_refused_and_changes_nothing(tell, rae, said, code, fields):
    header = opening(tell())
    answer = ask(rae, "PUT", AGREEMENTS, header, said)
    assert (problem(answer), field(answer)) == ((400, code), fields)
    assert rae.get(MINE, headers=header).json()["purposes"] == WHOLE["purposes"]


# Taking it back ----------------------------------------------------------------------------------


def test_taken_back_it_is_gone_for_every_address_and_is_not_told_again(tell, rae, uma, ola, stories_index):
    told = tell(key=KEY)
    row = moderating.prepare(moderating.take(Experience.objects.get(), by=uma), SHOWN, by=uma)
    number = moderating.publish(row, by=ola).page.slug
    assert ask(rae, "DELETE", MINE, opening(told)).status_code == 204
    for answer in [
        ask(rae, "DELETE", MINE, opening(told)),
        ask(rae, "GET", MINE, opening(told)),
        ask(rae, "PUT", AGREEMENTS, opening(told), {"purposes": []}),
        rae.get(f"{PLACE}/stories/{number}"),
        tell(key=KEY),
    ]:
        assert problem(answer) == (404, "not_found")
    assert rae.get(f"{PLACE}/stories", {"words": "lantern"}).json()["results"] == []
    assert Experience.objects.sent().count() == 0
    private = [MARKER, told.json()["passphrase"], "rae@example.com", Experience.objects.get().passphrase_digest or "no digest"]
    assert [words for words in private if words in everything_kept()] == []


def everything_kept():
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return str(rows)


def test_a_draft_goes_whole(rae):
    draft, passphrase = telling.begin()
    assert ask(rae, "DELETE", MINE, by(draft.reference, passphrase)).status_code == 204
    assert not Experience.objects.exists()


# How often, and what is written down -------------------------------------------------------------


def test_an_address_sends_and_opens_only_so_often(tell, rae, settings):
    settings.API_RATE_TELLING = 2
    with time_machine.travel("2031-03-05 09:00:20Z", tick=False):
        told = [tell() for _time in range(3)]
        assert [answer.status_code for answer in told] == [201, 201, 429]
        wrong = by(told[0].json()["reference"], "K3VM-8RT2-QX7N-4HWD")
        assert [rae.get(MINE, headers=wrong).status_code for _time in range(3)] == [404, 404, 429]
        answer = rae.get(MINE, headers=opening(told[0]))
    assert (problem(answer), answer["Retry-After"]) == ((429, "too_many_requests"), "40")
    assert Experience.objects.count() == 2


def test_every_request_counts_to_its_address(rae, tell, settings):
    settings.API_RATE_ANONYMOUS = 2
    assert [rae.get(f"{PLACE}/themes").status_code for _time in range(3)] == [200, 200, 429]


def test_nothing_that_opens_it_is_logged(tell, rae, caplog):
    caplog.set_level(logging.DEBUG)
    told = tell().json()
    rae.get(MINE, headers=by(told["reference"], told["passphrase"]))
    rae.get(MINE, headers=by(told["reference"], "K3VM-8RT2-QX7N-4HWD"))
    written = "".join(
        f"{record.getMessage()}{record.__dict__.get('args')}" for record in caplog.records if record.name != "django.db.backends"
    )
    for private in [told["reference"], told["passphrase"], "K3VM", MARKER]:
        assert private not in written


def test_it_costs_the_same_with_one_part_and_with_five(rae, queries):
    counts = []
    for words in [{"happened": MARKER}, dict.fromkeys(["happened", "pathway", "barrier", "effect", "helped"], MARKER)]:
        draft = make_draft(words=words)
        Experience.objects.filter(pk=draft.pk).update(passphrase_digest=telling._digest("AAAA"))
        client = Client(headers=by(draft.reference, "AAAA"))
        counts.append(queries(client, MINE))
    assert counts[0] == counts[1]


# The template ------------------------------------------------------------------------------------


def test_everybody_reads_what_to_ask_in_which_words(rae, shown_panel):
    themes.load()
    template = rae.get(f"{EXPERIENCES}/template").json()
    assert template["questions"][0] == {"kind": "happened", "question": "What happened?"}
    assert [purpose["code"] for purpose in template["purposes"]] == list(agreeing.PURPOSES)
    assert template["purposes"][0]["wording"] == str(agreeing.PURPOSES["panel"].wording)
    assert template["panels"] == [{"key": str(shown_panel.key), "name": shown_panel.name}]
    assert template["read_first"].endswith("/be-heard/")
    assert len(template["themes"]) == 11
    assert {"code": "E08000004", "name": "Oldham"} in template["districts"]


def test_nobody_lists_or_changes_what_was_told(rae):
    make_experience()
    for method in ["GET", "PATCH", "PUT", "DELETE"]:
        assert ask(rae, method, EXPERIENCES, {}).status_code == 405
