"""The page of figures and its files, for signed-in staff who may see them. For everybody else they do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from learning import cubes, statistics, statistics_files, statistics_sections
from learning.forms_statistics import FiguresForm
from learning.statistics import Summary

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _for_officers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Log-in first; whoever may not see figures finds nothing here."""

    @never_cache
    @require_GET
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm("learning.view_statistics"):
            raise Http404
        return view(request)

    return guarded


@_for_officers
def figures(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    summary = _summary(form)
    context = {
        "form": form,
        "summary": summary,
        "asked": summary.question if summary else None,
        "sections": statistics_sections.sections(summary) if summary else [],
        "query": statistics_files.query(summary.question) if summary else "",
        "rules": cubes.rules(),
    }
    return render(request, "learning/statistics/figures.html", context)


@_for_officers
def figures_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(
        request, "csv", lambda summary: StreamingHttpResponse(statistics_files.csv_chunks(summary), "text/csv; charset=utf-8")
    )


@_for_officers
def figures_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _file(request, "xlsx", lambda summary: HttpResponse(statistics_files.xlsx(summary), XLSX))


def _file(request: HttpRequest, ending: str, write: Callable[[Summary], HttpResponseBase]) -> HttpResponseBase:
    """The file, or the page with its errors where the question is not understood."""
    form = _form(request)
    summary = _summary(form)
    if summary is None or form.errors:
        return redirect(f"{reverse('learning:statistics')}?{request.GET.urlencode()}")
    response = write(summary)
    response["Content-Disposition"] = f'attachment; filename="{statistics_files.name(ending)}"'
    return response


def _form(request: HttpRequest) -> FiguresForm:
    return FiguresForm(request.GET, offered=statistics.offer())


def _summary(form: FiguresForm) -> Summary | None:
    form.is_valid()
    question = form.question()
    return statistics.summary(form.offered, question) if question else None
