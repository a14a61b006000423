"""Pages about the record stores outside that are sent statements. For whoever may not say so they do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from learning import forwarders, records
from learning.forms_forwarding import ForwarderForm
from learning.lrs import forwarding
from learning.models import Forwarder
from pages.forms import done
from people.models import User

PER_PAGE = 25


def _for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Log-in first; whoever may not manage forwarding finds nothing here."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(forwarders.MANAGE):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_for_administrators
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    rows = forwarding.with_lag(records.forwarders(request.user))
    return render(request, "learning/forwarding/index.html", {"forwarders": rows, "counted": forwarding.COUNTED})


@_for_administrators
@reauthentication_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    form = ForwarderForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: forwarders.make(**form.given(), by=_person(request))):
        messages.success(request, _("It is set up. Statements go there within a minute. Test the connection now."))
        made = get_object_or_404(records.forwarders(request.user), name=form.cleaned_data["name"])
        return redirect("learning:forwarder", made.key)
    return render(request, "learning/forwarding/make.html", {"form": form}, status=422 if form.errors else 200)


@_for_administrators
@require_GET
def forwarder(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_object_or_404(forwarding.with_lag(records.forwarders(request.user)), key=key)
    rows = records.set_aside(request.user).filter(forwarder=found)
    context = {
        "forwarder": found,
        "verbs": forwarders.verbs(found),
        "activities": forwarders.activities(found),
        "counted": forwarding.COUNTED,
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "learning/forwarding/forwarder.html", context)


@_for_administrators
@reauthentication_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _forwarder(request, key)
    form = ForwarderForm(request.POST if request.method == "POST" else None, forwarder=found)
    if form.is_valid() and done(form, lambda: forwarders.change(found, **form.given(), by=_person(request))):
        messages.success(request, _("Saved. It holds for what is sent from now on."))
        return redirect("learning:forwarder", found.key)
    context = {"form": form, "forwarder": found}
    return render(request, "learning/forwarding/change.html", context, status=422 if form.errors else 200)


@_for_administrators
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _forwarder(request, key)
    if request.method == "GET":
        return render(request, "learning/forwarding/remove.html", {"forwarder": found})
    forwarders.remove(found, by=_person(request))
    messages.success(request, _("It is removed. Nothing more is sent there."))
    return redirect("learning:forwarding")


@_for_administrators
@require_POST
def switch(request: HttpRequest, key: UUID) -> HttpResponse:
    is_active = request.POST.get("to") == "on"
    forwarders.switch(_forwarder(request, key), is_active=is_active, by=_person(request))
    on, off = _("It is on. What waits goes there within a minute."), _("It is off. What comes now waits until it is on again.")
    messages.success(request, on if is_active else off)
    return redirect("learning:forwarder", key)


@_for_administrators
@require_POST
def test(request: HttpRequest, key: UUID) -> HttpResponse:
    tested = forwarders.test(_forwarder(request, key), by=_person(request))
    for sentence in tested.sentences:
        messages.add_message(request, messages.SUCCESS if tested.is_ready else messages.ERROR, sentence)
    return redirect("learning:forwarder", key)


@_for_administrators
@require_POST
def try_again(request: HttpRequest, key: UUID, row: UUID | None = None) -> HttpResponse:
    number = forwarders.try_again(_forwarder(request, key), by=_person(request), key=row)
    said = ngettext("%(n)s statement waits to be tried again.", "%(n)s statements wait to be tried again.", number)
    messages.success(request, said % {"n": number} if number else _("What was set aside waits to be tried again already."))
    return redirect("learning:forwarder", key)


def _forwarder(request: HttpRequest, key: UUID) -> Forwarder:
    return get_object_or_404(records.forwarders(request.user), key=key)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
