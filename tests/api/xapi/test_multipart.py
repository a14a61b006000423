"""multipart/mixed as the Experience API has it: read in pieces that may end anywhere, refused in exact sentences, written."""

import hashlib
import io
import tracemalloc
from email import message_from_bytes
from types import SimpleNamespace

import pytest
from django.http.request import RawPostDataException
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from api import errors as problems
from api.xapi import multipart
from core import errors

BOUNDARY = "-------314159265358979323846"
MIXED = f"multipart/mixed; boundary={BOUNDARY}"
STATEMENTS = b'{"actor": {"mbox": "mailto:a@example.org"}}'
FILE = b"here is a simple attachment"


class Dripping(io.BytesIO):
    """A network that gives what it likes: pieces of these sizes, over and over."""

    def __init__(self, content, sizes=(1 << 20,)):
        super().__init__(content)
        self._sizes, self._turn = sizes, 0

    def read(self, size=-1, /):
        self._turn += 1
        return super().read(min(size, self._sizes[self._turn % len(self._sizes)]))


def part(content=FILE, **changes):
    headers = {"Content-Type": "text/plain", "Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": sha2(content)}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None).encode() + b"\r\n" + content


def sha2(content):
    return hashlib.sha256(content).hexdigest()


def body(*parts, statements=STATEMENTS, kind="application/json", boundary=BOUNDARY):
    mark = f"--{boundary}\r\n".encode()
    first = f"Content-Type: {kind}\r\n\r\n".encode() + statements
    return b"".join(mark + each + b"\r\n" for each in [first, *parts]) + f"--{boundary}--\r\n".encode()


def read(content, content_type=MIXED, sizes=(1 << 20,)):
    with multipart.received(Dripping(content, sizes), content_type) as found:
        return found.statements, [(each.sha2, each.length, each.file.seek(0) or each.file.read()) for each in found.parts]


def refused(content, content_type=MIXED):
    with pytest.raises(errors.DomainError) as refusal:
        read(content, content_type)
    status, document = problems.describe(refusal.value)
    assert document["detail"].endswith(".")
    return status, refusal.value.code


# What is taken ------------------------------------------------------------------------------------


def test_statements_and_files_are_read():
    statements, files = read(body(part(), part(b"\r\n--\0" * 10)))
    assert statements == STATEMENTS
    assert files == [(sha2(FILE), 27, FILE), (sha2(b"\r\n--\0" * 10), 50, b"\r\n--\0" * 10)]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.lists(st.sampled_from([b"\r\n", b"--", b"\r", b"\n", b"b", b"\r\n--"]), max_size=12).map(b"".join),
        ),
        max_size=4,
    ),
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
)
def test_pieces_may_end_anywhere(contents, sizes):
    boundary = "bb0"  # 0 is in none of the sampled ones
    contents = [each.replace(b"0", b"o") for each in contents]
    _statements, files = read(body(*map(part, contents), boundary=boundary), f"multipart/mixed; boundary={boundary}", sizes)
    assert [content for *_facts, content in files] == contents


@given(st.integers(0, 400))
def test_a_body_that_ends_too_early_is_refused(end):
    whole = body(part()).removesuffix(b"--\r\n")
    assert refused(whole[: min(end, len(whole))])[0] == 400


@given(st.text(st.characters(exclude_characters="\r\n", codec="latin-1"), max_size=80), st.binary(max_size=200))
def test_whatever_is_sent_is_taken_or_refused_and_nothing_breaks(parameters, content):
    for content_type in [f"multipart/mixed;{parameters}", parameters, MIXED]:
        try:
            read(f"--{BOUNDARY}\r\n".encode() + content, content_type)
        except errors.DomainError as refusal:
            assert refusal.code


def test_there_may_be_no_file():
    assert read(body()) == (STATEMENTS, [])


@pytest.mark.parametrize("algorithm", ["sha224", "sha256", "sha384", "sha512"])
def test_each_sum_of_sha2_is_known_in_either_case(algorithm):
    announced = hashlib.new(algorithm, FILE).hexdigest()
    assert read(body(part(X_Experience_API_Hash=announced.upper())))[1] == [(announced, 27, FILE)]


def test_a_preamble_and_an_epilogue_are_passed_over():
    assert read(b"For old programs.\r\n" + body(part()) + b"\r\n--also this" * 10_000) == read(body(part()))


def test_a_boundary_may_be_quoted_padded_and_followed_by_nothing():
    content = body(part(), boundary="a b=c").replace(b"--a b=c\r\n", b"--a b=c \t\r\n").removesuffix(b"\r\n")
    assert read(content, 'Multipart/Mixed; charset=x; Boundary="a b=c"') == read(body(part()))


def test_headers_are_in_any_case_without_spaces_folded_and_more_than_needed():
    head = "content-type:text/plain\r\nCONTENT-transfer-encoding:Binary\r\nContent-Disposition: attachment; filename=é\r\n"
    head += f"X-Experience-API-Hash:\r\n\t{sha2(FILE)}\r\n\r\n"
    assert read(body(head.encode() + FILE)) == read(body(part()))


def test_the_content_type_of_a_file_may_be_left_out():
    assert read(body(part(Content_Type=None))) == read(body(part()))


