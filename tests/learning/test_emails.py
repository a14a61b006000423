"""The mail with a certificate: to whom, when, and what a stranger who sees the screen can read."""

import io
import re
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from django.core import mail as outgoing
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core import mail
from core.models import AuditEvent, HeldMail
from learning import emails
from learning.models import Certificate, Registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(registration):
    return Certificate.objects.create(
        code="7F3K-29QD-0X1Z",
        registration=registration,
        module=registration.course.modules().first(),
        title="Language <that> includes",
        version=3,
        minutes=72,
        issued_at=datetime(2026, 11, 18, 12, tzinfo=UTC),
    )


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """The task as the queue runs it, with its commit."""

    def task(certificate):
        with django_capture_on_commit_callbacks(execute=True):
            emails.send_certificate.call(certificate.pk)

    return task


@pytest.fixture
def message(run, certificate):
    run(certificate)
    [only] = outgoing.outbox
    return only


def html(message) -> str:
    [(body, kind)] = message.alternatives
    assert kind == "text/html"
    return body


def test_the_learner_alone_gets_it(message, lee):
    assert message.recipients() == [lee.email]


def test_it_says_in_text_and_in_html_what_was_completed_and_how_to_check_it(message, certificate):
    for body in [message.body, html(message)]:
        for said in [
            "Lee Okafor",
            "18 November 2026",
            "1 hour 12 minutes",
            "7F3K-29QD-0X1Z",
            f"/learning/certificates/{certificate.key}/",
        ]:
            assert said in body
    assert 'completed "Language <that> includes"' in message.body
    assert "<strong>Language &lt;that&gt; includes</strong>" in html(message)


def test_the_certificate_is_attached_under_a_neutral_name(message):
    [(name, content, kind)] = message.attachments
    assert (name, kind) == ("certificate.pdf", "application/pdf")
    assert "Lee Okafor" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_nobody_is_outed_by_what_shows_before_a_mail_is_opened(message):
    whole = message.message()
    outside = " ".join(f"{name} {value}" for part in whole.walk() for name, value in part.items())
    assert whole["Subject"] == "Your certificate is ready"
    assert not re.search(r"LGBT|inclusive|cancer|includes|language", outside.replace("Content-Language", ""), re.IGNORECASE)


def test_the_mail_is_marked_as_automatic_and_bears_our_host_alone(message, settings):
    settings.BASE_URL = "http://127.0.0.1:8000"
    whole = message.message()
    assert whole["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[\w.]+@127\.0\.0\.1>", whole["Message-ID"])


def test_nothing_in_the_mail_is_fetched(message):
    assert not re.search(r"<img|<script|<link|<iframe|url\(|src=|@import|@font-face", html(message))


def test_a_name_cannot_add_markup_or_a_header(certificate, run, lee):
    lee.display_name = 'Lee <b onclick="x">\nBcc: sam@example.com'
    lee.save()
    run(certificate)
    [message] = outgoing.outbox
    assert "<b onclick" not in html(message)
    assert "Bcc" not in message.message()


def test_the_same_certificate_is_mailed_once_however_often_the_queue_runs(certificate, run):
    run(certificate)
    run(certificate)
    assert len(outgoing.outbox) == 1
    assert AuditEvent.objects.filter(act=emails.MAILED, subject=certificate.audit_key).count() == 1


def test_a_withdrawn_certificate_is_not_mailed(certificate, run):
    Certificate.objects.update(status=Certificate.Status.REVOKED)
    run(certificate)
    assert outgoing.outbox == []


def test_an_erased_learner_gets_no_mail(certificate, run):
    Registration.objects.update(learner=None)
    run(certificate)
    assert outgoing.outbox == []


def test_a_certificate_that_is_gone_is_no_error(certificate, run):
    certificate.delete()
    run(Certificate(pk=4_000_000))
    assert outgoing.outbox == []


def test_a_mail_server_that_is_down_leaves_the_mail_to_be_sent_later(certificate, run, settings):
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    run(certificate)
    mail.send_held()
    assert HeldMail.objects.count() == 1
    settings.EMAIL_BACKEND = works
    mail.send_held()
    [letter] = outgoing.outbox
    assert letter.attachments[0].filename == "certificate.pdf" and letter.attachments[0].content.startswith(b"%PDF")
    assert letter.alternatives[0].mimetype == "text/html" and letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert not HeldMail.objects.exists()


def test_mail_that_is_held_for_three_days_is_given_up(lee, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    mail.deliver(outgoing.EmailMultiAlternatives("News", "Text", None, [lee.email]))
    HeldMail.objects.update(held_at=timezone.now() - timedelta(days=4))
    mail.send_held()
    assert not HeldMail.objects.exists()
    assert "could not be delivered" in caplog.text and lee.email not in caplog.text


def test_what_is_held_does_not_outlive_a_person(lee, settings):
    HeldMail.objects.create(message=f'{{"to": ["{lee.email}"]}}')
    HeldMail.objects.create(message='{"to": ["somebody.else@example.com"]}')
    mail.forget([lee.email])
    assert [held.message for held in HeldMail.objects.all()] == ['{"to": ["somebody.else@example.com"]}']


def test_mail_waits_for_the_commit(lee, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        mail.send(lee, gettext_lazy("Hello"), "learning/email/certificate_ready", {})
        assert outgoing.outbox == []
    assert len(waiting) == 1


def test_mail_is_in_the_language_of_the_person_where_we_speak_it(lee, settings):
    assert mail.language(lee) == "en-gb"
    lee.language = "cy"
    assert mail.language(lee) == "en-gb"  # until there is a catalogue
    settings.LANGUAGES = [*settings.LANGUAGES, ("cy", "Welsh")]
    assert mail.language(lee) == "cy"
    lee.language = "Welsh, and a little Urdu"
    assert mail.language(lee) == "en-gb"
