"""Where somebody's money goes. Bank details go in and never come out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.resources import Changes, Makes, Reads
from people.models import User
from recompense import payees
from recompense.models import Payee

NEW = {"name": "A Example", "sort_code": "30-94-30", "account_number": "00733445", "roll_number": ""}
PAYEE = {
    "key": "6a1e0d6c-0d5c-4e0a-9d0b-2a7f5c8e9b44",
    "name": "A Example",
    "ending": "3445",
    "changed_at": "2026-11-27T09:30:00Z",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A payee", value=PAYEE, response_only=True),
        OpenApiExample("Bank details", value=NEW, request_only=True),
    ]
)
class PayeeSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="name_on_account", max_length=100, help_text=_("As it stands on the account."))
    sort_code = serializers.CharField(
        write_only=True, max_length=40, help_text=_("Six figures. Spaces and hyphens do not matter.")
    )
    account_number = serializers.CharField(write_only=True, max_length=40, help_text=_("6 to 8 figures."))
    roll_number = serializers.CharField(
        write_only=True, max_length=18, required=False, allow_blank=True, help_text=_("Of a building society, if it has one.")
    )
    ending = serializers.CharField(read_only=True, help_text=_("The last figures of the account number. More is never shown."))

    class Meta:
        model = Payee
        fields = ["key", "name", "sort_code", "account_number", "roll_number", "ending", "changed_at"]
        read_only_fields = ["key", "changed_at"]


class Payees(Reads, Makes, Changes):
    """Your own bank account, once you have told us: the list has one payee or none.

    To make one where there is one already puts it in its place. We write to you whenever it changes.
    """

    model, serializer_class = Payee, PayeeSerializer
    required_scopes = {
        "list": "payees/read",
        "retrieve": "payees/read",
        "create": "payees/write",
        "partial_update": "payees/write",
    }

    def held(self) -> Payee:
        """After its person, as `payees.change` locks: in another order two changes could wait for each other."""
        User.objects.select_for_update().get(pk=self.request.user.pk)
        return super().held()

    def make(self, said: dict[str, Any]) -> Payee:
        return self._keep({"roll_number": "", **said})

    def change(self, payee: Payee, said: dict[str, Any]) -> None:
        parts = ["name_on_account", "sort_code", "account_number", "roll_number"]
        self._keep({part: getattr(payee, part) for part in parts} | said)

    def _keep(self, account: dict[str, str]) -> Payee:
        name = account.pop("name_on_account")
        return payees.change(self.request.user, name=name, **account, by=self.request.user)
