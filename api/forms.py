"""What people fill in about their programs' tokens. Shape only: the rules stand in tokens."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from api import scopes
from api.scopes import SCOPES
from api.tokens import LONGEST, LONGEST_NAME
from pages.forms import GovukForm
from people import affiliations
from people.models import Organisation, User

PERIODS = [(30, _("30 days")), (90, _("90 days")), (LONGEST, _("One year"))]


class TokenForm(GovukForm):
    name = forms.CharField(
        label=_("What do you call it?"),
        help_text=_("So that you know it again, such as “Finance system”."),
        max_length=LONGEST_NAME,
        error_messages={
            "required": _("Give the token a name"),
            "max_length": _("The name must be 80 characters or fewer"),
        },
    )
    organisation = forms.ModelChoiceField(
        label=_("Whose program is it?"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("My own"),
        error_messages={"invalid_choice": _("Choose from the list")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_("It can never do more than you may do yourself. Tick as little as it needs."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that it may do")},
    )
    days = forms.TypedChoiceField(
        label=_("How long should it work?"),
        choices=PERIODS,
        coerce=int,
        initial=PERIODS[0][0],
        widget=forms.RadioSelect,
        error_messages={"required": _("Select how long it should work")},
    )
    mark_optional = False

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["scopes"]).choices = _choices(person)
        now = affiliations.current(person)
        if now is None:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = Organisation.objects.filter(pk=now.organisation_id)


def _choices(person: User) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Under their headings."""
    return [
        (title, [(scope, format_lazy("{} ({})", SCOPES[scope], scope)) for scope in under])
        for title, under in scopes.offered(person)
    ]
