"""One mail to one person: plain text and HTML, in their language, sent when the act that caused it is committed.

Subject, sender, Message-ID and names of files are seen on locked screens and by others: they name no course, panel
or topic. Nothing in a mail is fetched from anywhere, so nothing tells us that it was read.
"""

from __future__ import annotations

import base64
import json
import logging
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from email.utils import make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise

from core.models import HeldMail

Attachment = tuple[str, bytes, str]  # neutral file name, content, media type


LOG = logging.getLogger(__name__)
HELD_FOR = timedelta(days=3)
IS_OFF: ContextVar[bool] = ContextVar("mail is off", default=False)


class Person(Protocol):
    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str: ...


def send(person: Person, subject: str | Promise, template: str, context: dict, *, attachments: Iterable[Attachment] = ()) -> None:
    """Mail `template`.txt and `template`.html, rendered now, and sent on commit (at once where no transaction is open)."""
    if IS_OFF.get():
        return
    message = _message(person, subject, template, context)
    for attachment in attachments:
        message.attach(*attachment)
    transaction.on_commit(lambda: deliver(message))


@contextmanager
def off() -> Iterator[None]:
    """While a past is made up that nobody lived through (the demonstration), no letter of it is written or sent."""
    before = IS_OFF.set(True)
    try:
        yield
    finally:
        IS_OFF.reset(before)


def deliver(message: EmailMultiAlternatives) -> None:
    """Send it, or hold it until the mail server takes it: the act that caused it is done, and must not fail now.

    What a mail server says of a refusal holds the address, so it is not logged.
    """
    try:
        message.send()
    except (smtplib.SMTPException, OSError):
        HeldMail.objects.create(message=_packed(message))


def send_held() -> None:
    """Try again what is held, the oldest first, as long as the mail server takes it. Called by the queue."""
    given_up, _kinds = HeldMail.objects.filter(held_at__lt=timezone.now() - HELD_FOR).delete()
    if given_up:
        LOG.error("%s messages could not be delivered for three days, and are gone.", given_up)
    for pk in HeldMail.objects.order_by("pk").values_list("pk", flat=True):
        _send_held(pk)


@transaction.atomic
def _send_held(pk: int) -> None:
    held = HeldMail.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if held is None:
        return
    try:
        _unpacked(held.message).send()
    except (smtplib.SMTPException, OSError):
        return
    held.delete()


def language(person: Person) -> str:
    """The person's own language where we speak it, else ours."""
    return person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def forget(addresses: Iterable[str]) -> None:
    """Delete what is held for these addresses, and files of mail to them where it is kept in files (the embedded default)."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    named = [address.lower().encode() for address in addresses]
    for held in HeldMail.objects.all():
        if any(address in held.message.lower().encode() for address in named):
            held.delete()
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


def _packed(message: EmailMultiAlternatives) -> str:
    facts = {name: getattr(message, name) for name in ["subject", "body", "from_email", "to", "extra_headers"]}
    html = [content for content, _kind in message.alternatives]
    files = [(name, base64.b64encode(content).decode(), kind) for name, content, kind in message.attachments]
    return json.dumps({**facts, "html": html, "files": files})


def _unpacked(text: str) -> EmailMultiAlternatives:
    facts = json.loads(text)
    html, files, headers = facts.pop("html"), facts.pop("files"), facts.pop("extra_headers")
    message = EmailMultiAlternatives(**facts, headers=headers)
    for part in html:
        message.attach_alternative(part, "text/html")
    for name, content, kind in files:
        message.attach(name, base64.b64decode(content), kind)
    return message


def _house() -> dict:
    return {
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact": settings.CONTACT_EMAIL,
        "is_demo": settings.DEMO,
    }
