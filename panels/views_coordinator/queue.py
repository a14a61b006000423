"""The first page of whoever coordinates: what to do next, over all their panels."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from panels import queue
from panels.models import Experience
from panels.views_desk import for_coordinators, page


@for_coordinators
def index(request: HttpRequest) -> HttpResponse:
    told = Experience.objects.shared_with(request.user).count()
    return page(request, "queue", queue=queue.of(request.user), told=told)
