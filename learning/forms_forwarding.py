"""What administrators fill in about a record store outside. Shape only: the rules stand in `forwarders`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learning import forwarders
from learning.lrs import vocabulary
from learning.lrs.vocabulary import VERBS
from learning.models import CoursePage, Forwarder
from pages.forms import GovukForm

ONE_PER_LINE = forms.Textarea(attrs={"rows": 3})


class ForwarderForm(GovukForm):
    name = forms.CharField(
        label=_("What do you call it?"),
        help_text=_("So that you know it again, such as “Record store of the region”."),
        max_length=80,
        error_messages={"required": _("Give it a name"), "max_length": _("The name must be %(limit_value)s characters or fewer")},
    )
    endpoint = forms.CharField(
        label=_("Address of its record store"),
        help_text=_("Without “statements” at the end, such as https://lrs.example.org/xapi/."),
        max_length=500,
        error_messages={
            "required": _("Enter the address of its record store"),
            "max_length": _("The address must be %(limit_value)s characters or fewer"),
        },
        widget=forms.URLInput,
    )
    version = forms.ChoiceField(
        label=_("Version of xAPI"),
        help_text=_("The newest that it speaks. What 1.0.3 does not know is set aside, never sent in part."),
        choices=Forwarder.Version.choices,
        initial=Forwarder.Version.V2,
        widget=forms.RadioSelect,
    )
    username = forms.CharField(
        label=_("Key"),
        help_text=_("Its administrators give you key and secret."),
        max_length=200,
        error_messages={"required": _("Enter the key"), "max_length": _("The key must be %(limit_value)s characters or fewer")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=500,
        error_messages={
            "required": _("Enter the secret"),
            "max_length": _("The secret must be %(limit_value)s characters or fewer"),
        },
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=True),
    )
    verbs = forms.MultipleChoiceField(
        label=_("Which statements?"),
        help_text=_("By what was done. Tick nothing to send all."),
        choices=[(iri, name) for name, iri in VERBS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other_verbs = forms.CharField(
        label=_("Other verbs"), help_text=_("Their IRIs, one on each line."), required=False, widget=ONE_PER_LINE
    )
    courses = forms.MultipleChoiceField(
        label=_("Of which courses?"),
        help_text=_("With all their modules, those too that come later. Tick nothing to send all."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other_activities = forms.CharField(
        label=_("Other activities"),
        help_text=_("Their IRIs, one on each line. What belongs to them is sent too."),
        required=False,
        widget=ONE_PER_LINE,
    )
    names_people = forms.BooleanField(
        label=_("Send statements that name people too"),
        help_text=_(
            "Our own statements name learners by random identifiers alone. Those of other tools may hold names or email "
            "addresses: without this they are set aside."
        ),
        required=False,
    )
    decided_by = forms.CharField(
        label=_("Who decided this?"),
        help_text=_("Their role is enough, such as “Head of workforce”."),
        max_length=200,
        error_messages={
            "required": _("Say who decided this"),
            "max_length": _("Say who decided this in %(limit_value)s characters or fewer"),
        },
    )
    basis = forms.CharField(
        label=_("On what lawful basis?"),
        help_text=_(
            "What people learn here is about protected characteristics, and others may read something into that. "
            "Say why these statements may be sent there, and where that is written down."
        ),
        max_length=2000,
        error_messages={
            "required": _("Say on what lawful basis these statements may be sent there"),
            "max_length": _("The lawful basis must be %(limit_value)s characters or fewer"),
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    everything = forms.TypedChoiceField(
        label=_("From when on?"),
        choices=[(False, _("What is stored from now on")), (True, _("Everything that is in the record already, too"))],
        coerce=lambda chosen: chosen == "True",
        initial=False,
        widget=forms.RadioSelect,
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, forwarder: Forwarder | None = None, **kwargs) -> None:
        courses = [(vocabulary.activity_iri(course.activity), course.title) for course in CoursePage.objects.live()]
        if forwarder:
            kwargs["initial"] = _initial(forwarder, dict(courses))
        super().__init__(*args, **kwargs)
        field = self.fields["courses"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 for the type checker
        field.choices = courses
        if not courses:
            field.widget = forms.MultipleHiddenInput()
        if forwarder:
            del self.fields["everything"]
            self.fields["secret"].required = False
            self.fields["secret"].help_text = _("Leave this empty to keep the one that we have.")
        else:
            del self.fields["seen"]

    def given(self) -> dict[str, Any]:
        """What the acts take."""
        said = dict(self.cleaned_data)
        said["verbs"] = [*said["verbs"], *said.pop("other_verbs").split()]
        said["activities"] = [*said.pop("courses"), *said.pop("other_activities").split()]
        if not said["secret"]:
            del said["secret"]
        return said


def _initial(forwarder: Forwarder, courses: dict[str, str]) -> dict[str, Any]:
    plain = ["name", "endpoint", "version", "username", "names_people", "decided_by", "basis"]
    known = set(VERBS.values())
    return {name: getattr(forwarder, name) for name in plain} | {
        "seen": forwarders.version(forwarder),
        "verbs": [iri for iri in forwarder.verbs if iri in known],
        "other_verbs": "\n".join(iri for iri in forwarder.verbs if iri not in known),
        "courses": [iri for iri in forwarder.activities if iri in courses],
        "other_activities": "\n".join(iri for iri in forwarder.activities if iri not in courses),
    }
