"""Claims in every state, through the acts that lead there."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from panels.models import Membership
from people.models import User
from recompense import claims, payees, payments, rates
from recompense.judging import Cost
from recompense.models import Claim, Payee, PaymentRun, RateCard
from tests.factories.panels import attend, make_meeting

ACCOUNT = {"name": "M Example", "sort_code": "30-94-30", "account_number": "00733445"}


def make_card(**changes) -> RateCard:
    """The example's rates, by default in force for the last three years."""
    long_ago = timezone.localdate() - timedelta(days=3 * 365)
    facts = rates.read(rates.EXAMPLE) | {"effective_from": long_ago} | changes
    return rates.publish(facts, by=None)


def make_payee(person: User, **changes) -> Payee:
    return payees.change(person, **{**ACCOUNT, **changes}, by=person)


def make_draft(member: Membership, kit: User, *, ago: timedelta = timedelta(days=2), minutes: int = 150) -> Claim:
    """For a meeting that the member was at, with the fee in it."""
    meeting = make_meeting(member.panel, kit, ago=ago, hours=minutes / 60)
    return claims.start(attend(meeting, member, kit, minutes=minutes), by=member.person)


def make_submitted(member: Membership, kit: User, **options) -> Claim:
    claim = make_draft(member, kit, **options)
    if not Payee.objects.filter(person=member.person).exists():
        make_payee(member.person)
    return claims.submit(claim, by=member.person)


def make_checked(member: Membership, kit: User, cas: User, **options) -> Claim:
    return claims.check(make_submitted(member, kit, **options), by=cas)


def make_approved(member: Membership, kit: User, cas: User, pat: User, **options) -> Claim:
    return claims.approve(make_checked(member, kit, cas, **options), by=pat)


def make_run(fin: User) -> PaymentRun:
    return payments.prepare(timezone.localdate(), by=fin)


def make_exported(fin: User) -> PaymentRun:
    run = make_run(fin)
    payments.export(run, by=fin)
    return PaymentRun.objects.get(pk=run.pk)


def pay(run: PaymentRun, fin: User) -> PaymentRun:
    """The file made and the money gone."""
    payments.export(run, by=fin)
    return payments.mark_paid(run, by=fin)


def make_paid(member: Membership, kit: User, cas: User, pat: User, fin: User, **options) -> Claim:
    """Paid in a run of its own."""
    claim = make_approved(member, kit, cas, pat, **options)
    pay(make_run(fin), fin)
    return Claim.objects.get(pk=claim.pk)


def bus(claim: Claim, spent: str = "4.60") -> Cost:
    return cost(claim, "PUBLIC_TRANSPORT", spent=Decimal(spent))


def cost(claim: Claim, code: str, **said) -> Cost:
    return Cost(rate=rates.card_on(claim.day).rates.get(code=code), **said)


def photo(colour: str = "white", size: tuple[int, int] = (600, 900), kind: str = "JPEG") -> ContentFile:
    """A picture as a telephone would send it."""
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return ContentFile(content.getvalue(), name="photo.jpg")
