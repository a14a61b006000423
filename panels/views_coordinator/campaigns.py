"""Campaigns, from the first draft to the last answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import linebreaks_filter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts
from panels import campaigns, moments, views
from panels.forms_coordinator import CampaignForm, ConfirmForm, ExtendForm
from panels.models import Campaign, Offer, Panel
from panels.views_desk import (
    attempt,
    for_coordinators,
    is_refused_as,
    page,
    pages_of,
    posted,
    seen_after,
    seen_in,
    told,
    too_late,
)
from people.models import User


def find(request: HttpRequest, key: uuid.UUID) -> Campaign:
    """One of somebody's own panels, with its counts."""
    rows = Campaign.objects.coordinated_by(request.user).select_related("panel").with_counts().with_closing()
    return get_object_or_404(rows, key=key)


@for_coordinators
def index(request: HttpRequest) -> HttpResponse:
    rows = Campaign.objects.coordinated_by(request.user).select_related("panel").with_counts().with_closing()
    panels = Panel.objects.coordinated_by(request.user)
    return page(request, "campaigns", page_obj=pages_of(request, rows), panels=panels)


@for_coordinators
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    campaign = find(request, key)
    offers = Offer.objects.filter(application__campaign=campaign, status=Offer.Status.OPEN).select_related("application")
    may = acts.offered(campaigns.ACTS, campaign, request.user)
    context = {"may": may, "offers": offers.order_by("answer_by"), "written": _written(campaign)}
    return page(request, "campaign", campaign=campaign, **context, **_before_opening(campaign))


def _written(campaign: Campaign) -> list[dict[str, Any]]:
    """What people read of it, under the words of the form."""
    labels = {name: CampaignForm.base_fields[name].label for name in CampaignForm.READ}
    rows = [{"key": label, "value": linebreaks_filter(getattr(campaign, name))} for name, label in labels.items()]
    return [*rows, {"key": _("Address for questions"), "value": campaign.contact}]


def _before_opening(campaign: Campaign) -> dict[str, Any]:
    """What a draft lacks, and how many seats its panel has for it."""
    if campaign.status != Campaign.Status.DRAFT:
        return {}
    taken = campaign.panel.memberships.current().count()
    return {"not_ready": campaigns.not_ready(campaign), "free": campaign.panel.free(taken)}


@for_coordinators
def draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    if "add" in request.POST:
        return page(request, "campaign_form", CampaignForm.with_another(request.POST, request.POST["add"]), panel=panel)
    form = CampaignForm(posted(request), initial=CampaignForm.NEW)
    made = attempt(form, lambda: campaigns.draft(panel, form.facts(), form.criteria(), form.questions(), by=request.user))
    if made:
        return told(request, _("Saved as a draft. Nobody else sees it yet."), "panels:desk_campaign", made.key)
    return page(request, "campaign_form", form, panel=panel)


@for_coordinators
def revise(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    campaign = find(request, key)
    if away := _too_late(request, "revise", campaign):
        return away
    seen = seen_in(request, campaign)
    context: dict[str, Any] = {"campaign": campaign, "panel": campaign.panel}
    if "add" in request.POST:
        return page(request, "campaign_form", CampaignForm.with_another(request.POST, request.POST["add"]), seen=seen, **context)
    form = CampaignForm.about(campaign, posted(request))
    if attempt(form, lambda: _revise(campaign, form, by=request.user, seen=seen)):
        return told(request, _("Saved. Nobody else sees it yet."), "panels:desk_campaign", key)
    if is_refused_as(form, "changed"):
        context |= {"has_changed": True, "written": _written(campaign)}
    return page(request, "campaign_form", form, seen=seen_after(form, campaign, seen), **context)


def _revise(campaign: Campaign, form: CampaignForm, *, by: User, seen: str) -> Campaign:
    return campaigns.revise(campaign, form.facts(), form.criteria(), form.questions(), by=by, seen=seen)


@for_coordinators
def preview(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The page exactly as the public will see it, and a word above it that it is none yet."""
    campaign = find(request, key)
    if campaign.opened_at:
        return redirect("panels:campaign", key)
    campaign.status = Campaign.Status.OPEN  # on this page alone: nothing is saved
    return page(request, "preview", **views.about(campaign))


@for_coordinators
def extend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    campaign = find(request, key)
    if away := _too_late(request, "extend", campaign):
        return away
    days = {"decides_on": campaign.decides_on, "starts_on": campaign.starts_on}
    form = ExtendForm(posted(request), initial={**days, "closes_time": moments.time(campaign.closes_at)})
    if attempt(form, lambda: campaigns.extend(campaign, **form.facts(), by=request.user)):
        return told(request, _("People have longer now."), "panels:desk_campaign", key)
    return page(request, "campaign_extend", form, campaign=campaign)


def confirming(name: str, act: Callable[..., Campaign], said: Any) -> Callable[..., HttpResponse]:
    """A page that says what an act does to everybody, and does it."""

    @for_coordinators
    def view(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        campaign = find(request, key)
        if away := _too_late(request, name, campaign):
            return away
        form, seen = ConfirmForm(posted(request)), seen_in(request, campaign)
        if attempt(form, lambda: act(campaign, by=request.user, seen=seen)):
            return told(request, said, "panels:desk_campaign", key)
        context = {"campaign": campaign, "seen": seen_after(form, campaign, seen), **_before_opening(campaign)}
        return page(request, f"campaign_{name}", form, **context)

    return view


def _too_late(request: HttpRequest, act: str, campaign: Campaign) -> HttpResponse | None:
    return too_late(request, campaigns.ACTS[act], campaign, "panels:desk_campaign", campaign.key, whose=campaign)


open_ = confirming("open", campaigns.open_, gettext_lazy("It is published. What people send appears here."))
close = confirming("close", campaigns.close, gettext_lazy("It is closed. Nobody can apply any more."))
complete = confirming("complete", campaigns.complete, gettext_lazy("It is completed: everybody has heard."))
cancel = confirming("cancel", campaigns.cancel, gettext_lazy("It is called off."))
