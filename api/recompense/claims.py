"""Claims, from the meeting to the moment they are approved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Amount, Keyed, PersonSerializer
from api.filters import Day
from api.recompense.lines import LINE, LineSerializer
from api.resources import Makes, Reads, act
from core import acts, money
from panels.models import Attendance
from people.models import User
from recompense import claims, judging
from recompense.models import Claim, Line, Payment

DOING = ["write", "submit", "withdraw", "check", "ask", "lower", "approve", "reject", "pay"]
CAN = gettext_lazy(
    "What you may do now. “write”: change its lines and receipts; “lower”: pay less for a line; “pay”: put it into a run; "
    "the others are the last words of addresses below this one."
)
IN_LIST = {
    "key": LINE["claim"],
    "reference": "7QX2-K9MD",
    "status": "submitted",
    "claimant": {"key": "3f0e2f3c-6f0b-4a55-9a4b-0d9a1f0f6a11", "name": "Mo"},
    "attendance": "9d6f3c0e-2d0f-4c39-8d8e-7f4f1f1c2a33",
    "day": "2026-11-20",
    "what_for": "",
    "submitted_at": "2026-11-27T09:30:00Z",
    "fee": "82.50",
    "expenses": "18.60",
    "total": "101.10",
    "can": ["withdraw"],
}
CLAIM = IN_LIST | {
    "late_reason": "",
    "question": "",
    "checked_at": None,
    "approved_at": None,
    "payment": None,
    "lines": [LINE],
}
FROM_ATTENDANCE = {"attendance": IN_LIST["attendance"]}
FOR_WORK = {"day": "2026-11-20", "what_for": "Reading the draft leaflet"}


class PaymentOfClaimSerializer(serializers.ModelSerializer):
    pays_on = serializers.DateField(source="run.pays_on", read_only=True)
    paid_at = serializers.DateTimeField(source="run.paid_at", read_only=True, allow_null=True)
    ending = serializers.CharField(read_only=True, help_text=gettext_lazy("The last figures of the account."))

    class Meta:
        model = Payment
        fields = ["reference", "pays_on", "paid_at", "ending"]
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A claim in a list", value=IN_LIST, response_only=True)])
class ClaimInListSerializer(serializers.ModelSerializer):
    claimant = PersonSerializer(read_only=True, allow_null=True, help_text=gettext_lazy("Null: the account is gone."))
    attendance = serializers.SlugRelatedField(slug_field="key", read_only=True, allow_null=True)
    what_for = serializers.SerializerMethodField(help_text=gettext_lazy("Where there was no meeting."))
    fee = Amount(read_only=True, allow_null=True, help_text=gettext_lazy("Pounds. In a list null while the claim is open."))
    expenses = Amount(read_only=True, allow_null=True, help_text=gettext_lazy("Pounds, apart from the fee."))
    total = Amount(read_only=True, allow_null=True, help_text=gettext_lazy("Pounds: what is paid, if nothing changes."))
    can = serializers.SerializerMethodField(help_text=CAN)

    class Meta:
        model = Claim
        fields = list(IN_LIST)
        read_only_fields = fields

    @property
    def person(self) -> User:
        return self.context["request"].user

    def to_representation(self, claim: Claim) -> dict[str, Any]:
        claim.fee, claim.expenses, claim.total = _sums(self.known_lines(claim))
        return super().to_representation(claim)

    def known_lines(self, claim: Claim) -> list[Line] | None:
        """Those whose amounts are fixed, and may be read."""
        return None if claim.is_open or not claim.is_legible_to(self.person) else list(claim.lines.all())

    def get_what_for(self, claim: Claim) -> str:
        return claim.what_for if claim.is_legible_to(self.person) else ""

    @extend_schema_field({"type": "array", "items": {"type": "string", "enum": DOING}})
    def get_can(self, claim: Claim) -> list[str]:
        return acts.offered({name: claims.acting(name, claim) for name in DOING}, claim, self.person)


@extend_schema_serializer(examples=[OpenApiExample("A claim", value=CLAIM, response_only=True)])
class ClaimSerializer(ClaimInListSerializer):
    late_reason = serializers.SerializerMethodField(help_text=gettext_lazy("Why it came late, if it did."))
    question = serializers.SerializerMethodField(
        help_text=gettext_lazy("What was asked, or why it is not paid: for its claimant alone.")
    )
    payment = PaymentOfClaimSerializer(read_only=True, allow_null=True)
    lines = LineSerializer(
        many=True,
        read_only=True,
        source="shown",
        help_text=gettext_lazy("To others than its claimant none while it is back with them, or withdrawn."),
    )

    class Meta(ClaimInListSerializer.Meta):
        fields = list(CLAIM)
        read_only_fields = fields

    def known_lines(self, claim: Claim) -> list[Line] | None:
        claim.shown = claims.lines_of(claim) if claim.is_legible_to(self.person) else []
        return claim.shown if claim.is_legible_to(self.person) else None

    def get_late_reason(self, claim: Claim) -> str:
        return claim.late_reason if claim.is_legible_to(self.person) else ""

    def get_question(self, claim: Claim) -> str:
        return claim.question if claim.claimant_id == self.person.pk else ""


@extend_schema_serializer(
    examples=[
        OpenApiExample("For a meeting", value=FROM_ATTENDANCE, request_only=True),
        OpenApiExample("For other work", value=FOR_WORK, request_only=True),
    ]
)
class NewClaimSerializer(serializers.Serializer):
    attendance = Keyed(Attendance.objects.of, required=False, help_text=gettext_lazy("The key of one of your attendances."))
    day = serializers.DateField(required=False, help_text=gettext_lazy("Of work that was agreed outside a meeting."))
    what_for = serializers.CharField(required=False, max_length=judging.LONGEST_WORDS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() not in ({"attendance"}, {"day", "what_for"}):
            message = exceptions.ErrorDetail(_("Send an attendance, or a day and what it was for."), code="one_or_other")
            raise serializers.ValidationError({"attendance": [message]})
        return attrs


class SubmitSerializer(serializers.Serializer):
    late_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=judging.LONGEST_WORDS,
        help_text=gettext_lazy("Needed when the time to claim is over."),
    )
    total = Amount(required=False, help_text=gettext_lazy("The total that you read. If it is another by now, nothing is sent."))


class QuestionSerializer(serializers.Serializer):
    question = serializers.CharField(max_length=judging.LONGEST_WORDS, help_text=gettext_lazy("The member will read it."))


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=judging.LONGEST_WORDS, help_text=gettext_lazy("The member will read it."))


class ClaimFilter(FilterSet):
    day_from = Day("day", "gte", label=gettext_lazy("For this day or later."))
    day_to = Day("day", "lte", label=gettext_lazy("For this day or earlier."))

    class Meta:
        model = Claim
        fields = ["status", "reference"]


class Claims(Reads, Makes):
    """Your own claims, and for those who check, approve or pay also everybody's that was sent."""

    model, serializer_class, filterset_class = Claim, ClaimSerializer, ClaimFilter
    takes = {"create": NewClaimSerializer}
    answers = {"list": ClaimInListSerializer}
    required_scopes = {"list": "claims/read", "retrieve": "claims/read", "create": "claims/write"}

    def get_queryset(self) -> QuerySet:
        shown = super().get_queryset().select_related("claimant", "attendance", "payment__run")
        lines = Prefetch("lines", Line.objects.select_related("rate").defer("reason", "allowed_reason"))
        return shown.defer("question", "late_reason").prefetch_related(lines, "lowerings") if self.action == "list" else shown

    def held(self) -> Claim:
        """Sending locks the person first, then the claim: in another order two requests could wait for each other."""
        if self.action == "submit":
            User.objects.select_for_update().get(pk=self.request.user.pk)
        return super().held()

    def retrieve(self, request: Request, key: str) -> Response:
        """As its own page does, this lets an open claim follow the meeting record and the rates."""
        claim = self.get_object()
        if claim.claimant_id == request.user.pk:
            claims.bring_up_to_date(claim)
        return super().retrieve(request, key)

    def make(self, said: dict[str, Any]) -> Claim:
        """A claim for a meeting has its fee in it. Where there is a claim for it already, that is the answer."""
        if "attendance" in said:
            return claims.start(said["attendance"], by=self.request.user)
        return claims.start_other(**said, by=self.request.user)

    @act("claims/write")
    def put_fee_back(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Put back the fee that was taken off."""
        return claims.put_fee_back(claim, by=self.request.user)

    @act("claims/write", takes=SubmitSerializer)
    def submit(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Send it.

        Its amounts are fixed from now on. By sending it you tell us that, as far as you know, it is right. If you find a
        mistake later, tell us.
        """
        return claims.submit(claim, **said, by=self.request.user)

    @act("claims/write")
    def withdraw(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Take it back, until it is approved.

        Its receipts go, and what was written in it.
        """
        return claims.withdraw(claim, by=self.request.user)

    @act("claims/decide")
    def check(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Pass it for approval.

        Nobody checks their own.
        """
        return claims.check(claim, by=self.request.user)

    @act("claims/decide")
    def approve(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Approve it.

        Nobody approves their own, or one that they checked.
        """
        return claims.approve(claim, by=self.request.user)

    @act("claims/decide", takes=QuestionSerializer)
    def ask(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Send it back with a question.

        It is checked anew when it returns.
        """
        return claims.ask(claim, said["question"], by=self.request.user)

    @act("claims/decide", takes=ReasonSerializer)
    def reject(self, claim: Claim, said: dict[str, Any]) -> Claim:
        """Pay nothing of it, and say why."""
        return claims.reject(claim, said["reason"], by=self.request.user)


def _sums(lines: list[Line] | None) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Fee, expenses, and both."""
    if lines is None:
        return None, None, None
    total = money.pounds(sum(line.counted for line in lines))
    fee = money.pounds(sum(line.counted for line in lines if line.rate.is_fee))
    return fee, total - fee, total
