"""The learning record for staff: who may see it, what finds what, in pages that cost the same; and a trace of every look."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent
from learning import courses, viewing
from learning.lrs import agents, credentials, vocabulary
from learning.models import Attachment, ModulePage, Statement
from people import affiliations, roles
from website import privacy

pytestmark = pytest.mark.django_db
PAGE = "/learning/statements/"
DAY = datetime(2026, 6, 14, 14, 12, tzinfo=UTC)  # 3.12 pm in London
VIEWED = {"id": "https://elsewhere.example/verbs/viewed", "display": {"en": "viewed"}}
WELCOME = {"id": "https://elsewhere.example/welcome", "definition": {"name": {"en": "Welcome"}}}


@pytest.fixture
def reader(client, adi, second_factor):
    return second_factor(client, adi)


@pytest.fixture
def module(registration):
    return ModulePage.objects.get(title="Module 1")


@pytest.fixture
def told(store, say):
    """`told(person, verb, iri, at=…)`: our player's statement about an activity, stored when it happened."""

    def tell(person, verb="completed", /, iri="", at=DAY, **changes):
        about = {"object": {"objectType": "Activity", "id": iri}} if iri else {}
        said = {"actor": agents.account(person.actor_name), "timestamp": at.isoformat()} | about | changes
        (row,) = store(say(verb, **said), now=at)
        return row

    return tell


@pytest.fixture
def completed(told, lee, module):
    return told(lee, iri=vocabulary.activity_iri(module.activity))


@pytest.fixture
def twin(person, course, hospital, nurses):
    """Another learner of the same name."""
    other = person("Lee Okafor", "other@example.com")
    affiliations.set_affiliation(other, hospital, nurses, by=other)
    courses.register(other, course, by=other)
    return other


def soup(response):
    return BeautifulSoup(response.content.decode(), "html.parser")


def lines(response):
    return [" ".join(each.get_text(" ").split()) for each in soup(response).select("tbody th")]


def errors_of(response):
    return [each.get_text() for each in soup(response).select(".govuk-error-summary__list li")]


def typed_day(name, day, month, year):
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


def looks():
    return list(AuditEvent.objects.filter(act="statements.read").values_list("subject", flat=True))


# Who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", f"{uuid.UUID(int=1)}/", f"{uuid.UUID(int=1)}/json/"])
def test_strangers_are_asked_to_sign_in(client, path):
    response = client.get(PAGE + path)
    assert response.status_code == 302 and "/account/login/" in response["Location"]


@pytest.mark.parametrize("who", ["lee", "ed", "val", "kit"])
def test_nobody_without_the_permission_finds_anything(client, second_factor, request, completed, who):
    second_factor(client, request.getfixturevalue(who))
    for path in [PAGE, f"{PAGE}{completed.pk}/", f"{PAGE}{completed.pk}/json/"]:
        assert client.get(path).status_code == 404
    assert client.post(PAGE, {"learner": "Lee"}).status_code == 404
    assert looks() == []


def test_a_statement_is_visible_to_its_learner_and_to_whoever_may_read_all(completed, lee, sam, adi, client):
    seen = {each: list(Statement.objects.visible_to(each)) for each in (lee, sam, adi)}
    assert seen == {lee: [completed], sam: [], adi: [completed]}


def test_the_way_there_is_shown_to_whoever_may_go(reader, client, val, second_factor):
    assert soup(reader.get("/home/")).select(f'main a[href="{PAGE}"]')
    assert soup(reader.get("/learning/figures/")).select(f'main a[href="{PAGE}"]')
    second_factor(client, val)
    for path in ["/home/", "/learning/figures/"]:
        assert not soup(client.get(path)).select(f'a[href="{PAGE}"]')


# The list ----------------------------------------------------------------------------------------


def test_a_statement_reads_as_a_sentence_with_its_time(reader, completed):
    response = reader.get(PAGE)
    assert lines(response) == ["Lee Okafor completed Module 1"]
    assert "14 June 2026, 3.12 pm" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_what_arrived_on_another_day_says_so(reader, store, say, lee):
    said = say("completed", actor=agents.account(lee.actor_name), timestamp="2026-06-01T10:00:00Z")
    store(said, now=DAY)
    assert "arrived on 14 June 2026" in " ".join(soup(reader.get(PAGE)).get_text(" ").split())


