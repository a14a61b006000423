"""What a token may be good for: one table, read by the page where tokens are made, by the schema and by the README's test.

A scope narrows what its person may do and never widens it. A session has every scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from rest_framework.views import APIView

SCOPES = {
    "me/read": _("See your key, your name and your roles"),
    "statistics/read": _("Read the figures that you may see"),
    "panels/read": _("Read the panels, and of their members what is public"),
    "campaigns/read": _("Read the campaigns that you may see"),
    "campaigns/write": _("Write, open and close campaigns"),
    "applications/read": _("Read the applications that you may see"),
    "applications/write": _("Write, send and withdraw applications, and take them further"),
    "memberships/read": _("Read the memberships that you may see"),
    "memberships/write": _("Change and end memberships"),
    "meetings/read": _("Read the meetings that you may see"),
    "meetings/write": _("Call meetings and record who was there"),
    "claims/read": _("Read the claims and receipts that you may see"),
    "claims/write": _("Write, send and withdraw claims, and add receipts"),
    "claims/decide": _("Check, approve and refuse claims"),
    "payees/read": _("See who is to be paid, with bank details hidden but for their end"),
    "payees/write": _("Enter and change bank details"),
    "payments/read": _("Read payment runs and what was paid"),
    "payments/write": _("Make payment runs and say what was paid"),
    "bank-files/read": _("Fetch the file for the bank, with whole account numbers"),
    "webhooks/read": _("See which other systems are told of news, and whether it reached them"),
    "webhooks/write": _("Say which other systems are told of news"),
}


def required(view: APIView, method: str) -> str:
    """The scope that this request needs: by the view's action, or by its method. Nothing where none is declared."""
    asked = getattr(view, "action", None) or ("GET" if method == "HEAD" else method)
    return view.required_scopes.get(asked, "")  # type: ignore[attr-defined]
