"""The pages on which somebody makes, sees and revokes the tokens of programs that work for them."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from api import tokens
from api.forms import TokenForm
from api.models import Token
from api.scopes import SCOPES
from core import errors, second_factor
from people.models import User


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = Token.objects.visible_to(_person(request)).select_related("organisation")
    context = {"tokens": [(row, _sentences(row)) for row in rows], "may_make": second_factor.is_given(request)}
    return render(request, "api/tokens.html", context | {"way_in": _way_in(request)})


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """The only door to a token. Its plaintext is on the page that answers, and nowhere else."""
    if not second_factor.is_given(request):
        return redirect(_way_in(request))
    form = TokenForm(request.POST or None, person=_person(request))
    made = form.is_valid() and _make(form, _person(request))
    if not made:
        return render(request, "api/token_make.html", {"form": form})
    token, plaintext = made
    return render(request, "api/token_made.html", {"token": token, "plaintext": plaintext})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    token = get_object_or_404(Token.objects.visible_to(_person(request)), key=key)
    if request.method == "GET":
        return render(request, "api/token_revoke.html", {"token": token})
    tokens.revoke(token, by=_person(request))
    messages.success(request, _("The token is revoked. What it was used for no longer works."))
    return redirect("tokens:index")


def _make(form: TokenForm, person: User) -> tuple[Token, str] | None:
    try:
        return tokens.make(person, **form.cleaned_data, by=person)
    except errors.DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _way_in(request: HttpRequest) -> str:
    """Where a second factor is set up or given, and back."""
    return f"{resolve_url(second_factor.way_in(request))}?{urlencode({'next': resolve_url('tokens:index')})}"


def _sentences(token: Token) -> list[Any]:
    """What it may do. A scope that this version no longer knows opens nothing and is not shown."""
    return [SCOPES[scope] for scope in token.scopes if scope in SCOPES]
