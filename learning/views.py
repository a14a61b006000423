"""Pages of a learner: the list, the player, the certificate; and the public check of a certificate."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import errors, typed
from learning import conversations, courses, documents, playing, records
from learning.forms import CheckForm
from learning.models import CoursePage, ModulePage, ModuleProgress, Reflection, Registration, Step


@login_required
@require_GET
@never_cache
def my_learning(request: HttpRequest) -> HttpResponse:
    registrations = list(records.registrations(request.user).prefetch_related("progress"))
    modules = ModulePage.objects.of([registration.course for registration in registrations])
    context = {
        "entries": [_entry(registration, modules[registration.course_id]) for registration in registrations],
        "certificates": records.certificates(request.user),
        "courses": CoursePage.objects.live().public().exclude(pk__in=[row.course_id for row in registrations]),
    }
    return render(request, "learning/my_learning.html", context)


def _entry(registration: Registration, modules: list[ModulePage]) -> dict:
    """A course as its learner stands in it: where to carry on, or what comes next."""
    rows = registration.course.rows(registration, modules)
    started = [row for row in rows if row.is_started]
    return {
        "course": registration.course,
        "rows": rows,
        "done": sum(row.is_done for row in rows),
        "now": max(started, key=lambda row: row.progress.last_act_at, default=None),
        "following": next((row for row in rows if row.is_open), None),
    }


@login_required
@require_POST
def register(request: HttpRequest, activity: uuid.UUID) -> HttpResponse:
    course = get_object_or_404(CoursePage.objects.live().public(), activity=activity)
    try:
        courses.register(request.user, course, by=request.user)
    except courses.NoAffiliation as error:
        messages.info(request, error.message)
        return redirect(f"{reverse('account:work')}?next={course.url}")
    messages.success(request, _("You are registered. Choose a module to begin."))
    return redirect(course.url)


@login_required
@require_POST
def open_module(request: HttpRequest, activity: uuid.UUID) -> HttpResponse:
    """Start or carry on, at the step after the last."""
    module = get_object_or_404(ModulePage.objects.live().public(), activity=activity)
    registration = records.registrations(request.user).filter(course=module.course).first()
    if not registration:
        messages.info(request, _("Register for the course first. It takes a moment."))
        return redirect(module.course.url)
    try:
        progress = playing.open_module(registration, module, by=request.user)
    except errors.NotAllowed as error:
        messages.error(request, error.message)
        return redirect(module.url)
    return redirect("learning:play", progress.key, progress.place(module.lesson()))


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def play(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    open_to_all = ModulePage.objects.live().public().values("pk")
    progress = get_object_or_404(records.progress(request.user).filter(module__in=open_to_all), key=key)
    steps = progress.module.lesson()
    step = _step(request, steps, number)
    error = _do(request, progress, step) if request.method == "POST" else None
    if request.method == "POST" and not error:
        return redirect(_after(request, progress, step, len(steps)))
    return render(
        request, "learning/play.html", _step_context(request, progress, steps, step, error), status=422 if error else 200
    )


def _step(request: HttpRequest, steps: list[Step], number: int) -> Step:
    """The step that was on the posted page, wherever the author has moved it since; otherwise the one of this number."""
    posted = next((step for step in steps if step.id == request.POST.get("step")), None)
    if not posted and not 1 <= number <= len(steps):
        raise Http404
    return posted or steps[number - 1]


def _do(request: HttpRequest, progress: ModuleProgress, step: Step) -> errors.DomainError | None:
    """Do what was posted; hand back what was wrong with it."""
    act = _act(request)
    asked = {"": step, "answer": step.question}.get(act, step.conversation)
    if request.POST.get("step", step.id) != step.id or not asked:
        message = _("The module has changed since you opened this step. Here is what stands in its place now.")
        return errors.DomainError(message, code="step_changed")
    try:
        ACTS[act](request, progress, step)
    except errors.DomainError as error:
        return error
    return None


def _act(request: HttpRequest) -> str:
    """What was pressed; empty for going on."""
    return next((act for act in request.POST.getlist("act") if act in ACTS), "")


def _go_on(request: HttpRequest, progress: ModuleProgress, step: Step) -> None:
    if step.reflection and "text" in request.POST:
        playing.reflect(progress, step, typed.clean(request.POST["text"]), by=request.user)
    playing.go_on(progress, step, by=request.user)


def _answer(request: HttpRequest, progress: ModuleProgress, step: Step) -> None:
    chosen, token = request.POST.getlist("answer"), _token(request.POST.get("token", ""))
    playing.answer(progress, step, chosen, by=request.user, token=token)


def _say(request: HttpRequest, progress: ModuleProgress, step: Step) -> None:
    chosen, token = request.POST.get("answer", ""), _token(request.POST.get("token", ""))
    conversations.choose(progress, step, chosen, by=request.user, token=token)


def _go_back(request: HttpRequest, progress: ModuleProgress, step: Step) -> None:
    turns = request.POST.get("turns", "")
    conversations.go_back(progress, step, by=request.user, turns=int(turns) if turns.isdecimal() and len(turns) < 9 else 0)


def _begin_again(request: HttpRequest, progress: ModuleProgress, step: Step) -> None:
    conversations.begin_again(progress, step, by=request.user)


ACTS = {"": _go_on, "answer": _answer, "say": _say, "back": _go_back, "again": _begin_again}


def _token(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _after(request: HttpRequest, progress: ModuleProgress, step: Step, last: int) -> str:
    here = reverse("learning:play", args=[progress.key, step.number])
    act = _act(request)
    if act:
        return f"{here}#feedback" if act == "answer" else f"{here}#now"
    if step.number == last:
        return reverse("learning:finish", args=[progress.key])
    return reverse("learning:play", args=[progress.key, step.number + 1])


def _step_context(request, progress: ModuleProgress, steps: list[Step], step: Step, error) -> dict:
    attempt = playing.latest_attempts(progress).get(step.question.id) if step.question else None
    answering = bool(step.question) and (not attempt or "again" in request.GET or bool(error))
    way = conversations.way(progress, step) if step.conversation else None
    written = Reflection.objects.filter(progress=progress, prompt=step.reflection.id).first() if step.reflection else None
    return {
        "progress": progress,
        "module": progress.module,
        "course": progress.registration.course,
        "steps": steps,
        "step": step,
        "attempt": None if answering else attempt,
        "answering": answering,
        "way": way,
        "is_open": answering or bool(way and not way.has_ended),
        "chosen": request.POST.getlist("answer"),
        "text": typed.clean(request.POST.get("text", written.text if written else "")),
        "token": uuid.uuid4(),
        "mistakes": [(error.message, _target(step, way))] if error else [],
        "sources": progress.module.source_numbers(),
        "minutes_left": round(progress.module.minutes * (len(steps) - step.number + 1) / len(steps)),
    }


def _target(step: Step, way: conversations.Way | None) -> str | None:
    """Where the error summary leads: the first answer, the end of a conversation, or the box for notes, if there is any."""
    if way and way.is_at_end:
        return "now"
    if step.question or way:
        return "answer-1"
    return "text" if step.reflection else None


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def finish(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Before judging: what is answered and what is missing. After: passed or not yet, and what now."""
    progress = get_object_or_404(records.progress(request.user), key=key)
    error = None
    if request.method == "POST":
        try:
            playing.finish(progress, by=request.user)
            return redirect("learning:finish", progress.key)
        except errors.DomainError as refused:
            error = refused
    return render(request, "learning/finish.html", _finish_context(request, progress, error), status=422 if error else 200)


