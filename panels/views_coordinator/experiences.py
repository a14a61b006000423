"""What people told us and let the panels that somebody runs read, as far as it is shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from panels.experiences import pictures
from panels.models import Experience
from panels.views_desk import for_coordinators, page, pages_of

TOLD = 10  # on one page


@for_coordinators
def index(request: HttpRequest) -> HttpResponse:
    rows = pictures.with_published(Experience.objects.shared_with(request.user).as_shown())
    return page(request, "told", page_obj=pages_of(request, rows, TOLD))
