"""A member's claims, from the meeting to the money."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def claim(request: HttpRequest, key) -> HttpResponse:
    return HttpResponse()


def account(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
