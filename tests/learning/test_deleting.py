"""What somebody has learned from is not deleted, by any door of the editor."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.models import Page

from learning import playing
from people import roles


@pytest.fixture
def adi(person, roles_without_pages):
    """An administrator, and so a member of staff."""
    user = person("Adi Keeper")
    roles.grant(user, "administrator")
    return user


@pytest.fixture
def module(course, registration, lee):
    """A module that Lee has begun."""
    module = course.modules().first()
    playing.open_module(registration, module, by=lee)
    return module


@pytest.fixture
def as_adi(client, adi, second_factor):
    return second_factor(client, adi)


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_module_that_somebody_has_begun_is_not_deleted(as_adi, module, method):
    response = getattr(as_adi, method)(reverse("wagtailadmin_pages:delete", args=[module.pk]))
    assert response.url == reverse("wagtailadmin_explore", args=[module.course.pk])
    assert "Unpublish it instead" in said(response)
    assert Page.objects.filter(pk=module.pk).exists()


def test_nor_is_the_course_above_it(as_adi, module):
    as_adi.post(reverse("wagtailadmin_pages:delete", args=[module.course.pk]))
    assert Page.objects.filter(pk=module.course.pk).exists()


def test_nor_are_several_at_once(as_adi, module, course):
    outline = course.modules().last()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    response = as_adi.post(f"{address}?id={outline.pk}&id={module.pk}")
    assert "Unpublish it instead" in said(response)
    assert Page.objects.filter(pk__in=[outline.pk, module.pk]).count() == 2


def test_an_outline_that_nobody_could_begin_is_deleted(as_adi, module, course):
    outline = course.modules().last()
    as_adi.post(reverse("wagtailadmin_pages:delete", args=[outline.pk]))
    assert not Page.objects.filter(pk=outline.pk).exists()
