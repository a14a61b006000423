"""What people fill in about themselves. Shape only: the rules stand in names, affiliations and consent."""

from __future__ import annotations

import re
from typing import Any, cast

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm, GovukFormMixin, GovukModelForm
from people import consent
from people.models import Organisation, StaffGroup, User

EMAIL_LABEL = _("Email address")
EMAIL = {
    "required": _("Enter your email address"),
    "invalid": _("Enter an email address in the correct format, like name@example.com"),
}
NEW_PASSWORD = {"required": _("Enter a password")}
PASSWORD_HINT = _("At least 10 characters. Three words that do not belong together are easy to remember and hard to guess.")
NAME_HINT = _("The name you use. It appears on your certificates, and you can change it at any time.")
NAME_TOO_LONG = _("Your name must be 120 characters or fewer")
LONGEST_EMAIL = 254

# Languages that people in the demonstration's region most often ask to be written to in (BCP 47).
LANGUAGES = [
    ("", _("No preference")),
    ("en", _("English")),
    ("bfi", _("British Sign Language")),
    ("ar", _("Arabic")),
    ("bn", _("Bengali")),
    ("zh-Hans", _("Chinese")),
    ("fa", _("Farsi")),
    ("fr", _("French")),
    ("gu", _("Gujarati")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
    ("pa", _("Punjabi")),
    ("ro", _("Romanian")),
    ("so", _("Somali")),
    ("es", _("Spanish")),
    ("ur", _("Urdu")),
    ("cy", _("Welsh")),
]


def say(field: forms.Field, label: Any = None, hint: Any = "", **messages: Any) -> None:
    """Give a field of allauth's our words."""
    field.label = label or field.label
    field.help_text = hint
    field.error_messages.update(messages)


def say_email(field: forms.Field, hint: Any = "", label: Any = EMAIL_LABEL) -> None:
    field.widget = forms.EmailInput(attrs={"autocomplete": "email"})
    field.validators.append(MaxLengthValidator(LONGEST_EMAIL, _("Enter an email address of at most 254 characters")))
    say(field, label, hint, **EMAIL)


# Signing up and logging in ------------------------------------------------------------------------


class SignupForm(GovukFormMixin, allauth_forms.SignupForm):
    display_name = forms.CharField(
        label=_("Your name"),
        help_text=NAME_HINT,
        max_length=120,
        error_messages={"required": _("Enter your name"), "max_length": NAME_TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["display_name", "email", "password1"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say_email(self.fields["email"], _("We send a code there, to make sure that it is yours."))
        say(self.fields["password1"], _("Choose a password"), PASSWORD_HINT, **NEW_PASSWORD)

    def clean_display_name(self) -> str:
        return " ".join(self.cleaned_data["display_name"].split())

    def try_save(self, request):
        if self.account_already_exists:
            # As long as for a new account: the time taken must not tell who has one.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class LoginForm(GovukFormMixin, allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say_email(self.fields["login"])
        say(self.fields["password"], required=_("Enter your password"))
        say(self.fields["remember"], _("Keep me signed in on this device for two weeks"))


class ReauthenticateForm(GovukFormMixin, allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["password"], _("Your password"), required=_("Enter your password"))


class ConfirmCodeForm(GovukFormMixin, allauth_forms.ConfirmEmailVerificationCodeForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].validators.append(MaxLengthValidator(40, _("Enter the code as it stands in the message")))
        say(self.fields["code"], _("The code"), _("Capital and small letters both work."), required=_("Enter the code"))


class EmailForm(GovukFormMixin, allauth_forms.AddEmailForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say_email(
            self.fields["email"], _("We send a code there. Your old address stays until you enter the code."), _("New address")
        )


class CorrectEmailForm(GovukFormMixin, allauth_forms.ChangeEmailForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say_email(self.fields["email"], label=_("The right address"))


class ResetPasswordForm(GovukFormMixin, allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say_email(self.fields["email"])


class OncePasswordMixin(GovukFormMixin):
    """A new password is asked for once: it can be shown, and a mistake mended by a link."""

    fields: dict[str, forms.Field]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        say(self.fields["password1"], _("New password"), PASSWORD_HINT, **NEW_PASSWORD)


class PasswordForm(OncePasswordMixin, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["oldpassword"], _("Password now"), required=_("Enter the password you use now"))


class SetPasswordForm(OncePasswordMixin, allauth_forms.SetPasswordForm):
    pass


class NewPasswordForm(OncePasswordMixin, allauth_forms.ResetPasswordKeyForm):
    pass


# The account -------------------------------------------------------------------------------------


class NameForm(GovukModelForm):
    class Meta:
        model = User
        fields = ["display_name", "pronouns"]
        labels = {"display_name": _("Your name")}
        help_texts = {"display_name": NAME_HINT, "pronouns": _("Such as she/her, he/him or they/them.")}
        error_messages = {
            "display_name": {
                "required": _("Enter the name you use"),
                "max_length": NAME_TOO_LONG,
            },
            "pronouns": {"max_length": _("Your pronouns must be 40 characters or fewer")},
        }
        widgets = {"display_name": forms.TextInput(attrs={"autocomplete": "name"})}


class ContactForm(GovukModelForm):
    language = forms.ChoiceField(label=_("Which language should we write to you in?"), choices=LANGUAGES, required=False)

    class Meta:
        model = User
        fields = ["contact_by", "phone", "language"]
        labels = {"contact_by": _("How should we contact you?")}
        help_texts = {"phone": _("Only if we may ring you or send you text messages.")}
        error_messages = {"contact_by": {"required": _("Select how we should contact you")}}
        widgets = {"contact_by": forms.RadioSelect, "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["contact_by"]).choices = User.Contact.choices
        self.fields["phone"].error_messages["max_length"] = _("Enter a telephone number of at most 30 characters")

    def clean_phone(self) -> str:
        number = re.sub(r"[\s().–-]", "", self.cleaned_data["phone"])
        if number and not re.fullmatch(r"\+?[0-9]{10,15}", number):
            raise forms.ValidationError(_("Enter a telephone number, like 0161 496 0000 or +44 161 496 0000"))
        return number


class WorkForm(GovukForm):
    organisation = forms.ModelChoiceField(
        label=_("Which organisation do you work for?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose from the list"),
        error_messages={
            "required": _("Choose an organisation, or “Not listed” at the end of the list"),
            "invalid_choice": _("Choose an organisation from the list"),
        },
    )
    staff_group = forms.ModelChoiceField(
        label=_("Which staff group are you in?"),
        queryset=StaffGroup.objects.all(),
        empty_label=_("Choose from the list"),
        error_messages={
            "required": _("Choose a staff group, or “Other or not said” at the end of the list"),
            "invalid_choice": _("Choose a staff group from the list"),
        },
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        organisation = cast(forms.ModelChoiceField, self.fields["organisation"])
        last = Case(When(kind=Organisation.Kind.NOT_LISTED, then=Value(1)), default=Value(0))
        organisation.queryset = Organisation.objects.order_by(last, "name")


class ConsentForm(GovukForm):
    """One box for each purpose, unticked until somebody ticks it."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, purpose in consent.PURPOSES.items():
            self.fields[name] = forms.BooleanField(label=purpose.wording, required=False)
