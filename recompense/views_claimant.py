"""A member's claims, from the meeting to the money. On these pages everybody meets their own alone, staff too."""

from __future__ import annotations

import uuid
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import acts, errors, money, page_cache
from pages import forms as page_forms
from panels.models import Attendance
from recompense import claims, documents, judging, payees, pricing, rates, standing, views_shared
from recompense.forms import AccountForm, OtherAccountForm, SendForm, WorkForm
from recompense.models import Claim, Payee, Payment, Rate, RateCard

A_PAGE = 20
TO_BE_PAID = {Claim.Status.SUBMITTED, Claim.Status.CHECKED, Claim.Status.APPROVED}


@never_cache
@login_required
@require_GET
def my_claims(request: HttpRequest) -> HttpResponse:
    page = Paginator(standing.ended(request.user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": standing.waiting(request.user),
        "unsent": standing.unsent(request.user),
        "under_way": standing.under_way(request.user),
        "earlier": standing.entries(page),
        "page_obj": page,
        "payee": Payee.objects.visible_to(request.user).first(),
    }
    return render(request, "recompense/my_claims.html", context)


# Beginning ----------------------------------------------------------------------------------------


@never_cache
@login_required
@require_POST
def start(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    attendance = get_object_or_404(Attendance.objects.of(request.user), key=key)
    row = views_shared.told(request, lambda: claims.start(attendance, by=views_shared.person(request)))
    return redirect("recompense:claim", row.key) if row else redirect("recompense:claims")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def other(request: HttpRequest) -> HttpResponse:
    """For work that was agreed outside a meeting."""
    form, person = WorkForm(views_shared.posted(request)), views_shared.person(request)
    made: list[Claim] = []
    if form.is_valid() and page_forms.done(form, lambda: made.append(claims.start_other(**form.cleaned_data, by=person))):
        return redirect(_to_hours(made[0]))
    return render(request, "recompense/other.html", {"form": form}, status=views_shared.status(form))


def _to_hours(row: Claim) -> str:
    """Straight on to how long it took, unless something stands in the claim already."""
    fees = rates.for_work(rates.card_on(row.day))
    if not fees or row.lines.exists():
        return reverse("recompense:claim", args=[row.key])
    return reverse("recompense:add_cost", args=[row.key, fees[0].key])


# A claim ------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """While it is open: check it, then send it. Afterwards: how it goes. Sent twice, the second finds it sent."""
    row = views_shared.own_claim(request, key)
    if not row.is_open:
        return redirect("recompense:claim", key) if request.method == "POST" else _sent(request, row)
    claims.bring_up_to_date(row)
    form = SendForm(row, views_shared.posted(request))
    refused = _send(request, row, form) if form.is_valid() else None
    if form.is_bound and not form.errors and not refused:
        return redirect("recompense:claim", key)
    return render(request, "recompense/check.html", _to_check(request, row, form, refused), status=views_shared.status(form))


def _send(request: HttpRequest, row: Claim, form: SendForm) -> errors.DomainError | None:
    """Hand back what is wrong with it, unless it stands in the form."""
    try:
        late_reason = form.cleaned_data.get("late_reason", "")
        claims.submit(row, by=views_shared.person(request), late_reason=late_reason, total=_total_shown(request))
    except errors.DomainError as error:
        if error.field not in form.fields:
            return error
        form.add_error(error.field, str(error))
    return None


def _total_shown(request: HttpRequest) -> Decimal | None:
    try:
        return money.pounds(request.POST.get("total", ""))
    except ValueError:
        return None


def _to_check(request: HttpRequest, row: Claim, form: SendForm, refused: errors.DomainError | None) -> dict[str, Any]:
    rows, card = standing.rows(row), rates.card_on(row.day)
    payee = Payee.objects.visible_to(request.user).first()
    here = reverse("recompense:claim", args=[row.key])
    return {
        "claim": row,
        "form": form,
        "refused": refused,
        "mistakes": [*page_forms.mistakes(form), *([(refused.message, refused.field)] if refused else [])],
        "times": [each for each in rows if each.line.rate.is_fee],
        "costs": [each for each in rows if not each.line.rate.is_fee],
        "fee": sum((each.amount for each in rows if each.line.rate.is_fee), Decimal(0)),
        "total": sum((each.amount for each in rows), Decimal(0)),
        "can_put_fee_back": row.attendance_id and not pricing.fee_lines(row).exists(),
        "payee": payee,
        "account_url": _with_next("recompense:account", here) if payee else reverse("recompense:first_account", args=[row.key]),
        "card": card,
        "due_on": rates.due_on(card, row.day),
        "work": [] if row.attendance_id else rates.for_work(card),
        "kinds": _kinds(rates.to_claim(card, for_meeting=True)),
        "booked": rates.booked(card),
        "declaration": claims.DECLARATIONS[-1],
    }


def _kinds(offered: list[Rate]) -> list[tuple[str, list[tuple[Rate, list[str]]]]]:
    """Rates by category, each with its rule in words."""
    groups = groupby(offered, key=lambda rate: rate.get_category_display())
    return [(label, [(rate, rates.rule(rate)) for rate in kind]) for label, kind in groups]


def _sent(request: HttpRequest, row: Claim) -> HttpResponse:
    fee, expenses = claims.totals(row)
    context = {
        "claim": row,
        "rows": standing.rows(row),
        "fee": fee,
        "expenses": expenses,
        "total": fee + expenses,
        "steps": standing.steps(row),
        "payment": row.payment if row.status in {Claim.Status.IN_RUN, Claim.Status.PAID} else None,
        "payee": Payee.objects.visible_to(request.user).first() if row.status in TO_BE_PAID else None,
        "has_left": bool(row.payment and row.payment.run.pays_on <= timezone.localdate()),
        "may_withdraw": acts.may(claims.ACTS["withdraw"], row, request.user),
    }
    return render(request, "recompense/sent.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = views_shared.own_claim(request, key)
    if request.method == "GET":
        return render(request, "recompense/withdraw.html", {"claim": row})
    if views_shared.told(request, lambda: claims.withdraw(row, by=views_shared.person(request))):
        messages.success(request, _("You have withdrawn the claim."))
    return redirect("recompense:claims")


@never_cache
@login_required
@require_POST
def put_fee_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = views_shared.own_claim(request, key)
    views_shared.told(request, lambda: claims.put_fee_back(row, by=views_shared.person(request)))
    return redirect("recompense:claim", key)


@never_cache
@login_required
@require_GET
def letter(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    paid = Claim.objects.own(request.user).filter(status=Claim.Status.PAID)
    payment = get_object_or_404(Payment, claim__in=paid.filter(key=key))
    response = HttpResponse(documents.remittance_pdf(payment), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{documents.file_name(payment)}"'
    return response


# Where the money goes -----------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Bank details are taken and never shown again but for their end."""
    payee, person = Payee.objects.visible_to(request.user).first(), views_shared.person(request)
    form = _account_form(request, payee)
    after = get_next_redirect_url(request)
    if form.is_valid() and page_forms.done(form, lambda: payees.change(person, **form.details, by=person)):
        messages.success(request, _("We have noted where to send the money."))
        return redirect(after or "recompense:claims")
    context = {"form": form, "next": after, "payee": payee}
    return render(request, "recompense/account.html", context, status=views_shared.status(form))


def _account_form(request: HttpRequest, payee: Payee | None) -> AccountForm:
    if payee is None:
        return AccountForm(views_shared.posted(request))
    person = views_shared.person(request)
    may_try = partial(ratelimit.consume, request, action="reauthenticate", user=person)
    return OtherAccountForm(views_shared.posted(request), person=person, may_try=may_try)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def first_account(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The last step of somebody's first claim: where the money goes. The button that names the sum sends the claim as well."""
    row, person = views_shared.own_claim(request, key), views_shared.person(request)
    if not row.is_open or Payee.objects.visible_to(person).exists():
        return redirect("recompense:claim", key)
    form = AccountForm(views_shared.posted(request))
    if form.is_valid() and page_forms.done(form, lambda: payees.change(person, **form.details, by=person)):
        messages.success(request, _("We have noted where to send the money."))
        if "total" in request.POST:
            views_shared.told(request, lambda: claims.submit(row, by=person, total=_total_shown(request)))
        return redirect("recompense:claim", key)
    context = {
        "form": form,
        "next": reverse("recompense:claim", args=[key]),
        "total": _ready_sum(row),
        "declaration": claims.DECLARATIONS[-1],
    }
    return render(request, "recompense/account.html", context, status=views_shared.status(form))


def _ready_sum(row: Claim) -> Decimal | None:
    """What the claim comes to, where nothing but an account is lacking."""
    claims.bring_up_to_date(row)
    rows = standing.rows(row)
    if not rows or not row.is_open or judging.is_late(row) or any(each.wants_receipt for each in rows):
        return None
    return sum((each.amount for each in rows), Decimal(0))


# For everybody ------------------------------------------------------------------------------------


@require_GET
@page_cache.public
def what_is_paid(request: HttpRequest) -> HttpResponse:
    """The card in force, in plain words, with its sources."""
    card = RateCard.objects.in_force(timezone.localdate())
    context = {"card": card, "kinds": [], "booked": []}
    if card:
        paid = [rate for rate in card.rates.all() if not rate.is_booked_for_you]
        context |= {"kinds": _kinds(paid), "booked": rates.booked(card)}
    return render(request, "recompense/rates.html", context)


def _with_next(name: str, back: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': back})}"
