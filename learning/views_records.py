"""All statements as a file, for staff who may read them. For everybody else the page does not exist."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from learning.forms import RecordsForm
from learning.lrs import exporting


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def records(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_perm("learning.view_statements"):
        raise Http404
    return _records(request)


@reauthentication_required
def _records(request: HttpRequest) -> HttpResponseBase:
    form = RecordsForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and exporting.is_empty(**form.window()):
        form.add_error(None, _("Nothing was recorded in that time, so there is no file"))
    if not form.is_valid():
        return render(request, "learning/records.html", {"form": form}, status=422 if form.errors else 200)
    lines = exporting.export(by=request.user, **form.window())
    name = f"records-{timezone.localdate():%Y-%m-%d}.jsonl"
    return StreamingHttpResponse(
        lines, content_type="application/jsonl; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
