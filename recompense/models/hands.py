"""What somebody can be to a claim: by whose hand it went, and what their role lets them do with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

CLAIMANT, CHECKER, APPROVER = "claimant", "checker", "approver"
HANDS = {CLAIMANT: "claimant", CHECKER: "checked_by", APPROVER: "approved_by"}  # and where a claim says so
LOWERED_CHECKING, LOWERED_APPROVING = "lowered_checking", "lowered_approving"
MAY_CHECK, MAY_APPROVE, MAY_PAY = "may_check", "may_approve", "may_pay"
STAFF = {MAY_CHECK: "recompense.check_claims", MAY_APPROVE: "recompense.approve_claims", MAY_PAY: "recompense.pay_claims"}


class Lowering(models.Model):
    """That somebody lowered an amount in a claim: they have decided on it, whoever checks or approves it afterwards."""

    RELATIONS = ((LOWERED_CHECKING, "checking"), (LOWERED_APPROVING, "approving"))

    claim = models.ForeignKey("recompense.Claim", models.CASCADE, related_name="lowerings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    relation = models.CharField(max_length=20, choices=RELATIONS)

    class Meta:
        constraints = [models.UniqueConstraint("claim", "person", "relation", name="one_lowering_of_each_kind")]

    def __str__(self) -> str:
        return self.relation


def in_hand_of(person, relation: str) -> Q:
    """The claims that somebody is this to."""
    if relation in HANDS:
        return Q(**{HANDS[relation]: person})
    return Q(pk__in=Lowering.objects.filter(person=person, relation=relation).values("claim"))
