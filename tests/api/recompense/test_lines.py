"""Lines: what a cost needs, who changes it, and what is lowered."""

from decimal import Decimal

import pytest

from core.models import AuditEvent
from recompense import claims, rates
from recompense.models import Line
from tests.api.recompense.conftest import PLACE, field, problem
from tests.factories import recompense as make
from tests.factories.recompense import make_card

LINES = f"{PLACE}/claim-lines"


@pytest.fixture
def said(draft):
    """`said("TAXI", spent="18.60")`: a cost, as it is sent."""

    def say(code, **more):
        return {"claim": str(draft.key), "rate": str(rates.card_on(draft.day).rates.get(code=code).key)} | more

    return say


@pytest.fixture
def bus(draft, mo):
    return claims.add_line(draft, make.bus(draft), by=mo)


@pytest.fixture
def fee(submitted):
    return submitted.lines.get()


def address(line):
    return f"{LINES}/{line.key}"


# Adding -------------------------------------------------------------------------------------------


def test_a_cost_is_added_and_shows_what_it_comes_to(mo_, send, said):
    made = send(mo_, "post", LINES, said("CAR", quantity="14"))
    line = Line.objects.get(rate__code="CAR")
    assert (made.status_code, made["Location"]) == (201, address(line))
    shown = made.json()
    assert (shown["quantity"], shown["unit_amount"], shown["amount"], shown["allowed"]) == ("14.00", "0.45", "6.30", None)
    assert shown["rate"] | {"key": ""} == {
        "key": "",
        "code": "CAR",
        "label": line.rate.label,
        "category": "travel",
        "unit": "mile",
    }


def test_more_than_the_limit_is_shown_as_the_limit(mo_, send, said):
    shown = send(mo_, "post", LINES, said("REPLACEMENT_CARE", quantity="3", spent="66.00")).json()
    assert (shown["spent"], shown["amount"], shown["wants_receipt"]) == ("66.00", "60.00", True)


