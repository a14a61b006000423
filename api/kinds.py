"""JSON knows text from numbers and truth. REST framework would take 7 for a reason and “yes” for true; we do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

TEXT = (serializers.CharField, serializers.UUIDField)


def judge(sent: serializers.BaseSerializer) -> None:
    """Refuse what is of another kind than its field. Of what is there, empty and right in itself the fields judge."""
    if wrong := dict(_wrong(sent, sent.initial_data)):
        raise exceptions.ValidationError(wrong)


def _wrong(form: serializers.BaseSerializer, data: Any) -> Iterator[tuple[str, list]]:
    fields = getattr(form, "fields", {}) if isinstance(data, dict) else {}
    for name, field in fields.items():
        if name in data and not field.read_only and (words := _why_not(field, data[name])):
            yield name, [exceptions.ErrorDetail(words, code="invalid")]


def _why_not(field: serializers.Field, value: Any) -> str:
    """Nothing where the kind is right."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (_why_not(field.child, each) for each in value)), "")
    if value is None or isinstance(value, (list, dict)):  # every field knows these from what it takes
        return ""
    if isinstance(field, serializers.BooleanField):
        return "" if isinstance(value, bool) else _("Send true or false.")
    if isinstance(field, serializers.IntegerField):
        return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else _("Send a number.")
    return _("Send text.") if isinstance(field, TEXT) and not isinstance(value, str) else ""
