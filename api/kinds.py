"""JSON knows text from numbers and truth. REST framework would take 7 for a reason and “yes” for true; we do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

TEXT = (serializers.CharField, serializers.UUIDField)
FORM = serializers.BaseSerializer


def judge(sent: FORM) -> None:
    """Refuse what is of another kind than its field. What is there, empty, or right in itself, the fields judge."""
    if wrong := dict(_wrong(sent, sent.initial_data)):
        raise exceptions.ValidationError(wrong)


def _wrong(form: Any, data: Any) -> Iterator[tuple[str, Any]]:
    fields = getattr(form, "fields", {}) if isinstance(data, dict) else {}
    for name, field in fields.items():
        if name in data and not field.read_only and (found := _why_not(field, data[name])):
            yield name, found


def _why_not(field: Any, value: Any) -> Any:
    """What is wrong with it, as REST framework nests it. Nothing where the kind is right."""
    if isinstance(value, list):
        child = getattr(field, "child", None)
        found = {place: _why_not(child, each) for place, each in enumerate(value)} if child else {}
        return {place: why for place, why in found.items() if why}
    if isinstance(field, FORM):
        return dict(_wrong(field, value))
    words = None if value is None or isinstance(value, dict) else _which_kind(field, value)  # each field knows these itself
    return [exceptions.ErrorDetail(words, code="invalid")] if words else None


def _which_kind(field: serializers.Field, value: str | float | bool) -> str | None:
    """Which kind it should be, if it is not."""
    if isinstance(field, serializers.BooleanField):
        return None if isinstance(value, bool) else _("Send true or false.")
    if isinstance(field, serializers.IntegerField):
        return None if isinstance(value, (int, float)) and not isinstance(value, bool) else _("Send a number.")
    return _("Send text.") if isinstance(field, TEXT) and not isinstance(value, str) else None
