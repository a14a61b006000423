"""What is done to a claim over the interface: by whom, once, and of the state that was read."""

from datetime import timedelta

import pytest

from core.models import AuditEvent, OutboxEvent
from recompense import claims
from recompense.models import Claim
from tests.api.recompense.conftest import OWN, PLACE, field, problem
from tests.factories import recompense as make
from tests.factories.panels import make_member

SAID = {"ask": {"question": "Which tram was it?"}, "reject": {"reason": "Your employer pays you for this day."}}
LOOK = {"submit": "draft", "withdraw": "submitted", "check": "submitted", "ask": "submitted", "approve": "checked"}
DONE = {
    "submit": "submitted",
    "withdraw": "withdrawn",
    "check": "checked",
    "ask": "returned",
    "approve": "approved",
    "reject": "rejected",
}
BEFORE = LOOK | {"reject": "checked"}
BY = {"submit": "mo_", "withdraw": "mo_", "check": "cas_", "ask": "cas_", "approve": "pat_", "reject": "pat_"}


@pytest.fixture
def ready(request, mo):
    """`ready("check")`: a claim with which it can be done, whose it is to do, and what is said."""

    def prepare(name):
        make.make_payee(mo)
        return request.getfixturevalue(BEFORE[name]), request.getfixturevalue(BY[name]), SAID.get(name)

    return prepare


def status(claim):
    return Claim.objects.get(pk=claim.pk).status


# Each act -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DONE)
def test_it_is_done_and_the_claim_is_answered(ready, act, name):
    claim, client, said = ready(name)
    answer = act(client, claim, name, said)
    assert (answer.status_code, answer.json()["status"], status(claim)) == (200, DONE[name], DONE[name])
    assert answer["ETag"] == client.get(f"{PLACE}/claims/{claim.key}")["ETag"]


