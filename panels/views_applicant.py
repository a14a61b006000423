"""An application and its applicant: writing, sending, taking back, and hearing. With an account, or by a link."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import errors
from panels import answers, erasure, recruitment
from panels.forms import AnswerForm, DistrictForm, NameForm
from panels.models import Application, Question
from panels.views import cannot_open, gone, may_mail, opened, somebody_elses
from people.models import User

Status = Application.Status


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the visitor's own application. One that was opened by a link goes to the account of whoever signs in."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, key: uuid.UUID, **kwargs) -> HttpResponse:
        mine = Application.objects.own(request.user, opened(request)).select_related("campaign__panel", "applicant", "district")
        application = mine.filter(key=key).first()
        if application is None:
            return cannot_open(request)
        if application.status == Status.WITHDRAWN:  # in another browser
            return gone(request, application)
        if _by(request) and not application.applicant_id:
            try:
                recruitment.attach(application, by=request.user)
            except errors.NotAllowed:
                return somebody_elses(request)
            application.refresh_from_db()
        return view(request, application, **kwargs)

    return wrapped


def _by(request: HttpRequest) -> User | None:
    """Whoever came by a link acts without an account: that they have the link shows that it is they."""
    return request.user if request.user.is_authenticated else None  # type: ignore[return-value]


# Seeing where it stands ---------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    recruitment.collect(by=request.user)
    rows = Application.objects.own(request.user).select_related("campaign__panel")
    return render(request, "panels/applications.html", {"applications": rows})


@require_safe
@own
def application(request: HttpRequest, application: Application) -> HttpResponse:
    return render(request, "panels/application.html", _context(application))


def _context(application: Application) -> dict:
    parts = _parts(application)
    return {
        "application": application,
        "campaign": application.campaign,
        "parts": parts,
        "tasks": _tasks(application, parts),
        "is_begun": any(part["text"] for part in parts),
        "is_whole": not any(part["why"] for part in parts),
        "step": _next_step(application, parts),
        "offer": application.open_offer,
        "erased_on": application.campaign.closes_at + erasure.UNSENT_IS_KEPT,
    }


def _parts(application: Application) -> list[dict]:
    """What there is to fill in, in order: each with what was written, and why it cannot be sent yet."""
    faults = answers.faults(application)
    given = {answer.question_id: answer.text for answer in application.answers.all()}
    parts = [
        {
            "title": question.prompt,
            "href": reverse("panels:answer", args=[application.key, question.key]),
            "text": given.get(question.pk, ""),
            "why": faults.get(question, ""),
            "is_question": True,
        }
        for question in application.campaign.questions.all()
    ]
    where = {
        "title": _("The district you live in"),
        "href": reverse("panels:district", args=[application.key]),
        "text": str(application.district or ""),
        "why": "" if application.district else _("Select your district"),
        "is_question": False,
    }
    return [*parts, where]


def _tasks(application: Application, parts: list[dict]) -> list[dict]:
    rows = [{"title": part["title"], "href": part["href"], **_state(part)} for part in parts]
    is_whole = not any(part["why"] for part in parts)
    href = reverse("panels:check", args=[application.key]) if is_whole else ""
    last = {"title": _("Check it and send it"), "href": href, "status": _("To do") if is_whole else _("When the rest is done")}
    return [*rows, last]


def _next_step(application: Application, parts: list[dict]) -> dict:
    """What somebody would do now: the first part that is not done, or the check."""
    place, part = next(((place, part) for place, part in enumerate(parts, start=1) if part["why"]), (0, {}))
    if not part:
        return {"title": _("Check your answers"), "href": reverse("panels:check", args=[application.key])}
    if not part["is_question"]:
        return {"title": _("Go on with your district"), "href": part["href"]}
    is_begun = any(part["text"] for part in parts)
    said = _("Go on with question %(number)s") if is_begun else _("Start with question %(number)s")
    return {"title": said % {"number": place}, "href": part["href"]}


def _state(part: dict) -> dict:
    if not part["why"]:
        return {"status": _("Done"), "meaning": "done"}
    return {"status": _("Too long"), "meaning": "wait"} if part["text"] else {"status": _("To do")}


# Writing ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@own
def answer(request: HttpRequest, application: Application, question: uuid.UUID) -> HttpResponse:
    questions = list(application.campaign.questions.all())
    asked = get_object_or_404(application.campaign.questions, key=question)
    held = application.answers.filter(question=asked).first()
    form = AnswerForm(request.POST or None, question=asked, held=held.text if held else "")
    about = {"question": asked, "number": questions.index(asked) + 1, "all": len(questions)}
    return _write(request, application, form, "panels/answer.html", about)


@require_http_methods(["GET", "POST"])
@own
def district(request: HttpRequest, application: Application) -> HttpResponse:
    form = DistrictForm(request.POST or None, initial={"district": application.district})
    return _write(request, application, form, "panels/district.html", {})


def _write(request: HttpRequest, application: Application, form: Form, template: str, about: dict) -> HttpResponse:
    """Keep what was typed, and go on. Where it cannot be kept, it is still in the form."""
    if request.method == "GET" and not application.may_be_written:
        return redirect("panels:application", application.key)
    if form.is_valid() and _keep(request, application, form, about.get("question")):
        return _go_on(request, application)
    context = {"application": application, "campaign": application.campaign, "form": form, **about}
    return render(request, template, context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, application: Application, form: Form, question: Question | None) -> bool:
    """Whether it was kept and is whole; if not, the form says why. “Save and come back later” takes what there is."""
    texts = {question: form.cleaned_data["text"]} if question else {}
    seen = {question: form.cleaned_data["seen"]} if question else {}
    where = form.cleaned_data.get("district", application.district)
    try:
        recruitment.write(application, texts, district=where, by=_by(request), seen=seen)
    except errors.DomainError as error:
        form.add_error(next(iter(form.fields)) if error.field else None, ValidationError(str(error), code=error.code))
        if error.code == "changed":
            _compare(application, form)
        return False
    if "later" not in request.POST and (why := _why_not(form, question)):
        _compare(application, form)
        form.add_error(next(iter(form.fields)), why)
    return form.is_valid()


def _compare(application: Application, form: Form) -> None:
    """What is kept now is what the form is shown beside."""
    if isinstance(form, AnswerForm):
        held = application.answers.filter(question=form.question).first()
        form.show_beside(held.text if held else "")


def _why_not(form: Form, question: Question | None) -> str:
    if question:
        why = answers.fault(question, form.cleaned_data["text"])
        return _("%(why)s Until then it is kept as it is.") % {"why": why} if why and form.cleaned_data["text"] else why
    return "" if form.cleaned_data["district"] else _("Select your district")


def _go_on(request: HttpRequest, application: Application) -> HttpResponse:
    if "later" in request.POST:
        return _leave_for_later(request, application)
    if application.status != Status.DRAFT:
        messages.success(request, _("We have noted your change."))
        return redirect("panels:application", application.key)
    application.refresh_from_db()
    parts = _parts(application)
    here = next((place for place, part in enumerate(parts) if part["href"] == request.path), 0)
    open_part = next((part for part in [*parts[here:], *parts] if part["why"]), None)
    return redirect(open_part["href"] if open_part else reverse("panels:check", args=[application.key]))


@require_http_methods(["GET", "POST"])
@own
def name(request: HttpRequest, application: Application) -> HttpResponse:
    """For whoever has no account to change it in."""
    if application.applicant_id or not application.may_be_written:
        return redirect("panels:application", application.key)
    form = NameForm(request.POST or None, initial={"name": application.written_name})
    if form.is_valid():
        try:
            recruitment.correct_name(application, form.cleaned_data["name"], by=_by(request))
            return redirect("panels:application", application.key)
        except errors.DomainError as error:
            form.add_error(None, str(error))
    context = {"application": application, "form": form}
    return render(request, "panels/name.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@own
def later(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method == "POST":
        return _leave_for_later(request, application)
    return render(request, "panels/later.html", {"application": application})


def _leave_for_later(request: HttpRequest, application: Application) -> HttpResponse:
    """Whoever has no account gets a new link: by it they come back, on whatever device."""
    if not application.applicant_id and may_mail(request, application.email_index):
        recruitment.send_link(application)
    return redirect("panels:later", application.key)


# Sending and taking back --------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@own
def check(request: HttpRequest, application: Application) -> HttpResponse:
    mistakes = []
    if request.method == "POST" and application.status == Status.DRAFT:
        try:
            recruitment.submit(application, by=_by(request))
        except errors.DomainError as error:
            mistakes = [(str(error), "")]
        application.refresh_from_db()
    if application.status != Status.DRAFT:  # pressed twice: it is sent, once
        return redirect("panels:sent", application.key)
    if not mistakes and not application.may_be_written:
        return redirect("panels:application", application.key)
    context = {**_context(application), "mistakes": mistakes}
    return render(request, "panels/check.html", context, status=422 if mistakes else 200)


@require_safe
@own
def sent(request: HttpRequest, application: Application) -> HttpResponse:
    if application.status != Status.SUBMITTED:
        return redirect("panels:application", application.key)
    return render(request, "panels/sent.html", {"application": application, "campaign": application.campaign})


@require_http_methods(["GET", "POST"])
@own
def withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    if not application.may_be_withdrawn:
        return redirect("panels:application", application.key)
    if request.method == "POST":
        return _take_back(request, application, lambda: recruitment.withdraw(application, by=_by(request)))
    return render(request, "panels/withdraw.html", {"application": application, "campaign": application.campaign})


def _take_back(request: HttpRequest, application: Application, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except errors.DomainError as error:
        messages.error(request, str(error))
        return redirect("panels:application", application.key)
    return gone(request, application)


@require_safe
@never_cache
def withdrawn(request: HttpRequest, *, was_sent: bool) -> HttpResponse:
    return render(request, "panels/withdrawn.html", {"was_sent": was_sent})


# An offer -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@own
def offer(request: HttpRequest, application: Application) -> HttpResponse:
    """Reading it, and saying yes: for that somebody needs an account, as members have one."""
    held = application.open_offer
    if held is None:
        return redirect("panels:application", application.key)
    mistakes = []
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        try:
            recruitment.accept(held, by=request.user)
            messages.success(request, _("Welcome. You are a member now, and nothing about it is public unless you say so."))
            return redirect("panels:memberships")
        except errors.DomainError as error:
            mistakes = [(str(error), "")]
    context = {"application": application, "campaign": application.campaign, "offer": held, "mistakes": mistakes}
    return render(request, "panels/offer.html", context, status=422 if mistakes else 200)


@require_http_methods(["GET", "POST"])
@own
def decline(request: HttpRequest, application: Application) -> HttpResponse:
    held = application.open_offer
    if held is None:
        return redirect("panels:application", application.key)
    if request.method == "POST":
        return _take_back(request, application, lambda: recruitment.decline(held, by=_by(request)))
    return render(request, "panels/decline.html", {"application": application})
