"""Signed statements: well-formed, of what they stand with, and by the key of their certificate where they carry one."""

import base64
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from core import errors
from learning.lrs import attachments, signatures, validation

HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
FILE = {
    "usageType": "http://example.com/test",
    "display": {"en": "A test"},
    "contentType": "text/plain",
    "length": 27,
    "sha2": "0" * 64,
    "fileUrl": "http://over.there.com/file.txt",
}


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


def b64(content):
    return base64.urlsafe_b64encode(content if type(content) is bytes else json.dumps(content).encode()).rstrip(b"=")


def jws(payload, key, alg="RS256", **header):
    signed = b64({"alg": alg} | header) + b"." + b64(payload)
    return signed + b"." + b64(key.sign(signed, padding.PKCS1v15(), HASHES.get(alg, hashes.SHA256())))


def certificate(key, signer=None):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=999))
    return base64.b64encode(made.sign(signer or key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


def judge(statement, *contents, **changes):
    """Judge a statement with these signatures, among others that are none."""
    parts = [attachments.Part(hashlib.sha256(each).hexdigest(), len(each), io.BytesIO(each)) for each in contents]
    facts = FILE | {"usageType": signatures.USAGE, "contentType": "application/octet-stream"}
    signs = [facts | {"length": each.length, "sha2": each.sha2.upper()} | changes for each in parts]
    for sign in signs:
        del sign["fileUrl"]
    said = statement | {"attachments": [*statement.get("attachments", []), *signs]}
    validation.check(said)
    signatures.check([said], parts)


def refused(statement, *contents, **changes):
    with pytest.raises(errors.DomainError) as refusal:
        judge(statement, *contents, **changes)
    assert refusal.value.code == "bad_signature"
    assert refusal.value.field.startswith("attachments[")
    return str(refusal.value.message)


# What is taken ------------------------------------------------------------------------------------


@pytest.mark.parametrize("alg", HASHES)
def test_three_algorithms_are_known_with_a_certificate_and_without(say, key, alg):
    said = say()
    judge(said, jws(said, key, alg), jws(said, key, alg, x5c=[certificate(key), "the rest of the chain"]))


def test_other_attachments_are_signed_and_signatures_are_not(say, key):
    said = say(attachments=[FILE])
    judge(said, jws(said, key))
    assert "not this statement" in refused(say(attachments=[FILE]), jws(say(), key))


def test_what_the_store_sets_and_another_way_of_writing_make_no_difference(say, key):
    said = say(result={"duration": "PT1.234S"})
    signed = said | {"timestamp": "2026-11-23T10:30:00+01:00", "id": said["id"].upper(), "result": {"duration": "PT1.239S"}}
    judge(said | {"version": "2.0.0", "authority": {"mbox": "mailto:a@example.org"}}, jws(signed, key))


def test_id_and_time_may_come_after_signing(say, key):
    said = say()
    judge(said, jws({name: said[name] for name in ["actor", "verb", "object"]}, key))


def test_without_signatures_nothing_is_judged(say):
    signatures.check([say(), say(attachments=[FILE])], [])


def test_a_signature_that_is_named_often_is_read_once(say, key, monkeypatch):
    """Else a small request would have us read a large file thousands of times."""
    asked = []
    read = signatures._read
    monkeypatch.setattr(signatures, "_read", lambda *given: asked.append(1) or read(*given))
    said = say()
    signed = jws({name: said[name] for name in ["actor", "verb", "object"]}, key)
    facts = FILE | {"usageType": signatures.USAGE, "contentType": "application/octet-stream"}
    part = attachments.Part(hashlib.sha256(signed).hexdigest(), len(signed), io.BytesIO(signed))
    both = [one | {"attachments": [facts | {"sha2": part.sha2}] * 3} for one in [said, say()]]
    signatures.check(both, [part])
    assert len(asked) == 1
    both[1] |= {"verb": {"id": "https://example.org/other"}}
    with pytest.raises(errors.DomainError) as refusal:
        signatures.check(both, [part])
    assert refusal.value.field == "[1].attachments[0]"


# What is refused ----------------------------------------------------------------------------------


def test_a_signature_of_something_else_is_refused(say, key):
    said = say()
    del said["timestamp"]
    for signed in [say(), said | {"verb": {"id": "http://example.com/other"}}, said | {"timestamp": "2026-01-01T00:00:00Z"}]:
        assert "not this statement" in refused(said, jws(signed, key))


def test_duration_is_compared_at_a_hundredth_of_a_second(say, key):
    assert refused(say(result={"duration": "PT1.23S"}), jws(say(result={"duration": "PT1.24S"}), key))


def test_the_place_of_a_signature_in_a_batch_is_named(say):
    facts = FILE | {"usageType": signatures.USAGE, "contentType": "application/octet-stream"}
    with pytest.raises(validation.Invalid) as refusal:
        signatures.check([say(), say(attachments=[FILE, facts])], [])
    assert refusal.value.path == "[1].attachments[1]"
    assert "fileUrl is not enough" in refusal.value.message


def test_a_signature_is_an_octet_stream(say, key):
    said = say()
    assert "contentType" in refused(said, jws(said, key), contentType="text/plain; charset=ascii")


@pytest.mark.parametrize("alg", ["HS256", "none", "RS1", "ES256", "PS256", "", None, 1, ["RS256"]])
def test_other_algorithms_are_refused(say, key, alg):
    said = say()
    signed = b64({"alg": alg}) + b"." + b64(said)
    sign = hmac.HMAC(b"secret", hashes.SHA256())
    sign.update(signed)
    assert "RS256" in refused(said, signed + b"." + b64(sign.finalize()))


def test_what_is_no_compact_signature_is_refused(say, key):
    said = say()
    good = jws(said, key)
    header, payload, signature = good.split(b".")
    broken = json.dumps(said).replace('"', "'", 1).encode()
    for content in [
        b"",
        b"\xff",
        good + b"\n",
        good + b".",
        b".".join([header, payload]),
        b".".join([header, payload, b""]),
        b".".join([header, payload, b"abcde"]),
        b".".join([header, payload, b"ab+/"]),
        b".".join([header + b"=", payload, signature]),
        b".".join([b64(b"\xff"), payload, signature]),
        b".".join([b64([]), payload, signature]),
        b".".join([b64(b"[" * 100_000), payload, signature]),
        b".".join([header, b64(broken), signature]),
        b".".join([header, b64("text"), signature]),
        b".".join([header, b64({}), signature]),
        b".".join([header, b64(b'{"a": NaN}'), signature]),
        b".".join([header, b64(said | {"unknown": 1}), signature]),
        jws(said, key, crit=["exp"]),
    ]:
        assert refused(said, content)


def test_a_signature_by_another_key_than_the_certificates_is_refused(say, key):
    said = say()
    other = rsa.generate_private_key(65537, 2048)
    assert "does not belong" in refused(said, jws(said, other, x5c=[certificate(key)]))
    assert "does not belong" in refused(said, jws(said, key, "RS512", x5c=[certificate(key)])[:-4] + b"AAAA")


def test_a_certificate_that_cannot_be_read_or_has_no_fit_key_is_refused(say, key):
    said = say()
    small, curve = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())
    unread = [None, "", [], {}, [1], ["é"], ["AAAA"], [certificate(key)[:-8]], [certificate(key).replace("M", "-", 1)]]
    for chain in [*unread, [certificate(small, key)], [certificate(curve, key)]]:
        assert refused(said, jws(said, key, x5c=chain))


def test_a_huge_signature_is_not_read(say):
    huge = bytes(signatures.MOST_BYTES + 1)
    with pytest.raises(errors.TooLarge):
        judge(say(), huge)
