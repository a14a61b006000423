"""Filters that refuse what they do not understand: one that was misspelt must not answer with everything."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    def to_python(self, value: Any) -> datetime.date | None:
        if not value:
            return None
        try:
            day = parse_date(value)
        except ValueError:
            day = None
        if day is None:
            raise ValidationError(_("Send a day like 2026-11-27."), code="invalid")
        return day


class Day(django_filters.DateFilter):
    """A day as ISO 8601 writes it."""

    field_class = DayField


class TruthField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        if not value:
            return None
        if value not in {"true", "false"}:
            raise ValidationError(_("Send true or false."), code="invalid")
        return value == "true"


class Truth(django_filters.BooleanFilter):
    """`true` or `false`."""

    field_class = TruthField
