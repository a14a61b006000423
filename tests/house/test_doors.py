"""One door per change, and no side door: admins, APIs and addresses are walked, not believed."""

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import ModelForm
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.viewsets import viewsets
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

from people.models import Consent


def closed_models():
    """Models whose rows change only through acts: those with MOVES, and consent."""
    with_moves = [model for model in apps.get_models() if hasattr(model, "MOVES") and not issubclass(model, Page)]
    return [*with_moves, Consent]


def addresses(patterns=None, before=""):
    """Every address of the platform with its callback."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


@pytest.fixture(scope="module")
def all_addresses():
    return list(addresses())


@pytest.mark.parametrize("model", closed_models(), ids=lambda model: model._meta.label)
def test_no_admin_edits_what_only_acts_may_change(model):
    registered = {viewset.model for viewset in viewsets.viewsets if getattr(viewset, "model", None)}
    assert model not in registered | set(get_snippet_models())


def test_there_are_models_to_walk():
    assert {model._meta.label for model in closed_models()} >= {"learning.Registration", "learning.Certificate", "people.Consent"}


def test_djangos_admin_is_not_mounted(all_addresses):
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert [path for path, callback in all_addresses if callback.__module__.startswith("django.contrib.admin")] == []


def test_wagtails_own_api_is_not_mounted(all_addresses):
    public = [
        path for path, callback in all_addresses if "wagtail.api.v2" in callback.__module__ and not path.startswith("admin/")
    ]
    assert public == []


def test_the_log_in_of_wagtail_is_shadowed(all_addresses):
    """The first address that matches wins; Wagtail's form asks for no second factor."""
    first = next(callback for path, callback in all_addresses if path == "admin/login/")
    assert not first.__module__.startswith("wagtail")


def test_rest_framework_answers_only_in_api(all_addresses):
    views = [(path, callback.cls) for path, callback in all_addresses if hasattr(callback, "cls")]
    elsewhere = [path for path, view in views if not path.startswith(("api/", "xapi/", "admin/"))]
    assert elsewhere == []


def test_status_is_in_no_form_and_no_serializer():
    """A form or serializer that could write a status would be a second door."""
    list(addresses())  # every form is known once every address was imported
    models = set(closed_models())
    found = [
        form for form in _all_subclasses(ModelForm) if _model_of(form) in models and "status" in getattr(form, "base_fields", {})
    ]
    assert found == []


def _all_subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from _all_subclasses(child)


def _model_of(form):
    return getattr(getattr(form, "_meta", None), "model", None)
