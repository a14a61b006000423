"""The question that the page of figures and its interface accept."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from learning import statistics
from pages.forms import GovukForm


class FiguresForm(GovukForm):
    """A plain filter, sent by GET. What is left out means all; a course or period left out is the first on offer."""

    course = forms.ChoiceField(
        label=_("Course"), required=False, error_messages={"invalid_choice": _("Choose a course from the list")}
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
        super().__init__(data, **kwargs)
        self.offered = offered
        self._by_code = {
            "course": {str(course.activity): course for course in offered.courses},
            "organisation": {str(row.key): row for row in offered.organisations.values()},
            "staff_group": {str(row.pk): row for row in offered.staff_groups.values()},
            "period": {period.code: period for period in offered.periods},
        }
        self.fields["course"].choices = [(code, course.title) for code, course in self._by_code["course"].items()]
        self.fields["organisation"].choices = [("", _("All organisations")), *self._named("organisation")]
        self.fields["staff_group"].choices = [("", _("All staff groups")), *self._named("staff_group")]
        self.fields["period"].choices = [(code, period.name) for code, period in self._by_code["period"].items()]

    def _named(self, field: str) -> list[tuple[str, str]]:
        return [(code, row.name) for code, row in self._by_code[field].items()]

    def question(self) -> dict:
        """What `statistics.summary` is asked. Anything not understood counts as left out."""
        chosen = {name: rows.get(self.cleaned_data.get(name, "")) for name, rows in self._by_code.items()}
        return {
            **chosen,
            "course": chosen["course"] or next(iter(self.offered.courses), None),
            "period": chosen["period"] or self.offered.periods[0],
        }
