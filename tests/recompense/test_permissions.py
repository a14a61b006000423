"""Each role × each hand × each act × each state of a claim and of a run: what ACTS says is what happens."""

from dataclasses import replace
from itertools import chain, combinations

import pytest
from django.utils import timezone

from core import acts, errors
from people import roles
from recompense import claims, payments
from recompense.models import Claim, Lowering, Payment, PaymentRun
from recompense.models.hands import (
    APPROVER,
    CHECKER,
    CLAIMANT,
    HANDS,
    LOWERED_APPROVING,
    LOWERED_CHECKING,
    MAY_APPROVE,
    MAY_CHECK,
    MAY_PAY,
)
from tests.factories import recompense as make
from tests.factories.permissions import Table, faults, judge_document
from tests.factories.recompense import bus, make_approved, make_draft, make_exported, make_payee, make_run

ROLES = {MAY_CHECK: "claims checker", MAY_APPROVE: "claims approver", MAY_PAY: "finance officer"}
WORDS = {
    MAY_CHECK: "checks",
    MAY_APPROVE: "approves",
    MAY_PAY: "pays",
    CLAIMANT: "it is their own",
    CHECKER: "checked it",
    APPROVER: "approved it",
    LOWERED_CHECKING: "lowered it checking",
    LOWERED_APPROVING: "lowered it approving",
}


def subsets(of):
    return [frozenset(each) for each in chain.from_iterable(combinations(of, size) for size in range(len(of) + 1))]


def named(held):
    return ", ".join(words for relation, words in WORDS.items() if relation in held) or "a stranger"


# Nobody, each role alone and all of them together; with every set of hands that somebody could have had in it.
ALL_ROLES = frozenset(ROLES)
ROLE_SETS = [frozenset(), *(frozenset({role}) for role in ROLES), ALL_ROLES]
EVERYBODY = {named(mine | hands): mine | hands for mine in ROLE_SETS for hands in subsets(HANDS)}
SHOWN = [
    *[frozenset(), frozenset({CLAIMANT}), frozenset({MAY_CHECK}), frozenset({MAY_APPROVE}), frozenset({MAY_PAY})],
    *[frozenset({role, CLAIMANT}) for role in ROLES],
    *[frozenset({MAY_APPROVE, CHECKER}), frozenset({MAY_PAY, CHECKER}), frozenset({MAY_PAY, APPROVER})],
]
LOWERED = [
    *[frozenset({MAY_APPROVE, LOWERED_CHECKING}), frozenset({MAY_APPROVE, LOWERED_APPROVING})],
    *[frozenset({MAY_PAY, LOWERED_CHECKING}), frozenset({MAY_PAY, LOWERED_APPROVING})],
]
SHOWN += LOWERED


# What is called -------------------------------------------------------------------------------------


def acting(name, do):
    """Checkers and approvers both ask and lower; the real act looks at the state to know as which of the two it is done."""

    def act(claim, by):
        if claims.acting(name.partition("_")[0], claim) is claims.ACTS[name]:
            return do(claim, by)
        return acts.judge(claims.ACTS[name], claim, by=by)

    return act


def ask(claim, by):
    claims.ask(claim, "Which day?", by=by)


def lower(claim, by):
    claims.lower(claim.lines.first(), 0, "It was not agreed.", by=by)


def pay(claim, by):
    """A run leaves out what somebody may not pay: then the rule says why."""
    try:
        payments.prepare(timezone.localdate(), by=by, chosen=[claim.key])
    except errors.NotAllowed:
        raise
    except errors.DomainError:
        acts.judge(claims.ACTS["pay"], claim, by=by)
        raise


CLAIMS = Table(
    "Claims",
    Claim.Status,
    claims.ACTS,
    {named(held): held for held in SHOWN},
    {
        "write": lambda claim, by: claims.add_line(claim, bus(claim), by=by),
        "submit": lambda claim, by: claims.submit(claim, by=by),
        "withdraw": lambda claim, by: claims.withdraw(claim, by=by),
        "check": lambda claim, by: claims.check(claim, by=by),
        "ask_as_checker": acting("ask_as_checker", ask),
        "lower_as_checker": acting("lower_as_checker", lower),
        "approve": lambda claim, by: claims.approve(claim, by=by),
        "ask_as_approver": acting("ask_as_approver", ask),
        "lower_as_approver": acting("lower_as_approver", lower),
        "reject": lambda claim, by: claims.reject(claim, "It was not agreed.", by=by),
        "pay": pay,
    },
)
RUNS = Table(
    "Payment runs (“it” is any claim in the run)",
    PaymentRun.Status,
    payments.ACTS,
    {named(held): held for held in SHOWN if not held & {MAY_CHECK, MAY_APPROVE}},
    {
        **{name: lambda run, by, name=name: getattr(payments, name)(run, by=by) for name in payments.ACTS},
        "refuse": lambda run, by: payments.refuse(run, "Past its day.", by=by),
    },
)


# Rows in each state, and somebody who is just that to them ------------------------------------------


@pytest.fixture
def cast(person, roles_without_pages):
    """Somebody for each set of roles, all with an account."""
    found = {}
    for number, held in enumerate(ROLE_SETS):
        found[held] = person(f"P{number} Example")
        make_payee(found[held], account_number=f"{number:08}")
        for role in held:
            roles.grant(found[held], ROLES[role])
    return found


