"""What a member fills in to be paid. Shape only: the rules stand in claims, receipts and payees."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import figures, money, typed
from pages.forms import DayField, GovukForm, NumberField, PhotosField, PoundsField, judged
from people.models import User
from recompense import judging, payees
from recompense.models import Claim, Line, Rate

# What is asked for each unit: the question, its hint, and an example for the message where it cannot be read.
HOW_MANY = {
    Rate.Unit.MILE: (_("How many miles?"), _("There and back together."), "12.5"),
    Rate.Unit.PASSENGER_MILE: (_("How many miles with a passenger?"), _("There and back together."), "12.5"),
    Rate.Unit.HOUR: (_("How many hours?"), _("An hour and a half is 1.5 or 1:30."), "2.5"),
    Rate.Unit.TASK: (_("How many?"), "", "1"),
}
HOURS_AND_MINUTES = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
UNIT_WORDS = re.compile(r"(miles?|mi|hours?|hrs?|h)$", re.IGNORECASE)
WORDS = forms.Textarea({"rows": 3})


class QuantityField(NumberField):
    """Miles, hours or pieces: “12 miles”, “2.5”, and “2:30” for two hours and a half."""

    def to_python(self, value):
        typed = UNIT_WORDS.sub("", figures.plain(super().to_python(value)))
        time = HOURS_AND_MINUTES.fullmatch(typed)
        return f"{int(time[1]) + int(time[2]) / 60:.2f}" if time else typed


class CostForm(GovukForm):
    """One cost, with only the questions that its kind needs."""

    quantity = QuantityField(label="", example="1")
    hours_away = forms.IntegerField(
        label=_("How many hours were you away from home?"),
        help_text=_("Whole hours are enough."),
        error_messages={
            "required": _("Enter how many hours you were away"),
            "invalid": _("Enter the hours as a whole number, like 6"),
        },
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-2"}),
    )
    spent = PoundsField(label=_("What did you pay?"), error_messages={"required": _("Enter what you paid, like 12.50")})
    reason = forms.CharField(
        label=_("Why did you need it?"),
        help_text=_("A few words are enough. Say no more about your health than you wish to."),
        max_length=judging.LONGEST_WORDS,
        error_messages={"required": _("Say in a few words why you needed it")},
        widget=WORDS,
    )
    receipt = PhotosField(label=_("Photo of the receipt"), required=False)
    receipt_is_lost = forms.BooleanField(label=_("I have lost the receipt"), required=False)
    mark_optional = False

    def __init__(self, rate: Rate, *args: Any, line: Line | None = None, typed: dict | None = None, **kwargs: Any) -> None:
        self.rate = rate
        super().__init__(*args, initial=typed or _said_before(line), **kwargs)
        for name in self.fields.keys() - _asked(rate):
            del self.fields[name]
        self._say_what(rate)

    def _say_what(self, rate: Rate) -> None:
        if "quantity" in self.fields:
            question, hint, example = HOW_MANY[Rate.Unit(rate.unit)]
            field = self.fields["quantity"]
            field.label, field.help_text, field.example = question, hint, example  # type: ignore[attr-defined]
            field.error_messages["required"] = _("Enter a number, like %(example)s") % {"example": example}
            if "spent" in self.fields:
                self.fields["spent"].label = _("What did you pay in all?")
        if rate.takes_receipt:
            self.fields["receipt"].help_text = _("A photo or a PDF, up to 20 MB. You can add several.")
            self.fields["receipt_is_lost"].help_text = _about_receipts(rate)

    @property
    def cost(self) -> judging.Cost:
        said = {name: value for name, value in self.cleaned_data.items() if name != "receipt"}
        return judging.Cost(self.rate, **said)

    @property
    def in_words(self) -> str:
        """What was asked for, to be said where it cannot be kept: “Parking £4.44”. As it was typed where it cannot be read."""
        quantity, spent = self.cleaned_data.get("quantity"), self.cleaned_data.get("spent")
        number = Line(rate=self.rate, quantity=quantity).how_many if quantity else self.data.get("quantity", "")
        said = [self.rate.label, number, money.text(spent) if spent else self.data.get("spent", "")]
        return typed.clean(" ".join(filter(None, said)))

    def unjudged(self) -> CostForm:
        """The same with what was typed in it, and no word about that yet."""
        return CostForm(self.rate, typed=typed.clean_all(dict(self.data.items())))


class SendForm(GovukForm):
    """What is asked before sending: nothing, unless the claim comes late."""

    late_reason = forms.CharField(
        label=_("Why does it come late?"),
        help_text=_("A few words are enough. You can still be paid."),
        required=False,
        max_length=judging.LONGEST_WORDS,
        widget=WORDS,
    )
    mark_optional = False

    def __init__(self, claim: Claim, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"late_reason": claim.late_reason}, **kwargs)
        if not judging.is_late(claim):
            del self.fields["late_reason"]


class WorkForm(GovukForm):
    """A claim for work outside a meeting."""

    day = DayField(label=_("When was it?"), error_messages={"required": _("Enter the day of the work")})
    what_for = forms.CharField(
        label=_("What was the work?"),
        help_text=_("Such as reading a plan, or a talk with the coordinator. A few words are enough."),
        max_length=200,
        error_messages={"required": _("Say what the work was")},
    )


class AccountForm(GovukForm):
    """Bank details, in the GOV.UK pattern. What is held already is never put into it."""

    name = forms.CharField(label=_("Name on the account"), required=False)
    sort_code = forms.CharField(label=_("Sort code"), help_text=_("Must be 6 digits long"), required=False)
    account_number = forms.CharField(
        label=_("Account number"), help_text=_("Must be between 6 and 8 digits long"), required=False
    )
    roll_number = forms.CharField(
        label=_("Building society roll number (if you have one)"),
        help_text=_("You can find it on your card, statement or passbook"),
        required=False,
    )
    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", **ACCOUNT_WIDTHS.get(name, {})}

    @property
    def details(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ["name", "sort_code", "account_number", "roll_number"]}

    def clean_name(self) -> str:
        return judged(payees.as_name, self.cleaned_data["name"])

    def clean_sort_code(self) -> str:
        return judged(payees.as_sort_code, self.cleaned_data["sort_code"])

    def clean_account_number(self) -> str:
        return judged(payees.as_account_number, self.cleaned_data["account_number"])

    def clean_roll_number(self) -> str:
        return judged(payees.as_roll_number, self.cleaned_data["roll_number"])


class OtherAccountForm(AccountForm):
    """For another account than the one that we pay to: whoever has found a telephone lying open does not know the password."""

    password = forms.CharField(
        label=_("Your password"),
        help_text=_("Because this changes where your money goes"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
        strip=False,
    )

    def __init__(self, *args: Any, person: User, may_try: Callable[[], object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.may_try = person, may_try

    def clean_password(self) -> str:
        if not self.may_try():
            raise forms.ValidationError(_("That was too many tries. Wait a few minutes, then try again"), code="too_many")
        if not self.person.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password. Check it and try again"), code="password")
        return ""


ACCOUNT_WIDTHS = {
    "sort_code": {"inputmode": "numeric", "class": "govuk-input--width-5"},
    "account_number": {"inputmode": "numeric", "class": "govuk-input--width-10"},
    "roll_number": {"class": "govuk-input--width-10"},
}


def _about_receipts(rate: Rate) -> str:
    """When one is needed, and what holds where it is lost: together, for apart they seem to contradict each other."""
    card = rate.card
    facts = {"most": money.short(card.lost_receipt_most), "times": card.lost_receipts_a_year}
    if not rate.receipt_over:
        return _("We can pay up to %(most)s without it, %(times)s times a year.") % facts
    facts["limit"] = money.short(rate.receipt_over)
    said = _("Up to %(limit)s you need no receipt. If you lost one for more, we can pay up to %(most)s, %(times)s times a year.")
    return said % facts


def _asked(rate: Rate) -> set[str]:
    asked = {"quantity": rate.is_counted, "spent": rate.is_paid_back, "hours_away": rate.min_hours_away}
    shown = {"reason": rate.needs_reason, "receipt": rate.takes_receipt, "receipt_is_lost": rate.takes_receipt}
    return {name for name, is_asked in {**asked, **shown}.items() if is_asked}


def _said_before(line: Line | None) -> dict[str, Any]:
    if line is None:
        return {}
    quantity = f"{line.quantity.normalize():f}" if line.quantity is not None else None
    kept = {name: getattr(line, name) for name in ["hours_away", "spent", "reason", "receipt_is_lost"]}
    return {"quantity": quantity, **kept}
