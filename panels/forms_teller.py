"""What a teller fills in. Shape only: the rules stand in `experiences.telling` and `experiences.agreeing`."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm
from panels import answers
from panels.experiences.agreeing import PURPOSES
from panels.models import Experience, Panel, PanelPage, Passage, Theme
from people.models import District

Kind = Passage.Kind
EARLIEST = 1900  # nobody tells of a year before it
CHOOSE = _("Choose from the list")
HINTS = {
    Kind.HAPPENED: _("Tell it in your own order and your own words. You can leave anything out. There is no right length."),
    Kind.PATHWAY: _("Where you went, who sent you on, and how long it took, as far as you remember."),
    Kind.BARRIER: _("What was said or done, or what was missing: a form, a door, a word, a wait."),
    Kind.EFFECT: _("On you, and on people close to you. Then, and since."),
    Kind.HELPED: _("What would have made that day better, and what should change for whoever comes next."),
}


class ShapeForm(GovukForm):
    mark_optional = False

    shape = forms.ChoiceField(
        label=_("How would you like to tell it?"),
        choices=[
            (Experience.Shape.GUIDED, _("With questions to guide me: five, one on each page")),
            (Experience.Shape.FREE, _("Freely, in one go: one box")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you would like to tell it")},
    )


class AboutForm(GovukForm):
    """Around the words. Each of it can be left open."""

    mark_optional = False

    whose = forms.ChoiceField(
        label=_("Whose experience is it?"),
        choices=[*Experience.Whose.choices, ("", _("I would rather not say"))],
        required=False,
        widget=forms.RadioSelect,
    )
    season = forms.ChoiceField(
        label=_("Season"),
        help_text=_("We ask for no day and no month, so that you are harder to recognise."),
        choices=[("", CHOOSE), *Experience.Season.choices],
        required=False,
    )
    year = forms.CharField(
        label=_("Year"),
        help_text=_("For example, 2025"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-4"}),
    )
    district = forms.ModelChoiceField(
        label=_("District where it happened"), queryset=District.objects.all(), required=False, empty_label=CHOOSE
    )
    themes = forms.ModelMultipleChoiceField(
        label=_("What is it about?"),
        help_text=_("Tick all that fit."),
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    panel = forms.ModelChoiceField(
        label=_("Which panel should hear it?"),
        help_text=_("It hears of it only if you agree to that later on."),
        queryset=Panel.objects.none(),
        required=False,
        empty_label=_("None, or I do not know"),
    )

    def __init__(self, *args, experience: Experience, **kwargs) -> None:
        known = {name: getattr(experience, name) for name in ["whose", "season", "year", "district", "panel"]}
        super().__init__(*args, initial={**known, "themes": list(experience.themes.all())}, **kwargs)
        self.fields["panel"].queryset = Panel.objects.filter(pk__in=PanelPage.objects.live().public().values("panel"))

    def clean_year(self) -> int | None:
        typed = self.cleaned_data["year"].strip()
        if not typed:
            return None
        latest = timezone.localdate().year
        if not (typed.isascii() and typed.isdigit() and EARLIEST <= int(typed) <= latest):
            raise ValidationError(_("Enter a year from %(first)s to %(last)s") % {"first": EARLIEST, "last": latest})
        return int(typed)


class WordsForm(GovukForm):
    """One box. What stands in it can be kept empty."""

    mark_optional = False

    def __init__(self, *args, held: str = "", **kwargs) -> None:
        super().__init__(*args, initial={"text": held, "seen": answers.version(held)}, **kwargs)
        self.held = held
        box = forms.Textarea(attrs={"rows": 9, "class": "own-words", "autocomplete": "off"})
        hint = _("Leave out other people’s names if you can. If you forget, we take them out.")
        self.fields["text"] = forms.CharField(label=_("Your words"), help_text=hint, required=False, widget=box)
        self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def show_beside(self, held: str) -> None:
        """What is kept now. Whoever sends the form again has seen that."""
        self.held = held
        self.data = {**self.data.dict(), "seen": answers.version(held)}

    @property
    def was_changed_elsewhere(self) -> bool:
        return self.has_error("text", "changed")


class AgreeForm(GovukForm):
    """A tick for each purpose, none of them made for anybody, and an address for the one that needs it."""

    mark_optional = False

    def __init__(self, *args, experience: Experience, **kwargs) -> None:
        agreed = experience.agreed
        super().__init__(*args, initial={**dict.fromkeys(agreed, True), "email": experience.email}, **kwargs)
        for name, purpose in PURPOSES.items():
            label = format_html("<b>{}</b> {}", purpose.title, purpose.wording)
            self.fields[name] = forms.BooleanField(label=label, required=False)
        self.fields["email"] = forms.EmailField(
            label=_("Email address"),
            help_text=_("Only if you ticked “Write to me about it”. Choose one that nobody else reads."),
            max_length=254,
            required=False,
            error_messages={
                "invalid": _("Enter an email address in the correct format, like name@example.com"),
                "max_length": _("Enter an email address of at most 254 characters"),
            },
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )

    def clean(self) -> dict:
        if self.cleaned_data.get("email") and not self.cleaned_data.get("contact"):
            message = _("You have typed an email address. Tick “Write to me about it”, or take the address out.")
            self.add_error("email", message)
        return self.cleaned_data

    @property
    def purposes(self) -> list[str]:
        return [name for name in PURPOSES if self.cleaned_data[name]]


class ComeBackForm(GovukForm):
    mark_optional = False

    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Two groups of four, such as K7QM-2XRA. Small letters and missing hyphens do not matter."),
        max_length=60,
        error_messages={"required": _("Enter your reference"), "max_length": _("A reference is two groups of four signs")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        help_text=_("Four groups of four."),
        max_length=120,
        error_messages={"required": _("Enter your passphrase"), "max_length": _("A passphrase is four groups of four signs")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
