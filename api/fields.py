"""Fields as the interface speaks them: other rows by their keys, and amounts as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.fields import empty

AMOUNT = r"^[0-9]{1,8}(\.[0-9]{1,2})?$"


@extend_schema_field({"type": "string", "pattern": AMOUNT, "example": "12.50"})
class Amount(serializers.Field):
    """A number with up to two places, sent as text: in JSON a number is a float, and 0.45 is not what it says."""

    default_error_messages = {"invalid": _("Send figures as text, like “12.50”.")}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not re.fullmatch(AMOUNT, data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


@extend_schema_field({"type": "string", "format": "uuid"})
class Keyed(serializers.SlugRelatedField):
    """Another row, by its key. `rows(user)` are those that whoever asks may name; all others are not there."""

    default_error_messages = {"does_not_exist": _("There is nothing with this key.")}

    def __init__(self, rows: Callable[[Any], QuerySet], **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(slug_field="key", **kwargs)

    def get_queryset(self) -> QuerySet:
        return self.rows(self.context["request"].user)

    def run_validation(self, data: Any = empty) -> Any:
        """REST framework would take empty text for nothing, and a number for a key."""
        if data not in (empty, None) and not (data and isinstance(data, str)):
            self.fail("invalid")
        return super().run_validation(data)


class PersonSerializer(serializers.Serializer):
    """Somebody, for those who may know it: by the key that stays when the name changes."""

    key = serializers.UUIDField()
    name = serializers.CharField(source="display_name")


class Whole(serializers.Serializer):
    """A part of something, sent whole even where a change leaves other parts out: PATCH would need nothing of it either."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        needed = [name for name, field in self.fields.items() if field.required]
        if isinstance(data, Mapping) and (missing := [name for name in needed if name not in data]):
            message = exceptions.ErrorDetail(self.fields[missing[0]].error_messages["required"], code="required")
            raise exceptions.ValidationError({name: [message] for name in missing})
        return super().to_internal_value(data)
