"""What moderators fill in. Shape only: the rules stand with the acts."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm
from panels.experiences import spotting
from panels.models import Experience, Passage, Theme
from people.models import District

LONGEST_NOTE = 3000
TOO_LONG = _("Write at most %(limit_value)s characters. You have written %(show_value)s")
MARKS_TO_LINES = 60  # about so many characters stand in a line of a box


def words(label, hint="", *, rows: int = 5, required: str = "", most: int | None = LONGEST_NOTE) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=bool(required),
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": TOO_LONG, "required": required},
    )


class WorkForm(GovukForm):
    """A box for each part of what was told, filled with its words, and a note."""

    mark_optional = False

    def __init__(self, data=None, *, experience: Experience, passages: Iterable[Passage], **kwargs) -> None:
        self.passages = list(passages)
        super().__init__(data, initial={"note": experience.note, **self._written(), **kwargs.pop("initial", {})}, **kwargs)
        for passage in self.passages:
            self.fields[f"shown_{passage.kind}"] = self._box(passage)
        self.fields["note"] = words(
            _("A note to the next moderator"), _("What they should look at. The person never reads it."), rows=3
        )

    @property
    def rows(self) -> list[tuple[Passage, forms.BoundField, list[spotting.Piece]]]:
        """Each part: as told, the box, and what is marked."""
        parts = self.passages
        return [(passage, self[f"shown_{passage.kind}"], spotting.pieces(passage.words)) for passage in parts]

    def shown(self) -> dict[str, str]:
        return {passage.kind: self.cleaned_data[f"shown_{passage.kind}"] for passage in self.passages}

    def filled(self) -> dict[str, str]:
        """What was typed, with “[name]” and so on in place of what would be marked in it."""
        boxes = {name: spotting.put_in_place(self[name].value() or "") for name in self.fields if name != "note"}
        return {**boxes, "note": self["note"].value() or ""}

    def _written(self) -> dict[str, str]:
        """As it was left; before anybody has written anything, the words as they were told."""
        has_begun = any(passage.shown for passage in self.passages)
        return {f"shown_{passage.kind}": passage.shown if has_begun else passage.words for passage in self.passages}

    def _box(self, passage: Passage) -> forms.CharField:
        rows = min(max(len(passage.words) // MARKS_TO_LINES + passage.words.count("\n") + 2, 3), 24)
        box = words(_("To show of it: %(part)s") % {"part": passage.heading}, rows=rows, most=None)
        box.widget.attrs["class"] = "own-words"
        return box


class ConcernForm(GovukForm):
    mark_optional = False

    concern = forms.ChoiceField(
        label=_("What are you worried about?"),
        choices=[("", _("Nothing, or it is settled")), *Experience.Concern.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    referral = words(
        _("What was done about it"),
        _("By whom, when, and who was told. Moderators alone read this."),
    )


class SortForm(GovukForm):
    mark_optional = False

    themes = forms.ModelMultipleChoiceField(
        label=_("What is it about?"),
        queryset=Theme.objects.all(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose themes from the list")},
    )
    district = forms.ModelChoiceField(
        label=_("In which district was it?"),
        help_text=_("It is shown only where the person agreed to that."),
        queryset=District.objects.all(),
        required=False,
        empty_label=_("Not said"),
        error_messages={"invalid_choice": _("Choose a district from the list")},
    )


class SendBackForm(GovukForm):
    note = words(
        _("What should be changed?"),
        _("Whoever prepares it next reads this. The person never does."),
        required=_("Write what should be changed"),
    )


class DeclineForm(GovukForm):
    reason = words(
        _("Why is it not used?"),
        _("They read exactly these words. Say what happens with what they told you, and where else they can turn."),
        rows=7,
        required=_("Say why, in words that you would say to the person"),
    )