def test_an_empty_file_may_stand_with_its_empty_line_or_without():
    expected = [(sha2(b""), 0, b"")]
    assert read(body(part(b"")))[1] == expected
    assert read(body(part(b"").removesuffix(b"\r\n")))[1] == expected


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("", "not_mixed"),
        ("application/json", "not_mixed"),
        (f"multipart/form-data; boundary={BOUNDARY}", "not_mixed"),
        ("multipart/mixed", "no_boundary"),
        ("multipart/mixed;", "no_boundary"),
        ("multipart/mixed; boundary=", "no_boundary"),
        ("multipart/mixed; boundary=" + "x" * 71, "no_boundary"),
        ('multipart/mixed; boundary="x "', "no_boundary"),
        ("multipart/mixed; boundary=é", "no_boundary"),
        ("multipart/mixed; boundary*=none''x", "not_mixed"),
        ("multipart/mixed; boundary=another", "boundary_missing"),
    ],
)
def test_a_wrong_content_type_is_refused(content_type, code):
    assert refused(body(part()), content_type) == (400, code)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "boundary_missing"),
        (STATEMENTS, "boundary_missing"),
        (body(part()).split(b"\r\n", 1)[1], "first_part"),  # its first boundary is missing
        (body(part(), kind="text/plain"), "first_part"),
        (f"--{BOUNDARY}--".encode(), "no_statements"),
        (f"--{BOUNDARY}\r\n\r\n{{}}\r\n--{BOUNDARY}--".encode(), "first_part"),
        (body(b"Content-Type: application/json\r\n\r\n" + STATEMENTS), "no_hash"),
        (body(part(X_Experience_API_Hash=None)), "no_hash"),
        (body(part(X_Experience_API_Hash="x" * 64)), "bad_hash"),
        (body(part(X_Experience_API_Hash="ab")), "bad_hash"),
        (body(part(X_Experience_API_Hash="0" * 64)), "wrong_hash"),
        (body(part(Content_Transfer_Encoding="base64")), "transfer_encoding"),
        (body(part(Content_Transfer_Encoding=None)), "transfer_encoding"),
        (body(part(Content_Type="a\0b")), "bad_header"),
        (body(part(X="1\r\nX: 2")), "bad_header"),
        (body(b"no header\r\n\r\n"), "bad_header"),
        (body(part(X="y" * 5000)), "header_too_long"),
        (body(part(X="y\r\n y" * 5000)), "header_too_long"),
        (body(b"X" * 1_000_000), "header_too_long"),
        (body(b"".join(b"X%d: y\r\n" % number for number in range(10_000))), "header_too_long"),
        (body(part()).replace(BOUNDARY.encode() + b"--", BOUNDARY.encode() + b"and more\r\n"), "boundary_line"),
        (body(part(), kind="application/json; charset=latin-1"), "charset"),
        (body(part(), statements='{"a": "é"}'.encode("latin-1")), "charset"),
        (body(part(), statements='{"a": "é"}'.encode("utf-16")), "charset"),
    ],
)
def test_each_fault_has_its_sentence(content, code):
    assert refused(content) == (400, code)


def test_what_is_too_large_is_answered_413(settings):
    settings.XAPI_MOST_STATEMENT_BYTES, settings.XAPI_MOST_ATTACHMENT_BYTES, settings.XAPI_MOST_BYTES = 100, 200, 1000
    assert read(body(part(b"x" * 200), statements=b"x" * 100))
    assert refused(body(statements=b"x" * 101)) == (413, "too_large")
    assert refused(body(part(b"x" * 201))) == (413, "too_large")
    assert refused(body(part(b"x" * 200), part(b"y" * 200), part(b"z" * 200))) == (413, "too_large")
    assert refused(b"x" * 1001) == (413, "too_large")
    assert refused(body(part()) + b"x" * 1000) == (413, "too_large")


def test_ten_thousand_files_are_too_many():
    assert refused(body(*[part(b"")] * 10_000)) == (413, "too_many_parts")


def test_a_sender_who_is_gone_has_sent_nothing():
    class Gone(io.BytesIO):
        def read(self, size=-1, /):
            raise OSError

    with pytest.raises(errors.DomainError), multipart.received(Gone(), MIXED):
        raise AssertionError


def test_a_request_is_read_as_it_comes():
    request = RequestFactory().post("/xapi/statements", body(part()), content_type=MIXED)
    with multipart.received(request, request.headers["Content-Type"]) as found:
        assert [each.file.seek(0) or each.file.read() for each in found.parts] == [FILE]
    with pytest.raises(RawPostDataException):  # nobody has held it
        request.body  # noqa: B018


# Cost ---------------------------------------------------------------------------------------------


def test_a_large_file_costs_no_memory_and_is_gone_afterwards():
    large = part(bytes(50 * 1024 * 1024))
    stream = Dripping(body(large))
    tracemalloc.start()
    with multipart.received(stream, MIXED) as found:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.parts[0].length == 50 * 1024 * 1024
    assert most < 2 * 1024 * 1024
    assert found.parts[0].file.closed


# Writing ------------------------------------------------------------------------------------------


def sent(content, content_type="text/plain"):
    return SimpleNamespace(sha2=sha2(content), content_type=content_type, length=len(content), chunks=lambda: iter([content]))


def test_an_answer_can_be_read_again():
    answer = multipart.answer(STATEMENTS, [sent(FILE), sent(b"\r\n")])
    assert read(answer.getvalue(), answer["Content-Type"]) == read(body(part(), part(b"\r\n")))


def test_an_answer_without_files_is_mixed_too():
    answer = multipart.answer(STATEMENTS, [])
    message = message_from_bytes(f"Content-Type: {answer['Content-Type']}\r\n\r\n".encode() + answer.getvalue())
    assert [(each.get_content_type(), each.get_payload(decode=True)) for each in message.get_payload()] == [
        ("application/json", STATEMENTS)
    ]


def test_a_content_type_writes_no_header_of_its_own():
    answer = multipart.answer(STATEMENTS, [sent(FILE, "text/plain;\r\nX-Experience-API-Hash: 0")])
    written = answer.getvalue()
    assert b"Content-Type: application/octet-stream\r\n" in written
    assert written.count(b"X-Experience-API-Hash") == 1
