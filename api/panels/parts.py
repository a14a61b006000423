"""What is shown of an experience, to whomever it is shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from panels.models import Passage

PASSAGE = {
    "kind": "barrier",
    "heading": "What got in the way?",
    "text": "The letter came in a language that I do not read.",
}
DISTRICT = {"code": "E08000004", "name": "Oldham"}


class ShownSerializer(serializers.ModelSerializer):
    """One part, as it may be shown."""

    heading = serializers.CharField(read_only=True, help_text=_("The question that it answers."))
    text = serializers.CharField(source="shown", read_only=True)

    class Meta:
        model = Passage
        fields = list(PASSAGE)
        read_only_fields = fields


class DistrictSerializer(serializers.Serializer):
    code = serializers.CharField(source="gss_code", help_text=_("Its GSS code."))
    name = serializers.CharField()
