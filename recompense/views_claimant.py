"""A member's claims, from the meeting to the money. On these pages everybody meets their own alone, staff too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar, cast

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
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
from people.models import User
from recompense import claims, documents, judging, payees, pricing, rates, receipts, standing
from recompense.forms import AccountForm, CostForm, SendForm, WorkForm
from recompense.models import Claim, Line, Payee, Payment, Rate, RateCard, Receipt

Done = TypeVar("Done")
A_PAGE = 20
TO_BE_PAID = {Claim.Status.SUBMITTED, Claim.Status.CHECKED, Claim.Status.APPROVED}
SHOWN_ONLY = "default-src 'none'; sandbox"  # a picture that runs nothing, whatever a browser makes of it


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
    row = _told(request, lambda: claims.start(attendance, by=_person(request)))
    return redirect("recompense:claim", row.key) if row else redirect("recompense:claims")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def other(request: HttpRequest) -> HttpResponse:
    """For work that was agreed outside a meeting."""
    form, person = WorkForm(_posted(request)), _person(request)
    made: list[Claim] = []
    if form.is_valid() and page_forms.done(form, lambda: made.append(claims.start_other(**form.cleaned_data, by=person))):
        return redirect(_to_hours(made[0]))
    return render(request, "recompense/other.html", {"form": form}, status=_status(form))


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
    row = _claim(request, key)
    if not row.is_open:
        return redirect("recompense:claim", key) if request.method == "POST" else _sent(request, row)
    claims.bring_up_to_date(row)
    form = SendForm(row, _posted(request))
    refused = _send(request, row, form) if form.is_valid() else None
    if form.is_bound and not form.errors and not refused:
        return redirect("recompense:claim", key)
    return render(request, "recompense/check.html", _to_check(request, row, form, refused), status=_status(form))


def _send(request: HttpRequest, row: Claim, form: SendForm) -> errors.DomainError | None:
    """Hand back what is wrong with it, unless it stands in the form."""
    try:
        late_reason = form.cleaned_data.get("late_reason", "")
        claims.submit(row, by=_person(request), late_reason=late_reason, total=_total_shown(request))
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
    row = _claim(request, key)
    if request.method == "GET":
        return render(request, "recompense/withdraw.html", {"claim": row})
    if _told(request, lambda: claims.withdraw(row, by=_person(request))):
        messages.success(request, _("You have withdrawn the claim."))
    return redirect("recompense:claims")


@never_cache
@login_required
@require_POST
def put_fee_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    row = _claim(request, key)
    _told(request, lambda: claims.put_fee_back(row, by=_person(request)))
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


# Costs --------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add_cost(request: HttpRequest, key: uuid.UUID, rate: uuid.UUID) -> HttpResponse:
    """A new cost. Photos that came with a form which has to be mended are held, so that nobody sends them twice."""
    row, line_key = _claim(request, key), _uuid(request.POST.get("line")) or uuid.uuid4()
    kind = _offered(row, rate)
    form = CostForm(kind, *_given(request))
    if not row.is_open:
        if form.is_bound and not row.lines.filter(key=line_key).exists():
            _say_too_late(request, row, form, _("%(cost)s was not added."))
        return redirect("recompense:claim", key)
    held, made = _held(request, row, form), list[Line]()
    if form.is_valid() and page_forms.done(form, lambda: made.append(_add(request, row, form, line_key, held))):
        _say_kept(request, made[0], _("Added: %(cost)s."))
        return redirect("recompense:claim", key)
    context = {"claim": row, "rate": kind, "form": form, "held": held, "line_key": line_key, **_about(kind)}
    return render(request, "recompense/cost.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change_cost(request: HttpRequest, key: uuid.UUID, line: uuid.UUID) -> HttpResponse:
    """Removing a photo keeps what was typed, and judges none of it yet."""
    row = _claim(request, key)
    said = get_object_or_404(row.lines.select_related("rate__card", "claim"), key=line)
    form = CostForm(said.rate, *_given(request), line=said)
    if not row.is_open:
        if form.is_bound:
            _say_too_late(request, row, form, _("%(cost)s was not changed."))
        return redirect("recompense:claim", key)
    if said.rate.unit == Rate.Unit.SESSION:
        return render(request, "recompense/fee.html", {"claim": row, "line": said})
    _take_in(form, lambda upload: receipts.add(said, upload, by=_person(request)))
    if "remove" in request.POST:
        form = _without_photo(request, said, form)
    elif form.is_valid() and page_forms.done(form, lambda: claims.change_line(said, form.cost, by=_person(request))):
        _say_kept(request, row.lines.get(pk=said.pk), _("Changed: %(cost)s."))
        return redirect("recompense:claim", key)
    context = {"claim": row, "rate": said.rate, "line": said, "form": form, **_about(said.rate)}
    return render(request, "recompense/cost.html", context, status=_status(form))


@never_cache
@login_required
@require_POST
def remove_cost(request: HttpRequest, key: uuid.UUID, line: uuid.UUID) -> HttpResponse:
    """Twice: the second time it is gone already, and nothing is wrong."""
    row = _claim(request, key)
    said = row.lines.select_related("rate", "claim").filter(key=line).first()
    if said and _told(request, lambda: claims.remove_line(said, by=_person(request)) or True):
        messages.success(request, _("Taken off: %(cost)s.") % {"cost": said.rate.label})
    return redirect("recompense:claim", key)


@never_cache
@login_required
@require_GET
def receipt(request: HttpRequest, key: uuid.UUID, page: int) -> HttpResponse:
    """One page of a receipt as a picture, for whoever may see the claim."""
    row = get_object_or_404(receipts.visible_to(request.user), key=key)
    if not 1 <= page <= row.pages:
        raise Http404
    return picture(row, page)


def picture(row: Receipt, page: int) -> HttpResponse:
    """A page as nothing but a picture, whatever a browser makes of it. The interface shows it in the same way."""
    try:
        response = HttpResponse(receipts.picture(row, page), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="receipt-{page}.jpg"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SHOWN_ONLY
    return response


def _offered(row: Claim, key: uuid.UUID) -> Rate:
    offered = rates.to_claim(rates.card_on(row.day), for_meeting=bool(row.attendance_id))
    found = next((rate for rate in offered if rate.key == key), None)
    if found is None:
        raise Http404
    return found


def _held(request: HttpRequest, row: Claim, form: CostForm) -> list[Receipt]:
    """What was held before and is still wanted, and what has come now; each once."""
    wanted = [key for text in request.POST.getlist("kept") if (key := _uuid(text))]
    before = receipts.waiting(row).filter(key__in=wanted)
    return list(dict.fromkeys([*before, *_take_in(form, lambda upload: receipts.hold(row, upload, by=_person(request)))]))


def _take_in(form: CostForm, keep: Callable[[UploadedFile], Receipt]) -> list[Receipt]:
    """Each photo for itself: a good one is kept, and one that is not is named beside the field."""
    form.is_valid()
    uploads = form.cleaned_data.get("receipt", []) if form.is_bound else []
    taken = []
    for upload in uploads:
        try:
            taken.append(keep(upload))
        except errors.DomainError as error:
            form.add_error("receipt", f"{upload.name}: {error}" if len(uploads) > 1 else str(error))
    return taken


def _add(request: HttpRequest, row: Claim, form: CostForm, key: uuid.UUID, held: list[Receipt]) -> Line:
    return claims.add_line(row, form.cost, by=_person(request), key=key, held=held)


def _without_photo(request: HttpRequest, line: Line, form: CostForm) -> CostForm:
    """Remove it, and hand back the form as it was typed. A photo that came along and is none is told of above it."""
    photo = line.receipts.select_related("claim").filter(key=_uuid(request.POST["remove"])).first()
    if photo and _told(request, lambda: receipts.remove(photo, by=_person(request)) or True):
        messages.success(request, _("The photo is removed."))
    for refusal in form.errors.get("receipt", []):
        messages.error(request, refusal)
    return form.unjudged()


def _about(rate: Rate) -> dict[str, Any]:
    """Its rules, and for work outside meetings what else it may have been."""
    others = [each for each in rates.for_work(rate.card) if each != rate] if rate.is_fee else []
    return {"rules": rates.rule(rate), "other_work": others}


def _say_kept(request: HttpRequest, line: Line, sentence: str) -> None:
    said = [sentence % {"cost": line.rate.label}]
    if judging.lacks_receipt(line):
        said.append(_("We still need a photo of the receipt."))
    if others := receipts.also_with(line):
        facts = {"costs": ", ".join(f"“{label}”" for label in others)}
        said.append(_("This photo is also with %(costs)s. That is fine if it shows both.") % facts)
    messages.success(request, " ".join(said))


def _say_too_late(request: HttpRequest, row: Claim, form: CostForm, sentence: str) -> None:
    """The claim was sent meanwhile, perhaps in another tab: what was typed does not vanish without a word."""
    form.is_valid()
    why = _("You had sent this claim already. Write to us if it should be in it.")
    if row.status == Claim.Status.WITHDRAWN:
        why = _("You had withdrawn this claim.")
    messages.error(request, f"{sentence % {'cost': form.in_words}} {why}")


# Where the money goes -----------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Bank details are taken and never shown again but for their end."""
    form, person = AccountForm(_posted(request)), _person(request)
    after = get_next_redirect_url(request)
    if form.is_valid() and page_forms.done(form, lambda: payees.change(person, **form.cleaned_data, by=person)):
        messages.success(request, _("We have noted where to send the money."))
        return redirect(after or "recompense:claims")
    context = {"form": form, "next": after, "payee": Payee.objects.visible_to(request.user).first()}
    return render(request, "recompense/account.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def first_account(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The last step of somebody's first claim: where the money goes. The button that names the sum sends the claim as well."""
    row, form, person = _claim(request, key), AccountForm(_posted(request)), _person(request)
    if form.is_valid() and page_forms.done(form, lambda: payees.change(person, **form.cleaned_data, by=person)):
        messages.success(request, _("We have noted where to send the money."))
        if row.is_open and "total" in request.POST:
            _told(request, lambda: claims.submit(row, by=person, total=_total_shown(request)))
        return redirect("recompense:claim", key)
    if not row.is_open and not form.is_bound:
        return redirect("recompense:claim", key)
    context = {
        "form": form,
        "next": reverse("recompense:claim", args=[key]),
        "payee": Payee.objects.visible_to(person).first(),
        "total": _ready_sum(row),
        "declaration": claims.DECLARATIONS[-1],
    }
    return render(request, "recompense/account.html", context, status=_status(form))


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


# ---------------------------------------------------------------------------------------------------


def _claim(request: HttpRequest, key: uuid.UUID) -> Claim:
    mine = Claim.objects.own(request.user).select_related("attendance__meeting", "attendance__membership", "payment__run")
    return get_object_or_404(mine, key=key)


def _told(request: HttpRequest, act: Callable[[], Done]) -> Done | None:
    """Do it, or say on the next page why not."""
    try:
        return act()
    except errors.DomainError as error:
        messages.error(request, error.message)
    return None


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _given(request: HttpRequest) -> tuple[QueryDict | None, Any]:
    """What was typed, and the files with it."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _status(form: BaseForm) -> int:
    return 422 if form.is_bound else 200


def _with_next(name: str, back: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': back})}"


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
