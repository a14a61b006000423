"""The search for statements: typed in a form, and read again from an address that holds no name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import errors
from learning import sentences, viewing
from learning.lrs import vocabulary
from learning.viewing import Question
from pages.forms import DayField, GovukForm
from people.models import User

UNKNOWN_LEARNER = _("We do not know this learner any more. Search by name or email address")


class SearchForm(GovukForm):
    """`found` are the learners to choose from, where the name fits several. What is left out means all."""

    person = forms.CharField(required=False, widget=forms.HiddenInput)
    learner = forms.CharField(
        label=_("Learner"),
        required=False,
        max_length=254,
        help_text=_("Of somebody who learns here: name, a part of it, or the whole email address"),
        error_messages={"max_length": _("Enter a name or email address of at most 254 characters")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    verb = forms.ChoiceField(
        label=_("What was done"), required=False, error_messages={"invalid_choice": _("Choose what was done from the list")}
    )
    activity = forms.ChoiceField(
        label=_("Course or module"),
        required=False,
        error_messages={"invalid_choice": _("Choose a course or module from the list")},
    )
    since = DayField(
        label=_("Arrived from"),
        required=False,
        error_messages={
            "incomplete": _("“Arrived from” must include a day, a month and a year"),
            "invalid": _("“Arrived from” must be a real date, such as 27 3 2026"),
        },
    )
    until = DayField(
        label=_("Arrived up to"),
        required=False,
        error_messages={
            "incomplete": _("“Arrived up to” must include a day, a month and a year"),
            "invalid": _("“Arrived up to” must be a real date, such as 27 3 2026"),
        },
    )
    mark_optional = False

    def __init__(self, data, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.found: list[User] = []
        self._set("verb", [("", _("Anything")), *_verbs()], data.get("verb", ""))
        self._set("activity", [("", _("All courses and modules")), *_activities()], data.get("activity", ""))

    def _set(self, name: str, choices: list, asked: str) -> None:
        """A verb or an activity of somebody else's is asked for by a link, and stands in no list."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        is_elsewhere = ":" in asked and not vocabulary.activity_uuid(asked)
        field.choices = choices
        if is_elsewhere and not field.valid_value(asked):
            field.choices = [*choices, (asked, sentences.outside_name(asked))]

    def clean_person(self) -> User | None:
        """Whom a link named. Nobody minds an old one where somebody else is being searched for."""
        known = viewing.learner(self.cleaned_data["person"])
        if self.cleaned_data["person"] and not known and not self.data.get("learner"):
            raise forms.ValidationError(UNKNOWN_LEARNER)
        return known

    def clean_learner(self) -> User | None:
        """The one who was chosen before, while their name still stands there; else whoever it fits."""
        text, chosen = self.cleaned_data["learner"], self.cleaned_data.get("person")
        if not text or (chosen and chosen.display_name == text):
            return chosen if text else None
        try:
            self.found = viewing.learners(text)
        except errors.DomainError as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return self.found[0] if len(self.found) == 1 else None

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("“Arrived up to” must be the same day as “Arrived from”, or a later one"))
        return self.cleaned_data

    @property
    def question(self) -> Question:
        return Question(**{name: self.cleaned_data[name] for name in ["learner", "verb", "activity", "since", "until"]})


def from_address(query: Mapping[str, str]) -> dict[str, str]:
    """What an address asks, as the form would have been filled in."""
    key = query.get("learner", "")
    person = viewing.learner(key)
    typed = {"person": key, "learner": person.display_name if person else ""}
    typed |= {"verb": query.get("verb", ""), "activity": query.get("activity", "")}
    return typed | _day("since", query) | _day("until", query)


def _day(name: str, query: Mapping[str, str]) -> dict[str, str]:
    """2026-06-01 → three boxes."""
    parts = query.get(name, "").split("-", 2)
    return {f"{name}_{place}": part for place, part in zip(["year", "month", "day"], parts, strict=False)}


def _verbs() -> list[tuple[str, str]]:
    return [(iri, capfirst(sentences.verb_name(iri))) for iri in [*sentences.VERBS, *viewing.verbs_elsewhere()]]


def _activities() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (course.title, [_choice(course, _("The whole course")), *map(_choice, modules)]) for course, modules in viewing.courses()
    ]


def _choice(page, title: str = "") -> tuple[str, str]:
    return vocabulary.activity_iri(page.activity), title or page.title
