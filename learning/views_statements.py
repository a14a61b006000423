"""The record for people: a search, one statement, and its file. For whoever may not read statements none of it exists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from learning import viewing
from learning.forms_statements import SearchForm, from_address
from learning.models import Statement
from people.models import User

FILE_NAME = "statement.json"


def _for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Log-in first; whoever may not read statements finds nothing here."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("learning.view_statements"):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_for_readers
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What is typed is posted, so that no name and no email address stands in an address; what it finds has one."""
    form = SearchForm(request.POST if request.method == "POST" else from_address(request.GET))
    if not form.is_valid():
        return render(request, "learning/statements/search.html", {"form": form}, status=422)
    question = form.question
    if len(form.found) > 1:
        viewing.note_found(cast(User, request.user), form.found)
        context = {"found": form.found, "question": question, "typed": form.data["learner"]}
        return render(request, "learning/statements/which.html", context)
    if request.method == "POST":
        return redirect(f"{reverse('learning:statements')}?{question.query}#found")  # past the form, which fills a telephone
    places = {name: _key(request.GET.get(name, "")) for name in ["older", "newer"]}
    context = {"form": form, "question": question, "answer": viewing.page(cast(User, request.user), question, **places)}
    return render(request, "learning/statements/search.html", context)


@_for_readers
@require_GET
def statement(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    facts = viewing.facts(cast(User, request.user), _statement(request, key))
    return render(request, "learning/statements/statement.html", {"facts": facts, "row": facts.line.row})


@_for_readers
@require_GET
def statement_json(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    text = viewing.taken_away(cast(User, request.user), _statement(request, key))
    disposition = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return HttpResponse(text, content_type="application/json", headers=disposition)


def _statement(request: HttpRequest, key: uuid.UUID) -> Statement:
    return get_object_or_404(Statement.objects.visible_to(request.user).select_related("credential"), pk=key)


def _key(text: str) -> uuid.UUID | None:
    """A place that nobody could have been given is none: the list begins at its beginning."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
