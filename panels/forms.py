"""What applicants and members fill in. Shape only: the rules stand in recruitment and membership."""

from __future__ import annotations

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm, WordsTextarea
from panels import answers, membership
from panels.models import Membership, Question
from people.models import District

NAME = {"required": _("Enter your name"), "max_length": _("Your name must be 120 characters or fewer")}
EMAIL = {
    "required": _("Enter your email address"),
    "invalid": _("Enter an email address in the correct format, like name@example.com"),
    "max_length": _("Enter an email address of at most 254 characters"),
}
LINES_TO_WORDS = 12  # about so many words stand in a line of a box on a desk


class NameForm(GovukForm):
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("The name you use. It need not be the one on your papers."),
        max_length=120,
        error_messages=NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class BeginForm(NameForm):
    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("We send a link there. It opens your application on any phone or computer."),
        max_length=254,
        error_messages=EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AnswerForm(GovukForm):
    """One question. It can be kept empty or too long: only sending it wants it whole."""

    mark_optional = False

    def __init__(self, *args, question: Question, held: str = "", **kwargs) -> None:
        super().__init__(*args, initial={"text": held, "seen": answers.version(held)}, **kwargs)
        self.question, self.held = question, held
        rows = min(max(question.max_words // LINES_TO_WORDS, 5), 16)
        box = WordsTextarea(question.max_words, {"rows": rows, "class": "own-words"})
        hint = escape(question.hint)  # the kit takes a hint of ours as HTML
        self.fields["text"] = forms.CharField(label=_("Your answer"), help_text=hint, required=False, widget=box)
        self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def show_beside(self, held: str) -> None:
        """What is kept now. Whoever sends the form again has seen that."""
        self.held = held
        self.data = {**self.data.dict(), "seen": answers.version(held)}

    @property
    def was_changed_elsewhere(self) -> bool:
        return self.has_error("text", "changed")


class DistrictForm(GovukForm):
    mark_optional = False

    district = forms.ModelChoiceField(
        label=_("Which district do you live in?"),
        help_text=_("If you live in none of them, choose the one where you work or study."),
        queryset=District.objects.all(),
        required=False,
        empty_label=_("Choose from the list"),
        error_messages={"invalid_choice": _("Choose a district from the list")},
    )


class PublicationForm(GovukForm):
    """What of a member the public may see: each with a tick of its own, and none of them made for them."""

    mark_optional = False

    name = forms.BooleanField(label=_("My name"), required=False)
    district = forms.BooleanField(label=_("My district"), required=False)
    text = forms.CharField(
        label=_("A few words about me"),
        help_text=_("Whatever you would like people to know. You can write it now and show it later."),
        max_length=membership.LONGEST_ABOUT,
        required=False,
        error_messages={"max_length": _("Say it in at most %(limit_value)s characters")},
        widget=forms.Textarea(attrs={"rows": 4, "class": "own-words"}),
    )
    about = forms.BooleanField(label=_("Show these words"), required=False)

    def __init__(self, *args, member: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("My name: %(name)s") % {"name": member.person.display_name}
        if member.district:
            self.fields["district"].label = _("My district: %(district)s") % {"district": member.district}
        else:
            del self.fields["district"]
