"""What the desks of coordinators and moderators share: whose they are, how an act is tried, and how its outcome is said."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.paginator import Page, Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import acts, errors
from panels import versions

Done = TypeVar("Done")
View = Callable[..., HttpResponse]
ROWS = 25


def held_by(permission: str) -> Callable[[View], View]:
    """Log-in first. Whoever does not hold the permission finds nothing here."""

    def guard(view: View) -> View:
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


for_coordinators = held_by("panels.coordinate")
for_administrators = held_by("panels.assign_coordinators")
for_moderators = held_by("panels.moderate_experiences")


def posted(request: HttpRequest) -> Any:
    """What a form was sent with, or nothing."""
    return request.POST if request.method == "POST" else None


def attempt(form: BaseForm, act: Callable[[], Done]) -> Done | None:
    """Do what a whole form asks for. A refusal stands beside its field, and what was typed stays."""
    if not form.is_valid():
        return None
    try:
        return act()
    except errors.DomainError as error:
        said = ValidationError(str(error), code=error.code)
        form.add_error(error.field if error.field in form.fields else None, said)
        return None


def seen_in(request: HttpRequest, row: Any) -> str:
    """The version that the page was opened with: a mistake in a field hides no change that came before it."""
    return request.POST.get("seen") or versions.of(row)


def seen_after(form: BaseForm, row: Any, seen: str) -> str:
    """Whoever is told that it has changed is shown how it stands now, and decides again."""
    return versions.of(row) if is_refused_as(form, "changed") else seen


def is_refused_as(form: BaseForm, *codes: str) -> bool:
    return any(form.has_error(NON_FIELD_ERRORS, code) for code in codes)


def page(
    request: HttpRequest, name: str, form: BaseForm | None = None, *, desk: str = "coordinate", **context: Any
) -> HttpResponse:
    status = 422 if form is not None and form.errors else 200
    return render(request, f"panels/{desk}/{name}.html", {"form": form, **context}, status=status)


def told(request: HttpRequest, said: Any, to: str, *keys: Any) -> HttpResponse:
    messages.success(request, said)
    return redirect(to, *keys)


def refused(request: HttpRequest, error: errors.DomainError, to: str, *keys: Any, whose: object = "") -> HttpResponse:
    messages.warning(request, f"{whose}: {error}" if whose else str(error))
    return redirect(to, *keys)


def too_late(request: HttpRequest, act: acts.Act, row: Any, to: str, *keys: Any, whose: object = "") -> HttpResponse | None:
    """Away from a page whose act cannot be done, with the reason. What is posted is judged by the act itself.

    `whose` says what is spoken of, where the next page is about more than that.
    """
    if request.method == "POST":
        return None
    try:
        acts.judge(act, row, by=request.user)
    except errors.DomainError as error:
        return refused(request, error, to, *keys, whose=whose)
    return None


def pages_of(request: HttpRequest, rows: Any, most: int = ROWS) -> Page:
    """One page of a list; of a number that does not exist, the nearest."""
    return Paginator(rows, most).get_page(request.GET.get("page"))
