"""Accessible forms: the component base's markup, its error messages and its error summary, for any Django form.

`GovukForm` and `GovukModelForm` are the two bases. Forms that we did not write (allauth's) are given the same
dress by `{% fields form %}` and `{% error_summary form %}` of the `kit` tags.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.utils import dates
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import errors, figures, money, typed

# Django's template of a widget → ours, so that plain Django fields can be used as they are.
WIDGETS = {
    "django/forms/widgets/radio.html": "pages/forms/widgets/radios.html",
    "django/forms/widgets/checkbox_select.html": "pages/forms/widgets/checkboxes.html",
    "django/forms/widgets/checkbox.html": "pages/forms/widgets/checkbox.html",
    "django/forms/widgets/password.html": "pages/forms/widgets/password.html",
    "django/forms/widgets/clearable_file_input.html": "django/forms/widgets/file.html",
}

# The kind of widget → the class its element carries, the first that fits.
CLASSES = [
    ((forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput, forms.MultiWidget, forms.HiddenInput), ""),
    ((forms.Select,), "govuk-select"),
    ((forms.Textarea,), "govuk-textarea"),
    ((forms.FileInput,), "govuk-file-upload"),
    ((forms.Widget,), "govuk-input"),
]
CHOOSING = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple)
STOCK_REQUIRED = forms.Field.default_error_messages["required"]


def class_of(widget: forms.Widget) -> str:
    return next(name for kinds, name in CLASSES if isinstance(widget, kinds))


class WordsTextarea(forms.Textarea):
    """A box for so many words, which the page counts. Typing is never cut off: the rule stands in the act."""

    def __init__(self, most: int, attrs: dict[str, Any] | None = None) -> None:
        self.most_words = most
        super().__init__(attrs)


class GovukBoundField(forms.BoundField):
    """A field on its page: what was typed, its classes, its describing ids, and where its error links to."""

    @property
    def data(self):
        return typed.clean_all(super().data)

    def as_widget(self, widget=None, attrs=None, only_initial=False):
        widget = widget or self.field.widget
        return super().as_widget(widget, {**self.dress(widget), **(attrs or {})}, only_initial)

    def dress(self, widget: forms.Widget) -> dict[str, Any]:
        """What the base adds to the element. `False` takes an attribute away: no placeholders, no cut-off typing."""
        attrs: dict[str, Any] = {"placeholder": False, "maxlength": False}
        base = class_of(widget)
        if base:
            error = f"{base}--error" if self.errors else ""
            count = "govuk-js-character-count" if self.is_counted else ""
            attrs["class"] = " ".join(filter(None, [base, error, count, widget.attrs.get("class", "")]))
        if isinstance(widget, forms.EmailInput | forms.PasswordInput):
            attrs |= {"spellcheck": "false", "autocapitalize": "none"}
        if isinstance(widget, forms.PasswordInput):
            attrs["class"] += " govuk-password-input__input govuk-js-password-input-input"
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        return f"{described} {self.auto_id}-info".strip() if self.is_counted and described is not None else described

    @property
    def count(self) -> int | None:
        """How many characters may be written, where the page counts them."""
        is_long = isinstance(self.field.widget, forms.Textarea)
        return getattr(self.field, "max_length", None) if is_long else None

    @property
    def words(self) -> int | None:
        """How many words may be written, where the page counts those."""
        return getattr(self.field.widget, "most_words", None)

    @property
    def is_counted(self) -> bool:
        return bool(self.count or self.words)

    @property
    def is_tick(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_password(self) -> bool:
        return isinstance(self.field.widget, forms.PasswordInput)

    @property
    def is_marked_optional(self) -> bool:
        return not self.field.required and not self.is_tick and getattr(self.form, "mark_optional", True)


class GovukRenderer(DjangoTemplates):
    """Draws forms, fields and widgets with the templates in pages/forms/."""

    form_template_name = "pages/forms/form.html"
    field_template_name = "pages/forms/field.html"
    bound_field_class = GovukBoundField

    def render(self, template_name, context, request=None):
        return super().render(WIDGETS.get(template_name, template_name), context, request)


# One for all forms: it holds the compiled templates.
RENDERER = GovukRenderer()


def dress(form: forms.BaseForm) -> forms.BaseForm:
    """Give a form that we did not write the markup of ours."""
    if not isinstance(form.renderer, GovukRenderer):
        form.renderer = RENDERER
        form.bound_field_class = GovukBoundField
        form._bound_fields_cache = {}  # type: ignore[attr-defined]
    form.use_required_attribute = False
    form.label_suffix = ""
    return form


def mistakes(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """Each error with the id of what it is about, in the order of the page."""
    first = next((target(field) for field in form.visible_fields()), "")
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    for error in [*form.non_field_errors(), *hidden]:
        yield str(error), first
    for field in form.visible_fields():
        yield from ((str(error), target(field)) for error in field.errors)


def target(field: forms.BoundField) -> str:
    """The id that the error summary links to: the first thing to fill in."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return next((choice.id_for_label for choice in field.subwidgets), field.auto_id)
    if isinstance(field.field.widget, forms.MultiWidget):
        return f"{field.auto_id}_0"
    return field.auto_id


