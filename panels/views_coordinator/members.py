"""Who is on a panel: their roles, and the end of a membership."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from panels import membership
from panels.forms_coordinator import ConfirmForm, RoleForm
from panels.models import Membership, Panel
from panels.views_desk import attempt, for_coordinators, page, pages_of, posted, seen_after, seen_in, told, too_late


def find(request: HttpRequest, key: uuid.UUID) -> Membership:
    rows = Membership.objects.coordinated_by(request.user).select_related("panel", "person")
    return get_object_or_404(rows, key=key)


@for_coordinators
def index(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    rows = panel.memberships.select_related("person", "district")
    members = rows.filter(status=Membership.Status.ACTIVE).order_by("role", "starts_on", "pk")
    former = rows.filter(status=Membership.Status.ENDED).order_by("-ends_on", "pk")
    return page(request, "members", panel=panel, members=members, page_obj=pages_of(request, former))


@for_coordinators
def set_role(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = find(request, key)
    if away := too_late(request, membership.ACTS["set_role"], row, "panels:desk_members", row.panel.key, whose=row.name):
        return away
    form = RoleForm(posted(request), initial={"role": row.role})
    if attempt(form, lambda: membership.set_role(row, form.cleaned_data["role"], by=request.user)):
        return told(request, _("The role is noted."), "panels:desk_members", row.panel.key)
    return page(request, "member", form, member=row)


@for_coordinators
def end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = find(request, key)
    if away := too_late(request, membership.ACTS["end"], row, "panels:desk_members", row.panel.key, whose=row.name):
        return away
    form, seen = ConfirmForm(posted(request)), seen_in(request, row)
    if attempt(form, lambda: membership.end(row, by=request.user, seen=seen)):
        return told(request, _("The membership has ended, and we have told them."), "panels:desk_members", row.panel.key)
    return page(request, "member_end", form, member=row, seen=seen_after(form, row, seen))
