"""Statements by the rules are taken and come back as they were; one rule broken anywhere is refused, and its place named."""

from __future__ import annotations

import base64
import json
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.lrs import credentials, equality, validation
from learning.lrs.validation import types
from learning.models import Statement
from tests.factories import xapi

MANY = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(MANY, max_examples=12)
RULES = {
    *(rule for faults in xapi.WRONG.values() for rule in faults),
    *["null", "a letter that is none", "an unknown key", "something missing", "a key in a wrong case"],
    *["no identifier", "two identifiers", "an agent with members", "a group without members", "a group within a group"],
    *["an interaction without a type", "two components of one id", "scores in disorder", "an authority that is no pair"],
    *["a SubStatement with what the store says", "a SubStatement within another", "voiding something else"],
    *["said of an activity only", "what 1.0.3 does not know"],
}


@pytest.mark.parametrize("spec", xapi.VERSIONS)
def test_what_the_rules_allow_is_taken_and_is_itself(spec):
    @MANY
    @given(xapi.statements(spec))
    def judge(statement):
        validation.check(statement, spec=spec)
        assert equality.is_same(statement, json.loads(json.dumps(statement)))

    judge()


def test_each_rule_broken_at_each_place_is_refused_and_the_place_named():
    """Thousands of faults in few statements; among them each rule, and each kind of place."""
    rules, kinds = set(), set()
    for spec in xapi.VERSIONS:
        faults = (fault for each in xapi.samples(xapi.statements(spec), 20) for fault in xapi.broken(each, spec))
        for fault in faults:
            rules.add(fault.rule)
            kinds.add(fault.kind)
            with pytest.raises(validation.Invalid) as refusal:
                validation.check(fault.statement, spec=spec)
            assert refusal.value.path in fault.where, (fault, refusal.value)
    assert rules == RULES
    assert kinds - {"list"} == xapi.SHAPES.keys() | xapi.WRONG.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("spec", xapi.VERSIONS)
def test_what_is_sent_comes_back_but_for_what_the_store_sets(client, spec):
    credential, secret = credentials.create("A tool", ["all"])
    token = base64.b64encode(f"{credential.key}:{secret}".encode()).decode()
    headers = {"X-Experience-API-Version": spec, "Authorization": f"Basic {token}"}

    @FEW
    @given(st.lists(xapi.statements(spec), min_size=1, max_size=4))
    def send(batch):
        batch = [statement | {"id": str(uuid.uuid4())} for statement in batch]
        for _again in range(2):  # the second time nothing is new, and nothing conflicts
            response = client.post("/xapi/statements", json.dumps(batch), content_type="application/json", headers=headers)
            assert response.json() == [statement["id"] for statement in batch]
        for said in batch:
            found = client.get("/xapi/statements", {"statementId": said["id"]}, headers=headers).json()
            judge(found, said)

    def judge(found, said):
        assert found["authority"]["account"]["name"] == str(credential.audit_key)
        assert found["version"] == said.get("version", "1.0.0" if spec == "1.0.3" else "2.0.0")
        assert found["stored"].endswith("Z")
        assert found["timestamp"].endswith("Z")
        assert types.instant(found["timestamp"], "") == types.instant(said.get("timestamp", found["stored"]), "")
        assert rest(found) == rest(in_lists(said))

    send()
    assert not Statement.objects.filter(is_voided=True).exists()


def in_lists(said: dict) -> dict:
    """2.4.6.2: a single context activity comes back as a list of one; the same in what stands inside."""
    if kinds := said.get("context", {}).get("contextActivities"):
        kinds = {kind: one if isinstance(one, list) else [one] for kind, one in kinds.items()}
        said = said | {"context": said["context"] | {"contextActivities": kinds}}
    return said | {"object": in_lists(said["object"])} if "object" in said else said


def rest(statement: dict) -> dict:
    """What the store does not set. A number is the same in whatever way it is written."""
    kept = {key: value for key, value in statement.items() if key not in {"stored", "authority", "version", "timestamp"}}
    return json.loads(json.dumps(kept), parse_int=float)
