"""The first page after signing in."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from people.models import User
from website import dashboard


@never_cache
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    tasks = dashboard.coordinating(person)
    context = {
        "todo": dashboard.todo(person),
        "tasks": tasks[: dashboard.SHOWN],
        "more_tasks": len(tasks) > dashboard.SHOWN,
        "meetings": dashboard.coming(person),
        "places": dashboard.places(person),
    }
    return render(request, "website/dashboard.html", context)
