"""Claims over the interface: what is shown to whom, how one begins, and what lists show."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.models import AuditEvent
from recompense import claims, receipts
from recompense.models import Claim, Line
from tests.api.recompense.conftest import PLACE, field, keys, problem
from tests.factories import recompense as make
from tests.factories.panels import attend, make_meeting

CLAIMS = f"{PLACE}/claims"
YESTERDAY = timezone.localdate() - timedelta(days=1)


def read(client, claim):
    return client.get(f"{CLAIMS}/{claim.key}").json()


def sums(shown):
    return shown["fee"], shown["expenses"], shown["total"]


# Beginning ----------------------------------------------------------------------------------------


def test_a_meeting_makes_a_claim_with_its_fee(mo_, send, attendance):
    made = send(mo_, "post", CLAIMS, {"attendance": str(attendance.key)})
    claim = Claim.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"{CLAIMS}/{claim.key}")
    shown = made.json()
    assert (shown["status"], shown["attendance"], shown["claimant"]["name"]) == ("draft", str(attendance.key), "Mo Member")
    assert sums(shown) == ("82.50", "0.00", "82.50")
    assert [(line["rate"]["category"], line["quantity"], line["amount"]) for line in shown["lines"]] == [("fee", "1.00", "82.50")]


def test_the_same_request_again_makes_no_second_claim(mo_, send, attendance):
    first, again = (send(mo_, "post", CLAIMS, {"attendance": str(attendance.key)}, key="once") for _time in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert Claim.objects.count() == 1


def test_the_same_meeting_under_another_key_is_the_same_claim(mo_, send, attendance):
    first, other = (send(mo_, "post", CLAIMS, {"attendance": str(attendance.key)}) for _time in range(2))
    assert first.json()["key"] == other.json()["key"]
    assert "Idempotency-Replayed" not in other


def test_another_request_under_the_same_key_is_refused(mo_, send, attendance):
    send(mo_, "post", CLAIMS, {"attendance": str(attendance.key)}, key="once")
    answer = send(mo_, "post", CLAIMS, {"day": YESTERDAY.isoformat(), "what_for": "Reading"}, key="once")
    assert problem(answer) == (422, "idempotency_key_reused")
    assert Claim.objects.count() == 1


def test_somebody_elses_meeting_is_not_there(bo_, sam_, send, attendance):
    for other in [bo_, sam_]:
        answer = send(other, "post", CLAIMS, {"attendance": str(attendance.key)})
        assert (problem(answer), field(answer)) == ((400, "invalid"), ["attendance"])
    assert not Claim.objects.exists()


def test_other_work_makes_a_claim_too(mo_, send, member, card):
    shown = send(mo_, "post", CLAIMS, {"day": YESTERDAY.isoformat(), "what_for": "Reading the leaflet"}).json()
    assert (shown["attendance"], shown["what_for"], sums(shown)) == (None, "Reading the leaflet", ("0.00", "0.00", "0.00"))


@pytest.mark.parametrize(
    ("said", "code", "wrong"),
    [
        ({}, "invalid", "attendance"),
        ({"day": YESTERDAY.isoformat()}, "invalid", "attendance"),
        ({"what_for": "Reading"}, "invalid", "attendance"),
        ({"day": YESTERDAY.isoformat(), "what_for": " "}, "invalid", "what_for"),
        ({"day": (timezone.localdate() + timedelta(days=1)).isoformat(), "what_for": "Reading"}, "future_day", "day"),
        ({"day": "2001-01-01", "what_for": "Reading"}, "not_a_member", "day"),
        ({"day": "0001-01-01", "what_for": "Reading"}, "not_a_member", "day"),
        ({"day": "27/11/2026", "what_for": "Reading"}, "invalid", "day"),
        ({"attendance": "x"}, "invalid", "attendance"),
        ({"attendance": None}, "invalid", "attendance"),
        ({"attendance": ["x"]}, "invalid", "attendance"),
        ({"attendance": "00000000-0000-4000-8000-000000000000"}, "invalid", "attendance"),
    ],
)
def test_what_is_wrong_is_named(mo_, send, member, card, said, code, wrong):
    answer = send(mo_, "post", CLAIMS, said)
    assert (problem(answer), field(answer)) == ((400, code), [wrong])
    assert not Claim.objects.exists()


def test_a_status_in_what_is_sent_changes_nothing(mo_, send, attendance):
    said = {"attendance": str(attendance.key), "status": "paid", "total": "9999.00"}
    assert send(mo_, "post", CLAIMS, said).json()["status"] == "draft"


# Reading ------------------------------------------------------------------------------------------


def test_fee_and_expenses_stand_apart(mo_, mo, draft):
    claims.add_line(draft, make.bus(draft), by=mo)
    claims.add_line(draft, make.cost(draft, "CAR", quantity=Decimal(10)), by=mo)
    assert sums(read(mo_, draft)) == ("82.50", "9.10", "91.60")


def test_amounts_are_fixed_when_it_is_sent(mo_, submitted):
    Line.objects.update(amount=Decimal("70.00"))
    assert sums(read(mo_, submitted)) == ("70.00", "0.00", "70.00")


def test_what_was_lowered_is_what_is_paid(mo_, cas_, cas, submitted):
    claims.lower(submitted.lines.get(), Decimal("50.00"), "Half of it.", by=cas)
    for client in [mo_, cas_]:
        shown = read(client, submitted)
        assert sums(shown) == ("50.00", "0.00", "50.00")
        assert [shown["lines"][0][name] for name in ["amount", "allowed", "allowed_reason"]] == ["82.50", "50.00", "Half of it."]


def test_an_open_claim_follows_the_record(mo_, mo, draft, kit):
    """As on its page: what is read is what sending it now would fix."""
    attendance = draft.attendance
    attendance.minutes = 270
    attendance.save()
    shown = read(mo_, draft)
    assert shown["fee"] == "165.00"
    make.make_payee(mo)
    assert claims.submit(Claim.objects.get(), by=mo, total=Decimal(shown["total"])).status == "submitted"


def test_to_others_a_draft_is_not_there(bo_, sam_, cas_, pat_, fin_, draft):
    for other in [bo_, sam_, cas_, pat_, fin_]:
        assert problem(other.get(f"{CLAIMS}/{draft.key}")) == (404, "not_found")
        assert keys(other.get(CLAIMS)) == []


def test_what_was_sent_is_there_for_finance_alone(bo_, sam_, cas_, pat_, fin_, submitted):
    for other in [cas_, pat_, fin_]:
        assert read(other, submitted)["claimant"] == {"key": str(submitted.claimant.key), "name": "Mo Member"}
        assert keys(other.get(CLAIMS)) == [str(submitted.key)]
    for other in [bo_, sam_]:
        assert problem(other.get(f"{CLAIMS}/{submitted.key}")) == (404, "not_found")
        assert keys(other.get(CLAIMS)) == []


def test_what_is_back_with_its_claimant_is_read_by_nobody_else(mo_, cas_, cas, mo, draft):
    """As on the page of finance: it may change until it is sent again."""
    make.make_payee(mo)
    line = claims.add_line(draft, make.cost(draft, "PUBLIC_TRANSPORT", spent=Decimal("4.60"), reason="A bad knee"), by=mo)
    claims.submit(draft, by=mo)
    claims.ask(Claim.objects.get(), "Which tram?", by=cas)
    shown = read(cas_, draft)
    assert (shown["status"], shown["lines"], sums(shown), shown["question"]) == ("returned", [], (None, None, None), "")
    assert "A bad knee" not in cas_.get(CLAIMS).content.decode()
    assert problem(cas_.get(f"{PLACE}/claim-lines/{line.key}")) == (404, "not_found")
    assert (read(mo_, draft)["question"], len(read(mo_, draft)["lines"])) == ("Which tram?", 2)


def test_why_it_is_not_paid_is_told_to_its_claimant_alone(mo_, cas_, pat, checked):
    claims.reject(checked, "Your employer pays you.", by=pat)
    assert read(mo_, checked)["question"] == "Your employer pays you."
    assert read(cas_, checked)["question"] == ""


def test_what_was_paid_names_the_payment_and_only_the_end_of_the_account(mo_, fin, approved):
    run = make.pay(make.make_run(fin), fin)
    payment = read(mo_, approved)["payment"]
    assert (payment["reference"], payment["ending"]) == (run.payments.get().reference, "3445")
    assert "00733445" not in mo_.get(f"{CLAIMS}/{approved.key}").content.decode()


def test_a_claim_whose_account_is_gone_has_no_name(cas_, submitted):
    Claim.objects.update(claimant=None)
    assert read(cas_, submitted)["claimant"] is None


def test_a_reader_who_has_it_is_told_so(mo_, submitted):
    tag = mo_.get(f"{CLAIMS}/{submitted.key}")["ETag"]
    assert mo_.get(f"{CLAIMS}/{submitted.key}", headers={"If-None-Match": tag}).status_code == 304


# What may be done -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "mine", "checker", "approver", "payer"),
    [
        ("draft", {"write", "submit", "withdraw"}, None, None, None),
        ("submitted", {"withdraw"}, {"check", "ask", "lower"}, set(), set()),
        ("checked", {"withdraw"}, set(), {"approve", "ask", "lower", "reject"}, set()),
        ("approved", set(), set(), set(), {"pay"}),
    ],
)
def test_everybody_reads_what_they_may_do_now(request, mo_, cas_, pat_, fin_, state, mine, checker, approver, payer):
    claim = request.getfixturevalue(state)
    for client, expected in [(mo_, mine), (cas_, checker), (pat_, approver), (fin_, payer)]:
        if expected is not None:
            assert set(read(client, claim)["can"]) == expected
            assert set(client.get(CLAIMS).json()["results"][0]["can"]) == expected


# Lists --------------------------------------------------------------------------------------------


@pytest.fixture
def three(card, panel, member, kit, mo):
    """A draft, one that was sent, and one that was taken back; the newest last."""
    draft = make.make_draft(member, kit, ago=timedelta(days=9))
    sent = make.make_submitted(member, kit, ago=timedelta(days=6))
    back = claims.withdraw(make.make_submitted(member, kit, ago=timedelta(days=3)), by=mo)
    return {"draft": draft, "submitted": sent, "withdrawn": back}


def test_a_list_comes_newest_first_without_lines(mo_, three):
    rows = mo_.get(CLAIMS).json()["results"]
    assert [row["status"] for row in rows] == ["withdrawn", "submitted", "draft"]
    assert [row["total"] for row in rows] == ["82.50", "82.50", None]
    assert all("lines" not in row and "question" not in row for row in rows)


def test_claims_are_chosen_by_state_day_and_reference(mo_, three):
    for state, claim in three.items():
        assert keys(mo_.get(CLAIMS, {"status": state})) == [str(claim.key)]
        assert keys(mo_.get(CLAIMS, {"reference": claim.reference})) == [str(claim.key)]
        assert keys(mo_.get(CLAIMS, {"day_from": claim.day, "day_to": claim.day})) == [str(claim.key)]
    assert keys(mo_.get(CLAIMS, {"reference": "NONE-SUCH"})) == []


@pytest.mark.parametrize("wrong", [{"status": "lost"}, {"day_from": "soon"}, {"day_to": "2026-13-01"}, {"day": "2026-11-27"}])
def test_a_filter_that_is_none_is_refused(mo_, three, wrong):
    assert mo_.get(CLAIMS, wrong).status_code == 400


def test_pages_go_on(mo_, three):
    first = mo_.get(CLAIMS, {"limit": 2}).json()
    rest = mo_.get(first["next"]).json()
    assert [row["status"] for row in first["results"] + rest["results"]] == ["withdrawn", "submitted", "draft"]


@pytest.mark.parametrize("who", ["mo_", "cas_"])
def test_a_list_costs_the_same_for_one_and_for_three(request, queries, card, panel, member, kit, mo, cas, bo, who):
    client = request.getfixturevalue(who)
    claims.check(make.make_submitted(member, kit), by=cas)
    one = queries(client, CLAIMS)
    for days, owner in [(4, member), (5, bo)]:
        claim = make.make_draft(owner, kit, ago=timedelta(days=days))
        claims.add_line(claim, make.cost(claim, "CAR", quantity=Decimal(10)), by=owner.person)
        claims.submit(claim, by=owner.person)
    make.make_draft(member, kit, ago=timedelta(days=6))
    assert len(keys(client.get(CLAIMS))) == 3
    assert queries(client, CLAIMS) == one


def test_one_claim_costs_the_same_with_many_lines(mo_, mo, queries, draft):
    def add(colour):
        line = claims.add_line(draft, make.cost(draft, "CAR", quantity=Decimal(10)), by=mo)
        receipts.add(line, make.photo(colour), by=mo)

    add("red")
    one = queries(mo_, f"{CLAIMS}/{draft.key}")
    add("green")
    add("blue")
    assert queries(mo_, f"{CLAIMS}/{draft.key}") == one


def test_reading_leaves_no_trace(mo_, cas_, submitted):
    before = AuditEvent.objects.count()
    for client in [mo_, cas_]:
        read(client, submitted)
    assert AuditEvent.objects.count() == before


def test_a_claim_for_a_meeting_after_it_was_withdrawn_is_a_new_one(mo_, mo, send, draft):
    claims.withdraw(draft, by=mo)
    again = send(mo_, "post", CLAIMS, {"attendance": str(draft.attendance.key)}).json()
    assert again["key"] != str(draft.key)


def test_meetings_of_two_panels_are_claimed_apart(mo_, send, attendance, panel, member, kit):
    other = attend(make_meeting(panel, kit, ago=timedelta(days=8)), member, kit, minutes=60)
    shown = [send(mo_, "post", CLAIMS, {"attendance": str(row.key)}).json() for row in [attendance, other]]
    assert len({one["key"] for one in shown}) == 2
