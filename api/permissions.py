"""Who may. A view names a permission of ours, and a scope for each thing it does; who holds what is said in people/roles.py.

What somebody may not see of a list does not exist for them (`visible_to`, 404); `holds` is for whole endpoints.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from api import scopes


class InScope(IsAuthenticated):
    """Signed in, or by a token with the scope that the view declares. Where it declares none, no token is let in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        scope = scopes.required(view, request.method)
        if request.auth and scope not in request.auth.scopes:
            raise exceptions.PermissionDenied(_refusal(scope), code="scope_missing")
        return True


def holds(permission: str) -> type[BasePermission]:
    """A permission class for `permission_classes`, after `InScope`: to others than holders of `app.codename` nothing is there."""

    class Holds(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            if not request.user.has_perm(permission):
                raise exceptions.NotFound
            return True

    return Holds


def _refusal(scope: str) -> str:
    if not scope:
        return _("This is not open to tokens.")
    return _("This token lacks the scope %(scope)s. Make another that has it.") % {"scope": scope}
