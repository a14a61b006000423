"""A member's claims, from the meeting to the money."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from recompense import receipts


def claim(request: HttpRequest, key) -> HttpResponse:
    return HttpResponse()


def account(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@login_required
@require_GET
@never_cache
def receipt(request: HttpRequest, key, page: int) -> HttpResponse:
    """One page of a receipt as a picture, for whoever may see its claim."""
    found = get_object_or_404(receipts.visible_to(request.user), key=key)
    if not 1 <= page <= found.pages:
        raise Http404
    return HttpResponse(receipts.picture(found, page), content_type="image/jpeg")
