"""One mail to one person: plain text and HTML, in their language, sent when the act that caused it is committed.

Subject, sender, Message-ID and names of files are seen on locked screens and by others: they name no course, panel
or topic. Nothing in a mail is fetched from anywhere, so nothing tells us that it was read.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from email.utils import make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

Attachment = tuple[str, bytes, str]  # neutral file name, content, media type


class NotDelivered(Exception):
    """The mail server could not be reached, or refused. The queue tries again."""


class Person(Protocol):
    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str: ...


def send(person: Person, subject: str | Promise, template: str, context: dict, *, attachments: Iterable[Attachment] = ()) -> None:
    """Mail `template`.txt and `template`.html, rendered now, and sent on commit (at once where no transaction is open)."""
    message = _message(person, subject, template, context)
    for attachment in attachments:
        message.attach(*attachment)
    transaction.on_commit(lambda: deliver(message))


def deliver(message: EmailMessage) -> None:
    """Send it. What a mail server says of a refusal holds the address, which must reach neither the log nor the queue's table."""
    try:
        message.send()
    except (smtplib.SMTPException, OSError):
        raise NotDelivered from None


def language(person: Person) -> str:
    """The person's own language where we speak it, else ours."""
    return person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def forget(addresses: Iterable[str]) -> None:
    """Delete the files of mail to these addresses, where mail is kept in files (the embedded default)."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    named = [address.lower().encode() for address in addresses]
    for file in Path(folder).glob("*") if folder else []:
        content = file.read_bytes().lower()
        if any(address in content for address in named):
            file.unlink(missing_ok=True)


def _message(person: Person, subject: str | Promise, template: str, context: dict) -> EmailMultiAlternatives:
    with translation.override(language(person)):
        context = {**_house(), **context, "subject": str(subject)}
        headers = {"Auto-Submitted": "auto-generated", "Message-ID": make_msgid(domain=urlsplit(settings.BASE_URL).hostname)}
        text = render_to_string(f"{template}.txt", context).strip() + "\n"
        message = EmailMultiAlternatives(context["subject"], text, to=[person.email], headers=headers)
        message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def _house() -> dict:
    return {
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact": settings.CONTACT_EMAIL,
        "is_demo": settings.DEMO,
    }