@pytest.fixture
def others(cas, pat, mo, member):
    """Whose hands are in it where they are not somebody's own."""
    return {CLAIMANT: mo, CHECKER: cas, APPROVER: pat}


@pytest.fixture
def claim(card, member, kit, mo):
    """Sent, with amounts that are fixed."""
    draft = make_draft(member, kit)
    claims.add_line(draft, bus(draft), by=mo)
    make_payee(mo)
    return claims.submit(draft, by=mo)


def payment_of(claim, state):
    """In the states that have one."""
    if state not in {Claim.Status.IN_RUN, Claim.Status.PAID}:
        return None
    run = PaymentRun.objects.create(reference="ANY", pays_on=claim.day)
    return Payment.objects.create(run=run, reference="ANYTHING", fee=1, expenses=0, amount=1, name_on_account="A")


def in_hands(person, held, others):
    return {field: person if relation in held else others[relation] for relation, field in HANDS.items()}


# Trying it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", Claim.Status.values)
def test_claims(claim, cast, others, state):
    every, found = replace(CLAIMS, people=EVERYBODY), []
    Claim.objects.filter(pk=claim.pk).update(status=state, payment=payment_of(claim, state))
    for who, held in EVERYBODY.items():
        person = cast[held & ALL_ROLES]
        Claim.objects.filter(pk=claim.pk).update(**in_hands(person, held, others))
        found += faults(every, Claim.objects.get(pk=claim.pk), {who: person})
    assert found == []


@pytest.mark.parametrize("state", PaymentRun.Status.values)
def test_runs(card, member, kit, cas, pat, fin, cast, others, state):
    every, found = replace(RUNS, people=EVERYBODY), []
    claim = make_approved(member, kit, cas, pat)
    run = make_exported(fin) if state == "exported" else make_run(fin)
    run = make.pay(run, fin) if state == "paid" else run
    run = payments.cancel(run, by=fin) if state == "cancelled" else run
    for who, held in _who_can_be_that(state):
        person = cast[held & ALL_ROLES]
        Claim.objects.filter(pk=claim.pk).update(**in_hands(person, held, others))
        pays = held - {MAY_CHECK, MAY_APPROVE}
        found += faults(replace(every, people={who: pays}), run, {who: person})
    assert found == []


@pytest.mark.parametrize("held", LOWERED, ids=named)
@pytest.mark.parametrize("state", Claim.Status.values)
def test_claims_of_those_who_lowered_them(claim, cast, others, state, held):
    """Until it is checked, it is in nobody's way."""
    Claim.objects.filter(pk=claim.pk).update(status=state, payment=payment_of(claim, state), checked_by=others[CHECKER])
    person = cast[held & ALL_ROLES]
    Lowering.objects.create(claim=claim, person=person, relation=min(held - ALL_ROLES))
    counted = held if state in Claim.DECIDED_ON else held & ALL_ROLES
    row = Claim.objects.get(pk=claim.pk)
    assert faults(replace(CLAIMS, people={"somebody": counted}), row, {"somebody": person}) == []
    for name in ["check", "approve", "pay"]:
        assert Claim.objects.awaiting(claims.ACTS[name], person).exists() is acts.may(claims.ACTS[name], row, person)


@pytest.mark.parametrize("held", [held for held in LOWERED if MAY_PAY in held], ids=named)
@pytest.mark.parametrize("state", ["prepared", "exported", "paid"])
def test_runs_of_those_who_lowered_a_claim_in_them(card, member, kit, cas, pat, fin, cast, state, held):
    claim = make_approved(member, kit, cas, pat)
    run = make_exported(fin) if state == "exported" else make_run(fin)
    run = make.pay(run, fin) if state == "paid" else run
    person = cast[held & ALL_ROLES]
    Lowering.objects.create(claim=claim, person=person, relation=min(held - ALL_ROLES))
    assert faults(replace(RUNS, people={"somebody": held}), run, {"somebody": person}) == []


def _who_can_be_that(state):
    """A cancelled run holds no claims, so nobody has a hand in it."""
    return [(who, held) for who, held in EVERYBODY.items() if state != "cancelled" or not held & frozenset(HANDS)]


def test_a_list_of_what_awaits_somebody_and_the_judge_of_one_claim_agree(claim, cast, others):
    for state in Claim.Status.values:
        Claim.objects.filter(pk=claim.pk).update(status=state, payment=payment_of(claim, state))
        for held in EVERYBODY.values():
            person = cast[held & ALL_ROLES]
            Claim.objects.filter(pk=claim.pk).update(**in_hands(person, held, others))
            row = Claim.objects.get(pk=claim.pk)
            for name in ["check", "approve", "pay"]:
                awaits = Claim.objects.awaiting(claims.ACTS[name], person).exists()
                assert awaits is acts.may(claims.ACTS[name], row, person), (name, state, held)
        if row.payment:
            Claim.objects.filter(pk=claim.pk).update(status="submitted", payment=None)
            Payment.objects.all().delete()
            PaymentRun.objects.all().delete()


def test_the_document_says_the_same(request):
    judge_document("recompense", [CLAIMS, RUNS], write=request.config.getoption("write"))
