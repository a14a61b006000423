"""The credentials of the record store, for whoever may manage them. For everybody else they do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import audit, errors
from learning import records
from learning.forms import CredentialForm
from learning.lrs import credentials
from learning.models import Credential

ROWS = 25
ACTS = {  # by the last word of the address
    "off": (credentials.switch_off, _("“%(name)s” is switched off. Its key opens nothing any more.")),
    "on": (credentials.switch_on, _("“%(name)s” is switched on.")),
    "complete": (credentials.let_complete, _("“%(name)s” may complete learners from now on.")),
    "store": (credentials.no_longer_complete, _("“%(name)s” may not complete learners any more.")),
}


def _for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Log-in first; whoever may not manage credentials finds nothing here."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs) -> HttpResponse:
        if not request.user.has_perm("learning.manage_credentials"):
            raise Http404
        return view(request, **kwargs)

    return guarded


@_for_administrators
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(records.credentials(request.user), ROWS).get_page(request.GET.get("page"))
    cards = [(row, _sentences(row), credentials.authority(row)["account"]) for row in page]
    return render(request, "learning/credentials/index.html", {"cards": cards, "page": page})


@_for_administrators
@reauthentication_required
def make(request: HttpRequest) -> HttpResponse:
    """The secret is on the page that answers, and nowhere else."""
    form = CredentialForm(request.POST if request.method == "POST" else None)
    made = form.is_valid() and _make(form, request)
    if not made:
        status = 422 if form.errors else 200
        return render(request, "learning/credentials/make.html", {"form": form}, status=status)
    return _show(request, *made)


@_for_administrators
@reauthentication_required
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    """A new secret, on the page that answers, and nowhere else."""
    credential = _find(request, key)
    if request.method != "POST":
        return _ask(request, credential, "secret")
    try:
        secret = credentials.renew_secret(credential, by=request.user, seen=request.POST.get("seen", ""))
    except errors.DomainError as error:
        return _refused(request, error)
    return _show(request, credential, secret)


@_for_administrators
@reauthentication_required
def change(request: HttpRequest, key: UUID, to: str) -> HttpResponse:
    credential = _find(request, key)
    if request.method != "POST":
        return _ask(request, credential, to)
    act, said = ACTS[to]
    try:
        act(credential, by=request.user, seen=request.POST.get("seen", ""))
    except errors.DomainError as error:
        return _refused(request, error)
    messages.success(request, said % {"name": credential.name})
    return redirect("learning:credentials")


def _find(request: HttpRequest, key: UUID) -> Credential:
    """By its random key in the audit trail: what is half of a log-in stands in no address."""
    return get_object_or_404(records.credentials(request.user), audit_key=key)


def _ask(request: HttpRequest, credential: Credential, what: str) -> HttpResponse:
    context = {"credential": credential, "seen": audit.latest(credential)}
    return render(request, f"learning/credentials/{what}.html", context)


def _show(request: HttpRequest, credential: Credential, secret: str) -> HttpResponse:
    context = {"credential": credential, "secret": secret, "endpoint": f"{settings.BASE_URL}/xapi/"}
    return render(request, "learning/credentials/made.html", context)


def _refused(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    messages.warning(request, str(error))
    return redirect("learning:credentials")


def _make(form: CredentialForm, request: HttpRequest) -> tuple[Credential, str] | None:
    try:
        return credentials.create(**form.cleaned_data, by=request.user)
    except errors.DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _sentences(credential: Credential) -> list:
    """What it may do. A scope that this version does not know opens nothing and is not shown."""
    return [credentials.SCOPES[scope] for scope in credential.scopes if scope in credentials.SCOPES]
