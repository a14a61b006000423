"""What the second opinion asks about is a statement by our own rules, and every difference has its reason."""

import pytest
from django.conf import settings

from learning.lrs import validation
from scripts import opinion
from tests.factories import xapi

PAGE = (settings.BASE_DIR / "docs" / "ralph.md").read_text()


@pytest.fixture(scope="module")
def samples():
    return xapi.samples(xapi.statements(opinion.SPEC), 12)


def test_a_place_by_itself_is_in_a_valid_statement(samples):
    cases = list(opinion.valid(samples))
    assert len(cases) > 100
    for case in cases:
        validation.check(case.statement, spec=opinion.SPEC)
    assert {"statement", "an empty object", "id of verb", "mbox of agent"} <= {case.place for case in cases}


def test_the_plain_statement_has_the_same_shape(samples):
    for sample in samples:
        plain = opinion.plain(sample, "statement")
        validation.check(plain, spec=opinion.SPEC)
        assert [path for path, _kind, _value in xapi.places(plain)] == [path for path, _kind, _value in xapi.places(sample)]


def test_the_page_explains_every_difference_that_we_know():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    assert len(rows) == len(opinion.DIFFERENCES)
    for (rule, place), reason in opinion.DIFFERENCES.items():
        assert any(row.startswith(f"| {rule or 'a valid value'} | {place} |") and reason in row for row in rows), (rule, place)
