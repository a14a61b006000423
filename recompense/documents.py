"""Remittance advice as a document: fee and expenses apart, so that it can be shown to a benefits office. It names no panel."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext

from core import money, pdf
from recompense.models import Line, Payment

TEMPLATE = Path(__file__).parent / "typst" / "remittance.typ"


def remittance_pdf(payment: Payment) -> bytes:
    """A tagged PDF in the active language."""
    facts = remittance(payment)
    words = {
        "paid": gettext("We have paid you %(total)s. On your bank statement it is called %(reference)s.") % facts,
        "paid_to": gettext("Paid to"),
        "fees": gettext("For your time"),
        "expenses": gettext("Costs paid back"),
        "total": gettext("Paid in all"),
        "account": gettext("Account ending"),
        "on": gettext("Payment date"),
        "claim": gettext("Claim"),
        "for_day": gettext("For"),
        "what": gettext("What"),
        "amount": gettext("Amount"),
        "sum": gettext("Sum"),
        "none": gettext("None"),
        "apart": gettext(
            "Fee and costs stand apart here, so that you can show this letter to an office that asks, such as one that pays "
            "benefits. Costs are money that you had spent to take part."
        ),
        "contact": gettext("Questions? Write to %(email)s.") % {"email": settings.CONTACT_EMAIL},
        "undrawn": gettext("□ stands for a letter that this document cannot draw."),
        "demonstration": gettext("Demonstration content") if settings.DEMO else "",
    }
    return pdf.render(TEMPLATE, {"title": gettext("Payment %(reference)s") % facts, **facts, "words": words})


def file_name(payment: Payment) -> str:
    """Neutral: it is seen in a list of attachments or downloads."""
    return f"payment-{payment.reference}.pdf"


def remittance(payment: Payment) -> dict[str, Any]:
    """What the letter and the mail say. Amounts as text, in pounds."""
    claim = payment.claim
    lines = list(claim.lines.select_related("rate"))
    fees = [line for line in lines if line.rate.is_fee]
    costs = [line for line in lines if not line.rate.is_fee]
    return {
        "reference": payment.reference,
        "claim": claim.reference,
        "name": claim.claimant.display_name if claim.claimant else "",
        "day": formats.date_format(claim.day, "j F Y"),
        "paid_on": formats.date_format(payment.run.pays_on, "j F Y"),
        "ending": payment.ending,
        "fees": [_row(line) for line in fees],
        "expenses": [_row(line) for line in costs],
        "fee_total": money.text(_sum(fees)),
        "expense_total": money.text(_sum(costs)),
        "total": money.text(payment.amount),
    }


def _row(line: Line) -> tuple[str, str]:
    return ", ".join(filter(None, [line.rate.label, line.how_many])), money.text(line.counted)


def _sum(lines: list[Line]) -> Decimal:
    return sum((line.counted for line in lines), Decimal(0))
