"""Receipts: taken in as files, shown as pictures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, idempotency, schema
from api.fields import Keyed
from api.files import Uploads, Whatever
from api.resources import Makes, Removes, Shows
from core import uploads, workflow
from recompense import receipts, views_costs
from recompense.models import Claim, Line, Receipt

CLAIM, LINE = "2c1d3e4f-7a6b-4c5d-8e9f-0a1b2c3d4e66", "4e3d2c1b-0a9f-4e8d-bc7a-6f5e4d3c2b77"
OF_LINE = {
    "key": "b1e4b8f0-5f0e-4f1c-9d2a-3c4d5e6f7a55",
    "kind": "image/jpeg",
    "pages": 1,
    "size": 183204,
    "added_at": "2026-11-27T09:30:00Z",
}
RECEIPT = {"claim": CLAIM, "line": LINE, **OF_LINE}


class ReceiptOfLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Receipt
        fields = list(OF_LINE)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A receipt", value=RECEIPT, response_only=True)])
class ReceiptSerializer(serializers.ModelSerializer):
    claim = serializers.SlugRelatedField(slug_field="key", read_only=True)
    line = serializers.SlugRelatedField(
        slug_field="key",
        read_only=True,
        allow_null=True,
        help_text=_("Nothing where it waits for a cost that is still being entered."),
    )

    class Meta:
        model = Receipt
        fields = list(RECEIPT)
        read_only_fields = fields


class NewReceiptSerializer(serializers.Serializer):
    line = Keyed(lambda user: Line.objects.filter(claim__in=Claim.objects.legible_to(user)), help_text=_("The key of a line."))
    file = serializers.FileField(
        allow_empty_file=True, help_text=_("A photo (JPEG, PNG, HEIC) or a PDF, of up to 20 MB and 10 pages.")
    )


class Receipts(Uploads, Shows, Makes, Removes):
    """Photos and PDFs that show what was spent. They come as files and are shown as pictures, page by page."""

    model, serializer_class = Receipt, ReceiptSerializer
    takes = {"create": NewReceiptSerializer}
    parser_classes = (MultiPartParser,)
    most_bytes = uploads.MOST_BYTES
    taken: receipts.Taken | None = None
    required_scopes = {"retrieve": "claims/read", "create": "claims/write", "destroy": "claims/write"}

    def get_queryset(self) -> QuerySet:
        return receipts.visible_to(self.request.user).select_related("line")

    def held(self) -> Receipt:
        """After its claim, as every act locks: in another order two could wait for each other."""
        workflow.lock(self.get_object().claim)
        return super().held()

    def create(self, request: Request) -> Response:
        if not idempotency.is_done(request):
            self.taken = self._take(self.said())  # takes seconds, and the act holds what others wait for
        return super().create(request)

    def make(self, said: dict[str, Any]) -> Receipt:
        """Add a receipt to a line. The same file again for the same line is the receipt that is there."""
        with errors.naming(receipt="file"):
            return receipts.keep(said["line"], self.taken or self._take(said), by=self.request.user)

    def _take(self, said: dict[str, Any]) -> receipts.Taken:
        with errors.naming(receipt="file"):
            return receipts.take(said["file"])

    def remove(self, receipt: Receipt) -> None:
        receipts.remove(receipt, by=self.request.user)

    @extend_schema(
        summary="See a page",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **schema.problems(*schema.PROBLEMS["look"])},
    )
    @action(
        detail=True,
        url_path="pages/<int:page>",
        required_scopes={"page": "claims/read"},
        content_negotiation_class=Whatever,
    )
    def page(self, request: Request, key: str, page: int) -> HttpResponse:
        """One page of a receipt, as a picture. Pages are counted from 1."""
        receipt = self.get_object()
        if not 1 <= page <= receipt.pages:
            raise Http404
        return views_costs.picture(receipt, page)
