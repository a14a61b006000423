"""Applying, with or without an account, and hearing back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def link(request: HttpRequest, secret: str) -> HttpResponse:
    return HttpResponse()


def application(request: HttpRequest, key) -> HttpResponse:
    return HttpResponse()
