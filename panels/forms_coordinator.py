"""What coordinators and administrators fill in. Shape only: the rules stand with the acts."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pages.forms import DayField, GovukForm
from panels import moments
from panels.models import Campaign, Meeting, Membership, Panel

NOON = {"noon", "midday", "12noon", "12midday"}
CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?(am|pm)?")
WRONG_ADDRESS = _("Enter an email address in the correct format, like name@example.com")
TOO_LONG = _("Write at most %(limit_value)s characters. You have written %(show_value)s")
MOST_ROWS = 20


def time_of_day(typed: str) -> datetime.time:
    """“12 noon”, “5.30 pm”, “17:30”. ValueError for anything that is no time, or could be two."""
    text = re.sub(r"\s+", "", typed.lower()).replace("a.m.", "am").replace("p.m.", "pm")
    if text in NOON:
        return datetime.time(12)
    match = CLOCK.fullmatch(text)
    if not match or not (match[2] or match[3]):
        raise ValueError(typed)
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            raise ValueError(typed)
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return datetime.time(hour, minute)


def at(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))


class TimeField(forms.CharField):
    """A time of day, typed as people write it."""

    default_error_messages: ClassVar = {
        "invalid": _("Enter a time, such as noon, 5.30 pm or 17:30"),
        "midnight": _("Midnight can be read in two ways. Enter 11.59 pm, or 00:01"),
    }

    def __init__(self, label, missing, hint="") -> None:
        widget = forms.TextInput(attrs={"class": "govuk-input--width-4"})
        super().__init__(label=label, help_text=hint, max_length=20, widget=widget, error_messages={"required": missing})

    def clean(self, value):
        typed = super().clean(value)
        if "midnight" in typed.lower():
            raise ValidationError(self.error_messages["midnight"], code="midnight")
        try:
            return time_of_day(typed)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def text(label, longest: int, missing="", *, hint="", rows: int = 0, **options) -> forms.CharField:
    """Words: on one line, or on `rows`. What is too long is kept and said, not cut off. `missing` says what to write."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        required=bool(missing),
        widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        error_messages={"max_length": TOO_LONG, "required": missing},
        **options,
    )


def day(label, missing, hint="") -> DayField:
    return DayField(label=label, help_text=hint, error_messages={"required": missing})


def number(label, most: int, *, hint="", least: int = 1, message="", **options) -> forms.IntegerField:
    """A whole number, typed."""
    message = message or format_lazy(_("Enter a whole number from {least} to {most}"), least=least, most=most)
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-4"}),
        error_messages={"required": message, "invalid": message, "min_value": message, "max_value": message},
        **options,
    )


class ConfirmForm(GovukForm):
    """Nothing to fill in: a page that says what will happen, and a button."""


# A campaign ---------------------------------------------------------------------------------------


