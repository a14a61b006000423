"""An error is a sentence to a reader, with a code for machines."""

import pytest

from core import errors


@pytest.mark.parametrize(
    ("kind", "code"), [(errors.WrongState, "wrong_state"), (errors.NotAllowed, "not_allowed"), (errors.Conflict, "conflict")]
)
def test_each_kind_has_a_sentence_and_a_code(kind, code):
    error = kind()
    assert error.code == code
    assert str(error).endswith(".")
    assert error.field is None
    assert isinstance(error, errors.DomainError)


def test_an_act_may_say_more():
    error = errors.DomainError("Enter your organisation.", code="organisation_missing", field="organisation")
    assert (str(error), error.code, error.field) == ("Enter your organisation.", "organisation_missing", "organisation")
