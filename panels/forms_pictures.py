"""What is filled in about pictures, by whoever sends them and by moderators. Shape only: the rules stand with the acts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from pages.forms import GovukForm, PhotosField
from panels.experiences import pictures
from panels.models import Picture

TOO_LONG = _("Write at most %(limit_value)s characters. You have written %(show_value)s")


class DescribedForm(GovukForm):
    """A box for each picture, with what it shows."""

    mark_optional = False
    box_label = box_hint = ""

    def __init__(self, *args, kept: Iterable[Picture], **kwargs) -> None:
        self.kept = list(kept)
        super().__init__(*args, **kwargs)
        for number, picture in enumerate(self.kept, start=1):
            self.fields[f"description_{picture.key}"] = self._box(picture, number)

    @property
    def descriptions(self) -> dict[uuid.UUID, str]:
        return {picture.key: self.cleaned_data.get(f"description_{picture.key}", "") for picture in self.kept}

    def written(self, picture: Picture) -> str:
        return picture.description

    def _box(self, picture: Picture, number: int) -> forms.CharField:
        return forms.CharField(
            label=self.box_label % {"number": number},
            help_text=self.box_hint,
            initial=self.written(picture),
            max_length=pictures.LONGEST,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"max_length": TOO_LONG},
        )


class PicturesForm(DescribedForm):
    """For tellers: what is kept, each with its box, and room for more."""

    box_label = _("What does picture %(number)s show?")
    box_hint = _("For people who cannot see it. A sentence is enough, and you can leave it empty.")

    picture = PhotosField(
        label=_("Choose pictures"),
        help_text=_("Photos (JPEG, PNG or HEIC) or a PDF, each of up to 20 MB."),
        required=False,
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "picture"])  # as on the page

    @property
    def rows(self) -> list[tuple[Picture, forms.BoundField]]:
        return [(picture, self[f"description_{picture.key}"]) for picture in self.kept]

    @property
    def has_room(self) -> bool:
        return len(self.kept) < pictures.MOST


class ShownForm(DescribedForm):
    """For moderators: a tick for each picture that may be shown, and its words."""

    box_label = _("What whoever does not see picture %(number)s reads in its place")
    box_hint = _("Say what is to be seen. Leave out names and what could give somebody away.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for number, picture in enumerate(self.kept, start=1):
            label = _("Picture %(number)s may be shown") % {"number": number}
            tick = forms.BooleanField(label=label, initial=picture.is_shown, required=False)
            self.fields[f"shown_{picture.key}"] = tick

    def written(self, picture: Picture) -> str:
        return picture.shown_description or picture.description

    @property
    def shown(self) -> dict[uuid.UUID, str]:
        return {key: words for key, words in self.descriptions.items() if self.cleaned_data[f"shown_{key}"]}

    @property
    def rows(self) -> list[tuple[Picture, forms.BoundField, forms.BoundField]]:
        return [(each, self[f"shown_{each.key}"], self[f"description_{each.key}"]) for each in self.kept]