def test_sent_again_with_its_key_it_is_there_once(mo_, send, said):
    first, again = (send(mo_, "post", LINES, said("PUBLIC_TRANSPORT", spent="4.60"), key="once") for _time in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert Line.objects.filter(rate__code="PUBLIC_TRANSPORT").count() == 1


def test_the_same_key_for_another_cost_is_refused(mo_, send, said):
    send(mo_, "post", LINES, said("PUBLIC_TRANSPORT", spent="4.60"), key="once")
    answer = send(mo_, "post", LINES, said("PUBLIC_TRANSPORT", spent="4.70"), key="once")
    assert problem(answer) == (422, "idempotency_key_reused")
    assert Line.objects.get(rate__code="PUBLIC_TRANSPORT").spent == Decimal("4.60")


@pytest.mark.parametrize(
    ("code", "more", "wrong"),
    [
        ("PUBLIC_TRANSPORT", {}, ("spent", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "0.00"}, ("spent", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "10000.01"}, ("spent", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "£4.60"}, ("invalid", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "1,2O"}, ("invalid", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": 4.6}, ("invalid", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "4.605"}, ("invalid", "spent")),
        ("PUBLIC_TRANSPORT", {"spent": "-4.60"}, ("invalid", "spent")),
        ("CAR", {"spent": "4.60"}, ("quantity", "quantity")),
        ("CAR", {"quantity": "1001"}, ("quantity", "quantity")),
        ("MEAL", {"spent": "8.40", "hours_away": 2}, ("not_long_enough", "hours_away")),
        ("MEAL", {"spent": "8.40", "hours_away": 97}, ("invalid", "hours_away")),
        ("MEAL", {"spent": "8.40", "hours_away": "6"}, ("invalid", "hours_away")),
        ("TAXI", {"spent": "18.60"}, ("no_reason", "reason")),
        ("TAXI", {"spent": "18.60", "reason": 7}, ("invalid", "reason")),
        ("TAXI", {"spent": "18.60", "reason": "x" * 501}, ("invalid", "reason")),
        ("PARKING", {"spent": "9.50", "receipt_is_lost": "yes"}, ("invalid", "receipt_is_lost")),
    ],
)
def test_what_is_wrong_is_named(mo_, send, said, code, more, wrong):
    answer = send(mo_, "post", LINES, said(code, **more))
    assert (problem(answer), field(answer)) == ((400, wrong[0]), [wrong[1]])
    assert not Line.objects.filter(rate__code=code).exists()


def test_a_rate_of_another_card_is_not_offered(mo_, send, said):
    other = make_card(code="OTHER", effective_from="2001-01-01").rates.get(code="PUBLIC_TRANSPORT")
    answer = send(mo_, "post", LINES, said("PUBLIC_TRANSPORT", spent="4.60") | {"rate": str(other.key)})
    assert (problem(answer), field(answer)) == ((400, "not_offered"), ["rate"])


def test_a_fee_is_not_added_by_hand(mo_, send, said, draft):
    fee = draft.lines.get().rate
    assert problem(send(mo_, "post", LINES, said("TAXI") | {"rate": str(fee.key)})) == (400, "not_offered")


@pytest.mark.parametrize("who", ["bo_", "sam_", "cas_"])
def test_to_somebody_elses_draft_nothing_is_added(request, send, said, who):
    answer = send(request.getfixturevalue(who), "post", LINES, said("PUBLIC_TRANSPORT", spent="4.60"))
    assert (problem(answer), field(answer)) == ((400, "invalid"), ["claim"])


def test_to_a_claim_that_was_sent_nothing_is_added(mo_, cas_, send, submitted):
    rate = rates.card_on(submitted.day).rates.get(code="PUBLIC_TRANSPORT")
    cost = {"claim": str(submitted.key), "rate": str(rate.key), "spent": "4.60"}
    assert problem(send(mo_, "post", LINES, cost)) == (409, "wrong_state")
    assert problem(send(cas_, "post", LINES, cost)) == (403, "not_allowed")


# Changing -----------------------------------------------------------------------------------------


def test_what_is_said_is_changed_and_the_rest_stays(mo_, send, bus):
    tag = mo_.get(address(bus))["ETag"]
    answer = send(mo_, "patch", address(bus), {"spent": "5.20"}, **{"If-Match": tag})
    assert (answer.status_code, answer.json()["spent"], answer.json()["rate"]["code"]) == (200, "5.20", "PUBLIC_TRANSPORT")
    assert problem(send(mo_, "patch", address(bus), {"spent": "5.30"}, **{"If-Match": tag})) == (412, "precondition_failed")
    assert problem(send(mo_, "patch", address(bus), {"spent": "5.30"})) == (428, "precondition_required")
    assert Line.objects.get(pk=bus.pk).spent == Decimal("5.20")


def test_a_fee_is_not_changed_by_hand(mo_, send, draft):
    answer = send(mo_, "patch", address(draft.lines.get()), {"quantity": "2"}, **{"If-Match": "*"})
    assert problem(answer) == (400, "fee_is_fixed")


def test_a_line_is_taken_off_as_it_was_read(mo_, send, bus):
    tag = mo_.get(address(bus))["ETag"]
    assert problem(send(mo_, "delete", address(bus), **{"If-Match": '"old"'})) == (412, "precondition_failed")
    assert send(mo_, "delete", address(bus), **{"If-Match": tag}).status_code == 204
    assert problem(mo_.get(address(bus))) == (404, "not_found")


@pytest.mark.parametrize("who", ["bo_", "sam_", "cas_"])
def test_somebody_elses_line_is_not_there(request, send, bus, who):
    other = request.getfixturevalue(who)
    answers = [
        other.get(address(bus)),
        send(other, "patch", address(bus), {"spent": "5.20"}, **{"If-Match": "*"}),
        send(other, "delete", address(bus), **{"If-Match": "*"}),
        send(other, "post", f"{address(bus)}/lower", {"to": "1.00", "reason": "No."}),
    ]
    assert {problem(answer) for answer in answers} == {(404, "not_found")}


def test_a_line_that_was_sent_is_changed_by_nobody(mo_, cas_, send, fee):
    for method in ["patch", "delete"]:
        assert send(mo_, method, address(fee), {"quantity": "2"}, **{"If-Match": "*"}).status_code == 409
        assert problem(send(cas_, method, address(fee), {"quantity": "2"}, **{"If-Match": "*"})) == (403, "not_allowed")


# Lowering -----------------------------------------------------------------------------------------


def test_less_is_paid_and_the_reason_is_read(mo_, cas_, act, fee):
    answer = act(cas_, fee, "lower", {"to": "40.00", "reason": "Half of the meeting."})
    assert (answer.status_code, answer.json()["amount"], answer.json()["allowed"]) == (200, "82.50", "40.00")
    assert mo_.get(address(fee)).json()["allowed_reason"] == "Half of the meeting."
    back = act(cas_, fee, "lower", {"to": "82.50"}).json()
    assert (back["allowed"], back["allowed_reason"]) == (None, "")


def test_lowering_sent_again_with_its_key_leaves_one_trace(cas_, act, fee):
    for _time in range(2):
        answer = act(cas_, fee, "lower", {"to": "40.00", "reason": "Half."}, key="once")
    assert answer["Idempotency-Replayed"] == "true"
    assert AuditEvent.objects.filter(act="claim.lower").count() == 1


@pytest.mark.parametrize(
    ("said", "code", "wrong"),
    [
        ({"to": "82.51", "reason": "More."}, "too_much", "to"),
        ({"to": "82.50", "reason": "All of it."}, "too_much", "to"),
        ({"to": "40.00"}, "no_words", "reason"),
        ({"to": "40.00", "reason": " "}, "no_words", "reason"),
        ({"reason": "Half."}, "invalid", "to"),
        ({"to": 40, "reason": "Half."}, "invalid", "to"),
        ({"to": "-1.00", "reason": "Half."}, "invalid", "to"),
    ],
)
def test_what_cannot_be_lowered_is_named(cas_, act, fee, said, code, wrong):
    answer = act(cas_, fee, "lower", said)
    assert (problem(answer), field(answer)) == ((400, code), [wrong])


def test_who_read_another_line_lowers_nothing(cas_, act, fee):
    answer = act(cas_, fee, "lower", {"to": "40.00", "reason": "Half."}, **{"If-Match": '"old"'})
    assert problem(answer) == (412, "precondition_failed")


def test_only_whose_turn_it_is_lowers(mo_, cas_, pat_, fin_, mo, machine, act, checked):
    line, said = checked.lines.get(), {"to": "40.00", "reason": "Half."}
    assert problem(act(mo_, line, "lower", said)) == (403, "scope_missing")
    assert problem(act(machine(mo, "claims/decide"), line, "lower", said)) == (403, "not_allowed")
    assert problem(act(cas_, line, "lower", said)) == (403, "not_allowed")
    assert problem(act(fin_, line, "lower", said)) == (403, "not_allowed")
    assert act(pat_, line, "lower", said).status_code == 200
