"""The forms of the second factor. Apart from people.forms because allauth loads its two kinds at different times."""

from __future__ import annotations

from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukFormMixin


class CodeMixin(GovukFormMixin):
    fields: dict[str, forms.Field]
    hint = _("The six figures that your authenticator app shows now. A recovery code works too.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = _("Code"), self.hint
        field.error_messages["required"] = _("Enter the code")
        field.widget.attrs |= {"inputmode": "numeric", "class": "govuk-input--width-10"}


class AuthenticateForm(CodeMixin, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(CodeMixin, base_forms.ReauthenticateForm):
    pass


class ActivateForm(CodeMixin, totp_forms.ActivateTOTPForm):
    hint = _("The six figures that your authenticator app shows now.")
