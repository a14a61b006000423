"""Receipts come as files of any kind and size, and are shown as pictures to those who may read the claim."""

import io
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from core import uploads
from recompense import claims, receipts
from recompense.models import Receipt
from tests.api.recompense.conftest import PLACE, field, problem
from tests.factories import recompense as make

RECEIPTS = f"{PLACE}/receipts"
JPEG = make.photo().read()


@pytest.fixture
def taxi(draft, mo):
    return claims.add_line(draft, make.cost(draft, "TAXI", spent=Decimal("18.60"), reason="A bad knee"), by=mo)


@pytest.fixture
def receipt(taxi, mo):
    return receipts.add(taxi, make.photo(), by=mo)


@pytest.fixture
def sent(receipt, draft, mo):
    """Its claim was sent."""
    make.make_payee(mo)
    claims.submit(draft, by=mo)
    return receipt


def page(client, receipt, number=1):
    return client.get(f"{RECEIPTS}/{receipt.key}/pages/{number}")


# Taking in ----------------------------------------------------------------------------------------


def test_a_photo_is_taken_in(mo_, upload, taxi):
    made = upload(mo_, taxi, JPEG)
    receipt = Receipt.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"{RECEIPTS}/{receipt.key}")
    shown = made.json()
    assert (shown["line"], shown["claim"], shown["kind"], shown["pages"]) == (
        str(taxi.key),
        str(taxi.claim.key),
        "image/jpeg",
        1,
    )
    assert mo_.get(made["Location"]).json() == shown
    line = mo_.get(f"{PLACE}/claim-lines/{taxi.key}").json()
    assert (line["wants_receipt"], [one["key"] for one in line["receipts"]]) == (False, [str(receipt.key)])


def test_sent_again_with_its_key_it_is_there_once(mo_, upload, taxi):
    first, again = (upload(mo_, taxi, JPEG, key="once") for _time in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert problem(upload(mo_, taxi, make.photo("red").read(), key="once")) == (422, "idempotency_key_reused")
    assert Receipt.objects.count() == 1


def test_a_file_is_drawn_before_anything_is_held_and_once(mo_, upload, taxi, monkeypatch):
    """On SQLite the act of a request holds what every other act waits for."""
    outside, depths = len(connection.savepoint_ids), []
    take = receipts.take
    monkeypatch.setattr(receipts, "take", lambda file: depths.append(len(connection.savepoint_ids)) or take(file))
    answers = [upload(mo_, taxi, JPEG, key="once") for _time in range(2)]
    assert ([answer.status_code for answer in answers], depths) == ([201, 201], [outside])


def test_without_a_key_nothing_is_drawn(mo_, taxi, monkeypatch):
    monkeypatch.setattr(uploads, "DRAW", ["/nothing/draws"])
    answer = mo_.post(RECEIPTS, {"line": str(taxi.key), "file": SimpleUploadedFile("photo.jpg", JPEG)})
    assert problem(answer) == (400, "idempotency_key_missing")


def test_what_was_not_taken_in_may_be_sent_again_with_its_key(mo_, upload, taxi):
    assert problem(upload(mo_, taxi, b"none", key="once")) == (400, "receipt_not_a_receipt")
    assert upload(mo_, taxi, JPEG, key="once").status_code == 201


def test_the_same_file_for_the_same_line_is_the_same_receipt(mo_, upload, taxi):
    assert upload(mo_, taxi, JPEG).json()["key"] == upload(mo_, taxi, JPEG).json()["key"]
    assert Receipt.objects.count() == 1


def test_the_same_file_for_another_claim_is_refused(mo_, mo, upload, receipt, card, member, kit):
    other = make.make_draft(member, kit)
    line = claims.add_line(other, make.cost(other, "TAXI", spent=Decimal("9.00"), reason="A bad knee"), by=mo)
    answer = upload(mo_, line, JPEG)
    assert (problem(answer), field(answer)) == ((400, "receipt_used_already"), ["file"])


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"This is no picture at all.", "photo.jpg", "receipt_not_a_receipt"),
        (b"", "photo.jpg", "receipt_empty"),
        (b"%PDF-1.7 and nothing more", "receipt.pdf", "receipt_not_a_receipt"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.svg", "receipt_not_a_receipt"),
    ],
    ids=["text", "empty", "broken", "drawing"],
)
def test_a_file_is_judged_by_what_it_is(mo_, upload, taxi, content, name, code):
    answer = upload(mo_, taxi, content, name)
    assert (problem(answer), field(answer)) == ((400, code), ["file"])
    assert not Receipt.objects.exists()


def test_a_name_says_nothing(mo_, upload, taxi):
    assert upload(mo_, taxi, JPEG, "../../etc/passwd").status_code == 201
    assert "passwd" not in Receipt.objects.get().file.name


class Watched(io.RawIOBase):
    """A body that knows how much of it was read."""

    def __init__(self):
        self.was_read = 0

    def read(self, size=-1):
        self.was_read += max(size, 0)
        return b"x" * max(size, 0)


@pytest.mark.parametrize("megabytes", [21, 100, 5000])
def test_what_is_too_large_is_refused_before_it_is_read(mo_, taxi, megabytes):
    body = Watched()
    more = {"wsgi.input": body, "CONTENT_LENGTH": str(megabytes * 1024**2), "HTTP_IDEMPOTENCY_KEY": "large"}
    answer = mo_.generic("POST", RECEIPTS, b"", "multipart/form-data; boundary=x", **more)
    assert (problem(answer), body.was_read) == ((413, "too_large"), 0)