def test_what_a_statement_says_is_never_markup(reader, told, lee):
    verb = {"id": VIEWED["id"], "display": {"en": "<b>saw</b>"}}
    told(lee, verb=verb, object={"id": WELCOME["id"], "definition": {"name": {"en": "<script>alert(1)</script>"}}})
    page = reader.get(PAGE).content.decode()
    assert "<script>alert" not in page and "<b>saw" not in page
    assert "“<script>alert(1)</script>”" in unescape(page)


def test_an_empty_record_says_when_it_begins(reader):
    assert "Nothing is recorded yet" in reader.get(PAGE).content.decode()


def test_many_cost_as_many_queries_as_one(reader, told, lee, sam, completed):
    reader.get(PAGE)  # what is read once for all pages
    with CaptureQueriesContext(connection) as one:
        reader.get(PAGE)
    told(sam)
    told(lee, verb=VIEWED, object=WELCOME)
    with CaptureQueriesContext(connection) as three:
        assert len(lines(reader.get(PAGE))) == 3
    assert len(one) == len(three)


def test_pages_lead_on_and_back_and_lose_nothing(reader, told, lee, monkeypatch):
    monkeypatch.setattr(viewing, "PER_PAGE", 2)
    rows = [told(lee, at=DAY + timedelta(minutes=number // 2)) for number in range(5)]  # two at a time share theirs
    newest_first = [str(row.pk) for row in sorted(rows, key=lambda row: (row.stored, row.pk), reverse=True)]

    def read(address):
        page = soup(reader.get(address))
        keys = [each["href"].split("/")[-2] for each in page.select("tbody th a")]
        return keys, *((found[0]["href"] if (found := page.select(f"a[rel={rel}]")) else "") for rel in ["prev", "next"])

    first, none_before, second_at = read(PAGE)
    second, _first_at, third_at = read(PAGE + second_at)
    third, back_to, none_after = read(PAGE + third_at)
    assert first + second + third == newest_first
    assert (none_before, none_after) == ("", "")
    again, first_at, _third = read(PAGE + back_to)
    assert again == second
    assert read(PAGE + first_at)[:2] == (first, "")


def test_a_place_that_nobody_was_given_is_the_beginning(reader, completed):
    for place in ["nonsense", uuid.uuid4(), ""]:
        assert lines(reader.get(PAGE, {"older": place})) == ["Lee Okafor completed Module 1"]
    assert len(lines(reader.get(PAGE, {"newer": completed.pk}))) == 1


def test_links_to_other_pages_keep_what_was_asked(reader, told, lee, monkeypatch):
    monkeypatch.setattr(viewing, "PER_PAGE", 1)
    for _time in range(2):
        told(lee, "passed")
    link = soup(reader.get(PAGE, {"verb": vocabulary.PASSED})).select("a[rel=next]")[0]["href"]
    assert "verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fpassed&older=" in link


# Searching ---------------------------------------------------------------------------------------


def test_a_learner_is_found_by_name_and_no_name_stands_in_the_address(reader, completed, told, sam, lee):
    told(sam)
    for typed in ["Lee Okafor", "okaf", "LEE@example.com"]:
        response = reader.post(PAGE, {"learner": typed})
        assert response.status_code == 302
        assert response["Location"] == f"{PAGE}?learner={lee.key}#found"
    response = reader.get(response["Location"])
    assert lines(response) == ["Lee Okafor completed Module 1"]
    assert soup(response).select("table#found")
    assert soup(response).select("#id_learner")[0]["value"] == "Lee Okafor"


def test_whoever_was_chosen_stays_chosen_while_their_name_stands_there(reader, registration, lee, twin):
    both = reader.post(PAGE, {"learner": "Lee Okafor", "verb": vocabulary.PASSED})
    assert both.status_code == 200
    choices = [each["href"] for each in soup(both).select("main li a") if "learner=" in each["href"]]
    assert {each.rpartition("=")[2].removesuffix("#found") for each in choices} == {str(lee.key), str(twin.key)}
    assert all("verb=" in each for each in choices)
    said = soup(both).select_one(f"#{soup(both).select_one('main li a[aria-describedby]')['aria-describedby']}").get_text()
    assert said.startswith("Weaver Valley Hospitals") and "Began on" in said
    again = reader.post(PAGE, {"learner": "Lee Okafor", "person": twin.key})
    assert again["Location"] == f"{PAGE}?learner={twin.key}#found"
    cleared = reader.post(PAGE, {"learner": "", "person": twin.key})
    assert cleared["Location"] == f"{PAGE}?#found"


def test_only_learners_can_be_found(reader, registration, sam):
    for typed in ["Sam", "sam@example.com"]:
        assert errors_of(reader.post(PAGE, {"learner": typed}))[0].startswith("No learner has this name or email address")
    assert errors_of(reader.get(PAGE, {"learner": uuid.uuid4()})) == [
        "We do not know this learner any more. Search by name or email address"
    ]


def test_whoever_is_named_in_a_statement_can_be_followed_from_it(reader, told, sam):
    row = told(sam, verb=VIEWED, object=WELCOME)
    links = [each["href"] for each in soup(reader.get(f"{PAGE}{row.pk}/")).select("main nav li a")]
    for link in links[-3:]:
        assert lines(reader.get(link)) == ["Sam Stranger “viewed” “Welcome”"], link


def test_an_old_link_stands_in_nobodys_way(reader, registration, lee):
    found = reader.post(PAGE, {"person": uuid.uuid4(), "learner": "Lee Okafor"})
    assert found["Location"] == f"{PAGE}?learner={lee.key}#found"


def test_too_many_of_a_name_are_not_listed(reader, registration, twin, monkeypatch):
    monkeypatch.setattr(viewing, "MOST_FOUND", 1)
    assert errors_of(reader.post(PAGE, {"learner": "lee"})) == [
        "More than 1 learners have this in their names. Type more of the name, or the email address"
    ]


def test_a_verb_of_ours_and_one_of_somebody_elses_find_theirs(reader, told, lee, completed):
    told(lee, "passed", at=DAY + timedelta(days=1))
    told(lee, verb=VIEWED, object=WELCOME)
    assert lines(reader.get(PAGE, {"verb": vocabulary.COMPLETED})) == ["Lee Okafor completed Module 1"]
    response = reader.get(PAGE, {"verb": VIEWED["id"]})
    assert lines(response) == ["Lee Okafor “viewed” “Welcome”"]
    labels = [each.get_text() for each in soup(response).select("#id_verb option")]
    assert {"Completed", "Finished all of", "“viewed” from elsewhere.example"} <= set(labels)
    assert reader.get(PAGE, {"verb": "urn:nobody:said"}).status_code == 200


def test_a_module_is_found_with_its_parts_and_a_course_with_its_modules(reader, told, lee, module, course):
    step = vocabulary.question_iri(module.activity, "a1")
    parent = {"contextActivities": {"parent": [{"id": vocabulary.activity_iri(module.activity)}]}}
    told(lee, "answered", step, context=parent)
    told(lee, "satisfied", vocabulary.activity_iri(course.activity))
    told(lee, verb=VIEWED, object=WELCOME)
    inside = "Lee Okafor answered a question in Module 1"
    assert lines(reader.get(PAGE, {"activity": vocabulary.activity_iri(module.activity)})) == [inside]
    of_course = lines(reader.get(PAGE, {"activity": vocabulary.activity_iri(course.activity)}))
    assert sorted(of_course) == [inside, f"Lee Okafor finished all of {course.title}"]
    assert lines(reader.get(PAGE, {"activity": step})) == [inside]
    assert lines(reader.get(PAGE, {"activity": WELCOME["id"]})) == ["Lee Okafor “viewed” “Welcome”"]


def test_days_are_whole_days_in_london(reader, told, lee):
    told(lee, "passed", at=datetime(2026, 6, 13, 23, 30, tzinfo=UTC))  # half past midnight on the 14th
    told(lee, "failed", at=datetime(2026, 6, 14, 23, 30, tzinfo=UTC))  # and on the 15th
    typed = {
        "since_day": "14",
        "since_month": "June",
        "since_year": "2026",
        "until_day": "14",
        "until_month": "6",
        "until_year": "2026",
    }
    response = reader.post(PAGE, typed)
    assert response["Location"] == f"{PAGE}?since=2026-06-14&until=2026-06-14#found"
    response = reader.get(response["Location"])
    assert len(lines(response)) == 1 and "passed" in lines(response)[0]
    assert [soup(response).select(f"#id_since_{place}")[0]["value"] for place in range(3)] == ["14", "06", "2026"]


def test_everything_together_narrows(reader, told, lee, completed):
    told(lee, "passed")
    asked = {"learner": lee.key, "verb": vocabulary.COMPLETED, "activity": completed.activity, "since": "2026-06-14"}
    assert lines(reader.get(PAGE, asked)) == ["Lee Okafor completed Module 1"]
    response = reader.get(PAGE, asked | {"until": "2026-06-14", "verb": vocabulary.FAILED})
    assert "Nothing fits all of this" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"learner": "Nobody Known"},
            "No learner has this name or email address. Check the spelling, or type a part of the name",
        ),
        ({"learner": "x" * 300}, "Enter a name or email address of at most 254 characters"),
        ({"verb": "nonsense"}, "Choose what was done from the list"),
        ({"activity": "nonsense"}, "Choose a course or module from the list"),
        ({"activity": vocabulary.activity_iri(uuid.UUID(int=7))}, "Choose a course or module from the list"),
        (typed_day("since", "31", "6", "2026"), "“Arrived from” must be a real date, such as 27 3 2026"),
        ({"until_day": "31"}, "“Arrived up to” must include a day, a month and a year"),
        (
            {
                "since_day": "2",
                "since_month": "6",
                "since_year": "2026",
                "until_day": "1",
                "until_month": "6",
                "until_year": "2026",
            },
            "“Arrived up to” must be the same day as “Arrived from”, or a later one",
        ),
    ],
)
def test_wrong_questions_are_answered_kindly_and_keep_what_was_typed(reader, registration, typed, said):
    response = reader.post(PAGE, typed)
    assert response.status_code == 422
    assert errors_of(response) == [said]
    for name, value in typed.items():
        if name not in {"verb", "activity"}:
            assert soup(response).select(f"[name={name}]")[0]["value"] == value


