"""What only a demonstration shows."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from website import demo_mail


@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """The mail box of everybody in the demonstration. Elsewhere there is no such page."""
    if not settings.DEMO:
        raise Http404
    return render(request, "website/demo_mail.html", {"letters": demo_mail.newest()})
