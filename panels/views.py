"""A campaign as anybody reads it, and the ways into an application: by an account, or by a mailed link."""

from __future__ import annotations

import uuid

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import SignupView
from allauth.core import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import errors, page_cache
from panels import recruitment
from panels.forms import BeginForm
from panels.models import Application, ApplicationLink, Campaign, PanelIndexPage, PanelPage

OPENED = "applications"  # in the session: keys of what was opened by a link in this browser


@require_safe
@page_cache.public
def campaign(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign.objects.published().with_closing().select_related("panel"), key=key)
    return render(request, "panels/campaign.html", about(shown))


def about(shown: Campaign) -> dict:
    """What stands on the page of a campaign, published or not."""
    taken = shown.panel.memberships.current().count()
    return {
        "campaign": shown,
        "panel_page": PanelPage.objects.live().public().filter(panel=shown.panel).first(),
        "taken": taken,
        "free": max(shown.panel.free(taken), shown.seats if shown.is_inviting else 0),
        "offered": shown.seats if shown.is_inviting else 0,
    }


# Beginning ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    shown = get_object_or_404(Campaign.objects.published().select_related("panel"), key=key)
    if request.method == "GET" and not shown.is_inviting:
        return redirect("panels:campaign", shown.key)  # it says since when, or from when
    begin = _begin_with_account if request.user.is_authenticated else _begin_by_mail
    return begin(request, shown)


def _begin_with_account(request: HttpRequest, shown: Campaign) -> HttpResponse:
    own = Application.objects.own(request.user).filter(campaign=shown).first()
    if own:
        return redirect("panels:application", own.key)
    mistakes = []
    if request.method == "POST":
        try:
            return redirect("panels:application", recruitment.begin(shown, by=request.user).key)
        except errors.DomainError as error:
            mistakes = [(str(error), "")]
    context = {"campaign": shown, "mistakes": mistakes}
    return render(request, "panels/start_with_account.html", context, status=422 if mistakes else 200)


def _begin_by_mail(request: HttpRequest, shown: Campaign) -> HttpResponse:
    """Whatever the address has done before, the answer is the same."""
    form = BeginForm(request.POST or None)
    if form.is_valid():
        if not ratelimit.consume(request, action="application_link"):
            return ratelimit.respond_429(request)
        try:
            if may_mail(request, recruitment.email_index(form.cleaned_data["email"])):
                recruitment.invite(shown, form.cleaned_data["name"], form.cleaned_data["email"])
            return redirect("panels:asked")
        except errors.DomainError as error:
            form.add_error(None, str(error))
    return render(request, "panels/start.html", {"campaign": shown, "form": form}, status=422 if form.errors else 200)


def may_mail(request: HttpRequest, index: str) -> bool:
    """Not too often to one address. Nobody is told, or somebody else could learn that it has applied."""
    return ratelimit.consume(request, action="application_link_to_address", key=index)


@require_safe
@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "panels/asked.html")


# Coming by a mailed link --------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Its secret leaves the address bar at once: from here on the browser's session knows what was opened."""
    found = recruitment.find_link(secret)
    if found is None:
        return cannot_open(request)
    if found.application.status == Application.Status.WITHDRAWN:
        return gone(request, found.application)
    if request.user.is_authenticated:
        return _open_with_account(request, found.application)
    if found.application.applicant_id:
        return redirect_to_login(reverse("panels:application", args=[found.application.key]))
    return _send_another(request, found) if found.has_run_out else _open_here(request, found.application)


def _open_with_account(request: HttpRequest, application: Application) -> HttpResponse:
    try:
        recruitment.attach(application, by=request.user)
    except errors.NotAllowed:
        return somebody_elses(request, link=request.path)
    return redirect("panels:application", application.key)


def _open_here(request: HttpRequest, application: Application) -> HttpResponse:
    """Until the browser is closed, or somebody signs in."""
    request.session[OPENED] = [*dict.fromkeys([*opened(request), str(application.key)])]
    request.session.set_expiry(0)
    return redirect("panels:application", application.key)


def _send_another(request: HttpRequest, found: ApplicationLink) -> HttpResponse:
    if request.method != "POST":
        return render(request, "panels/link_has_run_out.html")
    if may_mail(request, found.application.email_index):
        recruitment.send_link(found.application)
    return redirect("panels:asked")


def somebody_elses(request: HttpRequest, link: str = "") -> HttpResponse:
    """Signed in as one person, with the link of another: nothing of it is shown. Signing out leads back to the link.

    A link that holds is refused without an error's status: of errors Django logs the address, and with it the secret.
    """
    return render(request, "panels/somebody_elses.html", {"link": link}, status=200 if link else 403)


class SignUp(SignupView):
    """Whoever comes from the offer that they opened in this browser need not type again what we know."""

    def get_initial(self) -> dict:
        rows = Application.objects.own(self.request.user, opened(self.request)).filter(status=Application.Status.OFFERED)
        going_to = get_next_redirect_url(self.request)
        offered = next((row for row in rows if reverse("panels:offer", args=[row.key]) == going_to), None)
        known = {"display_name": offered.name, "email": offered.email} if offered else {}
        return {**super().get_initial(), **known}


@never_cache
def cannot_open(request: HttpRequest) -> HttpResponse:
    """The same whether there is something that is not theirs or nothing at all: nobody learns which."""
    index = PanelIndexPage.objects.live().public().first()
    return render(request, "panels/cannot_open.html", {"index": index}, status=404)


def opened(request: HttpRequest) -> list[str]:
    return request.session.get(OPENED, [])


def gone(request: HttpRequest, application: Application) -> HttpResponse:
    """Say that it is erased, and forget in this browser that there was something."""
    if str(application.key) in opened(request):
        request.session[OPENED] = [key for key in opened(request) if key != str(application.key)]
    return redirect("panels:withdrawn" if application.submitted_at else "panels:erased")


@require_POST
def leave_device(request: HttpRequest) -> HttpResponse:
    """Forget in this browser what was opened by a link."""
    request.session.pop(OPENED, None)
    return redirect("panels:closed")


@require_safe
@never_cache
def closed(request: HttpRequest) -> HttpResponse:
    """For whoever uses the device next, too: it says nothing of what there was."""
    return render(request, "panels/closed.html")
