"""HTTP Basic with a credential of the record store. No session opens anything here."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from learning.lrs import credentials
from learning.lrs.models import Credential

CHALLENGE = 'Basic realm="xapi", charset="UTF-8"'


def credential(request: HttpRequest) -> Credential | None:
    """Whose key and secret these are; None for none, wrong ones, and what is no Basic header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return credentials.authenticate(key, secret) if key.isprintable() and secret else None