WRONG = ["learner=x", "since=abc", "since=2026-02-31", "until=9999-99-99", "verb=urn:%00", "activity=%F0"]
ODD = ["verb=http://[x", "activity=http://[x", "verb=urn:nobody:said", "learner=%00", "verb=%00"]


@pytest.mark.parametrize("query", [*WRONG, *ODD])
def test_an_address_that_somebody_made_up_is_answered_kindly(reader, completed, query):
    response = reader.get(f"{PAGE}?{query}")
    assert (response.status_code, bool(errors_of(response))) == ((422, True) if query in WRONG else (200, False))


# One statement -----------------------------------------------------------------------------------


def test_one_statement_says_all_that_is_known_of_it(reader, told, lee, registration, completed):
    said = told(lee, iri=completed.activity, context={"registration": str(registration.key)})
    response = reader.get(f"{PAGE}{said.pk}/")
    page = soup(response)
    text = " ".join(page.get_text(" ").split())
    assert page.h1.get_text() == "Lee Okafor completed Module 1"
    assert "Okafor" not in page.title.get_text() and "Module" not in page.title.get_text()
    assert "Our own player It counts for progress." in text
    assert f"{registration.course.title}. Weaver Valley Hospitals, Nursing and midwifery" in text
    (block,) = page.select("pre")
    assert (block["tabindex"], block["role"], bool(block["aria-labelledby"])) == ("0", "region", True)
    assert f'"id": "{said.pk}"' in block.get_text()
    assert f"{PAGE}?learner={lee.key}#found" in [each["href"] for each in page.select("nav a")]


