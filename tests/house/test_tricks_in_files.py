"""Whatever somebody is called or has written, no program for tables takes it for a formula, and it can be read again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import errors, typed
from learning import statistics, statistics_files
from learning.models import CoursePage, ModulePage
from learning.statistics import Question, Summary
from people.models import Organisation, StaffGroup
from recompense import payees, payment_file
from recompense.models import Claim, Line, Payee, Payment, PaymentRun
from tests.conftest import PASSWORD
from tests.factories import recompense as make
from tests.house.harmless import ALL
from tests.house.tricks import FAMILIES, TRICKS

pytestmark = pytest.mark.django_db
WHOLE = "\n".join(ALL)
ERRORS = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]  # what a spreadsheet takes for a mistake
NAMES = [*TRICKS, *ERRORS]
STARTS = ("=", "+", "-", "@", "\t", "\r")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


# The file for the bank -----------------------------------------------------------------------------


@pytest.fixture
def run(fin):
    """A payment to an account of each name, and of each roll number that is taken."""
    run = PaymentRun.objects.create(reference="AAAA-AAAA", prepared_by=fin, pays_on=timezone.localdate())
    account = {"sort_code": "309430", "account_number": "733445", "fee": 1, "expenses": 0, "amount": 1}
    for number, name in enumerate(NAMES):
        words = {"name_on_account": typed.clean(name), "roll_number": roll_number(name)}
        Payment.objects.create(run=run, reference=f"R{number:011}", **account, **words)
    return run


def roll_number(text: str) -> str:
    try:
        return payees.as_roll_number(typed.clean(text))
    except errors.DomainError:
        return ""


def test_no_name_on_an_account_becomes_a_formula_at_the_bank(run):
    header, *rows = read(payment_file.write(run).decode("ascii"))
    assert header == payment_file.HEADER
    for name, row in zip(NAMES, rows, strict=True):
        assert not [cell for cell in row if cell.startswith(STARTS)], row
        # Bacs has few letters: what it has none for is a space, and a name of nothing else goes by the account's number.
        assert row[2] == (payment_file.carried(typed.clean(name)) or "ACCOUNT HOLDER")
        assert row[6] == payment_file.carried(roll_number(name))
        assert [row[0], row[1], row[3], row[5]] == ["309430", "00733445", "1.00", f"{run.pays_on:%d/%m/%Y}"]


# Figures -------------------------------------------------------------------------------------------


@pytest.fixture
def summary(full_course, reference_data):
    offered = statistics.offer()
    return statistics.summary(offered, Question(full_course, offered.periods[0]))


def called(summary: Summary, name: str, names: list[str]) -> Summary:
    """The same of a course, a module, an organisation and a staff group of that name, with rows of those names."""
    pages = {"course": CoursePage(title=name), "module": ModulePage(title=name)}
    people = {"organisation": Organisation(name=name), "staff_group": StaffGroup(name=name)}
    rows = [replace(summary.total, name=each) for each in names]
    return replace(summary, question=replace(summary.question, **pages, **people), by_organisation=rows, by_module=rows)


def written(name: str) -> str:
    """An apostrophe goes before whatever a spreadsheet would work out; signs that nobody sees go; all else stands."""
    text = typed.clean(name)
    return f"'{text}" if text.startswith(statistics_files.FORMULA_STARTS) or text in ERRORS else text


def test_no_title_becomes_a_formula_in_a_csv(summary):
    for name in NAMES:
        text = "".join(statistics_files.csv_chunks(called(summary, name, [name])))
        header, *rows = read(text.removeprefix(statistics_files.BYTE_ORDER_MARK))
        assert {len(row) for row in rows} == {len(header)}
        assert not [cell for row in rows for cell in row if cell.startswith(STARTS)], name
        assert {cell for row in rows for cell in row[:4]} == {written(name)}
        assert [row[6] for row in rows if row[5] in ("Organisation", "Module")] == [written(name)] * 2


def test_no_title_becomes_a_formula_in_a_spreadsheet(summary):
    for name in [*FAMILIES["sheets"], *FAMILIES["controls and nothings"], *ERRORS]:
        judge_spreadsheet(called(summary, name, [name]), name, [name])
    judge_spreadsheet(called(summary, "Course", NAMES), "Course", NAMES)


def judge_spreadsheet(summary: Summary, title: str, names: list[str]) -> None:
    """Every name is a string, and of nothing an empty cell."""
    _header, *rows = list(load_workbook(io.BytesIO(statistics_files.xlsx(summary))).active)
    assert {cell.data_type for row in rows for cell in row[:7] if cell.value is not None} == {"s"}
    assert {cell.value for row in rows for cell in row[:4]} == {written(title) or None}
    named = [row[6].value for row in rows if row[5].value == "Organisation"]
    assert named == [written(name) or None for name in names]


# What somebody takes with them ---------------------------------------------------------------------


def test_a_claimant_takes_with_them_what_was_written_as_it_was_written(card, member, kit, client):
    claim = make.make_submitted(member, kit)
    words = typed.clean(WHOLE)
    Claim.objects.filter(pk=claim.pk).update(what_for=words, late_reason=words, question=words)
    Line.objects.update(reason=words, allowed=Decimal(1), allowed_reason=words)
    Payee.objects.update(name_on_account=words, roll_number=words)
    client.force_login(member.person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("your_data"))
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    data = json.loads(b"".join(answer.streaming_content))
    [told] = data["claims"]
    [line], [payee] = told["lines"], data["account_for_payment"]
    found = [told["what_for"], told["late_reason"], told["question"], line["reason"], line["allowed_reason"]]
    assert [*found, payee["name_on_account"], payee["roll_number"]] == [words] * 7