class CampaignForm(GovukForm):
    """A campaign with its two lists in one form. The lists grow by a button, and a row goes by emptying it."""

    title = text(
        _("Title"), 120, _("Enter a title"), hint=_("What people see first, such as: Five seats, and one could be yours.")
    )
    lead = text(_("In one or two sentences"), 400, _("Say in one or two sentences what it is about"), rows=3)
    role_description = text(
        _("What a member does"), 5000, _("Say what a member does"), hint=_("Leave a blank line between paragraphs."), rows=8
    )
    looking_for = text(
        _("Who you are looking for"),
        5000,
        _("Say who you are looking for"),
        hint=_("Nobody should have to use a word for themselves, or show proof."),
        rows=6,
    )
    pay = text(_("Pay"), 200, _("Say what is paid"), hint=_("Such as: £82.50 for each meeting, reading included."))
    time_needed = text(_("Time"), 200, _("Say how much time it takes"), hint=_("Such as: about 5 hours a month."))
    place = text(_("Where"), 200, _("Say where it takes place"), hint=_("Such as: city centre and online."))
    contact = forms.EmailField(
        label=_("Address for questions (optional)"),
        required=False,
        help_text=_("Shown to everybody."),
        error_messages={"invalid": WRONG_ADDRESS},
    )
    seats = number(_("Seats"), 100, hint=_("You can offer no more places than this."))
    term_months = number(_("Term in months"), 120)
    opens_at = day(_("Day it opens"), _("Enter the day it opens"))
    opens_time = TimeField(_("Time it opens"), _("Enter the time it opens"), _("Such as 9 am."))
    closes_at = day(_("Day it closes"), _("Enter the day it closes"))
    closes_time = TimeField(_("Time it closes"), _("Enter the time it closes"), _("Such as noon."))
    decides_on = day(
        _("Day by which people hear from you"),
        _("Enter the day by which people hear from you"),
        _("You promise this to everybody who applies."),
    )
    starts_on = day(_("Day the term starts"), _("Enter the day the term starts"))

    READ: ClassVar = ["lead", "role_description", "looking_for", "pay", "time_needed", "place", "seats"]
    NEW: ClassVar = {"term_months": 24, "opens_time": "9 am", "closes_time": "noon"}
    BLANK: ClassVar = {"criterion": 3, "question": 3}
    mark_optional = False

    def __init__(self, data=None, *, rows: Mapping[str, int] | None = None, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.rows = dict(rows or (_rows_in(data) if data is not None else self.BLANK))
        for row in range(self.rows["criterion"]):
            self._add_criterion(row)
        for row in range(self.rows["question"]):
            self._add_question(row)

    @classmethod
    def about(cls, campaign: Campaign, data=None) -> CampaignForm:
        """With what a campaign says now, and a free row in each list."""
        if data is not None:
            return cls(data)
        criteria, questions = list(campaign.criteria.all()), list(campaign.questions.all())
        rows = {"criterion": len(criteria) + 1, "question": len(questions) + 1}
        return cls(initial=_initial(campaign, criteria, questions), rows=rows)

    @classmethod
    def with_another(cls, data, kind: str) -> CampaignForm:
        """What was typed, not judged yet, with one more row of a list."""
        form = cls(data)
        typed = {name: form[name].data for name in form.fields}
        rows = {name: min(count + (name == kind), MOST_ROWS) for name, count in form.rows.items()}
        return cls(initial=typed, rows=rows)

    def facts(self) -> dict[str, Any]:
        """What stands on the campaign itself."""
        data = self.cleaned_data
        same = ["title", "lead", "role_description", "looking_for", "pay", "time_needed", "place", "seats", "term_months"]
        moments = {name: at(data[f"{name}_at"], data[f"{name}_time"]) for name in ["opens", "closes"]}
        return {
            **{name: data[name] for name in [*same, "contact", "decides_on", "starts_on"]},
            "opens_at": moments["opens"],
            "closes_at": moments["closes"],
        }

    def criteria(self) -> list[str]:
        return [self.cleaned_data[f"criterion_{row}"] for row in self._placed("criterion", "criterion_{}")]

    def questions(self) -> list[dict[str, Any]]:
        names = ["prompt", "hint", "max_words"]
        placed = self._placed("question", "question_{}_prompt")
        return [{name: self.cleaned_data[f"question_{row}_{name}"] for name in names} for row in placed]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for row in range(self.rows["question"]):
            prompt, hint, words = (f"question_{row}_{name}" for name in ["prompt", "hint", "max_words"])
            if cleaned.get(hint) and prompt in cleaned and not cleaned[prompt]:
                self.add_error(prompt, _("Write the question that this hint belongs to, or empty both"))
            if cleaned.get(prompt) and words in cleaned and cleaned[words] is None:
                self.add_error(words, _("Enter how many words people may write at most"))
        return cleaned

    @property
    def criterion_rows(self) -> list[dict[str, forms.BoundField]]:
        return [self._row(f"criterion_{row}", {"text": "", "place": "_place"}) for row in range(self.rows["criterion"])]

    @property
    def question_rows(self) -> list[dict[str, forms.BoundField]]:
        parts = {name: f"_{name}" for name in ["prompt", "hint", "max_words", "place"]}
        return [self._row(f"question_{row}", parts) for row in range(self.rows["question"])]

    def _row(self, name: str, parts: Mapping[str, str]) -> dict[str, forms.BoundField]:
        return {part: self[name + ending] for part, ending in parts.items()}

    def _add_criterion(self, row: int) -> None:
        name = gettext("Criterion %(number)s") % {"number": row + 1}
        self.fields[f"criterion_{row}"] = text(name, 300)
        self.fields[f"criterion_{row}_place"] = self._place(row)

    def _add_question(self, row: int) -> None:
        name = gettext("Question %(number)s") % {"number": row + 1}
        self.fields[f"question_{row}_prompt"] = text(name, 300)
        self.fields[f"question_{row}_hint"] = text(gettext("Hint"), 300)
        words = number(gettext("Most words"), 1000, least=10, required=False)
        self.fields[f"question_{row}_max_words"] = words
        self.initial.setdefault(f"question_{row}_max_words", 200)
        self.fields[f"question_{row}_place"] = self._place(row)

    def _place(self, row: int) -> forms.IntegerField:
        return number(gettext("Place in the list"), 99, required=False, initial=row + 1)

    def _placed(self, kind: str, name: str) -> list[int]:
        """The rows that say something, in the order of their places; of equal places the earlier row first."""
        said = [row for row in range(self.rows[kind]) if self.cleaned_data[name.format(row)]]
        return sorted(said, key=lambda row: (self.cleaned_data[f"{kind}_{row}_place"] or MOST_ROWS + row, row))


def _rows_in(data) -> dict[str, int]:
    """How many rows of each list came with a form."""
    rows = dict.fromkeys(CampaignForm.BLANK, 0)
    for kind, row in re.findall(r"\b(criterion|question)_(\d{1,2})(?!\d)", " ".join(data)):
        rows[kind] = min(max(rows[kind], int(row) + 1), MOST_ROWS)
    return rows


def _initial(campaign: Campaign, criteria: Iterable, questions: Iterable) -> dict[str, Any]:
    names = [name for name in CampaignForm.base_fields if hasattr(campaign, name)]
    said = {name: getattr(campaign, name) for name in names}
    for name in ["opens", "closes"]:
        said[f"{name}_at"] = timezone.localdate(getattr(campaign, f"{name}_at"))
        said[f"{name}_time"] = moments.time(getattr(campaign, f"{name}_at"))
    said |= {f"criterion_{row}": criterion.text for row, criterion in enumerate(criteria)}
    for row, question in enumerate(questions):
        said |= {f"question_{row}_{name}": getattr(question, name) for name in ["prompt", "hint", "max_words"]}
    return said


class ExtendForm(GovukForm):
    closes_at = day(_("New day it closes"), _("Enter the day it closes"))
    closes_time = TimeField(_("Time it closes"), _("Enter the time it closes"), _("Such as noon."))
    decides_on = day(_("Day by which people hear from you"), _("Enter the day by which people hear from you"))
    starts_on = day(_("Day the term starts"), _("Enter the day the term starts"))

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        closes_at = at(data["closes_at"], data["closes_time"])
        return {"closes_at": closes_at, "decides_on": data["decides_on"], "starts_on": data["starts_on"]}


# Deciding -----------------------------------------------------------------------------------------


class TurnDownForm(GovukForm):
    feedback = text(
        _("What would help this person next time?"),
        3000,
        _("Write what would help this person next time"),
        hint=_("They read exactly these words. Say what was good, and what others had that tipped the scales."),
        rows=8,
    )


class OfferForm(GovukForm):
    answer_by = day(
        _("Last day to answer"),
        _("Enter the last day to answer"),
        _("Without an answer the offer ends with that day."),
    )

    def moment(self) -> datetime.datetime:
        """The end of that day."""
        return moments.end_of(self.cleaned_data["answer_by"])


# Members and meetings -----------------------------------------------------------------------------


class RoleForm(GovukForm):
    role = forms.ChoiceField(label=_("Role on the panel"), choices=Membership.Role.choices, widget=forms.RadioSelect)


class MeetingForm(GovukForm):
    """`starts_at` is the day: what the rules say of the beginning stands beside it."""

    starts_at = day(_("Day"), _("Enter the day of the meeting"))
    from_time = TimeField(_("From"), _("Enter when it begins"), _("Such as 5.30 pm."))
    ends_at = TimeField(_("To"), _("Enter when it ends"), _("Such as 8 pm."))
    place = text(_("Where"), 200, _("Say where it is"), hint=_("The room and how to get in, or how to join online."))

    @staticmethod
    def about(meeting: Meeting) -> dict[str, Any]:
        return {
            "starts_at": meeting.day,
            "from_time": moments.time(meeting.starts_at),
            "ends_at": moments.time(meeting.ends_at),
            "place": meeting.place,
        }

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        begins, ends = (at(data["starts_at"], data[name]) for name in ["from_time", "ends_at"])
        return {"starts_at": begins, "ends_at": ends, "place": data["place"]}


class AttendanceForm(GovukForm):
    """A tick and the minutes of each who could have been there."""

    mark_optional = False

    def __init__(self, data=None, *, meeting: Meeting, expected: list[Membership], noted: Mapping[int, int]) -> None:
        super().__init__(data)
        self.meeting, self.expected = meeting, expected
        self.in_vain: dict[Membership, int] = {}
        for member in expected:
            ticked = forms.BooleanField(label=member.name, required=False, initial=member.pk in noted)
            self.fields[f"member_{member.key}"] = ticked
            self.fields[f"minutes_{member.key}"] = self._minutes_of(member, noted)

    def _minutes_of(self, member: Membership, noted: Mapping[int, int]) -> forms.IntegerField:
        label = gettext("Minutes of %(name)s") % {"name": member.name}
        wrong = gettext("%(name)s: enter minutes from 1 to 1440") % {"name": member.name}
        length = noted.get(member.pk, self.meeting.minutes)
        return number(label, 24 * 60, message=wrong, required=False, initial=length)

    def as_noted(self, noted: Mapping[int, int]) -> AttendanceForm:
        """What somebody else has noted in the meantime, under the refusal, and what was ticked here `in_vain`."""
        ticks = {f"member_{member.key}": "on" for member in self.expected if member.pk in noted}
        minutes = {f"minutes_{member.key}": noted.get(member.pk, self.meeting.minutes) for member in self.expected}
        form = AttendanceForm({**ticks, **minutes}, meeting=self.meeting, expected=self.expected, noted=noted)
        form.in_vain = self.minutes()
        form.add_error(None, self.non_field_errors().as_data())
        return form

    @property
    def rows(self) -> list[tuple[Membership, forms.BoundField, forms.BoundField]]:
        return [(member, self[f"member_{member.key}"], self[f"minutes_{member.key}"]) for member in self.expected]

    def minutes(self) -> dict[Membership, int]:
        return {member: self.cleaned_data[f"minutes_{member.key}"] for member in self._ticked()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for member in self._ticked():
            name = f"minutes_{member.key}"
            if name in cleaned and cleaned[name] is None:
                self.add_error(name, _("%(name)s: enter how many minutes they were there") % {"name": member.name})
        return cleaned

    def _ticked(self) -> list[Membership]:
        return [member for member in self.expected if self.cleaned_data.get(f"member_{member.key}")]


# Administrators -----------------------------------------------------------------------------------


class AssignForm(GovukForm):
    panel = forms.ModelChoiceField(
        label=_("Panel"),
        queryset=Panel.objects.all(),
        to_field_name="key",
        empty_label=_("Choose from the list"),
        error_messages={"required": _("Choose a panel from the list"), "invalid_choice": _("Choose a panel from the list")},
    )
    address = forms.EmailField(
        label=_("Their email address"),
        help_text=_("The one they sign in with."),
        error_messages={"required": _("Enter their email address"), "invalid": WRONG_ADDRESS},
    )
