"""What those who check, approve and pay fill in. Shape only: the rules stand in claims and payments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import money
from pages.forms import DayField, GovukForm, PoundsField
from recompense.judging import LONGEST_WORDS
from recompense.models import Line
from recompense.payments import DAYS_AHEAD, Candidate

READ_BY_MEMBER = _("The member reads these words.")


class WordsField(forms.CharField):
    """A few sentences to a member."""

    def __init__(self, **kwargs) -> None:
        too_long = _("Write at most %(most)s characters") % {"most": LONGEST_WORDS}
        kwargs["error_messages"] = {"max_length": too_long, **kwargs.get("error_messages", {})}
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST_WORDS, help_text=READ_BY_MEMBER, **kwargs)


class AskForm(GovukForm):
    question = WordsField(
        label=_("What would you like to know?"), error_messages={"required": _("Write what you would like to know")}
    )


class LowerForm(GovukForm):
    line = forms.ChoiceField(
        label=_("Which line?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a line"), "invalid_choice": _("Choose a line of this claim")},
    )
    allowed = PoundsField(
        label=_("How much do we pay for it?"),
        help_text=_("In pounds, like 12.50. For nothing, 0. The whole amount takes an earlier change back."),
        error_messages={"required": _("Enter how much we pay for it, like 12.50")},
    )
    reason = WordsField(label=_("Why?"), required=False)
    mark_optional = False

    def __init__(self, *args, lines: Iterable[Line] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.key): line for line in lines}
        field = cast(forms.ChoiceField, self.fields["line"])
        field.choices = [(key, f"{line.rate.label}, {money.text(line.amount or 0)}") for key, line in self.lines.items()]

    def clean_line(self) -> Line:
        return self.lines[self.cleaned_data["line"]]


class RejectForm(GovukForm):
    reason = WordsField(
        label=_("Why is it not paid?"), error_messages={"required": _("Say why, in words that the member will read")}
    )


class RefuseForm(GovukForm):
    reason = forms.CharField(
        label=_("Why did the bank refuse it?"),
        help_text=_("Only those who pay read these words. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_WORDS,
        error_messages={
            "required": _("Say why the bank refused the file"),
            "max_length": _("Write at most %(most)s characters") % {"most": LONGEST_WORDS},
        },
    )


class PrepareForm(GovukForm):
    pays_on = DayField(
        label=_("When should the bank pay?"),
        help_text=format_lazy(_("Today, or in the next {days} days. It stands in the file and in the letters."), days=DAYS_AHEAD),
        error_messages={"required": _("Enter the day on which the bank should pay")},
    )
    chosen = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick the claims that should be paid"),
            "invalid_choice": _("One of these claims cannot be paid any more. Here is what can be paid now"),
        },
    )

    def __init__(self, *args, payable: Iterable[Candidate] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.payable = {str(candidate.claim.key): candidate for candidate in payable}
        self.fields["pays_on"].initial = timezone.localdate()
        cast(forms.MultipleChoiceField, self.fields["chosen"]).choices = [(key, key) for key in self.payable]