def test_what_was_taken_back_names_the_statement_that_did_it(reader, completed, store, void):
    (voiding,) = store(void(completed.pk))
    page = soup(reader.get(f"{PAGE}{completed.pk}/"))
    assert page.select(f'a[href="{PAGE}{voiding.pk}/"]')
    assert soup(reader.get(f"{PAGE}{voiding.pk}/")).select(f'a[href="{PAGE}{completed.pk}/"]')
    assert "Lee Okafor completed Module 1 Taken back" in lines(reader.get(PAGE))


def test_who_says_so_is_said_in_plain_words(reader, store, say):
    credential, _secret = credentials.create("Ward tablets", ["all"])
    for source, words in [("credential", "changes nobody’s progress"), ("trusted", "counted for progress")]:
        (row,) = store(say("completed"), source=source, credential=credential)
        text = soup(reader.get(f"{PAGE}{row.pk}/")).get_text(" ")
        assert "Ward tablets" in text and words in text
    (row,) = store(say("completed"), source="session")
    assert "A package that we opened" in soup(reader.get(f"{PAGE}{row.pk}/")).get_text(" ")
    (row,) = store(say("completed"), source="imported")
    text = soup(reader.get(f"{PAGE}{row.pk}/")).get_text(" ")
    assert "A file that was read in" in text and "comes in a file" in text
    assert "A file that was read in" in soup(reader.get(PAGE)).get_text(" ")


