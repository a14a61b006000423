"""Strangers are served from a cache; what changes shows at once in every process; nothing personal is ever kept."""

import gzip

import pytest
from django.contrib import messages
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils.translation import get_language
from wagtail import urls as wagtail_urls
from wagtail.models import Page, PageViewRestriction, Site

from core import page_cache


def answer(text="same for all", **headers):
    return lambda request: HttpResponse(text, headers=headers)


def with_token(request):
    return HttpResponse(get_token(request))


def with_session(request):
    request.session["seen"] = True
    return HttpResponse("seen")


def with_message(request):
    messages.info(request, "Saved.")
    return HttpResponse([message.message for message in messages.get_messages(request)])


def with_nonce(request):
    return HttpResponse(str(request.csp_nonce))


urlpatterns = [
    path("public/", page_cache.public(answer("b" * 5000))),
    path("language/", page_cache.public(lambda request: HttpResponse(get_language()))),
    path("not-said/", answer()),
    path("token/", page_cache.public(with_token)),
    path("session/", page_cache.public(with_session)),
    path("message/", page_cache.public(with_message)),
    path("nonce/", page_cache.public(with_nonce)),
    path("private/", page_cache.public(answer(**{"Cache-Control": "private"}))),
    path("no-message/", page_cache.public(lambda request: HttpResponse(list(messages.get_messages(request))))),
    path("text/", answer(**{"Content-Type": "text/plain"})),
    path("json/", page_cache.public(answer(**{"Content-Type": "application/json"}))),
    path("learning/my/", page_cache.public(answer())),
    path("admin/images/1/", answer()),
    path("admin/refused/", lambda request: HttpResponse(status=403)),
    path(
        "admin/pages/",
        include(([path("1/edit/", answer(), name="edit"), path("1/move/", answer(), name="move")], "wagtailadmin_pages")),
    ),
    path("elsewhere/", answer()),
    path("", include(wagtail_urls)),
]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def bare_template(settings):
    """A page of Wagtail's own kind, drawn by one line."""
    engine = settings.TEMPLATES[0]
    templates = {"wagtailcore/page.html": "<title>{{ page.title }}</title>", "wagtailcore/password_required.html": "locked"}
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}]


@pytest.fixture
def page(home):
    page = home.add_child(instance=Page(title="First", slug="news"))
    page.save_revision().publish()
    return page


@pytest.fixture
def process():
    """`process("b")`: from here on this is another process, with a memory of its own and the same database."""
    first = caches["pages"]

    def be(name):
        caches["pages"] = LocMemCache(f"process {name}", {})

    yield be
    for name in "ab":
        LocMemCache(f"process {name}", {}).clear()
    caches["pages"] = first


def is_kept(client, address, **headers):
    """Whether the second answer costs no more than the question for the generation."""
    client.get(address, headers=headers)
    client.cookies.clear()
    hit = client.get(address, headers=headers)
    return hit.headers.get("ETag") is not None


# what is kept ------------------------------------------------------------------------------------


def test_a_public_page_comes_back_with_one_query_and_no_cookie(client, page, django_assert_num_queries):
    first = client.get("/news/")
    with django_assert_num_queries(1):
        second = client.get("/news/")
    assert second.content == first.content == b"<title>First</title>"
    assert not second.cookies
    assert second["Content-Type"] == "text/html; charset=utf-8"


def test_what_is_kept_has_the_same_headers_as_what_was_made(client, page):
    first, second = client.get("/news/"), client.get("/news/")
    own = {"X-Request-Id"}
    assert {k: v for k, v in first.items() if k not in own} == {k: v for k, v in second.items() if k not in own}
    assert "script-src 'self'" in second["Content-Security-Policy"]
    assert second["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language", "Accept-Encoding"} <= set(second["Vary"].split(", "))
    assert first["X-Request-Id"] != second["X-Request-Id"]


def test_a_page_of_somebody_who_is_signed_in_is_not_left_behind_in_the_browser(client, page, lee):
    client.force_login(lee)
    assert client.get("/news/")["Cache-Control"] == "private, no-store"
    assert client.get("/private/")["Cache-Control"] == "private"
    assert "Cache-Control" not in client.get("/text/").headers
    client.logout()
    assert client.get("/news/")["Cache-Control"] == "private, no-cache"


