"""Pictures that come with an experience: sent and taken out by their teller, gone over by moderators, shown with a story."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import errors
from pages.forms import done
from panels import views_moderator, views_private, views_teller
from panels.experiences import moderating, pictures
from panels.forms_pictures import PicturesForm, ShownForm
from panels.models import Experience, Picture
from panels.views_desk import attempt, for_moderators, posted, seen_after, seen_in, told, too_late

SHOWN_ONLY = "default-src 'none'; sandbox"


def image(picture: Picture) -> HttpResponse:
    """Nothing but a picture, whatever a browser makes of it, under a name that says nothing."""
    try:
        response = HttpResponse(pictures.content(picture), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = 'inline; filename="picture.jpg"'
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = SHOWN_ONLY
    return response


# Tellers ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@views_private.draft
def part(request: HttpRequest, experience: Experience) -> HttpResponse:
    """Files cannot be given back to a browser: each that is good is kept, whatever else is wrong."""
    has_changed, refusals = _change(request, experience)
    form = PicturesForm(views_teller.posted(request), kept=experience.pictures.all())
    for refusal in refusals:
        form.add_error(None if refusal.code == "crowded" else "picture", refusal)
    if form.is_bound and _described(experience, form) and not refusals:
        return redirect(request.get_full_path()) if has_changed else views_teller.go_on(request, experience)
    return views_teller.part(request, experience, "pictures", form, most=pictures.MOST)


def _change(request: HttpRequest, experience: Experience) -> tuple[bool, list[ValidationError]]:
    """Take out what is to go and take in what comes: whether either happened, and what was refused."""
    refusals: list[ValidationError] = []
    removed = _remove(request, experience, refusals)
    taken = _take_in(request, experience, refusals)
    return removed or taken, refusals


def _remove(request: HttpRequest, experience: Experience, refusals: list[ValidationError]) -> bool:
    picture = experience.pictures.filter(key=_uuid(request.POST.get("remove", ""))).first()
    if picture is None:
        return False
    try:
        pictures.remove(picture)
    except errors.DomainError as error:
        refusals.append(ValidationError(str(error), code=error.code))
        return False
    messages.success(request, _("The picture is removed."))
    return True


def _take_in(request: HttpRequest, experience: Experience, refusals: list[ValidationError]) -> bool:
    uploads, kept = request.FILES.getlist("picture"), []
    for number, upload in enumerate(uploads):
        if refusal := _too_much(request, number):
            refusals.append(refusal)
            break
        try:
            kept += pictures.add(experience, upload)
        except errors.DomainError as error:
            said = f"{upload.name}: {error}" if len(uploads) > 1 else str(error)
            refusals.append(ValidationError(said, code=error.code))
    if kept:
        messages.success(request, _said(kept))
    return bool(kept)


def _too_much(request: HttpRequest, number: int) -> ValidationError | None:
    """Each file takes seconds to draw, so that each is counted, and those for which there can be no room are not begun."""
    if number >= pictures.MOST:
        said = _("We take %(most)s pictures at once. The others are not kept.") % {"most": pictures.MOST}
        return ValidationError(said, code="picture_too_many")
    if ratelimit.consume(request, action="experience_picture"):
        return None
    return ValidationError(views_teller.crowded(), code="crowded")


def _said(kept: Iterable[Picture]) -> str:
    number = len(set(kept))
    said = ngettext("%(number)s picture is kept.", "%(number)s pictures are kept.", number) % {"number": number}
    return f"{said} {_('Look whether it is as you want it, and say what it shows if you like.')}"


def _described(experience: Experience, form: PicturesForm) -> bool:
    """Whether all that was typed is kept. What is right is kept beside what is not."""
    if form.is_valid():
        return done(form, lambda: pictures.describe(experience, form.descriptions))
    right = {key: words for key, words in form.descriptions.items() if f"description_{key}" in form.cleaned_data}
    done(form, lambda: pictures.describe(experience, right))
    return False


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_safe
@views_private.held
def own(request: HttpRequest, experience: Experience, key: uuid.UUID) -> HttpResponse:
    return image(get_object_or_404(experience.pictures, key=key))


# Moderators ---------------------------------------------------------------------------------------


@for_moderators
def see(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """As it came; looking is noted, as reading is."""
    sent = Experience.objects.moderated_by(request.user)
    picture = get_object_or_404(Picture.objects.select_related("experience").filter(experience__in=sent), key=key)
    moderating.see(picture, by=request.user)
    return image(picture)


@for_moderators
def choose(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Which may be shown, and with which words."""
    experience = views_moderator.find(request, key)
    one: tuple[Any, ...] = (views_moderator.ONE, key)
    if away := too_late(request, moderating.ACTS["show_pictures"], experience, *one):
        return away
    form, seen = ShownForm(posted(request), kept=experience.pictures.all()), seen_in(request, experience)
    if attempt(form, lambda: moderating.show_pictures(experience, form.shown, by=request.user, seen=seen)):
        return told(request, gettext_lazy("Noted which pictures may be shown."), *one)
    return views_moderator.page(request, "pictures", form, experience=experience, seen=seen_after(form, experience, seen))


# Everybody ----------------------------------------------------------------------------------------


@require_safe
def shown(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """While its story stands. Whoever keeps a copy has to ask again each time: after it is taken back there is none."""
    picture = get_object_or_404(pictures.published(), key=key)
    response = image(picture)
    response["Cache-Control"], response["ETag"] = "private, no-cache", f'"{picture.digest}"'
    return get_conditional_response(request, etag=response["ETag"], response=response)
