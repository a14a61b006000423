"""Members: their panels, what the public sees of them, and leaving."""

from __future__ import annotations

import copy
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import errors
from panels import membership
from panels.experiences import pictures
from panels.forms import PublicationForm
from panels.models import Attendance, Experience, Meeting, Membership, PanelPage
from panels.views_desk import pages_of

Status = Membership.Status
TOLD = 10  # on one page


@login_required
@require_safe
@never_cache
def memberships(request: HttpRequest) -> HttpResponse:
    rows = list(Membership.objects.own(request.user).select_related("panel"))
    panels = [row.panel_id for row in rows]
    coming = list(Meeting.objects.visible_to(request.user).filter(panel__in=panels).ahead().select_related("panel"))
    attended = list(Attendance.objects.of(request.user).select_related("meeting__panel").order_by("-meeting__starts_at"))
    met = {attendance.meeting.panel_id for attendance in attended}
    context = {
        "members": rows,
        "new": next((row for row in rows if row.offer_id and row.status == Status.ACTIVE and row.panel_id not in met), None),
        "pages": {page.panel_id: page for page in PanelPage.objects.live().public().filter(panel__in=panels)},
        "coming": coming,
        "attended": attended,
        "told": Experience.objects.shared_with(request.user).count(),
    }
    return render(request, "panels/memberships.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def publication(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What the public sees of somebody on a panel. It can be looked at before it is saved."""
    member = get_object_or_404(Membership.objects.own(request.user).select_related("panel", "person", "district"), key=key)
    if member.status != Status.ACTIVE:
        return redirect("panels:memberships")
    form = PublicationForm(request.POST or None, member=member, initial=_shown_now(member))
    if form.is_valid() and "preview" not in request.POST and _publish(request, member, form):
        return redirect("panels:memberships")
    context = {"member": member, "preview": _as_it_would_look(member, form), "form": form}
    return render(request, "panels/publication.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
@never_cache
def told(request: HttpRequest) -> HttpResponse:
    """What people let the panels of somebody read, as far as it is shown."""
    rows = pictures.with_published(Experience.objects.shared_with(request.user).as_shown())
    return render(request, "panels/told.html", {"page_obj": pages_of(request, rows, most=TOLD)})


def _shown_now(member: Membership) -> dict:
    shown = {name: getattr(member, f"shows_{name}") for name in ["name", "district", "about"]}
    return {**shown, "text": member.about}


def _publish(request: HttpRequest, member: Membership, form: PublicationForm) -> bool:
    said = {"district": False, **form.cleaned_data}
    try:
        membership.publish(member, **said, by=request.user)
    except errors.DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("Saved. The page about the panel shows it so from now on."))
    return True


def _as_it_would_look(member: Membership, form: PublicationForm) -> Membership:
    """The same person with the ticks of the form, saved nowhere."""
    seen = copy.copy(member)
    if form.is_bound and form.is_valid():
        said = {"district": False, **form.cleaned_data}
        seen.about = said.pop("text")
        for name, is_shown in said.items():
            setattr(seen, f"shows_{name}", is_shown)
    return seen


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    member = get_object_or_404(Membership.objects.own(request.user).select_related("panel"), key=key)
    if request.method == "POST" and member.status == Status.ACTIVE:
        membership.leave(member, by=request.user)
        messages.success(request, _("You have left. Thank you for all that you brought to the table."))
    if request.method == "POST" or member.status != Status.ACTIVE:
        return redirect("panels:memberships")
    return render(request, "panels/leave.html", {"member": member})
