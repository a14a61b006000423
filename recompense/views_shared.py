"""What the pages of a member ask of a request: whose claim, what was typed; and how a refusal is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar, cast

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from core import errors
from people.models import User
from recompense.models import Claim

Done = TypeVar("Done")


def own_claim(request: HttpRequest, key: uuid.UUID) -> Claim:
    mine = Claim.objects.own(request.user).select_related("attendance__meeting", "attendance__membership", "payment__run")
    return get_object_or_404(mine, key=key)


def told(request: HttpRequest, act: Callable[[], Done]) -> Done | None:
    """Do it, or say on the next page why not."""
    try:
        return act()
    except errors.DomainError as error:
        messages.error(request, str(error))
    return None


def person(request: HttpRequest) -> User:
    return cast(User, request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def status(form: BaseForm) -> int:
    return 422 if form.is_bound else 200