def test_a_browser_that_has_the_page_is_told_so(client, page):
    etag = client.get("/news/")["ETag"]
    assert client.get("/news/", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/news/", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_kept_page_is_sent_compressed_to_who_can_read_it(client):
    for _ in range(2):
        zipped = client.get("/public/", headers={"Accept-Encoding": "br, gzip"})
        assert zipped["Content-Encoding"] == "gzip"
        assert int(zipped["Content-Length"]) == len(zipped.content) < 100
        assert gzip.decompress(zipped.content) == client.get("/public/").content == b"b" * 5000


def test_the_head_of_a_kept_page_has_no_body(client, page):
    client.get("/news/")
    head = client.head("/news/")
    assert head.content == b""
    assert head["Content-Length"] == str(len("<title>First</title>"))


def test_a_view_is_kept_only_if_it_says_so(client):
    assert is_kept(client, "/public/")
    assert not is_kept(client, "/not-said/")


def test_a_page_that_would_show_messages_is_kept_while_there_are_none(client):
    assert is_kept(client, "/no-message/")


@pytest.mark.parametrize(
    "address",
    ["/token/", "/session/", "/message/", "/nonce/", "/private/", "/json/", "/learning/my/", "/public/?page=2", "/nowhere/"],
)
def test_what_may_be_personal_is_never_kept(client, home, address):
    assert not is_kept(client, address)


@pytest.mark.parametrize("cookie", ["session", "messages"])
def test_somebody_with_a_session_or_a_message_is_not_a_stranger(client, cookie):
    client.get("/public/")
    client.cookies[cookie] = "anything"
    assert "ETag" not in client.get("/public/")


def test_what_somebody_signed_in_was_shown_is_not_kept(client, lee):
    client.force_login(lee)
    assert "ETag" not in client.get("/public/")
    client.logout()
    assert "ETag" in client.get("/public/")


def test_a_request_with_a_credential_passes_by(client):
    assert not is_kept(client, "/public/", Authorization="Basic eDp5")


def test_a_page_with_a_view_restriction_is_never_kept(client, page):
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="open")
    assert client.get("/news/").content == b"locked"
    session = client.session
    session[restriction.passed_view_restrictions_session_key] = [restriction.pk]
    session.save()
    assert client.get("/news/").content == b"<title>First</title>"
    client.cookies.clear()
    again = client.get("/news/")
    assert again.content == b"locked"
    assert "ETag" not in again


def test_languages_and_hosts_are_kept_apart(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.LANGUAGES = [("en-gb", "English"), ("cy", "Welsh")]
    for _ in range(2):
        assert client.get("/language/", headers={"Accept-Language": "cy"}).content == b"cy"
        assert client.get("/language/", headers={"Accept-Language": "en"}).content == b"en-gb"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "cy"
    assert client.get("/language/").content == b"cy"
    client.get("/public/")
    key = len(caches["pages"]._cache)
    client.get("/public/", headers={"Host": "other.example"})
    assert len(caches["pages"]._cache) == key + 1


def test_a_preview_neither_comes_from_the_cache_nor_goes_into_it(client, page):
    client.get("/news/")
    page.title = "Draft"
    preview = page.make_preview_request()
    assert preview.content == b"<title>Draft</title>"
    assert "ETag" not in preview
    assert client.get("/news/").content == b"<title>First</title>"


# clearing ----------------------------------------------------------------------------------------


def test_a_publish_shows_at_once_in_every_process(client, page, process):
    for name in "ab":
        process(name)
        assert b"First" in client.get("/news/").content
    process("a")
    page.title = "Second"
    page.save_revision().publish()
    for name in "ab":
        process(name)
        assert b"Second" in client.get("/news/").content


@pytest.mark.parametrize(
    "act",
    [
        lambda page: page.save_revision().publish(),
        lambda page: page.unpublish(),
        lambda page: page.delete(),
        lambda page: page.move(page.get_parent().add_child(instance=Page(title="Other", slug="other")), "last-child"),
        lambda page: page_cache.clear(),
    ],
    ids=["publish", "unpublish", "delete", "move", "clear"],
)
def test_what_changes_a_page_raises_the_generation(page, act):
    before = page_cache.generation()
    act(page)
    assert page_cache.generation() > before


def test_a_draft_changes_nothing_that_strangers_see(page):
    before = page_cache.generation()
    page.title = "Not yet"
    page.save_revision()
    assert page_cache.generation() == before


@pytest.mark.django_db
def test_the_generation_is_raised_in_the_transaction_of_the_act():
    before = page_cache.generation()
    with pytest.raises(RuntimeError), transaction.atomic():
        page_cache.clear()
        assert page_cache.generation() == before + 1
        raise RuntimeError
    assert page_cache.generation() == before


@pytest.mark.parametrize(
    ("method", "address", "clears"),
    [
        ("post", "/admin/images/1/", True),
        ("post", "/admin/pages/1/move/", True),
        ("get", "/admin/images/1/", False),
        ("post", "/admin/pages/1/edit/", False),
        ("post", "/admin/refused/", False),
        ("post", "/admin/nowhere/", False),
        ("post", "/elsewhere/", False),
    ],
)
def test_every_edit_in_the_admin_clears_but_for_drafts(client, home, method, address, clears):
    before = page_cache.generation()
    getattr(client, method)(address)
    assert (page_cache.generation() > before) is clears


# the site ----------------------------------------------------------------------------------------


def site_queries(queries):
    return [query["sql"] for query in queries if "wagtailcore_site" in query["sql"]]


def test_the_site_is_looked_up_once_in_a_generation(client, page, lee):
    client.force_login(lee)
    client.get("/news/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/news/")
    assert site_queries(queries) == []
    assert sum("core_generation" in query["sql"] for query in queries) == 1


def test_a_change_of_the_site_shows_after_the_generation_is_raised(client, page, lee, home):
    client.force_login(lee)
    assert client.get("/news/").status_code == 200
    Site.objects.update(root_page=page)
    page_cache.clear()
    assert client.get("/news/").status_code == 404
    assert client.get("/").content == b"<title>First</title>"


def test_a_request_that_needs_no_site_does_not_ask_for_the_generation(client, lee):
    client.force_login(lee)
    with CaptureQueriesContext(connection) as queries:
        client.get("/not-said/")
    assert not any("core_generation" in query["sql"] for query in queries)
