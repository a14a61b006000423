"""What a statement says about its attachments (2.4.11). The files themselves are judged where they arrive."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import items, members, whole_number
from learning.lrs.validation.types import iri, language_map, media_type

# SHA-224, 256, 384 and 512, in hexadecimal.
SHA2 = re.compile(r"(?:[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})\Z")


def sha2(value: Any, path: str) -> None:
    if type(value) is not str or not SHA2.match(value):
        raise Invalid(path, _("This must be a SHA-2 sum in hexadecimal digits."))


ATTACHMENT = {
    "usageType": iri,
    "display": language_map,
    "description": language_map,
    "contentType": media_type,
    "length": whole_number,
    "sha2": sha2,
    "fileUrl": iri,
}


def attachment(value: Any, path: str) -> None:
    members(value, path, ATTACHMENT, required=("usageType", "display", "contentType", "length", "sha2"))


def attachments(value: Any, path: str) -> None:
    items(value, path, attachment)
