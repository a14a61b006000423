"""A copy of a course or module is another one: nobody's progress in the first counts in it."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from learning.models import CoursePage, ModulePage
from people import roles


@pytest.fixture
def as_ed(client, ed, course, second_factor):
    """Made after the course's index, below which authors write."""
    roles.sync()
    return second_factor(client, ed)


def copy(browser, page, **how):
    typed = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": page.get_parent().pk, **how}
    assert browser.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), typed).status_code == 302
    return Page.objects.get(slug="copy").specific


def test_an_author_copies_a_module(as_ed, course):
    module = course.modules().first()
    made = copy(as_ed, module, publish_copies="on")
    assert made.activity != module.activity
    assert made.version == 1
    made.get_latest_revision_as_object().save_revision().publish()
    assert len(set(ModulePage.objects.values_list("activity", flat=True))) == ModulePage.objects.count()


def test_an_author_copies_a_course_with_its_modules(as_ed, course):
    made = copy(as_ed, course, copy_subpages="on")
    assert made.activity != course.activity
    assert ModulePage.objects.child_of(made).count() == ModulePage.objects.child_of(course).count()
    made.get_latest_revision_as_object().save_revision().publish()
    assert CoursePage.objects.get(pk=made.pk).activity == made.activity != course.activity
