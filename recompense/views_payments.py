"""Payment runs, from what waits to be paid to the letters. For whoever may not pay none of it exists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import acts, errors, money
from people.models import User
from recompense import history, payment_file, payments, queues
from recompense.forms_finance import PrepareForm, RefuseForm
from recompense.models import PaymentRun
from recompense.models.hands import MAY_PAY, STAFF

PER_PAGE = 25
PAYMENTS_PER_PAGE = 50


def _for_payers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Log-in first; whoever may not pay finds nothing here."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(STAFF[MAY_PAY]):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_for_payers
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    held = PaymentRun.objects.visible_to(request.user).select_related("prepared_by")
    page = Paginator(held, PER_PAGE).get_page(request.GET.get("page"))
    waiting = queues.standing(queues.QUEUES[-1])
    return render(request, "recompense/finance/runs.html", {"page_obj": page, "waiting": waiting})


@_for_payers
@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """What would be paid and what would not, before anything is done. What was not ticked waits."""
    found = payments.candidates(cast(User, request.user))
    payable = [candidate for candidate in found if not candidate.why_not]
    form = PrepareForm(request.POST if request.method == "POST" else None, payable=payable)
    if request.method == "POST" and form.is_valid():
        run = _prepare(request, form)
        if run:
            return redirect("recompense:run", run.key)
    context = {
        "form": form,
        "payable": [(candidate, _is_ticked(form, candidate)) for candidate in payable],
        "left_out": [candidate for candidate in found if candidate.why_not],
        "total": money.pounds(sum(candidate.total for candidate in payable)),
        "most": payments.MOST,
    }
    return render(request, "recompense/finance/prepare.html", context, status=422 if form.errors else 200)


def _prepare(request: HttpRequest, form: PrepareForm) -> PaymentRun | None:
    chosen = form.cleaned_data["chosen"]
    try:
        run = payments.prepare(form.cleaned_data["pays_on"], by=cast(User, request.user), chosen=chosen)
    except errors.DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    messages.success(request, _("The run is prepared. Look through it, then make its file."))
    return run


def _is_ticked(form: PrepareForm, candidate: payments.Candidate) -> bool:
    """Until somebody has said otherwise everything, but what would go to an account that nobody has seen."""
    if not form.is_bound:
        return not candidate.has_new_account
    return str(candidate.claim.key) in form.data.getlist("chosen")


@_for_payers
@require_GET
def run(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _show_run(request, key)


@_for_payers
@require_POST
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Makes the file and leads back: there the run is as it then is, with the file to download."""
    try:
        payments.export(_run(request, key), by=cast(User, request.user))
    except errors.WrongState as error:
        return _made_already(request, key, error)
    except errors.DomainError as error:
        return _show_run(request, key, error)
    messages.success(request, _("The file is made. Download it, take it to the bank, then come back and mark it as paid."))
    return redirect("recompense:run", key)


def _made_already(request: HttpRequest, key: uuid.UUID, error: errors.WrongState) -> HttpResponse:
    """A second press wants what is there. A run that was cancelled has no file."""
    if not _run(request, key).file_digest:
        return _show_run(request, key, error)
    messages.info(request, _("The file is made already."))
    return redirect("recompense:run", key)


@_for_payers
@require_POST
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file that was made, the same to the byte each time; each download leaves a trace."""
    found = _run(request, key)
    try:
        content = payments.download(found, by=cast(User, request.user))
    except errors.DomainError as error:
        return _show_run(request, key, error)
    disposition = {"Content-Disposition": f'attachment; filename="{payment_file.file_name(found)}"'}
    return HttpResponse(content, content_type="text/csv; charset=us-ascii", headers=disposition)


@_for_payers
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _confirm(request, key, "cancel", _("The run is cancelled. Its claims wait again as they did."))


@_for_payers
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What the bank said has to be written down first."""
    found = _run(request, key)
    if request.method == "GET":
        return _ask(request, found, "refuse", form=RefuseForm())
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return render(request, "recompense/finance/refuse.html", {"run": found, "form": form}, status=422)
    try:
        payments.refuse(found, form.cleaned_data["reason"], by=cast(User, request.user))
    except errors.DomainError as error:
        return _show_run(request, key, error)
    messages.success(request, _("The run is cancelled. Its claims wait again as they did."))
    return redirect("recompense:run", key)


@_for_payers
@require_http_methods(["GET", "POST"])
def mark_paid(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _confirm(request, key, "mark_paid", _("The run is marked as paid, and the letters are on their way."))


def _run(request: HttpRequest, key: uuid.UUID) -> PaymentRun:
    return get_object_or_404(PaymentRun.objects.visible_to(request.user), key=key)


def _show_run(request: HttpRequest, key: uuid.UUID, refused: errors.DomainError | None = None) -> HttpResponse:
    found, person = _run(request, key), cast(User, request.user)
    held = payments.reveal(found, by=person)
    context = {
        "run": found,
        "refused": refused,
        "page_obj": Paginator(held, PAYMENTS_PER_PAGE).get_page(request.GET.get("page")),
        "sums": found.payments.aggregate(fee=Sum("fee"), expenses=Sum("expenses")),
        "offered": acts.offered(payments.ACTS, found, person),
        "why_not": acts.why_not(payments.ACTS["export"], found, person) if found.is_open else "",
        "history": history.of_run(found),
        "file_name": payment_file.file_name(found),
    }
    return render(request, "recompense/finance/run.html", context, status=422 if refused else 200)


def _confirm(request: HttpRequest, key: uuid.UUID, name: str, done: str) -> HttpResponse:
    """A page that asks once more, and then the act."""
    found = _run(request, key)
    if request.method == "GET":
        return _ask(request, found, name)
    try:
        getattr(payments, name)(found, by=request.user)
    except errors.DomainError as error:
        return _show_run(request, key, error)
    messages.success(request, done)
    return redirect("recompense:run", key)


def _ask(request: HttpRequest, found: PaymentRun, name: str, **more: Any) -> HttpResponse:
    """What could not be done is not asked about: the page of the run says why."""
    try:
        payments.judge(found, name, by=cast(User, request.user))
    except errors.DomainError as error:
        messages.warning(request, str(error))
        return redirect("recompense:run", found.key)
    return render(request, f"recompense/finance/{name}.html", {"run": found, **payments.letters(found), **more})
