"""What is asked for in a claim, one line for each cost."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api import errors
from api.fields import Amount, Keyed
from api.recompense.receipts import CLAIM, OF_LINE, ReceiptOfLineSerializer
from api.recompense.receipts import LINE as KEY
from api.resources import Changes, Makes, Removes, Shows, act
from core import workflow
from recompense import claims, judging
from recompense.models import Claim, Line, Rate

LINE = {
    "key": KEY,
    "claim": CLAIM,
    "rate": {
        "key": "7c6b5a4f-3e2d-4c1b-a09f-8e7d6c5b4a88",
        "code": "TAXI",
        "label": "Taxi",
        "category": "travel",
        "unit": "actual",
    },
    "quantity": None,
    "spent": "18.60",
    "hours_away": None,
    "reason": "The tram was not running.",
    "receipt_is_lost": False,
    "wants_receipt": False,
    "unit_amount": None,
    "amount": "18.60",
    "allowed": None,
    "allowed_reason": "",
    "receipts": [OF_LINE],
}
NEW = {"claim": LINE["claim"], "rate": LINE["rate"]["key"], "spent": "18.60", "reason": LINE["reason"]}


class RateOfLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Rate
        fields = ["key", "code", "label", "category", "unit"]
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A line", value=LINE, response_only=True)])
class LineSerializer(serializers.ModelSerializer):
    claim = serializers.SlugRelatedField(slug_field="key", read_only=True)
    rate = RateOfLineSerializer(read_only=True)
    wants_receipt = serializers.SerializerMethodField(help_text=_("Whether a receipt is needed and is neither here nor lost."))
    amount = serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        read_only=True,
        allow_null=True,
        help_text=_("Pounds asked for: what sending it now would fix; once it is sent, what was fixed."),
    )
    receipts = ReceiptOfLineSerializer(many=True, read_only=True)

    class Meta:
        model = Line
        fields = list(LINE)
        read_only_fields = fields

    def get_wants_receipt(self, line: Line) -> bool:
        return judging.lacks_receipt(line)

    def to_representation(self, line: Line) -> dict[str, Any]:
        """What a line comes to depends on the others of its claim: one that is asked for alone is looked up among them."""
        if self.parent is None:
            line = next(each for each in claims.lines_of(line.claim) if each.pk == line.pk)
        return super().to_representation(line)


class CostSerializer(serializers.Serializer):
    """What is said of a cost. A rate asks for some of it; the rest is left out."""

    quantity = Amount(required=False, help_text=_("How many of the rate's unit: miles, hours, pieces of work."))
    spent = Amount(required=False, help_text=_("Pounds, where the rate pays back what it cost."))
    hours_away = serializers.IntegerField(required=False, min_value=0, max_value=judging.LONGEST_AWAY)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=judging.LONGEST_WORDS)
    receipt_is_lost = serializers.BooleanField(required=False)


@extend_schema_serializer(examples=[OpenApiExample("A cost", value=NEW, request_only=True)])
class NewLineSerializer(CostSerializer):
    claim = Keyed(Claim.objects.visible_to, help_text=_("The key of a claim of yours that is open."))
    rate = Keyed(lambda user: Rate.objects.all(), help_text=_("The key of a rate of the card that holds on its day."))


class LowerSerializer(serializers.Serializer):
    to = Amount(help_text=_("Pounds that are paid: from nothing to the amount of the line, which takes lowering back."))
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=judging.LONGEST_WORDS,
        help_text=_("Why less is paid, in words that the member will read."),
    )


class Lines(Shows, Makes, Changes, Removes):
    """One cost, or the fee. Who may read the claim may read its lines; they are changed while it is open, by who claims."""

    model, serializer_class = Line, LineSerializer
    takes = {"create": NewLineSerializer, "partial_update": CostSerializer}
    required_scopes = {
        "retrieve": "claims/read",
        "create": "claims/write",
        "partial_update": "claims/write",
        "destroy": "claims/write",
    }

    def get_queryset(self) -> QuerySet:
        return Line.objects.filter(claim__in=Claim.objects.legible_to(self.request.user)).select_related("claim", "rate")

    def held(self) -> Line:
        """After its claim, as every act locks: in another order two could wait for each other."""
        workflow.lock(self.get_object().claim)
        return super().held()

    def make(self, said: dict[str, Any]) -> Line:
        return claims.add_line(said.pop("claim"), judging.Cost(**said), by=self.request.user)

    def change(self, line: Line, said: dict[str, Any]) -> None:
        held = {name: getattr(line, name) for name in CostSerializer().fields}
        claims.change_line(line, judging.Cost(rate=line.rate, **(held | said)), by=self.request.user)

    def remove(self, line: Line) -> None:
        claims.remove_line(line, by=self.request.user)

    @act("claims/decide", takes=LowerSerializer)
    def lower(self, line: Line, said: dict[str, Any]) -> Line:
        """Pay less for a line than was asked for.

        Its member reads the reason. The whole amount again takes it back.
        """
        with errors.naming(allowed="to"):
            return claims.lower(line, said["to"], said["reason"], by=self.request.user)
