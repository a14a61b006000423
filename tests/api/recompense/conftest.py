"""Everybody comes with a program: Mo claims, Bo is another member, Cas checks, Pat approves, Fin pays, Sam is a stranger."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from people import roles
from tests.factories import recompense as make
from tests.factories.panels import attend, make_meeting, make_member

PLACE = "/api/v1"
OWN = ["claims/read", "claims/write", "payees/read", "payees/write"]
STAFF = [*OWN, "claims/decide", "payments/read", "payments/write", "bank-files/read"]


@pytest.fixture
def mo_(mo, machine):
    return machine(mo, *OWN)


@pytest.fixture
def sam_(sam, machine):
    """A stranger's program has every scope there is for money: scopes open nothing."""
    return machine(sam, *STAFF)


@pytest.fixture
def cas_(cas, machine):
    return machine(cas, *STAFF)


@pytest.fixture
def pat_(pat, machine):
    return machine(pat, *STAFF)


@pytest.fixture
def fin_(fin, machine):
    return machine(fin, *STAFF)


@pytest.fixture
def bo(person, panel):
    """Another member, with an account of their own."""
    user = person("Bo Other")
    make.make_payee(user, account_number="00009999")
    return make_member(panel, user)


@pytest.fixture
def bo_(bo, machine):
    return machine(bo.person, *STAFF)


@pytest.fixture
def ash(person, synced_roles):
    """Somebody small organisations have: holds all three roles."""
    user = person("Ash Everything")
    for role in ["claims checker", "claims approver", "finance officer"]:
        roles.grant(user, role)
    return user


@pytest.fixture
def ash_(ash, machine):
    return machine(ash, *STAFF)


@pytest.fixture
def attendance(card, panel, member, kit):
    return attend(make_meeting(panel, kit), member, kit)


@pytest.fixture
def draft(card, member, kit):
    return make.make_draft(member, kit)


@pytest.fixture
def submitted(card, member, kit):
    return make.make_submitted(member, kit)


@pytest.fixture
def checked(card, member, kit, cas):
    return make.make_checked(member, kit, cas)


@pytest.fixture
def approved(card, member, kit, cas, pat):
    return make.make_approved(member, kit, cas, pat)


@pytest.fixture
def act(send):
    """`act(client, row, "submit", {…})`: on a claim, a line or a run."""
    folders = {"claim": "claims", "line": "claim-lines", "paymentrun": "payment-runs"}

    def do(client, row, name, data=None, **headers):
        return send(client, "post", f"{PLACE}/{folders[row._meta.model_name]}/{row.key}/{name}", data, **headers)

    return do


@pytest.fixture
def upload():
    """`upload(client, line, photo)`: as a form with a file."""

    def post(client, line, file, name="photo.jpg", key=""):
        data = {"line": str(line.key), "file": SimpleUploadedFile(name, file)}
        return client.post(f"{PLACE}/receipts", data, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    return post


def problem(answer):
    return answer.status_code, answer.json()["code"]


def field(answer):
    """Which field a refusal names."""
    return [one["field"] for one in answer.json().get("errors", [])]


def keys(answer):
    return [row["key"] for row in answer.json()["results"]]
