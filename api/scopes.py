"""What a token may be good for: one table, read by the page where tokens are made, by the schema and by the README's test.

A scope narrows what its person may do and never widens it. A session has every scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from api.models import MANAGE_WEBHOOKS
from recompense.models.hands import MAY_APPROVE, MAY_CHECK, MAY_PAY, STAFF

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.views import APIView

    from people.models import User

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
    "experiences/read": _("Read what people told us, as far as it is shown and you may see it"),
    "experiences/moderate": _("Prepare what people told us, and decide on it"),
    "originals/read": _("Read what people told us in their own words, which is noted each time"),
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


# Which permissions of a person a scope is of use to: any one of them. What is not named here is of use to everybody.
NEEDS = {
    "statistics/read": {"learning.view_statistics"},
    "campaigns/write": {"panels.coordinate"},
    "meetings/write": {"panels.coordinate"},
    "experiences/moderate": {"panels.moderate_experiences"},
    "originals/read": {"panels.moderate_experiences"},
    "claims/decide": {STAFF[MAY_CHECK], STAFF[MAY_APPROVE]},
    "payments/read": {STAFF[MAY_PAY]},
    "payments/write": {STAFF[MAY_PAY]},
    "bank-files/read": {STAFF[MAY_PAY]},
    "webhooks/read": {MANAGE_WEBHOOKS},
    "webhooks/write": {MANAGE_WEBHOOKS},
}
# The headings that they stand under, by the word before the stroke.
GROUPS = [
    (_("Panels and recruitment"), ["panels", "campaigns", "applications", "memberships", "meetings"]),
    (_("What people told us"), ["experiences", "originals"]),
    (_("Claims"), ["claims", "payees"]),
    (_("Payments"), ["payments", "bank-files"]),
    (_("Learning"), ["statistics"]),
    (_("This interface"), ["me", "webhooks"]),
]


def offered(person: User) -> list[tuple[StrOrPromise, list[str]]]:
    """By heading, the scopes that their permissions reach now; a heading with nothing under it is left out."""
    reached = [scope for scope in SCOPES if scope not in NEEDS or any(map(person.has_perm, NEEDS[scope]))]
    grouped = [(title, [scope for scope in reached if scope.partition("/")[0] in kinds]) for title, kinds in GROUPS]
    return [(title, scopes) for title, scopes in grouped if scopes]


def required(view: APIView, method: str) -> str:
    """The scope that this request needs: by the view's action, or by its method. Nothing where none is declared."""
    asked = getattr(view, "action", None) or ("GET" if method == "HEAD" else method)
    return view.required_scopes.get(asked, "")  # type: ignore[attr-defined]
