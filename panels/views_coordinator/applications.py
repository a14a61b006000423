"""Reading what people sent, and deciding on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import acts, errors
from panels import moments, recruitment
from panels.forms_coordinator import ConfirmForm, OfferForm, TurnDownForm
from panels.models import Application, Campaign, Offer
from panels.views_coordinator import campaigns
from panels.views_desk import (
    attempt,
    for_coordinators,
    is_refused_as,
    page,
    pages_of,
    posted,
    refused,
    told,
    too_late,
)

Status = Application.Status
FOR_GOOD = ["changed", "wrong_state"]  # refusals after which the same page can do nothing more
TABS = [Status.SHORTLISTED, Status.OFFERED, Status.APPOINTED, Status.UNSUCCESSFUL, Status.WITHDRAWN]


def pressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The address of a button. Whoever comes by another way is led to the application."""

    @for_coordinators
    @wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        return view(request, key) if request.method == "POST" else redirect("panels:desk_application", key)

    return guarded


def find(request: HttpRequest, key: uuid.UUID) -> Application:
    rows = Application.objects.coordinated_by(request.user).select_related("campaign__panel", "district", "applicant")
    return get_object_or_404(rows.prefetch_related("answers", "offers"), key=key)


@for_coordinators
def index(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    campaign = campaigns.find(request, key)
    state = request.GET.get("state", "")
    rows = Application.objects.coordinated_by(request.user).filter(campaign=campaign).in_state(state)
    rows = rows.in_order().select_related("district", "applicant").prefetch_related("answers")
    context = {"campaign": campaign, "page_obj": pages_of(request, rows), "state": state if state in Status.values else ""}
    tabs = [("", _("All")), (Status.SUBMITTED.value, _("To read")), *((tab.value, tab.label) for tab in TABS)]
    return page(request, "applications", tabs=tabs, **context, **_decided(request))


@for_coordinators
def read_next(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The one that has waited longest."""
    return redirect(_onwards(request, campaigns.find(request, key)))


@for_coordinators
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _show(request, find(request, key))


@pressed
def contact(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Who wrote it: shown once, on purpose, and noted."""
    application = find(request, key)
    try:
        recruitment.see_contact(application, by=request.user)
    except errors.DomainError as error:
        return refused(request, error, "panels:desk_application", key)
    return _show(request, application, shows_contact=True)


def _show(request: HttpRequest, application: Application, **context: Any) -> HttpResponse:
    campaign = campaigns.find(request, application.campaign.key)
    given = {answer.question_id: answer.text for answer in application.answers.all()}
    return page(
        request,
        "application",
        application=application,
        campaign=campaign,
        answers=[(question, given.get(question.pk, "")) for question in campaign.questions.all()],
        criteria=campaign.criteria.all(),
        may=acts.offered(recruitment.ACTS, application, request.user),
        why_not=acts.why_not(recruitment.ACTS["shortlist"], application, request.user),
        seats_left=recruitment.seats_left(campaign),
        seen=recruitment.version(application),
        dots=[place < campaign.read for place in range(campaign.sent)],
        following=Application.objects.to_read_by(request.user, campaign, after=application).first(),
        **_decided(request),
        **context,
    )


def _decided(request: HttpRequest) -> dict[str, Application | None]:
    """The one that was decided on a moment ago, whose outcome the next page says."""
    try:
        key = uuid.UUID(request.GET.get("decided", ""))
    except ValueError:
        return {"decided": None}
    return {"decided": Application.objects.coordinated_by(request.user).filter(key=key).first()}


# Deciding -----------------------------------------------------------------------------------------


def deciding(act: Callable[..., Application]) -> Callable[..., HttpResponse]:
    """A decision by one press of a button; where somebody else was quicker, what they decided."""

    @pressed
    def view(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        application = find(request, key)
        try:
            act(application, by=request.user, seen=request.POST.get("seen", ""))
        except errors.DomainError as error:
            return refused(request, error, "panels:desk_application", key)
        return redirect(_onwards(request, application.campaign, application))

    return view


shortlist = deciding(recruitment.shortlist)


@pressed
def put_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    application = find(request, key)
    try:
        recruitment.unshortlist(application, by=request.user)
    except errors.DomainError as error:
        return refused(request, error, "panels:desk_application", key)
    return redirect(f"{reverse('panels:desk_application', args=[key])}?decided={key}#reading")


@for_coordinators
def turn_down(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    application = find(request, key)
    if away := too_late(request, recruitment.ACTS["turn_down"], application, "panels:desk_application", key):
        return away
    form, seen = TurnDownForm(posted(request)), request.POST.get("seen") or recruitment.version(application)
    if attempt(form, lambda: recruitment.turn_down(application, form.cleaned_data["feedback"], by=request.user, seen=seen)):
        return redirect(_onwards(request, application.campaign, application))
    if is_refused_as(form, *FOR_GOOD):
        return _in_vain(request, form, application, form.cleaned_data["feedback"])
    return page(request, "turn_down", form, application=application, seen=seen)


@for_coordinators
def offer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    application = find(request, key)
    if away := too_late(request, recruitment.ACTS["offer"], application, "panels:desk_application", key):
        return away
    campaign = application.campaign
    last = min(timezone.localdate() + recruitment.OFFER_LASTS, recruitment.last_day_to_answer(campaign))
    form = OfferForm(posted(request), initial={"answer_by": last})
    seen = request.POST.get("seen") or recruitment.version(application)
    if attempt(form, lambda: recruitment.offer(application, by=request.user, answer_by=form.moment(), seen=seen)):
        said = _("We have written to %(reference)s and offered a place.") % {"reference": application.reference}
        return told(request, said, "panels:desk_application", key)
    if is_refused_as(form, *FOR_GOOD):
        return _in_vain(request, form, application, moments.day(form.cleaned_data["answer_by"]))
    term, seats = recruitment.term(campaign), recruitment.seats_left(campaign)
    context = {"application": application, "term": term, "seats_left": seats, "seen": seen}
    return page(request, "offer", form, campaign=campaign, **context)


@for_coordinators
def take_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    rows = Offer.objects.filter(application__in=Application.objects.coordinated_by(request.user))
    found = get_object_or_404(rows.select_related("application__campaign__panel"), key=key)
    if away := too_late(request, recruitment.OFFER_ACTS["take_back"], found, "panels:desk_application", found.application.key):
        return away
    form = ConfirmForm(posted(request))
    if attempt(form, lambda: recruitment.take_back(found, by=request.user)):
        said = _("The offer is taken back, and we have told %(reference)s.") % {"reference": found.application.reference}
        return told(request, said, "panels:desk_application", found.application.key)
    return page(request, "take_back", form, offer=found, application=found.application)


def _in_vain(request: HttpRequest, form: BaseForm, application: Application, typed: str) -> HttpResponse:
    """It was decided on, or written anew, in the meantime. What was typed is there to copy, and no button sends it."""
    following = Application.objects.to_read_by(request.user, application.campaign, after=application).first()
    return page(request, "in_vain", form, application=application, typed=typed, following=following)


def _onwards(request: HttpRequest, campaign: Campaign, done: Application | None = None) -> str:
    """The next that waits, with word of what was done; when none waits any more, the list."""
    following = Application.objects.to_read_by(request.user, campaign, after=done).first()
    query = f"?decided={done.key}" if done else ""
    if following:
        return f"{reverse('panels:desk_application', args=[following.key])}{query}#reading"
    return reverse("panels:desk_applications", args=[campaign.key]) + query
