"""Payment runs over the interface: one run, one file, each claim once; to everybody else nothing of it is there."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent, OutboxEvent
from people import roles
from recompense.models import Claim, Payment, PaymentRun
from tests.api.recompense.conftest import PLACE, STAFF, field, keys, problem
from tests.factories import recompense as make
from tests.factories.panels import make_member

RUNS = f"{PLACE}/payment-runs"
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def run(approved, fin):
    return make.make_run(fin)


@pytest.fixture
def exported(approved, fin):
    return make.make_exported(fin)


@pytest.fixture
def gil_(person, roles_without_pages, machine):
    """A second person who pays."""
    user = person("Gil Second")
    roles.grant(user, "finance officer")
    return machine(user, *STAFF)


def address(run, rest=""):
    return f"{RUNS}/{run.key}{rest}"


def state(run):
    return PaymentRun.objects.get(pk=run.pk).status


# Preparing ----------------------------------------------------------------------------------------


def test_what_is_approved_is_put_into_a_run(fin_, send, approved):
    made = send(fin_, "post", RUNS, {"pays_on": TODAY})
    run = PaymentRun.objects.get()
    assert (made.status_code, made["Location"]) == (201, address(run))
    shown = made.json()
    assert (shown["status"], shown["count"], shown["total"], shown["pays_on"]) == ("prepared", 1, "82.50", TODAY)
    assert shown["prepared_by"]["name"] == "Fin Finance Officer"
    (payment,) = shown["payments"]
    assert (payment["claim"], payment["name_on_account"], payment["ending"]) == (str(approved.key), "M Example", "3445")
    assert (payment["fee"], payment["expenses"], payment["amount"]) == ("82.50", "0.00", "82.50")
    assert Claim.objects.get().status == "in_run"


def test_sent_again_with_its_key_there_is_one_run(fin_, send, approved):
    first, again = (send(fin_, "post", RUNS, {"pays_on": TODAY}, key="once") for _time in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert problem(send(fin_, "post", RUNS, {"pays_on": tomorrow}, key="once")) == (422, "idempotency_key_reused")
    assert PaymentRun.objects.count() == Payment.objects.count() == 1


def test_with_another_key_there_is_nothing_left_to_pay(fin_, send, run):
    assert problem(send(fin_, "post", RUNS, {"pays_on": TODAY})) == (400, "nothing_to_pay")
    assert PaymentRun.objects.count() == 1


def test_chosen_claims_alone_are_paid(fin_, send, approved, member, kit, cas, pat):
    other = make.make_approved(member, kit, cas, pat, ago=timedelta(days=7))
    shown = send(fin_, "post", RUNS, {"pays_on": TODAY, "claims": [str(other.key)]}).json()
    assert [payment["claim"] for payment in shown["payments"]] == [str(other.key)]
    assert Claim.objects.get(pk=approved.pk).status == "approved"


@pytest.mark.parametrize(
    ("said", "code", "wrong"),
    [
        ({}, "invalid", "pays_on"),
        ({"pays_on": "soon"}, "invalid", "pays_on"),
        ({"pays_on": "2001-01-01"}, "past_day", "pays_on"),
        ({"pays_on": "9999-12-31"}, "far_day", "pays_on"),
        ({"pays_on": TODAY, "claims": ["x"]}, "invalid", "claims.0"),
        ({"pays_on": TODAY, "claims": "x"}, "invalid", "claims"),
        ({"pays_on": TODAY, "claims": [7]}, "invalid", "claims.0"),
    ],
)
def test_what_is_wrong_is_named(fin_, send, approved, said, code, wrong):
    answer = send(fin_, "post", RUNS, said)
    assert (problem(answer), field(answer)) == ((400, code), [wrong])
    assert not PaymentRun.objects.exists()


def test_a_claim_that_may_not_be_paid_is_left_out(fin_, send, checked):
    answer = send(fin_, "post", RUNS, {"pays_on": TODAY, "claims": [str(checked.key)]})
    assert problem(answer) == (400, "nothing_to_pay")


def test_who_had_a_hand_in_a_claim_does_not_pay_it(ash_, ash, send, card, member, kit, cas):
    make.make_approved(member, kit, cas, ash)
    (row,) = ash_.get(f"{RUNS}/candidates").json()["results"]
    assert row["why_not"] == "You approved this claim, so somebody else must do this."
    assert problem(send(ash_, "post", RUNS, {"pays_on": TODAY})) == (400, "nothing_to_pay")


def test_candidates_say_what_waits_and_why_not(fin_, fin, approved, panel, kit, cas, pat):
    make.make_approved(make_member(panel, fin), kit, cas, pat)
    payable, own = fin_.get(f"{RUNS}/candidates").json()["results"]
    assert payable == {
        "claim": str(approved.key),
        "reference": approved.reference,
        "claimant": {"key": str(approved.claimant.key), "name": "Mo Member"},
        "day": approved.day.isoformat(),
        "fee": "82.50",
        "expenses": "0.00",
        "total": "82.50",
        "why_not": "",
    }
    assert (own["claimant"]["name"], own["why_not"]) == (
        "Fin Finance Officer",
        "This is your own claim, so somebody else must do this.",
    )


# The file -----------------------------------------------------------------------------------------


def test_the_file_is_made_once_and_fetched_as_often_as_needed(fin_, act, run):
    answer = act(fin_, run, "export")
    assert (answer.status_code, answer.json()["status"]) == (200, "exported")
    assert problem(act(fin_, run, "export")) == (409, "wrong_state")
    first, again = fin_.get(address(run, "/file")), fin_.get(address(run, "/file"))
    assert (first.status_code, first["Content-Type"], first.content) == (200, "text/csv; charset=us-ascii", again.content)
    assert first["Content-Disposition"] == f'attachment; filename="payments-{run.reference.replace("-", "")}.csv"'
    assert first["Cache-Control"] == "private, no-store"
    (row,) = csv.DictReader(io.StringIO(first.content.decode()))
    assert (row["account number"], row["amount"]) == ("00733445", "82.50")
    assert AuditEvent.objects.filter(act="run.download", subject=run.key).count() == 2


def test_there_is_no_file_before_it_is_made(fin_, run):
    assert problem(fin_.get(address(run, "/file"))) == (409, "wrong_state")
    assert not AuditEvent.objects.filter(act="run.download").exists()


@pytest.mark.parametrize("accepted", ["text/csv", "application/json", "image/png"])
def test_it_is_a_file_whatever_is_asked_for(fin_, exported, accepted):
    answer = fin_.get(address(exported, "/file"), headers={"Accept": accepted})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=us-ascii")


def test_account_numbers_take_a_scope_of_their_own(machine, fin, exported):
    reader = machine(fin, "payments/read", "payments/write")
    assert problem(reader.get(address(exported, "/file"))) == (403, "scope_missing")
    for place in [address(exported), RUNS, f"{RUNS}/candidates"]:
        answer = reader.get(place)
        assert (answer.status_code, "00733445" in answer.content.decode()) == (200, False)


# Looking ------------------------------------------------------------------------------------------


def test_each_look_at_who_is_paid_leaves_a_trace(fin_, run):
    fin_.get(address(run))
    fin_.get(RUNS)
    assert AuditEvent.objects.filter(act="run.reveal", subject=run.key).count() == 1
    assert "payments" not in fin_.get(RUNS).json()["results"][0]


def test_runs_are_chosen_by_state_reference_and_day(fin_, run, fin, member, kit, cas, pat):
    make.make_approved(member, kit, cas, pat, ago=timedelta(days=9))
    paid = make.pay(make.make_run(fin), fin)
    assert keys(fin_.get(RUNS)) == [str(paid.key), str(run.key)]
    assert keys(fin_.get(RUNS, {"status": "paid"})) == [str(paid.key)]
    assert keys(fin_.get(RUNS, {"reference": run.reference})) == [str(run.key)]
    assert len(keys(fin_.get(RUNS, {"pays_from": TODAY, "pays_to": TODAY}))) == 2
    assert keys(fin_.get(RUNS, {"pays_from": "2999-01-01"})) == []


def test_a_list_of_runs_costs_the_same_for_one_and_for_three(fin_, queries, run, fin, member, kit, cas, pat):
    one = queries(fin_, RUNS)
    for days in [4, 8]:
        make.make_approved(member, kit, cas, pat, ago=timedelta(days=days))
        make.make_run(fin)
    assert (len(keys(fin_.get(RUNS))), queries(fin_, RUNS)) == (3, one)


def test_candidates_cost_the_same_for_one_and_for_three(fin_, queries, approved, member, kit, cas, pat):
    place = f"{RUNS}/candidates"
    one = queries(fin_, place)
    for days in [4, 8]:
        make.make_approved(member, kit, cas, pat, ago=timedelta(days=days))
    assert (len(fin_.get(place).json()["results"]), queries(fin_, place)) == (3, one)


def test_one_run_costs_the_same_with_many_payments(fin_, queries, fin, card, member, kit, cas, pat):
    make.make_approved(member, kit, cas, pat)
    small = make.make_run(fin)
    for days in [4, 8, 12]:
        make.make_approved(member, kit, cas, pat, ago=timedelta(days=days))
    assert queries(fin_, address(make.make_run(fin))) == queries(fin_, address(small))


# Paying -------------------------------------------------------------------------------------------


def test_it_is_paid_once(fin_, act, exported):
    first, again = (act(fin_, exported, "mark-paid", key="once") for _time in range(2))
    assert (first.json()["status"], first.json(), again["Idempotency-Replayed"]) == ("paid", again.json(), "true")
    assert problem(act(fin_, exported, "mark-paid")) == (409, "wrong_state")
    claim = Claim.objects.get()
    assert claim.status == "paid"
    assert AuditEvent.objects.filter(act="claim.paid", subject=claim.key).count() == 1
    assert OutboxEvent.objects.filter(name="claim.paid", ids={"claim": str(claim.key)}).count() == 1
    assert OutboxEvent.objects.filter(name="payment_run.paid", ids={"payment_run": str(exported.key)}).count() == 1


def test_a_run_is_cancelled_before_its_file_is_made(fin_, act, run):
    answer = act(fin_, run, "cancel")
    assert (answer.json()["status"], answer.json()["payments"]) == ("cancelled", [])
    assert Claim.objects.get().status == "approved"


def test_after_its_file_is_made_it_is_not_cancelled(fin_, act, exported):
    assert problem(act(fin_, exported, "cancel")) == (409, "wrong_state")


def test_a_refused_file_lets_the_claims_wait_again(fin_, send, exported):
    place = address(exported, "/refuse")
    for said in [{}, {"reason": ""}, {"reason": "  "}]:
        answer = send(fin_, "post", place, said)
        assert (answer.status_code, field(answer), state(exported)) == (400, ["reason"], "exported")
    shown = send(fin_, "post", place, {"reason": "Past its day."}).json()
    assert (shown["status"], shown["refusal"], shown["payments"], shown["can"]) == ("cancelled", "Past its day.", [], [])
    assert Claim.objects.get().status == "approved"
    assert problem(send(fin_, "post", place, {"reason": "Past its day."})) == (409, "wrong_state")


def test_after_its_day_no_file_is_made(fin_, act, run):
    PaymentRun.objects.update(pays_on=timezone.localdate() - timedelta(days=1))
    assert problem(act(fin_, run, "export")) == (400, "past_day")


def test_without_its_file_it_is_not_paid(fin_, act, run):
    assert problem(act(fin_, run, "mark-paid")) == (409, "wrong_state")


def test_before_its_day_it_is_not_paid(fin_, send, act, approved):
    later = (timezone.localdate() + timedelta(days=2)).isoformat()
    run = PaymentRun.objects.get(key=send(fin_, "post", RUNS, {"pays_on": later}).json()["key"])
    act(fin_, run, "export")
    assert problem(act(fin_, run, "mark-paid")) == (400, "not_yet")


@pytest.mark.parametrize("name", ["export", "cancel"])
def test_who_read_another_state_does_nothing(fin_, act, run, name):
    assert problem(act(fin_, run, name, **{"If-Match": '"old"'})) == (412, "precondition_failed")
    assert state(run) == "prepared"
    tag = fin_.get(address(run))["ETag"]
    assert act(fin_, run, name, **{"If-Match": tag}).status_code == 200


def test_a_second_payer_may_go_on(gil_, act, exported):
    assert act(gil_, exported, "mark-paid").json()["status"] == "paid"


# To everybody else --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["mo_", "bo_", "sam_", "cas_", "pat_"])
def test_to_everybody_else_nothing_is_there(request, machine, mo, send, act, exported, who):
    client = machine(mo, *STAFF) if who == "mo_" else request.getfixturevalue(who)
    answers = [
        client.get(RUNS),
        client.get(f"{RUNS}/candidates"),
        client.get(address(exported)),
        client.get(address(exported, "/file")),
        send(client, "post", RUNS, {"pays_on": TODAY}),
        send(client, "post", address(exported, "/refuse"), {"reason": "Past its day."}),
        *(act(client, exported, name) for name in ["export", "cancel", "mark-paid"]),
    ]
    assert {problem(answer) for answer in answers} == {(404, "not_found")}
    assert state(exported) == "exported"


@pytest.mark.parametrize("name", ["export", "cancel", "mark-paid"])
def test_without_the_scope_nothing_is_done(machine, fin, act, run, name):
    assert problem(act(machine(fin, "payments/read", "claims/decide"), run, name)) == (403, "scope_missing")
    assert state(run) == "prepared"
