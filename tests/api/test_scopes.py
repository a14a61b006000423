"""What tokens may be good for is in one table, and every endpoint of the interface takes its scopes from there."""

import re

import pytest
from django.urls import URLPattern, get_resolver

from api.endpoints import Endpoint, Public
from api.permissions import InScope
from api.scopes import GROUPS, NEEDS, SCOPES, required
from people import roles

METHODS = ["get", "head", "post", "put", "patch", "delete"]


def below(patterns, path=""):
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here, pattern.callback
        else:
            yield from below(pattern.url_patterns, here)


def operations():
    """Every address of version 1 with each method that it answers, and a view as it stands there."""
    for path, callback in below(get_resolver().url_patterns):
        if not path.startswith("api/v1/"):
            continue
        actions = getattr(callback, "actions", None) or {name: name for name in METHODS if hasattr(callback.cls, name)}
        for method, action in actions.items():
            view = callback.cls(**callback.initkwargs)
            if isinstance(view, Public):
                continue
            if hasattr(callback, "actions"):
                view.action = action
            yield pytest.param(view, method.upper(), id=f"{method} {path}")


OPERATIONS = list(operations())


def test_there_are_operations_to_walk():
    assert len(OPERATIONS) > 8


@pytest.mark.parametrize(("view", "method"), OPERATIONS)
def test_every_operation_declares_a_scope_of_the_table(view, method):
    assert required(view, method) in SCOPES


@pytest.mark.parametrize(("view", "method"), OPERATIONS)
def test_every_operation_asks_for_its_scope(view, method):
    assert isinstance(view, Endpoint)
    assert InScope in view.permission_classes


@pytest.mark.parametrize(("view", "method"), OPERATIONS)
def test_reading_takes_a_scope_to_read_and_a_change_one_to_change(view, method):
    assert required(view, method).endswith("/read") == (method in {"GET", "HEAD"})


def test_every_scope_says_in_a_sentence_what_it_opens():
    assert all(re.fullmatch(r"[A-Z][a-z ,]+", str(sentence)) or "," in str(sentence) for sentence in SCOPES.values())


def test_every_scope_stands_under_one_heading():
    kinds = [kind for _title, under in GROUPS for kind in under]
    assert sorted(kinds) == sorted({scope.partition("/")[0] for scope in SCOPES})


@pytest.mark.django_db
def test_what_a_scope_needs_is_a_permission_that_some_role_has(roles_without_pages):
    held = {permission for role in roles.ROLES.values() for permission in role.permissions}
    assert NEEDS.keys() <= SCOPES.keys()
    assert set().union(*NEEDS.values()) <= held


def test_the_readme_lists_every_scope(settings):
    written = (settings.BASE_DIR / "api" / "README.md").read_text()
    assert [scope for scope in SCOPES if f"`{scope}`" not in written] == []