def _finish_context(request: HttpRequest, progress: ModuleProgress, error) -> dict:
    attempts = playing.latest_attempts(progress)
    asked = [(step, attempts.get(step.question.id)) for step in playing.questions(progress.module)]
    held = list(records.certificates(request.user).filter(registration=progress.registration))
    return {
        "progress": progress,
        "module": progress.module,
        "course": progress.registration.course,
        "asked": asked,
        "waiting": playing.waiting(progress),
        "right": (right := sum(bool(attempt and attempt.is_right) for _step, attempt in asked)),
        "is_enough": 100 * right >= progress.module.mastery * len(asked),
        "certificate": next((row for row in held if row.module_id == progress.module_id), None),
        "course_certificate": next((row for row in held if row.module_id is None), None),
        "following": progress.registration.course.modules().filter(path__gt=progress.module.path, is_outline=False).first(),
        "mistakes": [(error.message, None)] if error else [],
    }


@login_required
@require_POST
def leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    progress = get_object_or_404(records.progress(request.user), key=key)
    playing.leave(progress, by=request.user)
    messages.success(request, _("Saved. You can carry on at the same place, on any device."))
    return redirect(progress.registration.course.url)


# Certificates -------------------------------------------------------------------------------------


@login_required
@require_GET
@never_cache
def certificate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    held = get_object_or_404(records.certificates(request.user), key=key)
    return render(request, "learning/certificate.html", {"certificate": held})


@login_required
@require_GET
@never_cache
def certificate_pdf(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    held = get_object_or_404(records.certificates(request.user), key=key)
    response = HttpResponse(documents.certificate_pdf(held), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{documents.FILE_NAME}"'
    return response


@require_GET
@never_cache
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Anyone may check a certificate by its number. They see the name, what was completed and when, and nothing else."""
    if "code" not in request.GET and not code:
        return render(request, "learning/check.html", {"form": CheckForm()})
    form = CheckForm({"code": code or request.GET["code"]})
    found = records.check(form.cleaned_data["code"]) if form.is_valid() else None
    if form.is_valid() and not found:
        form.add_error("code", _("We hold no certificate with this number. Check each letter and number, and try again."))
    response = render(request, "learning/check.html", {"form": form, "certificate": found}, status=200 if found else 404)
    response["X-Robots-Tag"] = "noindex"  # it names somebody
    return response