class GovukFormMixin:
    """What both bases share: our renderer, and messages that say what to do."""

    default_renderer: Any = RENDERER
    use_required_attribute = False
    mark_optional = True
    fields: dict[str, forms.Field]

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages.get("required") == STOCK_REQUIRED:
                field.error_messages["required"] = required_message(field, str(field.label or name.replace("_", " ")))


def required_message(field: forms.Field, label: str) -> str:
    """“Enter your name” for what is typed, “Select a district” for what is chosen, the question itself for a question."""
    what = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    if isinstance(field.widget, forms.CheckboxInput):
        return gettext("Tick “%(label)s” to go on") % {"label": label}
    if label.endswith("?"):
        return gettext("Answer “%(label)s”") % {"label": label}
    if isinstance(field.widget, forms.FileInput):
        return gettext("Choose a file: %(what)s") % {"what": what}
    if isinstance(field.widget, CHOOSING):
        return gettext("Select %(what)s") % {"what": what}
    return gettext("Enter %(what)s") % {"what": what}


class GovukForm(GovukFormMixin, forms.Form):  # type: ignore[misc]
    """The base of every form that is not about one row."""


class GovukModelForm(GovukFormMixin, forms.ModelForm):  # type: ignore[misc]
    """The base of every form about one row."""


# What an act says of a value -----------------------------------------------------------------------


def judged(read: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """What a rule makes of a value, or its refusal as a form shows it."""
    try:
        return read(*given, **options)
    except errors.DomainError as error:
        raise ValidationError(str(error), code=error.code) from error


def done(form: forms.BaseForm, act: Callable[[], Any]) -> bool:
    """Do what a valid form asks for; where that is refused, say why beside its field."""
    try:
        act()
    except errors.DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return not form.errors


# Numbers and amounts ------------------------------------------------------------------------------


FIGURES = {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-5"}


class PoundsInput(forms.TextInput):
    template_name = "pages/forms/widgets/pounds.html"


class PoundsField(forms.CharField):
    """An amount as people type it, with a £ before it."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("widget", PoundsInput(FIGURES))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value):
        typed = super().clean(value)
        return judged(money.parse, typed) if typed else None


class NumberField(forms.CharField):
    """A number as people type it. `example` stands in the message where it cannot be read."""

    def __init__(self, *, example: str, **kwargs) -> None:
        self.example = example
        kwargs.setdefault("widget", forms.TextInput(FIGURES))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value):
        typed = super().clean(value)
        return judged(figures.number, typed, example=self.example) if typed else None


# Photos -----------------------------------------------------------------------------------------


class PhotosInput(forms.FileInput):
    """No `capture`: it would open the camera alone, and what is sent may be a picture taken before, or a PDF.

    With PDF among what is taken, telephones offer the camera, the gallery and files.
    """

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"accept": "image/*,application/pdf", "multiple": True})

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.Field):
    """Any number of files. Each is judged when it is taken in."""

    widget = PhotosInput

    def clean(self, value):
        return value or []


# A date in three boxes ---------------------------------------------------------------------------


class DateParts(forms.MultiWidget):
    """Day, month and year, each typed. The month may be a name."""

    template_name = "pages/forms/widgets/date.html"
    use_fieldset = True

    def __init__(self, attrs=None, birthday: bool = False) -> None:
        self.birthday = birthday
        super().__init__({part: forms.TextInput(self.part_attrs(part)) for part in ["day", "month", "year"]}, attrs)

    def part_attrs(self, part: str) -> dict[str, str]:
        attrs = {"class": f"govuk-input govuk-date-input__input govuk-input--width-{4 if part == 'year' else 2}"}
        attrs |= {"inputmode": "numeric"} if part != "month" else {}
        return attrs | ({"autocomplete": f"bday-{part}"} if self.birthday else {})

    def decompress(self, value) -> list:
        return [value.day, value.month, value.year] if isinstance(value, datetime.date) else [None, None, None]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        labels = [_("Day"), _("Month"), _("Year")]
        for part, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            part["label"] = label
        return context


YEARS = range(1900, 9000)  # what days and sums of days can be told with; the forms know what is too late for them


class DayField(forms.MultiValueField):
    """A date typed in three boxes. Messages: required, incomplete, invalid."""

    widget = DateParts
    default_error_messages: ClassVar = {
        "incomplete": _("The date must include a day, a month and a year"),
        "invalid": _("Enter a real date, such as 27 3 2026"),
    }

    def __init__(self, **kwargs) -> None:
        parts = [forms.CharField(required=False, max_length=12) for _part in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def clean(self, value):
        typed = [str(part or "").strip() for part in value or []]
        if any(typed) and not all(typed):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return super().clean(value)

    def compress(self, data_list) -> datetime.date | None:
        if not any(data_list or []):
            return None
        try:
            day, month, year = data_list
            found = datetime.date(int(year), month_number(month), int(day))
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if found.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def month_number(typed: str) -> int:
    """3, “03”, “March” or “mar” → 3."""
    names = {str(name)[:3].casefold(): number for number, name in dates.MONTHS.items()}
    return int(typed) if typed.isdigit() else names.get(typed[:3].casefold(), 0)
