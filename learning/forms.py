"""What the pages of learning accept."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm


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
