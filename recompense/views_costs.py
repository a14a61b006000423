"""The costs of a member's claim, each with the photos of its receipts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import errors
from pages import forms as page_forms
from recompense import claims, judging, rates, receipts, views_shared
from recompense.forms import CostForm
from recompense.models import Claim, Line, Rate, Receipt

SHOWN_ONLY = "default-src 'none'; sandbox"  # a picture that runs nothing, whatever a browser makes of it


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add_cost(request: HttpRequest, key: uuid.UUID, rate: uuid.UUID) -> HttpResponse:
    """A new cost. Photos that came with a form which has to be mended are held, so that nobody sends them twice."""
    row, line_key = views_shared.own_claim(request, key), _uuid(request.POST.get("line")) or uuid.uuid4()
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
    return render(request, "recompense/cost.html", context, status=views_shared.status(form))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change_cost(request: HttpRequest, key: uuid.UUID, line: uuid.UUID) -> HttpResponse:
    """Removing a photo keeps what was typed, and judges none of it yet."""
    row = views_shared.own_claim(request, key)
    said = get_object_or_404(row.lines.select_related("rate__card", "claim"), key=line)
    form = CostForm(said.rate, *_given(request), line=said)
    if not row.is_open:
        if form.is_bound:
            _say_too_late(request, row, form, _("%(cost)s was not changed."))
        return redirect("recompense:claim", key)
    if said.rate.unit == Rate.Unit.SESSION:
        return render(request, "recompense/fee.html", {"claim": row, "line": said})
    _take_in(form, lambda upload: receipts.add(said, upload, by=views_shared.person(request)))
    if "remove" in request.POST:
        form = _without_photo(request, said, form)
    elif form.is_valid() and page_forms.done(form, lambda: claims.change_line(said, form.cost, by=views_shared.person(request))):
        _say_kept(request, row.lines.get(pk=said.pk), _("Changed: %(cost)s."))
        return redirect("recompense:claim", key)
    context = {"claim": row, "rate": said.rate, "line": said, "form": form, **_about(said.rate)}
    return render(request, "recompense/cost.html", context, status=views_shared.status(form))


@never_cache
@login_required
@require_POST
def remove_cost(request: HttpRequest, key: uuid.UUID, line: uuid.UUID) -> HttpResponse:
    """Twice: the second time it is gone already, and nothing is wrong."""
    row = views_shared.own_claim(request, key)
    said = row.lines.select_related("rate", "claim").filter(key=line).first()
    if said and views_shared.told(request, lambda: claims.remove_line(said, by=views_shared.person(request)) or True):
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
    return list(
        dict.fromkeys([*before, *_take_in(form, lambda upload: receipts.hold(row, upload, by=views_shared.person(request)))])
    )


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
    return claims.add_line(row, form.cost, by=views_shared.person(request), key=key, held=held)


def _without_photo(request: HttpRequest, line: Line, form: CostForm) -> CostForm:
    """Remove it, and hand back the form as it was typed. A photo that came along and is none is told of above it."""
    photo = line.receipts.select_related("claim").filter(key=_uuid(request.POST["remove"])).first()
    if photo and views_shared.told(request, lambda: receipts.remove(photo, by=views_shared.person(request)) or True):
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


def _given(request: HttpRequest) -> tuple[QueryDict | None, Any]:
    """What was typed, and the files with it."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