def test_a_length_that_is_none_is_no_fault_of_ours(mo_, taxi):
    more = {"CONTENT_LENGTH": "a lot", "HTTP_IDEMPOTENCY_KEY": "lot"}
    answer = mo_.generic("POST", RECEIPTS, b"", "multipart/form-data; boundary=x", **more)
    assert problem(answer)[0] == 400


def test_what_is_too_large_is_refused_to_a_session_too(client, mo, taxi):
    client.force_login(mo)
    body = Watched()
    more = {"wsgi.input": body, "CONTENT_LENGTH": str(100 * 1024**2), "HTTP_IDEMPOTENCY_KEY": "large"}
    answer = client.generic("POST", RECEIPTS, b"", "multipart/form-data; boundary=x", **more)
    assert (problem(answer), body.was_read) == ((413, "too_large"), 0)


def test_a_file_of_twenty_megabytes_and_a_bit_is_refused_by_the_act(mo_, upload, taxi):
    answer = upload(mo_, taxi, JPEG + b"\0" * uploads.MOST_BYTES)
    assert (problem(answer), field(answer)) == ((400, "receipt_too_large"), ["file"])


def test_a_form_without_its_parts_is_refused(mo_, taxi):
    for data in [{}, {"line": str(taxi.key)}, {"line": str(taxi.key), "file": "text"}, {"line": "x", "file": "x"}]:
        answer = mo_.post(RECEIPTS, data, headers={"Idempotency-Key": str(uuid.uuid4())})
        assert problem(answer) == (400, "invalid")


def test_it_is_a_form_and_no_json(mo_, send, taxi):
    assert problem(send(mo_, "post", RECEIPTS, {"line": str(taxi.key)})) == (415, "unsupported_media_type")


@pytest.mark.parametrize("who", ["bo_", "sam_", "cas_"])
def test_to_somebody_elses_line_nothing_is_added(request, upload, taxi, who):
    answer = upload(request.getfixturevalue(who), taxi, JPEG)
    assert (problem(answer), field(answer)) == ((400, "invalid"), ["line"])


def test_to_a_claim_that_was_sent_nothing_is_added(mo_, cas_, upload, sent):
    assert problem(upload(mo_, sent.line, make.photo("red").read())) == (409, "wrong_state")
    assert problem(upload(cas_, sent.line, make.photo("red").read())) == (403, "not_allowed")


# Removing -----------------------------------------------------------------------------------------


def test_it_is_removed_as_it_was_read(mo_, send, receipt):
    address = f"{RECEIPTS}/{receipt.key}"
    tag = mo_.get(address)["ETag"]
    assert problem(send(mo_, "delete", address, **{"If-Match": '"old"'})) == (412, "precondition_failed")
    assert send(mo_, "delete", address, **{"If-Match": tag}).status_code == 204
    assert problem(mo_.get(address)) == (404, "not_found")


def test_nobody_else_removes_it(bo_, sam_, cas_, mo_, send, sent):
    address = f"{RECEIPTS}/{sent.key}"
    answers = [send(client, "delete", address, **{"If-Match": "*"}) for client in [bo_, sam_, cas_, mo_]]
    assert [answer.status_code for answer in answers] == [404, 404, 403, 409]
    assert Receipt.objects.exists()


# Showing ------------------------------------------------------------------------------------------


def test_a_page_is_a_picture_that_runs_nothing(mo_, receipt):
    answer = page(mo_, receipt)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    assert answer["Content-Disposition"] == 'inline; filename="receipt-1.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("accepted", ["image/jpeg", "image/*", "application/json", "text/html", "*/*"])
def test_it_is_a_picture_whatever_is_asked_for(mo_, receipt, accepted):
    answer = mo_.get(f"{RECEIPTS}/{receipt.key}/pages/1", headers={"Accept": accepted})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    wrong = mo_.get(f"{RECEIPTS}/{receipt.key}/pages/2", headers={"Accept": accepted})
    assert (wrong.status_code, wrong["Content-Type"], wrong.json()["code"]) == (404, "application/problem+json", "not_found")


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "-1", "x"])
def test_a_page_that_is_not_there_is_not_there(mo_, receipt, number):
    assert problem(page(mo_, receipt, number)) == (404, "not_found")


def test_a_draft_is_seen_by_its_writer_alone(mo_, bo_, sam_, cas_, receipt):
    for client in [bo_, sam_, cas_]:
        assert problem(page(client, receipt)) == (404, "not_found")
        assert problem(client.get(f"{RECEIPTS}/{receipt.key}")) == (404, "not_found")
    assert page(mo_, receipt).status_code == 200


def test_what_was_sent_is_seen_by_finance_while_it_is_theirs(mo_, bo_, cas_, pat_, fin_, cas, sent):
    for client in [mo_, cas_, pat_, fin_]:
        assert page(client, sent).status_code == 200
    assert problem(page(bo_, sent)) == (404, "not_found")
    claims.ask(sent.claim, "Which tram?", by=cas)
    assert [page(client, sent).status_code for client in [mo_, cas_, fin_]] == [200, 404, 404]


def test_a_file_that_is_gone_is_not_there(mo_, receipt):
    receipt.file.delete(save=False)
    assert problem(page(mo_, receipt)) == (404, "not_found")


def test_nobody_without_a_token_sees_it(db, receipt):
    assert problem(page(Client(), receipt)) == (401, "not_authenticated")


def test_a_token_needs_the_scope(machine, mo, receipt):
    assert problem(page(machine(mo, "claims/write"), receipt)) == (403, "scope_missing")


def test_a_browser_that_sends_a_form_needs_the_csrf_token(mo, taxi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    data = {"line": str(taxi.key), "file": SimpleUploadedFile("photo.jpg", JPEG)}
    assert problem(client.post(RECEIPTS, data, headers={"Idempotency-Key": "x"})) == (403, "csrf_failed")
