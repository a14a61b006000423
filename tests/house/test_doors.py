"""One door per change, and no side door: admins, APIs and addresses are walked, not believed."""

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import ModelForm
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.serializers import CharField, ModelSerializer, ReadOnlyField, Serializer
from wagtail.admin.viewsets import viewsets
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

from api.schema import ProblemSerializer
from learning.models import Certificate
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
    list(addresses())  # every form and serializer is known once every address was imported
    known = [*_all_subclasses(ModelForm), *_all_subclasses(Serializer)]
    assert ProblemSerializer in known
    assert [one for one in known if one.__module__ != __name__ and _writes_status(one)] == []


def test_a_form_and_a_serializer_that_write_a_status_would_be_found():
    class Form(ModelForm):
        class Meta:
            model = Certificate
            fields = ["status"]

    class Shaped(ModelSerializer):
        class Meta:
            model = Certificate
            fields = ["code", "status"]

    class Plain(Serializer):
        status = CharField()

    class Shown(ModelSerializer):
        class Meta:
            model = Certificate
            fields = ["status"]
            read_only_fields = ["status"]

    assert [_writes_status(one) for one in (Form, Shaped, Plain, Shown)] == [True, True, True, False]


def _all_subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from _all_subclasses(child)


def _writes_status(one):
    """Of a model that only acts may change. A serializer without a model counts, but for the one that says what went wrong."""
    model = getattr(getattr(one, "_meta", None) or getattr(one, "Meta", None), "model", None)
    if issubclass(one, ModelForm):
        return model in closed_models() and "status" in one.base_fields
    if issubclass(one, ModelSerializer):
        return model in closed_models() and not one().fields.get("status", ReadOnlyField()).read_only
    field = one._declared_fields.get("status")
    return one is not ProblemSerializer and field is not None and not field.read_only
