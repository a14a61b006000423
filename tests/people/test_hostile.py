"""What a hostile reviewer tried on the ways in: each stays shut."""

import smtplib

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import get_template
from django.urls import reverse

from core import mail
from core.models import HeldMail
from people import names

PASSWORD = "a-lantern-on-the-canal-42"


class Refusing(BaseEmailBackend):
    """A mail server that refuses every address, and says so with the address in it."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such person") for message in messages})


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"


@pytest.mark.parametrize("leads_to", ["http://localhost:8000/phish", "//localhost/phish", "https://example.com/"])
def test_signing_in_leads_to_no_other_host(client, lee, leads_to):
    client.force_login(lee)
    response = client.get(reverse("account_login"), {"next": leads_to})
    assert "phish" not in response.url and "example.com" not in response.url


def test_the_page_after_signing_up_is_the_same_for_a_known_and_an_unknown_address(client, lee):
    pages = []
    for address in ["new@example.com", lee.email]:
        client.logout()
        client.post(reverse("account_signup"), {"email": address, "password1": PASSWORD, "display_name": "Somebody"})
        page = client.get(reverse("account_email_verification_sent")).content.decode()
        pages.append(page.replace(address, "ADDRESS").split("<main")[1].split("csrfmiddlewaretoken")[0])
    assert pages[0] == pages[1]


def test_a_refused_message_about_an_account_is_answered_as_ever_and_logs_no_address(client, lee, refusing, caplog):
    for address in [lee.email, "nobody@example.com"]:
        assert client.post(reverse("account_reset_password"), {"email": address}).status_code == 302
    assert "could not be delivered" in caplog.text
    assert lee.email not in caplog.text and "nobody@" not in caplog.text


def test_what_is_kept_of_a_refused_message_cannot_be_read(lee, refusing, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        mail.send(lee, "News", "website/email/account_unused", {"day": "today", "url": "/"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT message FROM core_heldmail")
        [(column,)] = cursor.fetchall()
    assert lee.email in HeldMail.objects.get().message and lee.email not in str(column)


def test_letters_kept_in_files_do_not_outlive_a_name(lee, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(tmp_path)
    outbox.send_mail("Hello", "Well done, Lee Okafor.", None, [lee.email])
    with django_capture_on_commit_callbacks(execute=True):
        names.change(lee, "Leigh Okafor", by=lee)
    assert not [file for file in tmp_path.iterdir() if "Lee Okafor" in file.read_text()]


def test_the_old_mailbox_does_not_learn_the_new_address():
    text = get_template("account/email/email_changed_message.txt").template.source
    assert "from_email" not in text and "to_email" not in text
