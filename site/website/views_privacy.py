"""What we hold about you, as a file; and your account, gone. Both ask again who you are."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from panels import recruitment
from people.models import User
from website import privacy


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def your_data(request: HttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        return render(request, "website/privacy/your_data.html")
    recruitment.collect(by=cast(User, request.user))  # what was written with this address before there was an account
    disposition = f'attachment; filename="{privacy.FILE_NAME}"'
    return StreamingHttpResponse(
        privacy.as_json(request.user),  # type: ignore[arg-type]
        content_type="application/json",
        headers={"Content-Disposition": disposition},
    )


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        context = {"unpaid": privacy.unpaid(request.user), "payment_years": settings.RETENTION_PAYMENT_YEARS}  # type: ignore[arg-type]
        return render(request, "website/privacy/delete_account.html", context)
    privacy.erase(request.user, by=request.user)  # type: ignore[arg-type]
    request.session.flush()
    return redirect("account_deleted")


@require_GET
def account_deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "website/privacy/account_deleted.html")
