"""Putting people in charge of panels: for administrators."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from panels import coordination
from panels.forms_coordinator import AssignForm, ConfirmForm
from panels.models import Coordination, Panel
from panels.views_desk import attempt, for_administrators, page, posted, told
from people.models import User


@for_administrators
def index(request: HttpRequest) -> HttpResponse:
    form = AssignForm(posted(request))
    person = attempt(form, lambda: _assign(form, by=request.user))
    if person:
        said = _("%(name)s is in charge of it now.") % {"name": person.display_name}
        return told(request, said, "panels:coordinators")
    holders = set(coordination.holders().values_list("pk", flat=True))
    return page(request, "people", form, panels=Panel.objects.prefetch_related("coordinations__person"), holders=holders)


def _assign(form: AssignForm, *, by: User) -> User:
    person = coordination.find(form.cleaned_data["address"])
    coordination.assign(person, form.cleaned_data["panel"], by=by)
    return person


@for_administrators
def release(request: HttpRequest, key: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    rows = Coordination.objects.select_related("panel", "person")
    found = get_object_or_404(rows, panel__key=key, person__key=person)
    form = ConfirmForm(posted(request))
    if form.is_valid():
        coordination.release(found.person, found.panel, by=request.user)
        said = _("%(name)s is not in charge of it any more.") % {"name": found.person.display_name}
        return told(request, said, "panels:coordinators")
    return page(request, "release", form, found=found)
