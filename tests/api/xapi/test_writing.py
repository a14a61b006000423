"""Statements written from outside: by credential only, all or none, and believed of no learner unless somebody said so."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from learning.lrs import credentials, signatures
from learning.models import Certificate, ModuleProgress, Statement
from tests.factories.learning import finished

pytestmark = pytest.mark.django_db
HERE, OLD = "/xapi/statements", "/xapi/1.0.3/statements"
V1, V2 = {"X-Experience-API-Version": "1.0.3"}, {"X-Experience-API-Version": "2.0.0"}
FORM = "application/x-www-form-urlencoded"
ID = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"


@pytest.fixture
def module(course):
    return course.modules().first()


@pytest.fixture
def writer(db):
    """The headers of a credential that may write and read."""
    return having("statements/write", "statements/read")


def having(*scopes: str) -> dict[str, str]:
    credential, secret = credentials.create(f"For {' '.join(scopes)}", scopes)
    return {"Authorization": "Basic " + base64.b64encode(f"{credential.key}:{secret}".encode()).decode()}


@pytest.fixture
def send(client, writer):
    """`send(body, method="post", version=V2, path=HERE)`: JSON, or bytes as they are."""

    def ask(body, method="post", *, path=HERE, version=V2, content_type="application/json", **headers):
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        return getattr(client, method)(path, raw, content_type=content_type, headers=writer | version | headers)

    return ask


def problem(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


# What is stored ------------------------------------------------------------------------------------


def test_one_statement_is_answered_with_its_id(send, say):
    said = say()
    response = send(said)
    assert (response.status_code, response.json()) == (200, [said["id"]])
    assert response["X-Experience-API-Consistent-Through"]
    assert Statement.objects.get().source == "credential"


def test_a_list_is_answered_in_its_order(send, say):
    batch = [say(), say(), say()]
    assert send(batch).json() == [one["id"] for one in batch]
    assert send([]).json() == []


def test_an_id_is_given_where_there_is_none(send, say):
    said = say()
    del said["id"]
    assert send(said).json() == [str(Statement.objects.get().pk)]


def test_one_is_put_under_the_id_of_its_address(send, say):
    said = say()
    del said["id"]
    for _again in range(2):
        response = send(said, "put", path=f"{HERE}?statementId={ID}")
        assert (response.status_code, response.content) == (204, b"")
    assert str(Statement.objects.get().pk) == ID


def test_what_is_here_already_never_changes(send, say):
    said = say(id=ID)
    send(said)
    assert send(said).status_code == 200
    assert problem(send(say("completed", id=ID))) == (409, "statement_conflict")
    assert problem(send(say("completed"), "put", path=f"{HERE}?statementId={ID}"))[0] == 400  # it has an id of its own
    assert Statement.objects.get().body["verb"]["id"].endswith("initialized")


@pytest.mark.parametrize(
    ("version", "path", "said"), [(V1, HERE, "1.0.0"), (V2, HERE, "2.0.0"), (V1, OLD, "1.0.0"), (V2, OLD, "2.0.0")]
)
def test_a_statement_bears_the_version_it_came_under(send, say, version, path, said):
    send(say(), version=version, path=path)
    assert Statement.objects.get().body["version"] == said


def test_agents_of_a_context_are_known_in_the_newer_version_alone(send, say):
    said = say(context={"contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:a@example.com"}}]})
    assert send(said, version=V1).status_code == 400
    assert send(said).status_code == 200


def test_a_body_that_is_not_there_is_no_json(client, writer):
    response = client.generic("POST", HERE, "", content_type="application/json", headers=writer | V2)
    assert problem(response)[0] == 400


# What is refused -----------------------------------------------------------------------------------


def test_of_a_batch_with_a_fault_nothing_is_stored(send, say):
    response = send([say(), say(verb={"id": "no iri"}), say()])
    assert problem(response) == (400, "invalid_statement")
    assert response.json()["errors"][0]["field"] == "[1].verb.id"
    assert not Statement.objects.exists()


BAD = [
    (b"{", "no_json"),
    (b"[" * 100_000, "no_json"),
    (b'{"a": NaN}', "no_json"),
    (b"\xff\xfe{\x00}\x00", "no_json"),
    (b'"words"', "invalid_statement"),
    (b"null", "invalid_statement"),
    (b"[[]]", "invalid_statement"),
    (b"[1, 2]", "invalid_statement"),
    (b'{"actor": {"mbox": "mailto:\\u0000@example.com"}}', "invalid_statement"),
    (b'{"actor": "\\ud800"}', "invalid_statement"),
    (b'{"x": ' + b"9" * 5000 + b"}", "no_json"),
]


@pytest.mark.parametrize("method", ["post", "put"])
@pytest.mark.parametrize(("raw", "code"), BAD, ids=[str(raw[:20]) for raw, _code in BAD])
def test_what_is_no_statement_is_refused(send, raw, code, method):
    path = HERE if method == "post" else f"{HERE}?statementId={ID}"
    assert problem(send(raw, method, path=path)) == (400, code)
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json+xapi", "multipart/form-data"]
)
def test_another_type_of_content_is_refused(send, say, kind):
    assert problem(send(say(), content_type=kind)) == (400, "bad_content_type")


def test_another_charset_is_refused(send, say):
    assert problem(send(say(), content_type="application/json; charset=latin-1")) == (400, "bad_charset")
    assert send(say(), content_type="application/json; charset=UTF-8").status_code == 200


def test_too_much_at_once_is_refused(send, say, settings):
    settings.XAPI_MOST_STATEMENT_BYTES = 100
    response = send(say())
    assert problem(response) == (413, "too_large")
    assert response["X-Experience-API-Version"] == "2.0.0"


@pytest.mark.parametrize("query", ["statementId=x", "", f"statementId={ID}&format=exact", f"statementId={ID}&statementId={ID}"])
def test_an_address_to_put_to_names_one_id_and_nothing_else(send, say, query):
    assert problem(send(say(), "put", path=f"{HERE}?{query}")) == (400, "bad_parameter")


def test_statements_are_posted_without_parameters(send, say):
    assert problem(send(say(), path=f"{HERE}?statementId={ID}")) == (400, "bad_parameter")


@pytest.mark.parametrize("scope", ["all/read", "statements/read", "statements/read/mine"])
def test_who_may_only_read_writes_nothing(client, say, scope):
    response = client.post(HERE, json.dumps(say()), content_type="application/json", headers=having(scope) | V2)
    assert problem(response) == (403, "scope")
    assert not Statement.objects.exists()


def test_a_writer_reads_nothing(client, say):
    assert problem(client.get(HERE, headers=having("statements/write") | V2)) == (403, "scope")


# What is believed ----------------------------------------------------------------------------------


def test_a_forged_completion_moves_nobody(send, registration, module):
    said = finished(registration, module)
    assert send(said).status_code == 200
    assert Statement.objects.count() == len(said)
    assert not ModuleProgress.objects.filter(status="completed").exists()
    assert not Certificate.objects.exists()


def test_one_that_may_complete_learners_does(send, registration, module):
    credentials.let_complete(credentials.Credential.objects.get(), by=None)
    send(finished(registration, module))
    assert ModuleProgress.objects.get().status == "completed"


# Versions and the alternate syntax -----------------------------------------------------------------


@pytest.mark.parametrize(("path", "answered"), [(HERE, "2.0.0"), (OLD, "1.0.3")])
def test_who_says_no_version_is_refused_in_that_of_the_mount(client, writer, path, answered):
    response = client.get(path, headers=writer)
    assert problem(response) == (400, "no_version")
    assert response["X-Experience-API-Version"] == answered


@pytest.fixture
def fold(client, writer):
    """`fold("PUT", version, content=…, **fields)`: the request as an old browser sends it."""

    def ask(method, version=V1, *, path=HERE, more="", **fields):
        form = fields | writer | version
        return client.post(f"{path}?method={method}{more}", urlencode(form), content_type=FORM)

    return ask


def test_a_form_stands_for_another_method(fold, say):
    said = say()
    assert fold("PUT", content=json.dumps(said), statementId=said["id"]).status_code == 204
    assert fold("POST", content=json.dumps(said)).json() == [said["id"]]
    response = fold("GET", statementId=said["id"])
    assert (response.json()["id"], response["X-Experience-API-Version"]) == (said["id"], "1.0.3")


def test_the_newer_version_has_no_such_forms(fold, say):
    assert problem(fold("POST", V2, content=json.dumps(say()))) == (400, "alternate")
    assert not Statement.objects.exists()


@pytest.mark.parametrize(("method", "more"), [("PATCH", ""), ("", ""), ("GET", "&limit=1")])
def test_a_form_that_stands_for_nothing_is_refused(fold, method, more):
    assert problem(fold(method, more=more)) == (400, "alternate")


def test_a_form_opens_nothing_without_its_credential(client, say):
    form = urlencode(V1 | {"content": json.dumps(say())})
    assert client.post(f"{HERE}?method=POST", form, content_type=FORM).status_code == 401


def test_more_stays_on_its_mount(client, writer, send, say):
    send([say(id=str(uuid.uuid4())) for _each in range(2)])
    more = client.get(OLD, {"limit": 1}, headers=writer | V1).json()["more"]
    assert more.startswith(reverse("xapi:1.0.3:statements"))
    assert len(client.get(more, headers=writer | V1).json()["statements"]) == 1


# Files ---------------------------------------------------------------------------------------------

PHOTO = b"\x89 not really a picture\r\n--x\r\n"


def mixed(statement: dict, *files: bytes) -> tuple[bytes, str]:
    """A body and its type: the statement, then the files with their sums."""
    body = b"--edge\r\nContent-Type: application/json\r\n\r\n" + json.dumps(statement).encode()
    for file in files:
        sha2 = hashlib.sha256(file).hexdigest()
        body += b"\r\n--edge\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n"
        body += f"X-Experience-API-Hash: {sha2}\r\n\r\n".encode() + file
    return body + b"\r\n--edge--\r\n", "multipart/mixed; boundary=edge"


@pytest.fixture
def illustrated(say):
    """A statement that names the photo."""
    usage = {"usageType": "https://alongside.example/photo", "display": {"en": "Photo"}, "contentType": "image/png"}
    return say(attachments=[usage | {"length": len(PHOTO), "sha2": hashlib.sha256(PHOTO).hexdigest()}])


def test_a_file_comes_with_its_statement_and_goes_back_with_it(client, writer, send, illustrated):
    body, kind = mixed(illustrated, PHOTO)
    assert send(body, content_type=kind).status_code == 200
    for query in [{"statementId": illustrated["id"]}, {"limit": 1}]:
        response = client.get(HERE, query | {"attachments": "true"}, headers=writer | V2)
        assert response["Content-Type"].startswith("multipart/mixed")
        assert PHOTO in b"".join(response.streaming_content)


def test_a_statement_without_its_file_or_a_file_without_its_statement_is_refused(send, say, illustrated):
    assert problem(send(illustrated)) == (400, "invalid_statement")
    body, kind = mixed(say(), PHOTO)
    assert problem(send(body, content_type=kind)) == (400, "excess_part")
    assert not Statement.objects.exists()


def test_a_signed_statement_is_judged_and_its_signature_goes_back_whole(client, writer, send, say):
    plain = say()
    pieces = [b'{"alg": "RS256"}', json.dumps(plain).encode(), b"by nobody whom we know"]
    jws = b".".join(base64.urlsafe_b64encode(piece).rstrip(b"=") for piece in pieces)
    usage = {"usageType": signatures.USAGE, "display": {"en": "Signature"}, "contentType": signatures.CONTENT_TYPE}
    signed = plain | {"attachments": [usage | {"length": len(jws), "sha2": hashlib.sha256(jws).hexdigest()}]}
    body, kind = mixed(signed | {"id": str(uuid.uuid4())}, jws)
    assert problem(send(body, content_type=kind)) == (400, "bad_signature")
    body, kind = mixed(signed, jws)
    assert send(body, content_type=kind).status_code == 200
    response = client.get(HERE, {"statementId": plain["id"], "attachments": "true"}, headers=writer | V2)
    assert jws in b"".join(response.streaming_content)


# How it is written ---------------------------------------------------------------------------------


def test_of_ids_alone_nothing_but_ids_is_left(client, writer, send, say):
    group = {"objectType": "Group", "member": [{"name": "Ann", "mbox": "mailto:ann@example.com"}], "name": "All"}
    about = {"id": "https://example.org/a", "definition": {"name": {"en": "A"}}}
    said = say(actor=group, object=about, context={"contextActivities": {"parent": [about]}, "instructor": group["member"][0]})
    send(said)
    found = client.get(HERE, {"statementId": said["id"], "format": "ids"}, headers=writer | V2).json()
    assert found["actor"] == {"objectType": "Group", "member": [{"mbox": "mailto:ann@example.com"}]}
    assert found["verb"] == {"id": said["verb"]["id"]}
    assert found["object"] == {"id": "https://example.org/a"}
    assert found["context"] == {
        "contextActivities": {"parent": [{"id": "https://example.org/a"}]},
        "instructor": {"mbox": "mailto:ann@example.com"},
    }


def test_a_refusal_names_the_path_and_the_rule_in_a_sentence(send, say):
    found = send([say(), say(result={"duration": "long"})]).json()
    (fault,) = found["errors"]
    assert fault["field"] == "[1].result.duration"
    assert found["detail"] == f"{fault['field']}: {fault['message']}"
