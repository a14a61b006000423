"""Whatever people do with claims and runs, in whatever order: no claim is paid twice, none is lost, and the sums agree."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from core import errors
from core.models import AuditEvent
from people import roles
from recompense import claims, payment_file, payments
from recompense.models import Claim, Line, Payment, PaymentRun
from tests.factories.panels import attend, make_meeting, make_member
from tests.factories.recompense import bus, make_payee

HAVE_PAYMENT = {Claim.Status.IN_RUN, Claim.Status.PAID}
WHO = st.sampled_from(["mo", "cas", "pat", "fin", "ash"])
PENCE = st.integers(min_value=1, max_value=1_000).map(lambda pence: Decimal(pence) / 100)  # up to £10: above, a receipt is needed


@pytest.fixture
def staff(card, person, panel, kit, cas, pat, fin, mo, roles_without_pages):
    """Everybody is a member too, and Ash may do everything: the rules alone keep their hands apart."""
    ash = person("Ash Everything")
    for role in ["claims checker", "claims approver", "finance officer"]:
        roles.grant(ash, role)
    people = {"mo": mo, "cas": cas, "pat": pat, "fin": fin, "ash": ash}
    for number, each in enumerate(people.values()):
        make_payee(each, account_number=f"{number:08}")
    members = {name: make_member(panel, each) for name, each in people.items()}
    return {"people": people, "members": members, "kit": kit, "panel": panel}


def machine_for(staff):
    people, members = staff["people"], staff["members"]

    class Office(RuleBasedStateMachine):
        claims_ = Bundle("claims")
        runs = Bundle("runs")

        def __init__(self):
            super().__init__()
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            self.made, self.told, self.paid = set(), Counter(), {}

        def teardown(self):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

        def attempt(self, act, *given, by, **more):
            """Acts are refused in their own words or done whole; anything else is a fault."""
            try:
                with transaction.atomic():
                    return act(*given, by=people[by], **more)
            except errors.DomainError:
                return None

        @initialize(target=claims_)
        def some_are_approved_already(self):
            return multiple(*[self.approved(who) for who in ["mo", "mo", "ash"]])

        def approved(self, who):
            claim = self.sent(who, Decimal("4.60"))
            self.go_the_usual_way(claim)
            return claim

        def sent(self, who, spent):
            meeting = make_meeting(staff["panel"], staff["kit"])
            claim = claims.start(attend(meeting, members[who], staff["kit"]), by=people[who])
            claims.add_line(claim, bus(claim, str(spent)), by=people[who])
            self.made.add(claim.pk)
            return claims.submit(claim, by=people[who])

        @rule(target=claims_, who=WHO, spent=PENCE)
        def claim_for_a_meeting(self, who, spent):
            return self.sent(who, spent)

        @rule(claim=claims_)
        def go_the_usual_way(self, claim):
            self.attempt(claims.check, claim, by="cas")
            self.attempt(claims.approve, claim, by="pat")

        @rule(claim=claims_, who=WHO, act=st.sampled_from([claims.check, claims.approve, claims.withdraw]))
        def decide(self, claim, who, act):
            self.attempt(act, claim, by=who)

        @rule(claim=claims_, who=WHO, act=st.sampled_from([claims.ask, claims.reject]))
        def say_something(self, claim, who, act):
            self.attempt(act, claim, "Which day was it?", by=who)
            row = Claim.objects.get(pk=claim.pk)
            if row.status == Claim.Status.RETURNED:
                claims.submit(claim, by=row.claimant)

        @rule(claim=claims_, who=WHO, to=PENCE)
        def lower(self, claim, who, to):
            self.attempt(claims.lower, claim.lines.order_by("pk").last(), to, "It was not agreed.", by=who)

        @rule(target=runs, who=st.sampled_from(["fin", "ash", "mo"]))
        def prepare(self, who):
            run = self.attempt(payments.prepare, timezone.localdate(), by=who)
            return run or multiple()

        @rule(run=runs, who=WHO)
        def export(self, run, who):
            content = self.attempt(payments.export, run, by=who)
            if content is not None:
                assert content.count(b"\r\n") == run.count + 1
                assert payment_file.write(run) == content

        @rule(run=runs, who=WHO)
        def cancel(self, run, who):
            self.attempt(payments.cancel, run, by=who)

        @rule(run=runs, who=WHO)
        def mark_paid(self, run, who):
            if self.attempt(payments.mark_paid, run, by=who):
                self.told.update(run.payments.values_list("reference", flat=True))

        @rule(run=runs, who=st.sampled_from(["fin", "ash"]))
        def settle(self, run, who):
            self.export(run, who)
            self.mark_paid(run, who)

        @invariant()
        def no_claim_is_lost(self):
            assert set(Claim.objects.values_list("pk", flat=True)) == self.made

        @invariant()
        def a_claim_has_a_payment_exactly_while_it_is_being_paid(self):
            with_payment = set(Claim.objects.exclude(payment=None).values_list("pk", flat=True))
            assert with_payment == set(Claim.objects.filter(status__in=HAVE_PAYMENT).values_list("pk", flat=True))
            assert Payment.objects.count() == len(with_payment)

        @invariant()
        def nothing_is_paid_twice_or_changes_after_it_was_paid(self):
            for claim in Claim.objects.filter(status="paid").select_related("payment"):
                assert self.paid.setdefault(claim.pk, claim.payment.reference) == claim.payment.reference
            assert set(self.paid) <= set(Claim.objects.filter(status="paid").values_list("pk", flat=True))
            assert all(times == 1 for times in self.told.values())
            assert set(self.told) == set(self.paid.values())

        @invariant()
        def the_sums_agree(self):
            for run in PaymentRun.objects.exclude(status="cancelled"):
                rows = list(run.payments.select_related("claim"))
                assert (run.count, run.total) == (len(rows), sum(row.amount for row in rows))
                assert all((row.fee, row.expenses) == claims.totals(row.claim) for row in rows)

        @invariant()
        def nobody_has_two_hands_in_a_claim(self):
            for claim in Claim.objects.filter(status__in=["checked", "approved", *HAVE_PAYMENT]).select_related("payment__run"):
                hands = [claim.claimant_id, claim.checked_by_id, claim.approved_by_id]
                hands = [pk for pk in hands if pk] + ([claim.payment.run.prepared_by_id] if claim.payment else [])
                assert len(hands) == len(set(hands)), claim.status

        @invariant()
        def the_trail_ends_where_the_claim_is(self):
            for claim in Claim.objects.all():
                moves = AuditEvent.objects.filter(subject=claim.key, after__in=Claim.Status.values)
                assert moves.latest("pk").after == claim.status

        @invariant()
        def no_line_pays_more_than_was_claimed(self):
            assert all(0 <= line.counted <= line.amount for line in Line.objects.all())

    return Office


def test_whatever_is_done_money_moves_once(staff):
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    bounds = settings(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=quiet)
    run_state_machine_as_test(machine_for(staff), settings=bounds)
