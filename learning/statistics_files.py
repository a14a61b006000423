"""The figures as files: exactly those of the page, protected in the same way, and no others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ERROR_CODES

from core import typed
from core.disclosure import Figure
from learning import statistics
from learning.statistics import Question, Row, Summary

ROWS_A_CHUNK = 500  # each chunk is sent by itself, which costs more than to write a row of it
BYTE_ORDER_MARK = "\ufeff"  # so that Excel reads UTF-8
# The wide signs begin a formula too where Excel speaks Chinese, Japanese or Korean.
FORMULA_STARTS = (*"=+-@\uff1d\uff0b\uff0d\uff20", "\t", "\r", "\n")

Value = str | int | None


def name(ending: str) -> str:
    """A neutral name: it says neither course nor organisation."""
    return f"figures-{timezone.localdate():%Y-%m}.{ending}"


def rows(summary: Summary) -> Iterator[list[Value]]:
    """A header and a line for each figure row, complete in itself."""
    yield _header()
    question = _question(summary.question)
    for kind, found in _lists(summary):
        for row in found:
            yield [_safe(value) for value in [*question, kind, row.name, *_figures(row)]]


def csv_chunks(summary: Summary) -> Iterator[str]:
    lines = rows(summary)
    yield BYTE_ORDER_MARK
    while some := list(islice(lines, ROWS_A_CHUNK)):
        buffer = io.StringIO()
        csv.writer(buffer).writerows(some)
        yield buffer.getvalue()


def xlsx(summary: Summary) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Figures"))
    sheet.freeze_panes = "A2"
    for row in rows(summary):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _header() -> list[Value]:
    return [
        _("Course"),
        _("Module"),
        _("Organisation"),
        _("Staff group"),
        _("Period"),
        _("Figures for"),
        _("Name"),
        _("Registered"),
        _("Started"),
        _("Completed"),
        _("Completed, per cent of started"),
        _("Median: more than (minutes)"),
        _("Median: up to (minutes)"),
    ]


def _question(question: Question) -> list[Value]:
    return [
        question.course.title,
        question.module.title if question.module else _("Whole course"),
        question.organisation.name if question.organisation else _("All organisations"),
        question.staff_group.name if question.staff_group else _("All staff groups"),
        question.period.name,
    ]


def _lists(summary: Summary) -> Iterator[tuple[str, list[Row]]]:
    return chain(
        [(_("All"), [summary.total])],
        [(_("Staff group"), summary.by_staff_group), (_("Organisation"), summary.by_organisation)],
        [(_("Module"), summary.by_module), (_("Month"), summary.by_month)],
    )


def _figures(row: Row) -> list[Value]:
    counts = [_shown(figure) for figure in (row.registrations, row.starts, row.completions)]
    times = [row.median.above, row.median.upto] if row.median else [None, None]
    return [*counts, row.share, *times]


def _shown(figure: Figure) -> Value:
    return statistics.in_words(figure) if figure.hidden else figure.shown


def _safe(value: Value) -> Value:
    """No spreadsheet takes a name for a formula or a mistake, nor breaks on a sign in it that XML has no word for."""
    if not isinstance(value, str):
        return value
    text = typed.clean(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text in ERROR_CODES else text


def query(question: Question) -> str:
    """The address's query that asks for the same figures: keys only, no name."""
    chosen = {
        "course": question.page.activity,
        "organisation": question.organisation and question.organisation.key,
        "staff_group": question.staff_group and question.staff_group.pk,
        "period": question.period.code,
    }
    return urlencode({name: str(value) for name, value in chosen.items() if value})
