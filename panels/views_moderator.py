"""The moderators' desk: what waits, one experience with its words, and deciding on it. For everybody else none of it exists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from core import acts, errors
from panels import versions, views_desk
from panels.experiences import agreeing, comparing, moderating, publishing, spotting
from panels.forms_moderator import ConcernForm, DeclineForm, SendBackForm, SortForm, WorkForm
from panels.models import Experience, StoryPage
from panels.views_desk import (
    attempt,
    for_moderators,
    is_refused_as,
    pages_of,
    posted,
    refused,
    seen_after,
    seen_in,
    told,
    too_late,
)

Status = Experience.Status
ONE = "panels:moderate_one"
TABS = [
    ("", _("All that wait")),
    (Status.RECEIVED.value, _("To read")),
    (Status.READING.value, _("Being read")),
    (Status.PREPARED.value, _("For a second reader")),
    *((state.value, state.label) for state in [Status.PUBLISHED, Status.KEPT, Status.DECLINED]),
]
LEADS_ON = {"concern": "panels:moderate_concern", "sort": "panels:moderate_sort", "decline": "panels:moderate_decline"}
LEADS_ON |= {"preview": "panels:moderate_preview", "pictures": "panels:moderate_pictures"}
TAKEN = _("It has been taken already, by you or by somebody else. You see it as it is now.")
page = partial(views_desk.page, desk="moderate")


def pressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The address of a button. Whoever comes by another way is led to the experience."""

    @for_moderators
    @wraps(view)
    def guarded(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        return view(request, key) if request.method == "POST" else redirect(ONE, key)

    return guarded


def find(request: HttpRequest, key: uuid.UUID) -> Experience:
    rows = Experience.objects.moderated_by(request.user).select_related("district", "panel", "prepared_by")
    return get_object_or_404(rows.prefetch_related("passages", "themes", "agreements"), key=key)


# What waits ---------------------------------------------------------------------------------------


@for_moderators
def index(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    mine = Experience.objects.moderated_by(request.user)
    rows = mine.in_state(state).in_order().prefetch_related("themes")
    counts = dict(mine.order_by().values_list("status").annotate(Count("pk")))
    counts[""] = sum(counts.get(waiting, 0) for waiting in Experience.WAITING)
    tabs = [(code, words, counts.get(code, 0)) for code, words in TABS]
    following = Experience.objects.to_read_by(request.user).first()
    state = state if state in counts or state in Status.values else ""
    return page(request, "queue", tabs=tabs, state=state, page_obj=pages_of(request, rows), following=following)


@for_moderators
def read_next(request: HttpRequest) -> HttpResponse:
    """What may be about danger, then what has waited longest."""
    return _onwards(request)


def _onwards(request: HttpRequest) -> HttpResponse:
    following = Experience.objects.to_read_by(request.user).first()
    return redirect(ONE, following.key) if following else redirect("panels:moderate")


# One experience -----------------------------------------------------------------------------------


@for_moderators
def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    experience = find(request, key)
    if request.method == "POST":
        return _work(request, experience)
    shows = {Status.RECEIVED: _waiting, Status.READING: _reading, Status.PREPARED: _second}
    return shows.get(experience.status, _decided)(request, experience)


def _waiting(request: HttpRequest, experience: Experience) -> HttpResponse:
    """Before it is taken there are no words to see."""
    return page(request, "waiting", **_about(request, experience))


def _reading(request: HttpRequest, experience: Experience, form: WorkForm | None = None, **context: Any) -> HttpResponse:
    passages = moderating.read(experience, by=request.user)
    form = form or WorkForm(experience=experience, passages=passages)
    raised = {"worries": _worries(experience), "marked": _marked(experience), "is_working": True}
    return page(request, "reading", form, **{**_about(request, experience), **raised, **context})


def _second(request: HttpRequest, experience: Experience) -> HttpResponse:
    passages = moderating.read(experience, by=request.user)
    parts = [(passage, *comparing.compare(passage.words, passage.shown)) for passage in passages]
    return page(request, "second", parts=parts, worries=_worries(experience), **_about(request, experience))


def _decided(request: HttpRequest, experience: Experience, **context: Any) -> HttpResponse:
    story = StoryPage.objects.filter(experience=experience).first()
    return page(request, "decided", story=story, **_about(request, experience), **context)


@pressed
def original(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The words as they were told, of one that was decided on: on purpose, and noted."""
    experience = find(request, key)
    return _decided(request, experience, told=moderating.read(experience, by=request.user))


def _about(request: HttpRequest, experience: Experience) -> dict[str, Any]:
    return {
        "experience": experience,
        "said": agreeing.said(experience),
        "seen": versions.of(experience),
        "may": acts.offered(moderating.ACTS, experience, request.user),
        "why_not": acts.why_not(moderating.ACTS["publish"], experience, request.user),
        "why_not_publish": moderating.why_not_publish(experience),
        "why_not_keep": moderating.why_not_keep(experience),
    }


def _worries(experience: Experience) -> list[tuple[str, list[str]]]:
    found = spotting.worries(passage.words for passage in experience.passages.all())
    return [(Experience.Concern(concern).label, words) for concern, words in found.items()]


def _marked(experience: Experience) -> list[tuple[Any, list[str]]]:
    """What was found of each kind, each once."""
    found: dict[Any, dict[str, None]] = {}
    for piece in (piece for passage in experience.passages.all() for piece in spotting.pieces(passage.words)):
        if piece.kind:
            found.setdefault(piece.kind.name, {})[piece.text] = None
    return [(kind, list(words)) for kind, words in found.items()]


# Working on it ------------------------------------------------------------------------------------


def _work(request: HttpRequest, experience: Experience) -> HttpResponse:
    """What is typed is saved, passed on, or kept before a button leads on to another page."""
    press, seen = request.POST.get("press", "save"), seen_in(request, experience)
    form = WorkForm(request.POST, experience=experience, passages=experience.passages.all())
    if press == "fill":
        return _filled(request, experience, form, seen)
    act = moderating.prepare if press == "prepare" else moderating.save
    if attempt(form, lambda: act(experience, form.shown(), note=form.cleaned_data["note"], by=request.user, seen=seen)):
        return _worked(request, experience, press)
    if is_refused_as(form, "wrong_state"):
        return page(request, "in_vain", form, experience=experience)
    context = {"has_changed": is_refused_as(form, "changed"), "seen": seen_after(form, experience, seen)}
    return _reading(request, experience, form, **context)


def _filled(request: HttpRequest, experience: Experience, form: WorkForm, seen: str) -> HttpResponse:
    filled = WorkForm(experience=experience, passages=form.passages, initial=form.filled())
    return _reading(request, experience, filled, is_filled=True, seen=seen)


def _worked(request: HttpRequest, experience: Experience, press: str) -> HttpResponse:
    if press in LEADS_ON:
        return redirect(LEADS_ON[press], experience.key)
    if press == "prepare":
        messages.success(request, _("%(reference)s waits for a second reader now.") % {"reference": experience.reference})
        return _onwards(request)
    return told(request, _("Saved. Nobody but moderators sees it."), ONE, experience.key)


@for_moderators
def sort(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    experience = find(request, key)
    if away := too_late(request, moderating.ACTS["sort"], experience, ONE, key):
        return away
    themes = [theme.slug for theme in experience.themes.all()]
    form = SortForm(posted(request), initial={"themes": themes, "district": experience.district})
    seen = seen_in(request, experience)
    if attempt(form, lambda: moderating.sort(experience, **form.cleaned_data, by=request.user, seen=seen)):
        return told(request, _("Noted what it is about."), ONE, key)
    return page(request, "sort", form, experience=experience, seen=seen_after(form, experience, seen))


@for_moderators
def concern(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    experience = find(request, key)
    if away := too_late(request, moderating.ACTS["refer"], experience, ONE, key):
        return away
    form = ConcernForm(posted(request), initial={"concern": experience.concern, "referral": experience.referral})
    seen = seen_in(request, experience)
    if attempt(form, lambda: moderating.refer(experience, **form.cleaned_data, by=request.user, seen=seen)):
        return told(request, _("Noted."), ONE, key)
    return page(request, "concern", form, experience=experience, seen=seen_after(form, experience, seen))


@for_moderators
def preview(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The page as everybody would see it, with what is kept now."""
    experience = find(request, key)
    if experience.status not in Experience.WAITING:
        return redirect(ONE, key)
    try:
        story = publishing.draft(experience)
    except errors.DomainError as error:
        return refused(request, error, ONE, key)
    context = {"page": story, "self": story, "story": story, "experience": experience}
    return page(request, "preview", template=story.template, **context)


# Deciding -----------------------------------------------------------------------------------------


def deciding(act: Callable[..., Experience], said: Any) -> Callable[..., HttpResponse]:
    """A decision by one press of a button, on what the page showed."""

    @pressed
    def view(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        experience = find(request, key)
        try:
            act(experience, by=request.user, seen=request.POST.get("seen", ""))
        except errors.DomainError as error:
            return refused(request, error, ONE, key)
        messages.success(request, said % {"reference": experience.reference})
        return _onwards(request)

    return view


@pressed
def take(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Whoever comes second is told that it is being read, and by no state of a machine."""
    experience = find(request, key)
    try:
        moderating.take(experience, by=request.user, seen=request.POST.get("seen", ""))
    except errors.DomainError as error:
        is_taken = Experience.objects.in_state(Status.READING).filter(key=key).exists()
        return refused(request, errors.WrongState(TAKEN) if is_taken else error, ONE, key)
    return redirect(ONE, key)


publish = deciding(moderating.publish, _("%(reference)s is published."))
keep = deciding(moderating.keep, _("%(reference)s is used inside from now on."))


@for_moderators
def send_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    experience = find(request, key)
    if away := too_late(request, moderating.ACTS["send_back"], experience, ONE, key):
        return away
    form, seen = SendBackForm(posted(request)), seen_in(request, experience)
    if attempt(form, lambda: moderating.send_back(experience, form.cleaned_data["note"], by=request.user, seen=seen)):
        return told(request, _("It is back with whoever prepares it, with your note."), ONE, key)
    return page(request, "send_back", form, experience=experience, seen=seen_after(form, experience, seen))


@for_moderators
def decline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """First what the person will read, then the press that does it."""
    experience = find(request, key)
    if away := too_late(request, moderating.ACTS["decline"], experience, ONE, key):
        return away
    form, seen = DeclineForm(posted(request)), seen_in(request, experience)
    is_sure = request.POST.get("press") == "decline"
    if is_sure and attempt(form, lambda: moderating.decline(experience, **form.cleaned_data, by=request.user, seen=seen)):
        messages.success(request, _("%(reference)s is not used.") % {"reference": experience.reference})
        return _onwards(request)
    will_read = form.cleaned_data["reason"] if form.is_bound and form.is_valid() else ""
    context = {"will_read": will_read, "seen": seen_after(form, experience, seen)}
    return page(request, "decline", form, experience=experience, **context)
