"""The page of figures and its files: who may see them, what they say, and kind answers to wrong questions."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from learning import counts, cubes
from people.models import Organisation, StaffGroup

pytestmark = pytest.mark.django_db
PAGE, CSV, XLSX = "/learning/figures/", "/learning/figures/csv/", "/learning/figures/xlsx/"


@pytest.fixture(autouse=True)
def nothing_kept():
    cubes.forget()


@pytest.fixture
def course(full_course):
    return full_course


@pytest.fixture
def officer(client, val, second_factor):
    return second_factor(client, val)


@pytest.fixture
def three_trusts(reference_data):
    return [Organisation.objects.create(name=name, kind="nhs_trust") for name in ("Trust A", "Trust B", "=SUM(A1) Trust")]


@pytest.fixture
def happened(course, three_trusts):
    """Three of the first, seventeen of the second, forty of the third, all nurses; and so in a module."""
    nurses = StaffGroup.objects.get(name="Nursing and midwifery")
    events = []
    for organisation, number in zip(three_trusts, (3, 17, 40), strict=True):
        for page in (course, course.modules().first()):
            numbers = {"registrations": number, "starts": number, "completions": number, "seconds": 700}
            events.append(counts.Event(page.pk, timezone.now(), organisation.pk, nurses.pk, **numbers))
    counts.add(events)


def text(response):
    return response.content.decode()


def rows_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# Who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX])
def test_a_stranger_finds_nothing(client, sam, course, address):
    client.force_login(sam)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX])
def test_nobody_is_asked_to_log_in(client, course, address):
    response = client.get(address)
    assert response.status_code == 302 and "/account/login/" in response["Location"]


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX])
def test_staff_without_a_second_factor_see_no_figures(client, val, course, address):
    client.force_login(val)
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX])
def test_an_author_is_staff_and_still_finds_nothing(client, ed, second_factor, course, address):
    assert second_factor(client, ed).get(address).status_code == 404


# What --------------------------------------------------------------------------------------------


def test_the_page_shows_rounded_figures_and_hides_small_ones(officer, happened):
    page = text(officer.get(PAGE))
    assert "<dd>60</dd>" in page
    assert '<th scope="row">Trust A</th><td>&lt;5</td><td>&lt;5</td><td>&lt;5</td><td>–</td>' in page
    assert '<th scope="row">Trust B</th><td>hidden</td>' in page
    assert '<th scope="row">=SUM(A1) Trust</th><td>40</td><td>40</td><td>40</td><td>100%</td><td>15 min</td>' in page
    assert "hidden, to protect another figure" in page and "<desc" in page and "style=" not in page


def test_a_choice_is_kept_and_asked_for_by_random_keys(officer, happened, course, three_trusts):
    page = text(officer.get(PAGE, {"course": course.activity, "organisation": three_trusts[2].key, "period": "last-3-months"}))
    assert f'<option value="{three_trusts[2].key}" selected>' in page
    assert f"csv/?course={course.activity}&amp;organisation={three_trusts[2].key}&amp;period=last-3-months" in page


def test_an_empty_course_says_so(officer, course):
    assert "Nobody is counted here yet" in text(officer.get(PAGE))


def test_no_course_at_all_says_so(officer, home):
    assert "There is no course yet" in text(officer.get(PAGE))


@pytest.mark.parametrize("address", [PAGE, CSV, XLSX])
@pytest.mark.parametrize(
    "question",
    [
        {"course": "5f0f2e2e-0000-4000-8000-000000000000"},
        {"course": "nonsense"},
        {"period": "yesterday"},
        {"organisation": "'; drop table"},
        {"staff_group": "9" * 5000},
        {"staff_group": "\x00 nobody"},
        {"period": ["last-3-months", "all' or 1=1"]},
    ],
)
def test_a_wrong_question_is_answered_with_the_form(officer, happened, address, question):
    response = officer.get(address, question, follow=True)
    page = text(response)
    assert response.status_code == 200 and "There is a problem" in page and "from the list" in page
    assert 'name="course"' in page and "9999999" not in page


def test_posting_is_not_possible(officer, course):
    assert officer.post(PAGE).status_code == 405


def test_the_page_costs_the_same_number_of_queries_for_one_organisation_and_for_three(officer, course, three_trusts):
    nurses = StaffGroup.objects.get(name="Nursing and midwifery")
    numbers = []
    for organisation in three_trusts:
        counts.add([counts.Event(course.pk, timezone.now(), organisation.pk, nurses.pk, registrations=20, starts=20)])
        officer.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            officer.get(PAGE)
        numbers.append(len(captured))
    assert len(set(numbers)) == 1
    assert numbers[0] <= 15, [query["sql"][:90] for query in captured]


# Files -------------------------------------------------------------------------------------------


def test_the_csv_holds_the_figures_of_the_page_and_no_others(officer, happened):
    response = officer.get(CSV)
    assert response.streaming and response["Content-Type"] == "text/csv; charset=utf-8"
    rows = {(row["Figures for"], row["Name"]): row for row in rows_of(response)}
    assert rows["Organisation", "Trust A"]["Started"] == "fewer than 5"
    assert rows["Organisation", "Trust B"]["Started"] == "hidden, to protect another figure"
    assert rows["All", "All"]["Started"] == "60"


def test_a_name_is_never_taken_for_a_formula(officer, happened):
    names = [row["Name"] for row in rows_of(officer.get(CSV))]
    assert "'=SUM(A1) Trust" in names and "=SUM(A1) Trust" not in names
    sheet = load_workbook(io.BytesIO(officer.get(XLSX).content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "\x08=", "\n="], ids=ascii)
def test_no_name_breaks_out_of_its_cell(officer, happened, three_trusts, start):
    Organisation.objects.filter(pk=three_trusts[2].pk).update(name=f"{start}1+1")
    sheet = load_workbook(io.BytesIO(officer.get(XLSX).content)).active
    harmless = "'" + start.replace("\x08", "") + "1+1"
    assert harmless in {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_spreadsheet_holds_the_same_rows(officer, happened):
    sheet = load_workbook(io.BytesIO(officer.get(XLSX).content)).active
    found = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    expected = list(csv.reader(io.StringIO(b"".join(officer.get(CSV).streaming_content).decode("utf-8-sig"))))
    assert found == expected


def test_the_csv_begins_with_the_mark_that_spreadsheets_need(officer, happened):
    assert b"".join(officer.get(CSV).streaming_content).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("address", [CSV, XLSX])
def test_file_names_say_neither_course_nor_organisation(officer, happened, address, course, three_trusts):
    response = officer.get(address, {"course": course.activity, "organisation": three_trusts[2].key})
    assert response["Content-Disposition"].startswith(f'attachment; filename="figures-{timezone.localdate():%Y-%m}.')
