"""What the site answers beside its pages."""

import datetime
import json

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone
from django_q.models import OrmQ
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, PageViewRestriction

from pages.models import CustomImage
from website import health, pages, views

RIGHTS = ["/help/", "/privacy/", "/cookies/", "/accessibility/"]


@pytest.fixture
def site(home):
    return pages.load()


def test_the_process_says_that_it_lives(client):
    assert client.get("/health/live").json() == {"live": True}


def test_strangers_learn_only_whether_it_is_ready(client, db):
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {"ready": True}
    assert "no-cache" in response["Cache-Control"]


def test_staff_learn_how_the_queue_is(client, val, second_factor):
    report = second_factor(client, val).get("/health/ready").json()
    assert report == {
        "ready": True,
        "database": True,
        "migrations": True,
        "queue": True,
        "oldest_task_seconds": 0,
        "failed_tasks": 0,
    }


def test_a_stuck_queue_is_not_ready(client, db):
    OrmQ.objects.create(key="k", payload="x", lock=timezone.now() - datetime.timedelta(seconds=health.OLDEST_TASK + 60))
    assert client.get("/health/ready").status_code == 503


def test_migrations_to_come_are_not_ready(client, db, monkeypatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: True)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"ready": False}


def test_search_engines_are_sent_to_public_pages_only(client, db, settings):
    settings.DEMO = False
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /account/" in lines
    assert lines.index("Disallow: /claims/") < lines.index("Allow: /claims/rates/")
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in lines


def test_a_demonstration_is_not_searched(client, db, settings):
    settings.DEMO = True
    assert "Disallow: /" in client.get("/robots.txt").content.decode().splitlines()


def test_the_sitemap_lists_public_pages_and_no_other(client, site):
    private = site.get_children().get(slug="cookies")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    draft = site.get_children().get(slug="help")
    draft.unpublish()
    xml = client.get("/sitemap.xml").content.decode()
    assert "/privacy/</loc>" in xml
    assert "/cookies/" not in xml
    assert "/help/" not in xml


def test_the_manifest_names_the_site(client, db):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    assert json.loads(response.content)["name"] == settings.SITE_NAME


def test_a_missing_page_says_so_kindly(client, home):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert b"There is no page here" in response.content


def test_a_form_from_a_session_that_ended_says_what_to_do(home):
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x"})
    assert response.status_code == 403
    assert b"Nothing was saved" in response.content


def test_what_was_typed_into_a_form_whose_session_ended_can_be_copied(home, settings):
    secrets = {"new_password": "not-this-one", "account_number": "66374958", "csrfmiddlewaretoken": "f" * 64}
    ours = {"seen": "5275", "press": "prepare"}
    typed = {"text": "Forty-one kerbs.", **ours, **secrets}
    page = Client(enforce_csrf_checks=True).post("/account/name/", typed, headers={"Origin": settings.BASE_URL}).content.decode()
    assert "Forty-one kerbs." in page and 'href="/account/name/"' in page
    assert not any(held in page for held in [*secrets.values(), ours["seen"], ">prepare<"])


def test_nobody_else_speaks_through_that_page(home):
    page = Client(enforce_csrf_checks=True).post(
        "/account/name/", {"text": "Ring me"}, headers={"Origin": "https://evil.example"}
    )
    assert b"Ring me" not in page.content


@pytest.mark.parametrize(("view", "status"), [(views.bad_request, 400), (views.forbidden, 403)])
def test_other_errors_have_a_page_too(client, home, view, status):
    request = client.get("/privacy/").wsgi_request
    response = view(request, Exception("secret"))
    assert response.status_code == status
    assert b"secret" not in response.content


def test_the_page_of_our_own_fault_needs_no_database():
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"not your fault" in response.content


def test_the_page_of_our_own_fault_wears_the_theme_and_links_to_help_and_rights(settings):
    settings.SITE_THEME = "/srv/theme"
    html = views.server_error(RequestFactory().get("/")).content.decode()
    assert "theme/tokens.css" in html
    assert "pages/tokens.css" not in html
    for link in RIGHTS:
        assert f'href="{link}"' in html


def test_the_documentation_of_the_interface_links_to_help_and_rights(client, home):
    html = client.get("/api/docs/").content.decode()
    for link in RIGHTS:
        assert f'href="{link}"' in html


def test_public_pages_carry_the_strict_policy(client, site):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


# pictures ----------------------------------------------------------------------------------------


@pytest.fixture
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    return tmp_path


def test_a_picture_is_shown_and_what_it_was_made_from_is_not(client, db, disk):
    for folder in ["images", "images/inner", "original_images", "documents"]:
        (disk / folder).mkdir()
        (disk / folder / "sea.png").write_bytes(b"\x89PNG")
    answer = client.get("/media/images/sea.png")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"\x89PNG")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    paths = ["original_images/sea.png", "documents/sea.png", "images/", "images/../documents/sea.png", "images/none.png"]
    for path in [*paths, "images/inner", "images/inner/sea.png", "images/%00", f"images/{'x' * 5000}"]:
        assert client.get(f"/media/{path}").status_code == 404, path
    assert client.get("/media/images/..").status_code == 400


def test_a_picture_that_is_known_already_is_not_sent_again(client, db, disk):
    (disk / "images").mkdir()
    (disk / "images" / "sea.png").write_bytes(b"\x89PNG")
    known = client.get("/media/images/sea.png")["Last-Modified"]
    again = client.get("/media/images/sea.png", headers={"If-Modified-Since": known})
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_in_a_page_has_an_address_that_is_answered(client, db, disk):
    Collection.get_first_root_node() or Collection.add_root(name="Root")  # gone after a test that empties the database
    image = CustomImage.objects.create(title="A square", file=get_test_image_file())
    assert client.get(image.get_rendition("width-100|format-webp").url).status_code == 200
