"""What a coordinator types, and how it is understood."""

import datetime

import pytest
from django.http import QueryDict
from django.utils import timezone

from panels.forms_coordinator import CampaignForm, MeetingForm, time_of_day
from tests.factories.panels import CRITERIA, QUESTIONS

WORDS = {
    "title": "Two seats",
    "lead": "Bring what you know.",
    "role_description": "Look at plans.",
    "looking_for": "People who live here.",
    "pay": "£82.50",
    "time_needed": "5 hours",
    "place": "Online",
    "contact": "",
    "seats": "2",
    "term_months": "24",
}


def days_typed(**days) -> dict:
    """Days in three boxes, so many days from now."""
    typed = {}
    for name, ahead in days.items():
        day = timezone.localdate() + datetime.timedelta(days=ahead)
        typed |= {f"{name}_day": str(day.day), f"{name}_month": day.strftime("%B"), f"{name}_year": str(day.year)}
    return typed


def campaign_typed(**changes) -> dict:
    days = days_typed(opens_at=1, closes_at=21, decides_on=40, starts_on=60)
    rows = {f"criterion_{place}": text for place, text in enumerate(CRITERIA)}
    for place, question in enumerate(QUESTIONS):
        rows |= {f"question_{place}_{name}": str(value) for name, value in question.items()}
    return {**WORDS, **days, "opens_time": "9 am", "closes_time": "noon", **rows, **changes}


def form_of(**changes) -> CampaignForm:
    data = QueryDict(mutable=True)
    data.update(campaign_typed(**changes))
    return CampaignForm(data)


@pytest.mark.parametrize(
    ("typed", "hour", "minute"),
    [
        ("12 noon", 12, 0),
        ("Noon", 12, 0),
        ("midday", 12, 0),
        ("17:30", 17, 30),
        ("5.30 pm", 17, 30),
        ("5.30p.m.", 17, 30),
        ("5pm", 17, 0),
        ("12 am", 0, 0),
        ("12.15 pm", 12, 15),
        ("0930", 9, 30),
        ("00:01", 0, 1),
    ],
)
def test_a_time_is_read_as_people_write_it(typed, hour, minute):
    assert time_of_day(typed) == datetime.time(hour, minute)


@pytest.mark.parametrize(
    "typed", ["", "9", "25:00", "17:60", "13 pm", "0 am", "half past five", "5:3O pm", "12 noonish", "١٧:٣٠x"]
)
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(ValueError, match=r".*"):
        time_of_day(typed)


def test_a_moment_is_meant_in_london_in_summer_too():
    typed = {
        "starts_at_day": "1",
        "starts_at_month": "7",
        "starts_at_year": "2027",
        "from_time": "5.30 pm",
        "ends_at": "8 pm",
        "place": "x",
    }
    form = MeetingForm(typed)
    assert form.is_valid()
    assert form.facts()["starts_at"].isoformat() == "2027-07-01T17:30:00+01:00"


def test_midnight_is_asked_back():
    form = form_of(closes_time="midnight")
    assert "two ways" in form.errors["closes_time"][0]


def test_a_whole_form_gives_facts_criteria_and_questions():
    form = form_of()
    assert form.is_valid(), form.errors
    assert form.facts()["title"] == "Two seats"
    assert timezone.localtime(form.facts()["closes_at"]).hour == 12
    assert form.criteria() == CRITERIA
    assert form.questions() == QUESTIONS


def test_a_row_goes_by_emptying_it():
    form = form_of(criterion_0="", question_1_prompt="", question_1_hint="")
    assert form.is_valid(), form.errors
    assert form.criteria() == CRITERIA[1:]
    assert [row["prompt"] for row in form.questions()] == ["Why do you want to join?"]


def test_rows_come_in_the_order_of_their_places():
    form = form_of(criterion_0_place="2", criterion_1_place="1", question_0_place="9", question_1_place="3")
    assert form.is_valid(), form.errors
    assert form.criteria() == CRITERIA[::-1]
    assert [row["prompt"] for row in form.questions()] == [row["prompt"] for row in QUESTIONS[::-1]]


def test_another_row_keeps_what_was_typed_and_judges_nothing_yet():
    data = QueryDict(mutable=True)
    data.update({"title": "Half a thought", "closes_at_day": "31", "seats": "many", "question_0_prompt": "Why?"})
    form = CampaignForm.with_another(data, "question")
    assert form.rows == {"criterion": 0, "question": 2}
    html = form.as_div()
    for kept in ['value="Half a thought"', 'value="31"', 'value="many"', 'value="Why?"']:
        assert kept in html
    assert not form.errors


def test_there_is_an_end_to_the_rows():
    data = QueryDict(mutable=True)
    data.update({"criterion_19": "the last", "criterion_99": "far too many"})
    assert CampaignForm.with_another(data, "criterion").rows["criterion"] == 20


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("seats", "0", "from 1 to 100"),
        ("seats", "two", "from 1 to 100"),
        ("term_months", "999", "from 1 to 120"),
        ("closes_time", "soon", "such as noon"),
        ("opens_at_month", "Smarch", "real date"),
        ("opens_at_year", "", "a day, a month and a year"),
        ("title", "x" * 121, "at most 120 characters"),
        ("contact", "nobody", "correct format"),
        ("question_0_max_words", "5", "from 10 to 1000"),
        ("question_0_max_words", "", "how many words"),
        ("question_1_prompt", "", ""),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(field, typed, said):
    form = form_of(**{field: typed})
    if said:
        assert said in str(form.errors)
    else:
        assert form.is_valid()  # a question that was emptied, and had no hint


def test_a_hint_without_its_question_is_asked_back():
    form = form_of(question_0_prompt="")
    assert "belongs to" in form.errors["question_0_prompt"][0]
