"""Paying what was approved. For those who pay; to everybody else nothing of it is there."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.can import Can
from api.fields import Amount, PersonSerializer
from api.files import Whatever
from api.filters import Day
from api.permissions import InScope, holds
from api.resources import Makes, Reads, act
from recompense import judging, payment_file, payments
from recompense.models import Payment, PaymentRun
from recompense.models.hands import MAY_PAY, STAFF

PERSON = {"key": "8b7a6c5d-4e3f-4d2c-9b1a-0f9e8d7c6b99", "name": "Fin"}
IN_LIST = {
    "key": "d4c3b2a1-0f9e-4d8c-8b7a-6f5e4d3c2baa",
    "reference": "Q2ZR-81TV",
    "status": "prepared",
    "prepared_by": PERSON,
    "prepared_at": "2026-11-27T09:30:00Z",
    "pays_on": "2026-12-01",
    "count": 1,
    "total": "101.10",
    "exported_at": None,
    "paid_at": None,
}
PAYMENT = {
    "key": "e5d4c3b2-1a0f-4e9d-8c7b-7a6f5e4d3cbb",
    "claim": "2c1d3e4f-7a6b-4c5d-8e9f-0a1b2c3d4e66",
    "name_on_account": "A Example",
    "ending": "3445",
    "fee": "82.50",
    "expenses": "18.60",
    "amount": "101.10",
    "reference": "7QX2K9MD4TZW",
}
RUN = IN_LIST | {"refusal": "", "payments": [PAYMENT], "can": ["export", "cancel"]}
ACTS = {name: payments.ACTS[name] for name in ["export", "download", "cancel", "refuse", "mark_paid"]}
CANDIDATE = {
    "claim": PAYMENT["claim"],
    "reference": "7QX2-K9MD",
    "claimant": {"key": "3f0e2f3c-6f0b-4a55-9a4b-0d9a1f0f6a11", "name": "Mo"},
    "day": "2026-11-20",
    "fee": "82.50",
    "expenses": "18.60",
    "total": "101.10",
    "why_not": "",
}
NEW = {"pays_on": "2026-12-01"}


class PaymentSerializer(serializers.ModelSerializer):
    claim = serializers.SlugRelatedField(slug_field="key", read_only=True)
    name_on_account = serializers.CharField(read_only=True)
    ending = serializers.CharField(read_only=True, help_text=_("The last figures of the account."))

    class Meta:
        model = Payment
        fields = list(PAYMENT)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A payment run in a list", value=IN_LIST, response_only=True)])
class PaymentRunInListSerializer(serializers.ModelSerializer):
    prepared_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PaymentRun
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A payment run", value=RUN, response_only=True)])
class PaymentRunSerializer(PaymentRunInListSerializer):
    payments = PaymentSerializer(many=True, read_only=True)
    can = Can(ACTS)

    class Meta(PaymentRunInListSerializer.Meta):
        fields = list(RUN)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("All that may be paid", value=NEW, request_only=True)])
class NewPaymentRunSerializer(serializers.Serializer):
    pays_on = serializers.DateField(help_text=_("The day on which the money leaves: today, or within a month."))
    claims = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=payments.MOST,
        help_text=_("The keys of the claims to pay. Left out: all that you may pay."),
    )


class CandidateSerializer(serializers.Serializer):
    claim = serializers.UUIDField(source="claim.key")
    reference = serializers.CharField(source="claim.reference")
    claimant = PersonSerializer(source="claim.claimant", allow_null=True)
    day = serializers.DateField(source="claim.day")
    fee = Amount(source="claim.fee")
    expenses = Amount(source="claim.expenses")
    total = Amount()
    why_not = serializers.CharField(help_text=_("Why it cannot be in your run. Empty: it can."))


@extend_schema_serializer(examples=[OpenApiExample("What waits to be paid", value={"results": [CANDIDATE]}, response_only=True)])
class CandidatesSerializer(serializers.Serializer):
    results = CandidateSerializer(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A file refused", value={"reason": "Past its day."}, request_only=True)])
class RefusalSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=judging.LONGEST_WORDS, help_text=_("Only those who pay read it. Name nobody."))


class PaymentRunFilter(FilterSet):
    pays_from = Day("pays_on", "gte", label=_("Paid on this day or later."))
    pays_to = Day("pays_on", "lte", label=_("Paid on this day or earlier."))

    class Meta:
        model = PaymentRun
        fields = ["status", "reference"]


class PaymentRuns(Reads, Makes):
    """Payments that leave the bank together, in one file. Each look at who is paid leaves a trace."""

    model, serializer_class, filterset_class = PaymentRun, PaymentRunSerializer, PaymentRunFilter
    permission_classes = (InScope, holds(STAFF[MAY_PAY]))
    takes = {"create": NewPaymentRunSerializer}
    answers = {"list": PaymentRunInListSerializer}
    required_scopes = {"list": "payments/read", "retrieve": "payments/read", "create": "payments/write"}

    def get_queryset(self) -> QuerySet:
        shown = super().get_queryset().select_related("prepared_by")
        held = Prefetch("payments", Payment.objects.select_related("claim").order_by("pk"))
        return shown if self.action == "list" else shown.prefetch_related(held)

    def answer(self, row: PaymentRun, *args: Any, **kwargs: Any) -> Response:
        payments.reveal(row, by=self.request.user)
        return super().answer(row, *args, **kwargs)

    def make(self, said: dict[str, Any]) -> PaymentRun:
        """Prepare a run of what you may pay. Your own claims, and those that you checked or approved, wait for somebody else."""
        return payments.prepare(said["pays_on"], by=self.request.user, chosen=said.get("claims"))

    @extend_schema(
        summary="What may be paid",
        responses={200: CandidatesSerializer, **schema.problems(*schema.PROBLEMS["look"])},
    )
    @action(detail=False, required_scopes={"candidates": "payments/read"})
    def candidates(self, request: Request) -> Response:
        """Approved claims, the oldest first: those that you can put into a run, then those that you cannot, with the reason."""
        found = payments.candidates(request.user)
        return Response(CandidatesSerializer({"results": found}).data)

    @act("payments/write")
    def export(self, run: PaymentRun, said: dict[str, Any]) -> PaymentRun:
        """Make its file for the bank, once.

        It is fetched from `file`.
        """
        payments.export(run, by=self.request.user)
        return run

    @extend_schema(
        summary="Fetch the file for the bank",
        responses={(200, "text/csv"): OpenApiTypes.STR, **schema.problems(*schema.PROBLEMS["look"], 409)},
    )
    @action(detail=True, required_scopes={"file": "bank-files/read"}, content_negotiation_class=Whatever)
    def file(self, request: Request, key: str) -> HttpResponse:
        """The file that was made, the same to the byte. It holds account numbers, so that each fetching leaves a trace."""
        run = self.get_object()
        content = payments.download(run, by=request.user)
        disposition = {"Content-Disposition": f'attachment; filename="{payment_file.file_name(run)}"'}
        return HttpResponse(content, content_type="text/csv; charset=us-ascii", headers=disposition)

    @act("payments/write")
    def cancel(self, run: PaymentRun, said: dict[str, Any]) -> PaymentRun:
        """Cancel it, before its file is made.

        Every claim waits again as it did.
        """
        return payments.cancel(run, by=self.request.user)

    @act("payments/write", takes=RefusalSerializer)
    def refuse(self, run: PaymentRun, said: dict[str, Any]) -> PaymentRun:
        """Say that the bank refused its file.

        Nobody was paid: every claim waits again as it did.
        """
        return payments.refuse(run, said["reason"], by=self.request.user)

    @act("payments/write")
    def mark_paid(self, run: PaymentRun, said: dict[str, Any]) -> PaymentRun:
        """Say that the bank has taken it.

        Everybody in it is told what came, and for what.
        """
        return payments.mark_paid(run, by=self.request.user)
