"""What the site answers beside its pages: health, files for machines, and kind words when something is wrong."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from core import second_factor
from pages.context_processors import house
from website import health

# In the name of a field: not to be shown again.
SECRET = re.compile("password|passphrase|reference|code|account|number|token|login")
OURS = {"seen", "press"}  # which version a page showed, which button was pressed: nobody typed these
KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}")


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked."""
    return JsonResponse({"live": True})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The installation can work. Strangers learn no more than yes or no."""
    report = health.report()
    status = 200 if report["ready"] else 503
    return JsonResponse(report if report["database"] and _is_staff(request) else {"ready": report["ready"]}, status=status)


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_staff and not second_factor.is_missing(request)


def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be found; nobody's own pages, and nothing of a demonstration."""
    own = ["/account/", "/home/", "/learning/my/", "/learning/play/", "/learning/check/"]
    own += ["/applications/", "/memberships/", "/claims/", "/be-heard/"]
    closed = ["/"] if settings.DEMO else [*own, "/coordinate/", "/admin/", "/api/", "/xapi/"]
    opened = [] if settings.DEMO else ["/claims/rates/", "/be-heard/$"]  # RFC 9309, 2.2.3: $ is the end of the path
    rules = [*(f"Disallow: {path}" for path in closed), *(f"Allow: {path}" for path in opened)]
    lines = ["User-agent: *", *rules, f"Sitemap: {settings.BASE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def manifest(request: HttpRequest) -> JsonResponse:
    icon = {"src": static("pages/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    about = {
        "name": settings.SITE_NAME,
        "start_url": "/",
        "display": "browser",
        "background_color": "#fdfbfc",
        "theme_color": "#37103a",
    }
    return JsonResponse({**about, "icons": [icon]}, content_type="application/manifest+json")


def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask at the root."""
    return HttpResponse(status=302, headers={"Location": static("pages/icon.svg"), "Cache-Control": "max-age=86400"})


@require_safe
@cache_control(public=True, max_age=3600)
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture, in one of the sizes that pages show. What it was made from, and documents, have no address here."""
    path = f"images/{validate_file_name(name)}"
    try:
        file = default_storage.open(path)
    except (OSError, ValueError):  # ValueError: a name that no disk can hold
        raise Http404 from None
    changed = int(default_storage.get_modified_time(path).timestamp())
    if known := get_conditional_response(request, last_modified=changed):
        file.close()
        return known
    return FileResponse(file, headers={"Last-Modified": http_date(changed)})


class PublicPages(Sitemap):
    """Every page that anyone may read, with its place below the site's root: Wagtail would ask the cache for each."""

    def items(self) -> list[tuple[Page, str]]:
        roots = set(Site.objects.values_list("root_page__url_path", flat=True))
        live = Page.objects.live().public().order_by("path")
        found = ((page, root) for page in live for root in roots if page.url_path.startswith(root))
        return [(page, page.url_path.removeprefix(root)) for page, root in found]

    def location(self, item: tuple[Page, str]) -> str:
        return reverse("wagtail_serve", args=[item[1]])

    def lastmod(self, item: tuple[Page, str]):
        return item[0].last_published_at


def answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A page that says what went wrong and what to do."""
    context = {"status": status, "heading": title, "text": text}
    return render(request, "website/wrong.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("Something in the address or in what was sent could not be read. Go back and try again.")
    return answer(request, 400, _("We could not read that"), text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("Your account is not set up to see this page. If you think it should be, ask the person who runs the site for you.")
    return answer(request, 403, _("You cannot open this page"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _(
        "It may have moved, or the address may have a slip in it. If you typed it, check it; if you followed a link, tell us."
    )
    return answer(request, 404, _("There is no page here"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Most often a form that stood open in a session which has ended."""
    what = _("The page stood open too long, or you signed in or out in another tab. Nothing was saved.")
    then = _("Open the page again, and send it once more.")
    typed = _typed(request)
    context = {
        "heading": _("We could not take what you sent"),
        "text": f"{what} {_('What you typed is below: copy it before you go on.')}" if typed else f"{what} {then}",
        "typed": typed,
        "again": request.get_full_path() if typed else "",
    }
    return render(request, "website/wrong.html", context, status=403)


def _typed(request: HttpRequest) -> list[str]:
    """What somebody wrote, to be copied: no secrets, and only from a form of ours, so that nobody else speaks here."""
    if request.headers.get("Origin") != settings.BASE_URL and request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    values = [
        value.strip() for name, held in request.POST.lists() for value in held if name not in OURS and not SECRET.search(name)
    ]
    return [value for value in values if len(value) > 2 and not KEY.fullmatch(value)]


def server_error(request: HttpRequest) -> HttpResponse:
    """Without database, session or anybody's name: whatever failed may fail again. The house's own words ask for none."""
    return HttpResponse(loader.get_template("website/500.html").render(house(request)), status=500)
