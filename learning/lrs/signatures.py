"""Signed statements (2.6): a JSON web signature (RFC 7515) that comes as an attachment of what it signs.

Where its header carries a certificate, the signature is verified with that; whom a certificate belongs to, and whether its
chain leads anywhere, is for readers to judge. Without one only the form can be: no key is known here.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import exceptions, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext as _

from core import errors
from learning.lrs import equality, validation
from learning.lrs.attachments import Part
from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import at

USAGE = "http://adlnet.gov/expapi/attachments/signature"
CONTENT_TYPE = "application/octet-stream"
ALGORITHMS: dict[str, hashes.HashAlgorithm] = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
MOST_BYTES = 5 * 1024 * 1024  # of one signature: it is read into memory
SMALLEST_KEY = 2048  # bits; RFC 7518 3.3

# RFC 7515 7.1, compact serialisation. No length of base64 leaves a remainder of 1.
BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)


@dataclass(frozen=True)
class Jws:
    """A signature, read."""

    header: dict[str, Any]
    payload: Any
    signed: bytes  # what the signature is of
    signature: bytes


def check(statements: Sequence[dict], parts: Sequence[Part], *, spec: str = "2.0.0") -> None:
    """Judge every signature of valid statements. Raises `DomainError` with the code `bad_signature`.

    Those of a SubStatement are files like others: only statements are signed. Each file is read once, however often it is
    named, and each statement compared with it once.
    """
    brought = {part.sha2: part for part in parts}
    signed: dict[str, dict[int, str]] = {}
    for place, path, attachment in _named(statements):
        signed.setdefault(_brought(attachment, brought, path).sha2, {}).setdefault(place, path)
    for sha2, places in signed.items():
        _check(brought[sha2], [(statements[place], path) for place, path in places.items()], spec)


def _named(statements: Sequence[dict]) -> Iterator[tuple[int, str, dict]]:
    """Every signature that is named: by which statement, and where."""
    for place, statement in enumerate(statements):
        path = at(f"[{place}]" if len(statements) > 1 else "", "attachments")
        for number, attachment in enumerate(statement.get("attachments", ())):
            if attachment["usageType"] == USAGE:
                yield place, f"{path}[{number}]", attachment


def _brought(attachment: dict, parts: Mapping[str, Part], path: str) -> Part:
    if attachment["contentType"].partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise _bad(at(path, "contentType"), _("The contentType of a signature must be application/octet-stream."))
    part = parts.get(attachment["sha2"].lower())
    if part is None:
        raise _bad(path, _("A signature comes with its statement, as a part of multipart/mixed: a fileUrl is not enough."))
    if part.length > MOST_BYTES:
        raise errors.TooLarge(_("A signature may have up to %(most)s bytes.") % {"most": MOST_BYTES})
    return part


def _check(part: Part, signed: Sequence[tuple[dict, str]], spec: str) -> None:
    """A file, with the statements that it signs."""
    path = signed[0][1]
    part.file.seek(0)
    jws = _read(part.file.read(), path)
    _judge_header(jws.header, path)
    _judge_payload(jws.payload, path, spec)
    for statement, place in signed:
        _compare(jws.payload, statement, place)
    if "x5c" in jws.header:
        _verify(jws, path)


def _bad(path: str, message: str) -> Invalid:
    error = Invalid(path, message)
    error.code = "bad_signature"
    return error


# Reading ------------------------------------------------------------------------------------------


def _read(content: bytes, path: str) -> Jws:
    pieces = content.split(b".")
    if len(pieces) != 3:
        raise _bad(path, _("This is no JSON web signature in compact form: three pieces with full stops between."))
    header, payload, signature = (_decoded(piece, path) for piece in pieces)
    found = _json(header, path)
    if type(found) is not dict:
        raise _bad(path, _("The header of the signature must be a JSON object."))
    return Jws(found, _json(payload, path), b".".join(pieces[:2]), signature)


def _decoded(piece: bytes, path: str) -> bytes:
    """Python's own decoder passes over letters that are none, so that the form is judged before."""
    text = piece.decode("latin-1")
    if not BASE64URL.match(text) or len(text) % 4 == 1:
        raise _bad(path, _("Each piece of the signature must be in base64url, without padding."))
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(content: bytes, path: str) -> Any:
    try:
        return json.loads(content.decode())
    except (ValueError, RecursionError):
        raise _bad(path, _("The header and the payload of the signature must be JSON.")) from None


# Judging ------------------------------------------------------------------------------------------


def _judge_header(header: dict[str, Any], path: str) -> None:
    if type(header.get("alg")) is not str or header["alg"] not in ALGORITHMS:
        raise _bad(path, _("The algorithm of the signature must be RS256, RS384 or RS512."))
    if "crit" in header:  # RFC 7515 4.1.11: what must be understood and is not
        raise _bad(path, _("The signature demands something by crit that is not understood here."))


def _judge_payload(payload: Any, path: str, spec: str) -> None:
    try:
        validation.check(payload, spec=spec)
    except Invalid as error:
        raise _bad(path, _("What was signed is no statement. %(fault)s") % {"fault": error}) from None


def _compare(payload: dict, statement: dict, path: str) -> None:
    """2.6: what was signed is the statement before the signature was added."""
    if not _keeps_what_was_signed(payload, statement) or not equality.is_same(_unsigned(payload), _unsigned(statement)):
        raise _bad(path, _("What was signed is not this statement."))


def _keeps_what_was_signed(payload: dict, statement: dict) -> bool:
    """The id and the time may be added after signing, and not be changed: that would make another statement of it."""
    same_id = "id" not in payload or payload["id"].lower() == statement.get("id", "").lower()
    return same_id and ("timestamp" not in payload or "timestamp" in statement)


def _unsigned(statement: dict) -> dict:
    """Signatures do not sign themselves, nor each other."""
    others = [each for each in statement.get("attachments", ()) if each["usageType"] != USAGE]
    return statement | {"attachments": others}


def _verify(jws: Jws, path: str) -> None:
    """RFC 7515 4.1.6: the first certificate of the chain has the key."""
    key = _key(jws.header["x5c"], path)
    try:
        key.verify(jws.signature, jws.signed, padding.PKCS1v15(), ALGORITHMS[jws.header["alg"]])
    except exceptions.InvalidSignature:
        raise _bad(path, _("The signature does not belong to the key of its certificate.")) from None


def _key(chain: Any, path: str) -> rsa.RSAPublicKey:
    if type(chain) is not list or not chain or not all(type(each) is str for each in chain):
        raise _bad(path, _("x5c must be a list of certificates, each in base64."))
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
    except (ValueError, x509.InvalidVersion, exceptions.UnsupportedAlgorithm):
        raise _bad(path, _("The first certificate of x5c cannot be read.")) from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise _bad(path, _("The certificate must have an RSA key of %(bits)s bits or more.") % {"bits": SMALLEST_KEY})
    return key
