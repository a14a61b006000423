"""Whatever is sent: taken, or refused in the specification's terms and kept nowhere. Never a fault of ours."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
from urllib.parse import quote, urlencode

import pytest
from django.http import UnreadablePostError

from learning.lrs import credentials
from learning.models import Document, Statement

pytestmark = pytest.mark.django_db
HERE = "/xapi/statements"
ALL = [HERE, "/xapi/activities", "/xapi/agents", "/xapi/activities/state", "/xapi/agents/profile", "/xapi/activities/profile"]
LEE = '{"mbox": "mailto:lee@example.org"}'
STATE = f"/xapi/activities/state?activityId=https://example.org/a&agent={quote(LEE)}"
KEY = "https://example.org/key"
FORM = "application/x-www-form-urlencoded"
OLD = "1.0.3"


@pytest.fixture
def send(client, db):
    """`send(method, path, body, **headers)`: an answer that says what went wrong as a problem, and is no fault of ours."""
    credential, secret = credentials.create("A tool", ["all"])
    token = base64.b64encode(f"{credential.key}:{secret}".encode()).decode()
    client.raise_request_exception = False

    def ask(method, path=HERE, body=b"", *, kind="application/json", environ=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"X-Experience-API-Version": "2.0.0", "Authorization": f"Basic {token}"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        response = client.generic(method, path, raw, content_type=kind, headers=said, **(environ or {}))
        assert response.status_code < 500
        assert response["X-Experience-API-Version"] in {"2.0.0", OLD}
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["detail"].endswith(".")
            assert len(response.content) < 2000
        return response

    return ask


def refused(response, status=400) -> str:
    """The code of the refusal, which left nothing behind."""
    assert response.status_code == status, response.content[:300]
    assert not Statement.objects.exists()
    assert not Document.objects.exists()
    return response.json()["code"]


def with_raw(say, raw: str, **changes) -> bytes:
    """A statement with an extension written as here: what `json` itself would not write."""
    said = json.dumps(say(result={"extensions": {KEY: "RAW"}}, **changes))
    return said.replace('"RAW"', raw).encode()


# Bodies -------------------------------------------------------------------------------------------

NO_JSON = {
    "nothing": b"",
    "blanks": b" \r\n\t",
    "cut off": b'{"actor": {"mbox": "mailto:lee@exa',
    "more behind it": b"{} {}",
    "a comma too many": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-32": "{}".encode("utf-32"),
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "an overlong NUL": b'{"a": "\xc0\x80"}',
    "a control character": b'{"a": "\x00"}',
    "Infinity": b'{"a": -Infinity}',
    "a number of 4,301 digits": b'{"a": ' + b"9" * 4301 + b"}",
    "objects without end": b'{"a":' * 100_000,
    "deep objects": b'{"a":' * 990 + b"1" + b"}" * 990,
    "compressed": gzip.compress(b"{}"),
}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("raw", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused(send, method, raw):
    path = HERE if method == "POST" else f"{HERE}?statementId=39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
    assert refused(send(method, path, raw, environ={"CONTENT_TYPE": "application/json"})) == "no_json"


@pytest.mark.parametrize(
    "place", ['{"actor": 1, ', '{"actor": {"mbox": "x", "mbox": "y"}, ', '{"x": [{"a": 1, "b": 2, "a": 3}], ']
)
def test_a_key_that_stands_twice_is_refused(send, say, place):
    raw = place.encode() + json.dumps(say()).encode()[1:]
    assert refused(send("POST", body=raw)) == "repeated_key"


def test_a_key_that_stands_twice_among_many_is_found_at_once(send):
    keys = ",".join(f'"{number}":0' for number in [*range(200_000), 199_999])
    assert refused(send("POST", body=f"{{{keys}}}".encode())) == "repeated_key"


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "cp037", "utf-7", "no-such"])
def test_statements_in_another_charset_are_refused(send, say, charset):
    assert refused(send("POST", body=say(), kind=f"application/json; charset={charset}")) == "bad_charset"


def test_the_charset_of_a_document_says_nothing_of_its_address(send):
    kind = "text/plain; charset=iso-8859-1"
    assert send("PUT", f"{STATE}&stateId=%C3%A9", b"\xe9", kind=kind).status_code == 204
    assert send("GET", f"{STATE}&stateId=%C3%A9").content == b"\xe9"
    assert send("GET", STATE).json() == ["é"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("announced", ["ten", "-5", "1e3", "²", "999"])
def test_a_length_that_is_wrong_makes_no_statement(send, say, method, announced):
    said = say()
    path = HERE if method == "POST" else f"{HERE}?statementId={said['id']}"
    environ = {"CONTENT_LENGTH": announced, "wsgi.input": io.BytesIO(json.dumps(said).encode())}
    assert refused(send(method, path, said, environ=environ)) in {"no_json", "incomplete"}


@pytest.mark.parametrize("path", [HERE, f"{STATE}&stateId=s"])
def test_of_a_sender_who_is_gone_nothing_is_kept(send, monkeypatch, path):
    class Gone(io.BytesIO):
        def read(self, *size):
            raise UnreadablePostError

    assert refused(send("POST", path, b"{}", environ={"wsgi.input": Gone(), "CONTENT_LENGTH": "2"})) == "incomplete"


@pytest.mark.parametrize("end", [0, 1, 20, 60, 200, -30, -10, -5])
def test_a_multipart_body_that_ends_too_early_is_refused(send, say, end):
    whole = b"--edge\r\nContent-Type: application/json\r\n\r\n" + json.dumps(say()).encode() + b"\r\n--edge\r\nContent-Type: "
    whole += (
        b"text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + b"a" * 64 + b"\r\n\r\nfile\r\n--edge--"
    )
    environ = {"CONTENT_TYPE": "multipart/mixed; boundary=edge"}
    assert refused(send("POST", body=whole[:end], environ=environ)) in {"boundary_missing", "truncated"}


# Size ---------------------------------------------------------------------------------------------


def test_ten_megabytes_are_too_large(send, say):
    large = say(result={"response": "x" * 10 * 1024 * 1024})
    assert refused(send("POST", body=large), 413) == "too_large"
    body = b"--edge\r\nContent-Type: application/json\r\n\r\n" + json.dumps(large).encode() + b"\r\n--edge--"
    assert refused(send("POST", body=body, kind="multipart/mixed; boundary=edge"), 413) == "too_large"


def test_ten_thousand_statements_are_stored_or_none_of_them(send, say):
    batch = [say() for _ in range(10_000)]
    assert refused(send("POST", body=[*batch[:-1], say(verb={"id": "none"})])) == "invalid_statement"
    assert send("POST", body=batch).json() == [one["id"] for one in batch]
    assert Statement.objects.count() == 10_000


@pytest.mark.parametrize(
    "huge",
    [
        {"k" * 1_000_000: 1},
        {"actor": {"k" * 1_000_000: 1}},
        {"verb": {"id": "https://x.org/v", "display": {"k" * 1_000_000: "x"}}},
        {"result": {"extensions": {"k" * 1_000_000: 1}}},
    ],
    ids=["statement", "actor", "display", "extension"],
)
def test_a_huge_key_is_named_in_short(send, say, huge):
    assert refused(send("POST", body=say(**huge))) == "invalid_statement"


@pytest.mark.parametrize("depth", [70, 300, 900])
def test_deep_nesting_is_refused(send, say, depth):
    assert refused(send("POST", body=with_raw(say, "[" * depth + "]" * depth))) in {"invalid_statement", "no_json"}


def test_what_is_wide_is_not_deep(send, say):
    assert send("POST", body=say(result={"extensions": {KEY: [[]] * 100_000}})).status_code == 200


@pytest.mark.parametrize(
    "value", ["x" * 1_000_000, "en" + "-abcde" * 100_000 + "!", "en" + "-a-bb" * 100_000 + "_", "9" * 1_000_000]
)
def test_long_values_are_judged_in_no_time(send, say, value):
    """An expression that walked back and forth over what does not match would not end today."""
    wrong = [{"context": {"language": value}}, {"result": {"duration": f"P{value}"}}, {"actor": {"mbox": f"mailto:{value}"}}]
    wrong += [{"timestamp": value}, {"verb": {"id": value}}, {"verb": {"id": "https://x.org/v", "display": {value: "x"}}}]
    for changes in wrong:
        assert refused(send("POST", body=say(**changes))) == "invalid_statement"


def test_a_long_key_above_many_items_is_judged_in_no_time(send, say):
    """Who wrote the path of each item down would write a hundred gigabytes."""
    inside = {"https://example.org/" + "x" * 1_000_000: [0] * 100_000, KEY: [[]] * 100}
    assert send("POST", body=say(result={"extensions": inside})).status_code == 200


def test_the_place_of_what_cannot_be_kept_is_named(send, say):
    raw = with_raw(say, '{"a": [1, {"b": "\\u0000"}]}')
    assert send("POST", body=raw).json()["errors"][0]["field"] == f"result.extensions.{KEY}.a[1].b"
    assert send("POST", body=b"[%s, {}]" % raw).json()["errors"][0]["field"] == f"[0].result.extensions.{KEY}.a[1].b"
    assert send("POST", body=b'{"a": "\\u0000"}').json()["errors"][0]["field"] == "a"


def test_long_names_in_every_alphabet_fit_into_an_index(send, say):
    """An entry of an index of PostgreSQL holds 2,704 bytes, after compression: so these repeat nothing."""
    chance = random.Random(1)
    verb, activity = ("x:" + "".join(chance.choices([chr(sign) for sign in range(0x4E00, 0x9FFF)], k=490)) for _name in "va")
    said = say(verb={"id": verb}, object={"id": activity})
    assert send("POST", body=said).status_code == 200
    found = send("GET", f"{HERE}?{urlencode({'verb': verb, 'activity': activity})}").json()["statements"]
    assert [one["id"] for one in found] == [said["id"]]


# Characters ---------------------------------------------------------------------------------------

HALVES = ["\\u0000", "\\ud800", "\\udfff", "\\ude00\\ud83d"]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(
    "place",
    [
        '{"a%s": 1, ',
        '{"result": {"response": "a%s"}, ',
        '{"result": {"extensions": {"https://x.org/%s": 1}}, ',
        '{"result": {"extensions": {"https://x.org/": {"deep": [{"%s": 1}]}}}, ',
        '{"context": {"contextActivities": {"parent": {"id": "https://x.org/%s"}}}, ',
        '{"context": {"team": {"objectType": "Group", "mbox": "mailto:%s@example.org"}}, ',
        '{"context": {"language": "en%s"}, ',
    ],
)
def test_no_half_letter_and_no_nul_is_stored(send, say, place, half):
    raw = (place % half).encode() + json.dumps(say()).encode()[1:]
    assert refused(send("POST", body=raw)) == "invalid_statement"


PARAMETERS = [
    "verb=https://x.org/%s",
    "activity=https://x.org/%s",
    "cursor=%s",
    "%s=1",
    "since=%s",
    "agent=%s",
    "registration=%s",
]
PARAMETERS += ['agent={"mbox": "mailto:a%s@x.org"}', 'agent={"name": "%s", "mbox": "mailto:a@x.org"}', 'agent={"%s": 1}']
PARAMETERS += ['agent={"account": {"homePage": "https://x.org", "name": "%s"}}']


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("value", ["\x00", "\\u0000", "\\ud800", "\N{REPLACEMENT CHARACTER}"], ids=ascii)
def test_no_parameter_holds_them(send, parameter, value):
    name, _equals, rest = (parameter % value).partition("=")
    response = send("GET", f"{HERE}?{quote(name)}={quote(rest)}")
    assert response.status_code == 400 or value == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "query", ["verb=%ED%A0%80", "verb=https://x.org/%FF", "cursor=%ED%A0%80", "%FF=1", "agent=%FE", "limit=%C0%80"]
)
def test_bytes_that_are_no_utf_8_find_nothing(send, query):
    response = send("GET", f"{HERE}?{query}")
    assert response.status_code == 400 or response.json()["statements"] == []


@pytest.mark.parametrize(
    "path",
    [
        f"{STATE}&stateId=%00",
        f"{STATE}&stateId=s&registration=%00",
        f"/xapi/activities/state?activityId=https://x.org/%00&stateId=s&agent={quote(LEE)}",
        "/xapi/activities/profile?activityId=https://x.org/a&profileId=%00",
        "/xapi/activities/profile?activityId=%00&profileId=p",
        f"/xapi/agents/profile?agent={quote(LEE)}&profileId=%00",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_no_document_has_a_nul_in_its_place(send, method, path):
    assert refused(send(method, path, b"{}")) == "bad_parameter"


@pytest.mark.parametrize(
    "value", ["\x00", "é" * 100, '"' * 9999, "x" * 9999, "\udcff", 'W/"', "*, *"], ids=lambda value: ascii(value)[:12]
)
@pytest.mark.parametrize(
    "name", ["If_Match", "If_None_Match", "Accept_Language", "Accept", "Content_Encoding", "If_Modified_Since"]
)
def test_no_header_trips_anybody(send, name, value):
    for path in [HERE, STATE, f"{STATE}&stateId=s"]:
        send("GET", path, **{name: value})
    send("PUT", f"{STATE}&stateId=s", b"{}", **{name: value})


@pytest.mark.parametrize(
    "value", ["", "Basic", "Basic é", "Basic ====", "Basic AA==", "Basic AAAA", "Basic " + "A" * 9999, "Bearer x", "\x00"]
)
def test_what_is_no_credential_opens_nothing(send, value):
    for path in ALL:
        assert refused(send("POST", path, b"[]", Authorization=value), 401) == "not_authenticated"


@pytest.mark.parametrize("value", ["", "é", "2.0.0\x00", "٢.0.0", "2", "1.0.3, 2.0.0", "1.0." + "9" * 9999])
def test_what_is_no_version_is_refused(send, value):
    for path in ALL:
        assert refused(send("POST", path, b"[]", X_Experience_API_Version=value)) == "unknown_version"


# Numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e99999999999", "9" * 400 + ".0"])
def test_a_number_beyond_every_database_is_refused(send, say, number):
    assert refused(send("POST", body=with_raw(say, number))) == "invalid_statement"
    for score in ["raw", "min", "max", "scaled"]:
        raw = with_raw(say, "1").replace(
            b'"extensions"', b'"score": {"%s": %s}, "extensions"' % (score.encode(), number.encode())
        )
        assert refused(send("POST", body=raw)) == "invalid_statement"


NUMBERS = ["1e23", "1e308", "-1.7976931348623157e308", "5e-324", "1e-400", "-0.0", "9" * 4299, "0." + "9" * 10_000, "1E+2"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:24])
def test_a_number_comes_back_as_the_same_and_may_be_sent_again(send, say, number):
    raw = with_raw(say, number)
    wanted = json.loads(raw)
    assert [send("POST", body=raw).json() for _again in range(2)] == [[wanted["id"]]] * 2
    kept = send("GET", f"{HERE}?statementId={wanted['id']}").json()
    assert float(kept["result"]["extensions"][KEY]) == float(number) if len(number) < 400 else kept["result"] == wanted["result"]


@pytest.mark.parametrize("number", ["1e308", "-5e-324"])
def test_numbers_that_make_much_of_little_are_refused(send, say, number):
    """Each comes back from PostgreSQL with three hundred zeros."""
    assert send("POST", body=with_raw(say, f"[{', '.join([number] * 31)}]")).status_code == 200
    Statement.objects.all().delete()
    assert refused(send("POST", body=with_raw(say, f"[{', '.join([number] * 100)}]"))) == "invalid_statement"
    assert send("POST", body=with_raw(say, f"[{', '.join(['1.2345e-5'] * 10_000)}]")).status_code == 200


def test_what_differs_in_a_number_is_another_statement(send, say):
    said = say(result={"extensions": {KEY: 1e23}})
    send("POST", body=said)
    assert send("POST", body=said | {"result": {"extensions": {KEY: 2e23}}}).status_code == 409
    assert send("POST", body=said | {"result": {"extensions": {KEY: "1e23"}}}).status_code == 409


@pytest.mark.parametrize("duration", ["PT" + "9" * 1_200_000 + "S", "PT" + "9" * 5000 + ".99S", "P" + "9" * 5000 + "W"], ids=len)
def test_a_long_duration_may_be_sent_again(send, say, duration):
    said = say(result={"duration": duration})
    assert [send("POST", body=said).status_code for _again in range(2)] == [200, 200]


# Clocks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "-0044-03-15T12:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+99:99",
        "2026-01-01T24:00:01Z",
        "2026-01-01T00:00:61Z",
        "2026-02-29T00:00:00Z",
    ],
)
def test_a_time_that_no_clock_shows_is_refused(send, say, moment):
    assert refused(send("POST", body=say(timestamp=moment))) == "invalid_statement"
    for name in ["since", "until"]:
        assert refused(send("GET", f"{HERE}?{name}={quote(moment)}")) == "bad_parameter"
    assert refused(send("GET", f"{STATE}&since={quote(moment)}")) == "bad_parameter"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "1066-10-14T09:00:00+01:00", "2099-01-01T00:00:00Z", "9999-12-31T23:59:60Z"]
)
def test_a_clock_may_be_wrong(send, say, moment):
    """2.4.7: a store SHOULD NOT refuse a time to come."""
    said = say(timestamp=moment)
    assert [send("POST", body=said).status_code for _again in range(2)] == [200, 200]
    for path in [HERE, STATE]:
        assert send("GET", f"{path}{'&' if '?' in path else '?'}since={quote(moment)}").status_code == 200


# Addresses and methods ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*ALL, "/xapi/about", "/xapi/1.0.3/statements"])
@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND", "FOO"])
def test_another_method_is_refused_by_name(send, method, path):
    response = send(method, path)
    assert refused(response, 405) == "method_not_allowed"
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", HERE), ("PUT", "/xapi/agents"), ("POST", "/xapi/activities"), ("PUT", "/xapi/about")]
)
def test_not_every_resource_has_every_method(send, method, path):
    assert refused(send(method, path, b"{}"), 405) == "method_not_allowed"


@pytest.mark.parametrize(
    ("path", "version"), [("/xapi/statement", "2.0.0"), ("/xapi/", "2.0.0"), ("/xapi/1.0.3/x", OLD), ("/xapi/%FF", "2.0.0")]
)
def test_at_another_address_there_is_nothing(client, path, version):
    response = client.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert response["X-Experience-API-Version"] == version


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ten_thousand_parameters_are_too_many(send, method):
    assert refused(send(method, f"{HERE}?{'&'.join(f'a{number}=1' for number in range(10_001))}", b"[]")) == "unreadable"


# Forms that stand for another request -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"content=" + b"x" * 3_000_000, FORM, 413),
        (b"&".join(b"a%d=1" % number for number in range(10_001)), FORM, 400),
        (b"content=1", f"{FORM}; charset=iso-8859-1", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b"\xff=%ff&%00=%00", FORM, 401),
        (b"Authorization=%00&content=%00", FORM, 401),
    ],
    ids=["large", "many fields", "charset", "multipart", "bytes", "NUL"],
)
def test_a_form_that_cannot_be_read_is_refused(client, db, body, kind, status):
    response = client.post("/xapi/1.0.3/statements?method=PUT", body, content_type=kind)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response["X-Experience-API-Version"]
