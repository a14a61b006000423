"""The question that the page of figures and its interface accept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning import statistics
from learning.models import CoursePage
from pages.forms import GovukForm


class FiguresForm(GovukForm):
    """A plain filter, sent by GET. What is left out means all; a course or period left out is the first on offer."""

    course = forms.ChoiceField(
        label=_("Course or module"),
        required=False,
        error_messages={"invalid_choice": _("Choose a course or module from the list")},
    )
    organisation = forms.ChoiceField(
        label=_("Organisation"), required=False, error_messages={"invalid_choice": _("Choose an organisation from the list")}
    )
    staff_group = forms.ChoiceField(
        label=_("Staff group"), required=False, error_messages={"invalid_choice": _("Choose a staff group from the list")}
    )
    period = forms.ChoiceField(
        label=_("Period"), required=False, error_messages={"invalid_choice": _("Choose a period from the list")}
    )
    mark_optional = False

    def __init__(self, data, *, offered: statistics.Offer, **kwargs) -> None:
        self.offered = offered
        super().__init__(self._with_course(data), **kwargs)
        self._organisations = {str(row.key): row for row in offered.organisations.values()}
        self._staff_groups = {str(row.pk): row for row in offered.staff_groups.values()}
        self._periods = {period.code: period for period in offered.periods}
        self._set("course", [self._course_choices(course) for course in offered.courses])
        self._set("organisation", [("", _("All organisations")), *_named(self._organisations)])
        self._set("staff_group", [("", _("All staff groups")), *_named(self._staff_groups)])
        self._set("period", _named(self._periods))

    def _with_course(self, data):
        """Who has asked for no course sees the first; while it cannot be completed yet, the first module that can."""
        if data.get("course") or not self.offered.courses:
            return data
        course = self.offered.courses[0]
        modules = self.offered.modules_of(course)
        full = [module for module in modules if not module.is_outline]
        chosen = full[0] if full and len(full) < len(modules) else course
        data = data.copy()
        data["course"] = str(chosen.activity)
        return data

    def _set(self, name: str, choices: list) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = choices

    def _course_choices(self, course: CoursePage) -> tuple[str, list[tuple[str, str]]]:
        modules = [(str(module.activity), module.title) for module in self.offered.modules_of(course)]
        return course.title, [(str(course.activity), gettext("The whole course")), *modules]

    def question(self) -> statistics.Question | None:
        """What is asked; anything not understood counts as left out. None: there is nothing to ask about."""
        if not self.offered.courses:
            return None
        given = self.cleaned_data.get
        course, module = self.offered.find(uuid.UUID(given("course"))) if given("course") else (self.offered.courses[0], None)
        return statistics.Question(
            course=course or self.offered.courses[0],
            period=self._periods.get(given("period", ""), self.offered.periods[0]),
            module=module,
            organisation=self._organisations.get(given("organisation", "")),
            staff_group=self._staff_groups.get(given("staff_group", "")),
        )


def _named(rows: Mapping) -> list[tuple[str, str]]:
    return [(code, row.name) for code, row in rows.items()]
