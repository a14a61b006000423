"""One door per change, and no side door: admins, APIs and addresses are walked, not believed."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import ModelForm
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.serializers import CharField, ModelSerializer, ReadOnlyField, Serializer
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.viewsets import viewsets
from wagtail.models import Page, PageViewRestriction, Revision
from wagtail.snippets.models import get_snippet_models

from api.schema import ProblemSerializer
from learning.models import Certificate
from panels.models import Agreement, Passage, Picture, StoryPage
from people import roles
from people.models import Consent
from tests.factories.experiences import make_published


def closed_models():
    """Models whose rows change only through acts: those with MOVES, consent, and what people told us."""
    with_moves = [model for model in apps.get_models() if hasattr(model, "MOVES") and not issubclass(model, Page)]
    return [*with_moves, Consent, Agreement, Passage, Picture]


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


# Stories ------------------------------------------------------------------------------------------

ONE_PAGE = re.compile(r"^admin/pages/(?:[a-z_]+/)*<int:(page_id|page_to_move_id|parent_page_id)>/[a-z_/]*$")


@pytest.fixture
def story(uma, ola, stories_index):
    return make_published(uma, ola).page


@pytest.fixture
def editor(client, adi, second_factor, story):
    """Of all roles the one that may do most there. Its permissions hang on pages, which are there by now."""
    roles.sync()
    assert story.get_parent().permissions_for_user(adi).can_delete()
    return second_factor(client, adi)


def state(story):
    """All that the editor could change of it, and of the pages around it."""
    return (
        list(StoryPage.objects.values()),
        Page.objects.count(),
        Revision.objects.for_instance(story).count(),
        PageViewRestriction.objects.count(),
    )


def doors_to(page, all_addresses):
    """Every address of the editor that is about one page."""
    for path, _callback in all_addresses:
        if ONE_PAGE.match(path):
            yield "/" + re.sub(r"<int:\w+>", str(page.pk), path)


def test_no_address_of_the_editor_changes_a_story(editor, story, all_addresses):
    doors = list(doors_to(story, all_addresses))
    assert reverse("wagtailadmin_pages:edit", args=[story.pk]) in doors
    assert len(doors) > 12
    before = state(story)
    for door in doors:
        for typed in [{}, {"title": "Mine", "slug": "mine", "action-publish": "1", "restriction_type": "login"}]:
            editor.post(door, typed)
            assert state(story) == before, door


def test_the_editor_opens_no_form_for_a_story(editor, story):
    for name in ["edit", "delete", "unpublish", "copy", "move", "set_privacy", "history"]:
        response = editor.get(reverse(f"wagtailadmin_pages:{name}", args=[story.pk]))
        assert response.status_code in {302, 403}, name


@pytest.mark.parametrize("action", sorted(bulk_action_registry.get_bulk_actions_for_model("wagtailcore", "page"), key=str))
@pytest.mark.parametrize("which", ["story", "list"])
def test_no_bulk_action_takes_a_story(editor, story, stories_index, home, action, which):
    before = state(story)
    page = story if which == "story" else stories_index
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action.action_type])
    typed = {"include_descendants": "on", "chooser": home.pk}
    response = editor.post(f"{url}?id={page.pk}", typed)
    assert response.status_code == 302
    assert state(story)[:2] == before[:2]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("delete", {}),
        ("unpublish", {"include_descendants": "on"}),
        ("copy", {"copy_subpages": "on", "new_title": "Again", "new_slug": "again", "publish_copies": "on"}),
    ],
)
def test_what_is_done_to_the_list_of_stories_takes_none_along(editor, story, stories_index, home, name, typed):
    before = state(story)
    url = reverse(f"wagtailadmin_pages:{name}", args=[stories_index.pk])
    response = editor.post(url, {**typed, "new_parent_page": home.pk}, follow=True)
    assert state(story) == before
    assert "Stories are kept by moderators" in response.content.decode()