def test_files_are_named_and_said_to_be_here_or_elsewhere(reader, store, say):
    def file(name, sha2, **more):
        facts = {"usageType": "https://elsewhere.example/use", "display": {"en": name}, "contentType": "text/plain", "length": 3}
        return facts | {"sha2": sha2} | more

    here, there = file("Notes", "a" * 64), file("Film", "b" * 64, fileUrl="https://elsewhere.example/film")
    (row,) = store(say("completed", attachments=[here, there]))
    kept = Attachment(sha2="a" * 64, length=3)
    kept.file.save("any", ContentFile(b"abc"))
    kept.statements.add(row)
    text = " ".join(soup(reader.get(f"{PAGE}{row.pk}/")).get_text(" ").split())
    assert "Notes (text/plain, 3 bytes). Kept here" in text.replace("\xa0", " ")
    assert "Film (text/plain, 3 bytes). Kept elsewhere" in text.replace("\xa0", " ")


def test_a_length_beyond_all_numbers_is_shown_as_very_large(reader, store, say):
    facts = {"usageType": "a:b", "display": {"en": "Film"}, "contentType": "video/mp4", "sha2": "a" * 64, "fileUrl": "a:b"}
    (row,) = store(say(attachments=[facts | {"length": 10**400}]))
    assert re.search(r"\(video/mp4, [\d.,]+\sPB\)", soup(reader.get(f"{PAGE}{row.pk}/")).get_text(" "))


def test_a_time_before_all_dates_of_london_is_shown(reader, store, say):
    (row,) = store(say(timestamp="0001-01-01T00:00:00Z"))
    assert row.body["timestamp"] == "0001-01-01T00:00:00Z"
    for address in [PAGE, f"{PAGE}{row.pk}/"]:
        assert reader.get(address).status_code == 200


def test_the_json_is_taken_away_under_a_name_that_says_nothing(reader, completed):
    response = reader.get(f"{PAGE}{completed.pk}/json/")
    assert response["Content-Disposition"] == 'attachment; filename="statement.json"'
    assert response.json() == completed.body


def test_the_json_on_the_page_hides_no_sign_and_has_an_end(reader, told, lee, monkeypatch):
    row = told(lee, object={"id": WELCOME["id"], "definition": {"name": {"en": "a\u202eb <i>"}}})
    block = soup(reader.get(f"{PAGE}{row.pk}/")).select("pre")[0].get_text()
    assert '"a\\u202eb <i>"' in block
    monkeypatch.setattr(viewing, "LONGEST_SHOWN", 10)
    assert not soup(reader.get(f"{PAGE}{row.pk}/")).select("pre")


def test_an_unknown_statement_does_not_exist(reader):
    assert reader.get(f"{PAGE}{uuid.uuid4()}/").status_code == 404


def test_erasing_a_learner_leaves_their_statements_without_a_name(reader, completed, lee):
    privacy.erase(lee, by=lee)
    assert lines(reader.get(PAGE)) == ["A learner who has left completed Module 1"]
    page = reader.get(f"{PAGE}{completed.pk}/")
    assert b"Okafor" not in page.content


# The trace ---------------------------------------------------------------------------------------


def test_whoever_is_named_to_somebody_can_learn_of_it(reader, adi, completed, told, lee, sam):
    told(sam)
    for path in [PAGE, f"{PAGE}?learner={lee.key}", f"{PAGE}{completed.pk}/", f"{PAGE}{completed.pk}/json/"]:
        before = len(looks())
        assert reader.get(path).status_code == 200
        new = looks()[before:]
        assert set(new) == ({lee.audit_key, sam.audit_key} if path == PAGE else {lee.audit_key}) and len(new) == len(set(new))
    assert set(AuditEvent.objects.filter(act="statements.read").values_list("actor", flat=True)) == {adi.audit_key}


def test_whoever_stands_among_several_of_a_name_can_learn_of_that(reader, adi, registration, lee, twin):
    reader.post(PAGE, {"learner": "Lee Okafor"})
    rows = AuditEvent.objects.filter(act="learner.found", actor=adi.audit_key)
    assert set(rows.values_list("subject", flat=True)) == {lee.audit_key, twin.audit_key}
    assert not looks()


def test_a_search_that_finds_nothing_of_somebody_leaves_a_trace_too(reader, registration, lee):
    Statement.objects.all().delete()
    reader.get(PAGE, {"learner": lee.key})
    assert looks() == [lee.audit_key]


def test_a_learner_reads_in_their_own_data_that_somebody_looked(reader, completed, lee):
    reader.get(f"{PAGE}{completed.pk}/")
    assert "statements.read" in [row["act"] for row in privacy.held_about(lee)["acts"]]


def test_a_role_that_was_taken_away_opens_nothing_any_more(reader, completed, adi):
    roles.revoke(adi, "administrator")
    assert reader.get(PAGE).status_code == 404
