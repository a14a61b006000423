"""The figures over the interface: the same protected ones, to statistics officers, and problems for wrong questions."""

import pytest
from django.utils import timezone

from learning import counts, cubes
from people.models import Organisation

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/statistics/completions"


@pytest.fixture(autouse=True)
def nothing_kept():
    cubes.forget()


@pytest.fixture
def officer(client, val, second_factor):
    return second_factor(client, val)


@pytest.fixture
def trusts(course, nurses):
    rows = [Organisation.objects.create(name=f"Trust {letter}", kind="nhs_trust") for letter in "ABC"]
    for organisation, number in zip(rows, (3, 17, 40), strict=True):
        event = counts.Event(
            course.pk, timezone.now(), organisation.pk, nurses.pk, starts=number, completions=number, seconds=700
        )
        counts.add([event])
    return rows


def ask(client, course, by="organisation", **more):
    return client.get(ADDRESS, {"course": course.activity, "by": by, **more})


def test_an_officer_gets_rounded_figures_and_null_for_hidden_ones(officer, course, trusts):
    found = ask(officer, course).json()
    rows = {row["name"]: row for row in found["rows"]}
    assert rows["Trust A"]["starts"] == {"value": None, "hidden": "small"}
    assert rows["Trust B"]["starts"] == {"value": None, "hidden": "protects"}
    assert rows["Trust C"]["starts"] == {"value": 40, "hidden": None}
    assert rows["Trust C"]["key"] == str(trusts[2].key) and rows["Trust C"]["median_minutes"] == {"above": 10, "up_to": 15}
    assert found["total"]["completions"]["value"] == 60 and found["period"]["code"] == "last-12-months"


@pytest.mark.parametrize("by", ["module", "organisation", "staff_group", "month"])
def test_rows_can_be_of_four_kinds(officer, course, trusts, by):
    found = ask(officer, course, by)
    assert found.status_code == 200 and found.json()["rows"] and found.json()["by"] == by


def test_an_organisation_and_a_period_can_be_chosen(officer, course, trusts):
    found = ask(officer, course, "month", organisation=trusts[2].key, period="last-3-months").json()
    assert found["organisation"] == str(trusts[2].key) and found["rows"][0]["starts"]["value"] == 40


def test_a_stranger_finds_nothing_and_nobody_is_told_to_log_in(client, sam, course):
    assert ask(client, course).status_code == 401
    client.force_login(sam)
    response = ask(client, course)
    assert response.status_code == 404 and response.json()["code"] == "not_found"


def test_staff_without_a_second_factor_get_no_figures(client, val, course):
    client.force_login(val)
    assert ask(client, course).status_code in {302, 403}


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"course": ""}, "course"),
        ({"course": "nonsense"}, "course"),
        ({"course": "5f0f2e2e-0000-4000-8000-000000000000"}, "course"),
        ({"by": "person"}, "by"),
        ({"by": ""}, "by"),
        ({"organisation": "x" * 5000}, "organisation"),
        ({"organisation": "5f0f2e2e-0000-4000-8000-000000000000"}, "organisation"),
        ({"staff_group": "-1"}, "staff_group"),
        ({"staff_group": "9" * 300}, "staff_group"),
        ({"staff_group": "\x00"}, "staff_group"),
        ({"period": "yesterday"}, "period"),
        ({"period": "\x00"}, "period"),
    ],
)
def test_a_wrong_question_is_answered_with_a_problem_that_names_the_field(officer, course, trusts, question, field):
    response = officer.get(ADDRESS, {"course": course.activity, "by": "month", **question})
    assert response.status_code == 400 and response["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("stray", "code", "said"),
    [
        ({"organization": "all"}, "unknown_parameter", "There is no parameter organization"),
        ({"Course": "1"}, "unknown_parameter", "There is no parameter Course"),
        ({"x" * 5000: "1"}, "unknown_parameter", f"There is no parameter {'x' * 60} here"),
        ({"": "1"}, "unknown_parameter", "There is no parameter"),
        ({"by": ["month", "module"]}, "repeated_parameter", "by stands here more than once"),
        ({"period": ["all", "all"]}, "repeated_parameter", "period stands here more than once"),
    ],
)
def test_a_parameter_that_is_unknown_or_repeated_is_refused(officer, course, trusts, stray, code, said):
    response = officer.get(ADDRESS, {"course": course.activity, "by": "month", **stray})
    assert response.status_code == 400 and response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code and said in response.json()["detail"]


def test_who_may_not_see_figures_learns_nothing_of_the_parameters(client, sam, course):
    client.force_login(sam)
    assert ask(client, course, stray="1").status_code == 404


def test_a_module_can_be_chosen_and_only_of_its_own_course(officer, course, trusts, make_course):
    module = course.modules().first()
    found = ask(officer, course, module=module.activity)
    assert found.status_code == 200 and found.json()["module"]["key"] == str(module.activity)
    response = ask(officer, make_course(50), module=module.activity)
    assert response.status_code == 400 and response.json()["errors"][0]["field"] == "module"


def test_rows_by_what_is_chosen_are_refused(officer, course, trusts, nurses):
    crossed = {"organisation": trusts[0].key, "staff_group": nurses.pk, "by": "month"}
    for more in ({"organisation": trusts[0].key}, {"module": course.modules().first().activity, "by": "module"}, crossed):
        response = officer.get(ADDRESS, {"course": course.activity, "by": "organisation", **more})
        assert response.status_code == 400 and response.json()["errors"][0]["code"] == "crossed"


def test_nothing_but_reading_is_offered(officer, course):
    assert officer.post(ADDRESS, {}).status_code in {403, 405}
