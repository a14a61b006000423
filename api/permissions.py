"""Who may. A view names a permission of ours; who holds it is said in people/roles.py.

What somebody may not see of a list does not exist for them (`visible_to`, 404); these are for whole endpoints.
"""

from __future__ import annotations

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


def holds(permission: str) -> type[BasePermission]:
    """A permission class for `permission_classes`: signed in, and holding `app.codename`."""

    class Holds(IsAuthenticated):
        def has_permission(self, request: Request, view: APIView) -> bool:
            return super().has_permission(request, view) and request.user.has_perm(permission)

    return Holds
