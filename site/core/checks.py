"""What must hold before the platform starts. Each has a sentence that says what to do.

The check of the audit triggers needs the database: `manage.py check --database default`, and `migrate` runs it too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from core import audit

SHORTEST_KEY = 32
KEEPS_MAIL = {"filebased", "console", "dummy", "locmem"}


@register(Tags.security)
def content_has_another_host(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Cookies ignore ports, so another port is not another origin."""
    if urlsplit(settings.BASE_URL).hostname != urlsplit(settings.CONTENT_BASE_URL).hostname:
        return []
    hint = "Content packages run scripts of their own. Give CONTENT_BASE_URL another host name; another port is not enough."
    return [Error("CONTENT_BASE_URL has the host name of BASE_URL.", hint=hint, id="core.E001")]


@register()
def queue_runs_tasks_once(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """django-q2 hands a task out again after `retry` seconds, though it may only be waiting behind others."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    longest = queue["timeout"] * (math.ceil((queue["queue_limit"] + 1) / queue["workers"]) + 1)
    found: list[CheckMessage] = []
    if queue["retry"] <= longest:
        found.append(Error(f"Q_CLUSTER retry must be more than {longest} seconds, or tasks run twice.", id="core.E002"))
    if not queue.get("max_attempts"):
        found.append(Error("Q_CLUSTER has no max_attempts: a task that fails would be repeated for ever.", id="core.E003"))
    return found


@register(Tags.security)
def keys_are_good(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Three kinds of key, all different: who learns one must not learn another."""
    found: list[CheckMessage] = []
    keys = [settings.SECRET_KEY, settings.BLIND_INDEX_KEY, *settings.FIELD_ENCRYPTION_KEYS]
    if len(set(keys)) < len(keys):
        found.append(Error("SECRET_KEY, BLIND_INDEX_KEY and FIELD_ENCRYPTION_KEYS must all be different.", id="core.E004"))
    if not settings.FIELD_ENCRYPTION_KEYS or not all(map(_is_fernet_key, settings.FIELD_ENCRYPTION_KEYS)):
        hint = "Each is 32 random bytes in URL-safe base64: Fernet.generate_key() makes one."
        found.append(Error("FIELD_ENCRYPTION_KEYS holds no valid key, or one that is not.", hint=hint, id="core.E005"))
    if len(settings.BLIND_INDEX_KEY) < SHORTEST_KEY:
        found.append(Error(f"BLIND_INDEX_KEY must have at least {SHORTEST_KEY} characters.", id="core.E006"))
    return found


@register(deploy=True)
def demonstration_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demonstration shows its mail and prints its codes."""
    return [Error("DEMO is on.", hint="Set DEMO=false.", id="core.E007")] if settings.DEMO else []


@register(deploy=True)
def mail_is_sent(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without a mail server nobody can confirm an address or reset a password."""
    if settings.EMAIL_BACKEND.split(".")[-2] not in KEEPS_MAIL:
        return []
    return [checks.Warning("Mail is kept here and sent to nobody.", hint="Set EMAIL_URL to your mail server.", id="core.W001")]


@register(Tags.database)
def audit_trail_is_guarded(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Without its triggers the trail can be rewritten by anybody who can write at all."""
    hint = "`manage.py migrate --skip-checks` puts them back. Find out who took them away."
    return [
        Error(f"The audit trail is not guarded: {', '.join(names)} missing.", hint=hint, id="core.E008")
        for alias in databases or []
        if audit.table_exists(connections[alias]) and (names := audit.missing(alias))
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
