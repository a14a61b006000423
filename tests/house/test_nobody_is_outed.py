"""Nothing that is sent to or about a person names a panel, a course or a topic: one test reads every message and file."""

import datetime
import io
import re
import uuid

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse

from api import deliveries
from api.events import TEST, TYPES
from api.models import Delivery, Webhook
from core.models import OutboxEvent
from learning import courses
from learning.demo.course import load_course, load_index
from learning.models import Certificate, ModuleProgress
from tests.factories.learning import work_through

PASSWORD = "a-lantern-on-the-canal-42"
TELLING = re.compile(r"lgbt|trans|gay|lesbian|bisexual|cancer|panel|inclusi|equality|screening|course|module", re.IGNORECASE)


@pytest.fixture
def taught(home):
    return load_course(load_index(home))


@pytest.fixture
def certificate(lee, taught, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        registration = courses.register(lee, taught, by=lee)
        work_through(registration, taught.modules().first(), lee)
    return Certificate.objects.get(registration=registration)


def seen_outside(message) -> list[str]:
    """What a lock screen, a list of messages or an envelope shows."""
    headers = message.message().values()
    names = [part.get_filename() or "" for part in message.message().walk()]
    return [message.subject, message.from_email, *headers, *names]


def test_no_message_tells_by_what_is_seen_outside(client, lee, certificate, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": lee.email})
        client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
        client.post(
            reverse("account_signup"),
            {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"},
        )
        client.post(reverse("account_signup"), {"email": lee.email, "password1": PASSWORD, "display_name": "Again"})
    assert len(mail.outbox) >= 4
    assert any(part.get_content_type() == "application/pdf" for message in mail.outbox for part in message.message().walk())
    for message in mail.outbox:
        for text in seen_outside(message):
            assert not TELLING.search(text), (message.subject, text)


def test_mail_about_an_account_names_nothing_at_all(client, lee, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": lee.email})
        client.post(
            reverse("account_signup"),
            {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"},
        )
    for message in mail.outbox:
        assert not TELLING.search(message.body), message.body


def test_a_certificate_file_tells_nothing_before_it_is_opened(client, lee, certificate):
    client.force_login(lee)
    response = client.get(reverse("learning:certificate_pdf", args=[certificate.key]))
    assert not TELLING.search(response["Content-Disposition"])
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        shown = [str(value) for value in pdf.docinfo.values()] + [str(value) for value in pdf.open_metadata().values()]
    for text in shown:
        assert not TELLING.search(text), text


def test_personal_addresses_hold_random_keys_and_no_topic(lee, certificate):
    progress = ModuleProgress.objects.get()
    for name, key in [("play", progress.key), ("finish", progress.key), ("certificate", certificate.key)]:
        url = reverse(f"learning:{name}", args=[key, 1] if name == "play" else [key])
        assert re.search(r"[0-9a-f-]{36}", url)
        assert not TELLING.search(url), url
    assert isinstance(certificate.key, uuid.UUID)


def test_what_other_systems_are_told_is_a_name_and_keys(certificate):
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    Webhook.objects.create(url="https://cases.example.org/news", secret="x" * 32, events=TYPES, made_at=long_ago)
    deliveries.follow(list(OutboxEvent.objects.all()))
    told = [deliveries.body(delivery).decode() for delivery in Delivery.objects.all()]
    assert len(told) >= 2
    for text in [*told, *TYPES, TEST]:
        assert not TELLING.search(text), text


def test_what_is_taken_away_has_a_neutral_name(client, lee, val, certificate, second_factor):
    second_factor(client, val)
    files = [client.get(reverse(f"learning:statistics_{ending}")) for ending in ("csv", "xlsx")]
    second_factor(client, lee)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    files += [client.post(reverse("your_data")), client.get(reverse("mfa_download_recovery_codes"))]
    for response in files:
        assert response["Content-Disposition"].startswith("attachment; filename="), response
        assert not TELLING.search(response["Content-Disposition"]), response["Content-Disposition"]


def test_a_line_of_the_log_about_a_certificate_leads_to_nobody(certificate):
    """Anybody learns the holder's name and what they completed by the certificate's number."""
    assert certificate.code not in f"{certificate} {certificate!r}"
