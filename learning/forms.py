"""What the pages of learning accept."""

from __future__ import annotations

import datetime

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from learning.lrs import credentials
from pages.forms import DayField, GovukForm

INSTANT = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)


class CheckForm(GovukForm):
    code = forms.CharField(
        label=_("Certificate number"),
        help_text=_("Twelve letters and numbers, such as 7F3K-29QD-4M8R."),
        max_length=40,
        error_messages={
            "required": _("Enter a certificate number"),
            "max_length": _("A certificate number has 12 letters and numbers"),
        },
    )


class CredentialForm(GovukForm):
    name = forms.CharField(
        label=_("What do you call it?"),
        help_text=_("The system that will use it, such as “Staff training system”. Each name is used once."),
        max_length=credentials.LONGEST_NAME,
        error_messages={
            "required": _("Give the credential a name"),
            "max_length": _("The name must be %(limit_value)s characters or fewer"),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        help_text=_("Tick as little as it needs."),
        choices=[(scope, format_lazy("{} ({})", said, scope)) for scope, said in credentials.SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that it may do")},
    )


class RecordsForm(GovukForm):
    """The days whose records are asked for, both of them included; left out, there is no such end."""

    first = DayField(
        label=_("First day"),
        required=False,
        error_messages={
            "incomplete": _("The first day must include a day, a month and a year"),
            "invalid": _("The first day must be a real date, such as 27 3 2026"),
        },
    )
    last = DayField(
        label=_("Last day"),
        required=False,
        error_messages={
            "incomplete": _("The last day must include a day, a month and a year"),
            "invalid": _("The last day must be a real date, such as 27 3 2026"),
        },
    )

    def clean_last(self) -> datetime.date | None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data["last"]
        if first and last and last < first:
            raise forms.ValidationError(_("The last day must be the same as or after the first day"))
        return last

    def window(self) -> dict[str, datetime.datetime | None]:
        """The moments between which that is: the first is left out, the last is not."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return {"since": first and _midnight(first) - INSTANT, "until": last and _midnight(last + DAY) - INSTANT}


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
