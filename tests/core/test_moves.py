"""Every pair of every MOVES in the house is tried."""

import itertools

import pytest

from core import workflow
from core.errors import WrongState

MODELS = workflow.models_with_moves()
PAIRS = [
    pytest.param(model, before, after, id=f"{model.__name__}: {before} to {after}")
    for model in MODELS
    for before, after in itertools.product(model._meta.get_field("status").choices, repeat=2)
    for before, after in [(before[0], after[0])]
]


def test_the_house_has_models_with_moves():
    assert {"Registration", "ModuleProgress", "LaunchSession", "Certificate"} <= {model.__name__ for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_diagram_names_every_state_and_no_other(model):
    states = {value for value, _ in model._meta.get_field("status").choices}
    assert set(model.MOVES) == states
    assert set().union(*model.MOVES.values()) <= states


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_audit_trail_can_name_it(model):
    assert hasattr(model, "audit_key")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_new_row_begins_in_a_state_of_the_diagram(model):
    assert model().status in model.MOVES


@pytest.mark.parametrize(("model", "before", "after"), PAIRS)
def test_a_pair_is_allowed_or_refused_as_the_diagram_says(model, before, after):
    row = model(status=before)
    if after in model.MOVES[before]:
        workflow.judge(row, after)
    else:
        with pytest.raises(WrongState) as refused:
            workflow.judge(row, after)
        assert str(row.get_status_display()) in str(refused.value)