@pytest.mark.parametrize("name", DONE)
def test_sent_again_with_its_key_it_is_done_once(ready, act, name):
    claim, client, said = ready(name)
    first, again = (act(client, claim, name, said, key="once") for _time in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (200, 200, "true")
    assert first.json() == again.json()
    assert AuditEvent.objects.filter(act=f"claim.{name}", subject=claim.key).count() == 1
    assert OutboxEvent.objects.filter(name=f"claim.{DONE[name]}", ids__claim=str(claim.key)).count() == 1


@pytest.mark.parametrize("name", DONE)
def test_with_another_key_it_comes_too_late(ready, act, name):
    claim, client, said = ready(name)
    act(client, claim, name, said)
    answer = act(client, claim, name, said)
    assert (problem(answer), status(claim)) == ((409, "wrong_state"), DONE[name])


@pytest.mark.parametrize("name", DONE)
def test_who_read_another_state_decides_nothing(ready, act, name):
    claim, client, said = ready(name)
    before = status(claim)
    assert problem(act(client, claim, name, said, **{"If-Match": '"old"'})) == (412, "precondition_failed")
    assert status(claim) == before
    tag = client.get(f"{PLACE}/claims/{claim.key}")["ETag"]
    assert act(client, claim, name, said, **{"If-Match": tag}).status_code == 200


@pytest.mark.parametrize("name", DONE)
def test_without_the_scope_nothing_is_done(ready, act, machine, mo, cas, pat, name):
    claim, _client, said = ready(name)
    person = {"mo_": mo, "cas_": cas, "pat_": pat}[BY[name]]
    scope = "claims/decide" if BY[name] == "mo_" else "claims/write"
    before = status(claim)
    answer = act(machine(person, "claims/read", scope), claim, name, said)
    assert (problem(answer), status(claim)) == ((403, "scope_missing"), before)


@pytest.mark.parametrize("name", DONE)
def test_to_strangers_there_is_nothing(ready, act, bo_, sam_, name):
    claim, _client, said = ready(name)
    for other in [bo_, sam_]:
        assert problem(act(other, claim, name, said)) == (404, "not_found")


def test_others_may_not_do_what_is_the_claimants(cas_, act, submitted):
    for name in ["submit", "withdraw", "put-fee-back"]:
        assert problem(act(cas_, submitted, name)) == (403, "not_allowed")


def test_a_claimant_may_not_do_what_is_finances(machine, mo, act, submitted):
    program = machine(mo, *OWN, "claims/decide")
    for name in ["check", "ask", "approve", "reject"]:
        assert problem(act(program, submitted, name, SAID.get(name))) == (403, "not_allowed")
    assert status(submitted) == "submitted"


def test_nobody_has_two_hands_in_one_claim(ash_, act, submitted):
    assert act(ash_, submitted, "check").status_code == 200
    for name in ["approve", "reject", "ask"]:
        answer = act(ash_, submitted, name, SAID.get(name))
        assert problem(answer) == (403, "not_the_same_person")
    assert status(submitted) == "checked"


def test_nobody_checks_their_own(cas, cas_, act, card, panel, kit):
    own = make.make_submitted(make_member(panel, cas), kit)
    assert problem(act(cas_, own, "check")) == (403, "not_the_same_person")


def test_a_session_may_too_with_its_csrf_token(client, mo, send, draft):
    make.make_payee(mo)
    client.force_login(mo)
    assert send(client, "post", f"{PLACE}/claims/{draft.key}/submit").status_code == 200


# Sending ------------------------------------------------------------------------------------------


def test_without_an_account_it_is_not_sent(mo_, act, draft):
    answer = act(mo_, draft, "submit")
    assert (problem(answer), field(answer)) == ((400, "no_payee"), ["payee"])


def test_if_the_sum_is_another_than_was_read_nothing_is_sent(mo_, mo, act, draft):
    make.make_payee(mo)
    assert problem(act(mo_, draft, "submit", {"total": "90.00"})) == (409, "sum_changed")
    assert act(mo_, draft, "submit", {"total": "82.50"}).status_code == 200


@pytest.mark.parametrize("total", [82.5, 82, "£82.50", "82.505", "82,50", "-82.50", "8e1", "NaN", "٨٢.٥٠", None, [], ""])
def test_a_sum_that_is_none_is_refused(mo_, mo, act, draft, total):
    make.make_payee(mo)
    answer = act(mo_, draft, "submit", {"total": total})
    assert (problem(answer), field(answer), status(draft)) == ((400, "invalid"), ["total"], "draft")


def test_what_comes_late_needs_a_reason(mo_, mo, act, member, kit, card):
    make.make_payee(mo)
    claim = make.make_draft(member, kit, ago=timedelta(days=card.claim_within_days + 2))
    answer = act(mo_, claim, "submit")
    assert (problem(answer), field(answer)) == ((400, "late"), ["late_reason"])
    shown = act(mo_, claim, "submit", {"late_reason": "I was in hospital."}).json()
    assert (shown["status"], shown["late_reason"]) == ("submitted", "I was in hospital.")


def test_a_line_without_its_receipt_is_named(mo_, mo, act, draft):
    make.make_payee(mo)
    line = claims.add_line(draft, make.cost(draft, "TAXI", spent=18, reason="A bad knee"), by=mo)
    answer = act(mo_, draft, "submit")
    assert (problem(answer), field(answer)) == ((400, "no_receipt"), [f"line_{line.key}"])


def test_a_fee_that_was_taken_off_is_put_back(mo_, mo, act, draft):
    claims.remove_line(draft.lines.get(), by=mo)
    answer = act(mo_, draft, "put-fee-back")
    assert (answer.status_code, answer.json()["fee"]) == (200, "82.50")


# Deciding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ask", "reject"])
@pytest.mark.parametrize("words", [None, "", "   ", "x" * 501, 7, []])
def test_without_words_nothing_is_decided(ready, act, name, words):
    claim, client, _said = ready(name)
    what = next(iter(SAID[name]))
    answer = act(client, claim, name, {what: words} if words is not None else {})
    assert (problem(answer), field(answer), status(claim)) == ((400, "invalid"), [what], BEFORE[name])


def test_an_answered_question_is_checked_anew(mo_, cas_, act, submitted):
    act(cas_, submitted, "ask", SAID["ask"])
    assert act(mo_, submitted, "submit").json()["status"] == "submitted"
    assert act(cas_, submitted, "check").json()["status"] == "checked"


def test_a_claim_of_nothing_is_not_approved(cas, pat_, act, submitted):
    claims.lower(submitted.lines.get(), 0, "Nothing of it.", by=cas)
    claims.check(submitted, by=cas)
    assert problem(act(pat_, submitted, "approve")) == (400, "nothing_to_pay")


def test_what_is_paid_is_done_with(mo_, cas_, pat_, fin, act, approved):
    make.pay(make.make_run(fin), fin)
    for client, name in [(mo_, "submit"), (mo_, "withdraw"), (cas_, "ask"), (pat_, "reject")]:
        answer = act(client, approved, name, SAID.get(name))
        assert answer.status_code in {403, 409}
    assert status(approved) == "paid"
