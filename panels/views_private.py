"""What opens an experience in a browser: its reference and its passphrase, sealed in a cookie of its own.

The browser sends it to these pages alone and forgets it when it is closed. Many never are, and some bring back what
they held, so it opens nothing either some hours after the last was saved. The session, which may become somebody's
account, holds nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from core import encryption, typed
from panels.experiences import telling
from panels.models import Experience

COOKIE, PATH = "telling", "/be-heard/"
OPEN_FOR = 4 * 60 * 60  # seconds since it was opened or saved: long enough to write, short for a device that others use
View = Callable[..., HttpResponse]


def opened(request: HttpRequest) -> Experience | None:
    """What the cookie opens now. One that somebody made up, or that opens nothing any more, is none."""
    return telling.find(*credential(request))


def credential(request: HttpRequest) -> tuple[str, str]:
    """Reference and passphrase."""
    try:
        reference, passphrase = encryption.unseal(request.COOKIES.get(COOKIE, ""), within=OPEN_FOR).split(" ")
    except (encryption.Unreadable, ValueError):
        return "", ""
    return reference, passphrase


def remember(response: HttpResponse, reference: str, passphrase: str) -> HttpResponse:
    """Until the browser is closed, or nothing was saved for some hours."""
    sealed = encryption.seal(f"{telling.tidy(reference)} {telling.tidy(passphrase)}")
    response.set_cookie(
        COOKIE, sealed, path=PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite=settings.SESSION_COOKIE_SAMESITE
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=PATH, samesite=settings.SESSION_COOKIE_SAMESITE)
    return response


def private(view: View) -> View:
    """Kept by nobody and listed nowhere.

    With “no-referrer” browsers send forms from an origin “null” (Fetch, 3.2), which the guard against forged forms
    refuses: `same-origin` tells other hosts as little.
    """

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, **given) -> HttpResponse:
        response = view(request, **given)
        response["X-Robots-Tag"] = "noindex"
        response.setdefault("Referrer-Policy", "same-origin")
        return response

    return wrapped


def held(view: View) -> View:
    """Hand the view what is open in this browser. Saving keeps it open from then on.

    Looking does not: an answer that comes late, such as a picture, would open again what “Leave now” has closed.
    """

    @private
    @wraps(view)
    def wrapped(request: HttpRequest, **given) -> HttpResponse:
        experience = opened(request)
        if experience is None:
            return forget(cannot_open(request))
        response = view(request, experience, **given)
        is_saved = request.method == "POST" and COOKIE not in response.cookies
        return remember(response, *credential(request)) if is_saved else response

    return wrapped


def draft(view: View) -> View:
    """Before it is sent. What is posted after that is refused by the act, with what was typed still on the screen."""

    @held
    @wraps(view)
    def wrapped(request: HttpRequest, experience: Experience, **given) -> HttpResponse:
        if experience.is_sent and request.method != "POST":
            return redirect("panels:tell_status")
        return view(request, experience, **given)

    return wrapped


def cannot_open(request: HttpRequest) -> HttpResponse:
    """The same whether it was taken back or never was. What was being written is given back, or it would be lost."""
    context = {"typed": typed.clean(request.POST.get("text", "")).strip()}
    return render(request, "panels/hear/cannot_open.html", context, status=404)
