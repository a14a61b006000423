"""Telling an experience, coming back to it and taking it back: without an account, and without the session.

Whoever signs in meanwhile is joined to nothing: `views_private` says what opens an experience.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import errors, page_cache
from pages.forms import done
from panels import support
from panels.experiences import erasing, telling
from panels.experiences.agreeing import PURPOSES
from panels.forms_teller import HINTS, AboutForm, AgreeForm, ComeBackForm, ShapeForm, WordsForm
from panels.models import Experience, Passage
from panels.views_private import cannot_open, credential, draft, forget, held, opened, private, remember

Kind, Status = Passage.Kind, Experience.Status
PARTS = ["about", "words", "pictures", "agree", "check"]
SHOWN_IN = [Status.PREPARED, *Experience.USED]  # where what may be shown has been written


# For everybody --------------------------------------------------------------------------------------


@require_safe
@page_cache.public
def hear(request: HttpRequest) -> HttpResponse:
    context = {"support": support.known(), "questions": Kind.labels, "months": settings.RETENTION_EXPERIENCE_MONTHS}
    return render(request, "panels/hear/index.html", context)


@require_safe
@private
def device(request: HttpRequest) -> HttpResponse:
    return render(request, "panels/hear/device.html", {"leads_to": settings.QUICK_EXIT_URL})


@require_safe
@private
def leave_now(request: HttpRequest) -> HttpResponse:
    """A link and no form: a policy on forms would hold for where the answer leads, too."""
    response = forget(HttpResponseRedirect(settings.QUICK_EXIT_URL))
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@private
def close(request: HttpRequest) -> HttpResponse:
    """Forget in this browser what is open."""
    return forget(redirect("panels:come_back"))


# Beginning and coming back --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@private
def begin(request: HttpRequest) -> HttpResponse:
    form = ShapeForm(posted(request))
    if form.is_valid() and _may(request, "experience_begin", form):
        experience, passphrase = telling.begin(form.cleaned_data["shape"], language=get_language() or "")
        return remember(redirect("panels:tell_about"), experience.reference, passphrase)
    return _page(request, "begin", {"form": form, "open": opened(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def come_back(request: HttpRequest) -> HttpResponse:
    form = ComeBackForm(posted(request))
    if form.is_valid() and _may(request, "experience_open", form):
        given = form.cleaned_data["reference"], form.cleaned_data["passphrase"]
        experience = telling.find(*given)
        if experience:
            return remember(redirect(_home(experience)), *given)
        form.add_error(None, _("These two open nothing together. Look at both again: one sign may have slipped."))
    return _page(request, "come_back", {"form": form})


@require_safe
@private
def open_link(request: HttpRequest, reference: str, passphrase: str) -> HttpResponse:
    """Its secret leaves the address bar at once."""
    experience = telling.find(reference, passphrase)
    response = remember(redirect(_home(experience)), reference, passphrase) if experience else cannot_open(request)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _home(experience: Experience) -> str:
    return "panels:tell_status" if experience.is_sent else "panels:tell_check"


def posted(request: HttpRequest):
    """What was sent, a form without a tick too."""
    return request.POST if request.method == "POST" else None


def _may(request: HttpRequest, action: str, form) -> bool:
    """Whether this connection has not asked too often. If it has, the form says so and keeps what was typed."""
    if ratelimit.consume(request, action=action):
        return True
    form.add_error(None, ValidationError(crowded(), code="crowded"))
    return False


def crowded() -> str:
    return _("Many people have done this from your connection just now. Wait a minute, then press again: nothing is lost.")


def _page(request: HttpRequest, name: str, context: dict) -> HttpResponse:
    form = context["form"]
    status = 200 if not form.errors else 429 if form.has_error("__all__", "crowded") else 422
    return render(request, f"panels/hear/{name}.html", context, status=status)


# Writing --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@draft
def about(request: HttpRequest, experience: Experience) -> HttpResponse:
    form = AboutForm(posted(request), experience=experience)
    if form.is_valid() and done(form, lambda: telling.write(experience, {}, **form.cleaned_data)):
        return go_on(request, experience)
    return part(request, experience, "about", form)


@require_http_methods(["GET", "HEAD", "POST"])
@draft
def words(request: HttpRequest, experience: Experience, number: int) -> HttpResponse:
    kinds = _kinds(experience)
    if not 1 <= number <= len(kinds):
        raise Http404
    kind = kinds[number - 1]
    form = WordsForm(posted(request), held=_words(experience, kind))
    if form.is_valid() and _keep(experience, kind, form):
        return go_on(request, experience)
    question = {"question": kind.label, "hint": HINTS[kind], "number": number, "questions": len(kinds)}
    return part(request, experience, "words", form, **question)


def _kinds(experience: Experience) -> list[Kind]:
    return list(Kind) if experience.shape == Experience.Shape.GUIDED else [Kind.HAPPENED]


def _words(experience: Experience, kind: Kind) -> str:
    passage = experience.passages.filter(kind=kind).first()
    return passage.words if passage else ""


def _keep(experience: Experience, kind: Kind, form: WordsForm) -> bool:
    """Whether it was kept; if not, the form says why, beside what is kept now."""
    seen = {kind: form.cleaned_data["seen"]}
    try:
        telling.write(experience, {kind: form.cleaned_data["text"]}, seen=seen)
    except errors.DomainError as error:
        form.add_error("text", ValidationError(str(error), code=error.code))
        form.show_beside(_words(experience, kind))
    return form.is_valid()


@require_http_methods(["GET", "HEAD", "POST"])
@held
def agree(request: HttpRequest, experience: Experience) -> HttpResponse:
    """What may be done with it, before it is sent and at any time after."""
    form = AgreeForm(posted(request), experience=experience)
    if form.is_valid() and done(form, lambda: telling.agree(experience, form.purposes, email=form.cleaned_data["email"])):
        if not experience.is_sent:
            return go_on(request, experience)
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("panels:tell_status")
    return part(request, experience, "agree", form)


def part(request: HttpRequest, experience: Experience, name: str, form, **more) -> HttpResponse:
    place = {"part": PARTS.index(name) + 1, "parts": len(PARTS), "is_checked": "check" in request.GET}
    return _page(request, name, {"experience": experience, "form": form, **place, **_way_back(request), **more})


def _way(experience: Experience) -> list[str]:
    """The addresses of what there is to fill in, in order."""
    questions = [reverse("panels:tell_words", args=[number]) for number in range(1, len(_kinds(experience)) + 1)]
    return [reverse("panels:tell_about"), *questions, *(reverse(f"panels:tell_{name}") for name in PARTS[2:])]


def go_on(request: HttpRequest, experience: Experience) -> HttpResponse:
    if "later" in request.POST:
        return redirect("panels:tell_keep")
    if "check" in request.GET:  # they came from there to change one thing
        return redirect("panels:tell_check")
    way = _way(experience)
    here = way.index(request.path)
    return redirect(way[max(here - 1, 0)] if "back" in request.POST else way[here + 1])


@require_http_methods(["GET", "HEAD", "POST"])
@draft
def check(request: HttpRequest, experience: Experience) -> HttpResponse:
    mistakes, status = [], 200
    if request.method == "POST":
        mistakes, status = _send(request, experience)
        if not mistakes:  # pressed twice: it is sent, once
            return redirect("panels:tell_sent")
    place = {"part": len(PARTS), "parts": len(PARTS), "mistakes": mistakes}
    context = {**_standing(experience), "rows": _rows(experience), **place}
    return render(request, "panels/hear/check.html", context, status=status)


def _send(request: HttpRequest, experience: Experience) -> tuple[list[tuple[str, str]], int]:
    """What hinders it, each with the place to mend it, and the status to answer with."""
    if not ratelimit.consume(request, action="experience_submit"):
        return [(crowded(), "")], 429
    try:
        telling.submit(experience)
    except errors.DomainError as error:
        return [(str(error), "change-1" if error.code == "no_words" else "")], 422
    return [], 200


def _rows(experience: Experience) -> list[dict]:
    """The words part by part, with where each is changed."""
    kept = {passage.kind: passage.words for passage in experience.passages.all()}
    kinds = _kinds(experience)
    return [
        {"title": kind.label, "words": kept.get(kind, ""), "href": reverse("panels:tell_words", args=[number])}
        for number, kind in enumerate(kinds, start=1)
    ]


@require_safe
@held
def keep(request: HttpRequest, experience: Experience) -> HttpResponse:
    """The way back, and until when there is something to come back to."""
    kept_until = experience.kept_until or experience.changed_at + erasing.DRAFT_IS_KEPT
    return render(request, "panels/hear/keep.html", {"experience": experience, "kept_until": kept_until, **_way_back(request)})


def _way_back(request: HttpRequest) -> dict[str, str]:
    reference, passphrase = credential(request)
    link = settings.BASE_URL + reverse("panels:tell_open", args=[reference, passphrase])
    return {"reference": reference, "passphrase": passphrase, "link": link}


# After it was sent ----------------------------------------------------------------------------------


@require_safe
@held
def sent(request: HttpRequest, experience: Experience) -> HttpResponse:
    if experience.status != Status.RECEIVED:
        return redirect(_home(experience))
    return render(request, "panels/hear/sent.html", {**_standing(experience), **_way_back(request)})


@require_safe
@held
def status(request: HttpRequest, experience: Experience) -> HttpResponse:
    if not experience.is_sent:
        return redirect("panels:tell_check")
    return render(request, "panels/hear/status.html", _standing(experience))


def _standing(experience: Experience) -> dict:
    """Where it stands, and what others see of it."""
    passages = list(experience.passages.all())
    agreed = experience.agreed
    is_waiting = experience.status in {Status.RECEIVED, Status.READING, Status.PREPARED}
    read_by = experience.submitted_at + telling.READ_WITHIN if experience.submitted_at else None
    return {
        "experience": experience,
        "told": [passage for passage in passages if passage.words],
        "shown": [passage for passage in passages if passage.shown and experience.status in SHOWN_IN],
        "story": getattr(experience, "page", None),
        "read_by": read_by,
        "is_waiting": is_waiting,
        "is_late": bool(is_waiting and read_by and read_by < timezone.now()),
        "agreed": [{"title": purpose.title, "is_agreed": name in agreed} for name, purpose in PURPOSES.items()],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@held
def take_back(request: HttpRequest, experience: Experience) -> HttpResponse:
    if request.method == "POST":
        telling.withdraw(experience)
        return forget(redirect("panels:tell_gone"))
    return render(request, "panels/hear/take_back.html", _standing(experience))


@require_safe
@private
def gone(request: HttpRequest) -> HttpResponse:
    """For whoever uses the device next, too: it says nothing of what there was."""
    return render(request, "panels/hear/gone.html")


@require_safe
@held
def copy(request: HttpRequest, experience: Experience) -> HttpResponse:
    """All that somebody told us, as a text to take away."""
    text = render_to_string("panels/hear/copy.txt", _standing(experience))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="your-words.txt"'
    return response
