"""Claims of members for those who check, approve and pay."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys import claimant

# Each of EMAILS was at a meeting, took a taxi, has an account and has sent the claim. STATE says how far it has come since.
CLAIMS = """
from decimal import Decimal
from panels.models import Attendance
from people import demo
from people.models import User
from recompense import claims, payees, rates, receipts
from recompense.judging import Cost
from recompense.demo.till import till_roll
def staff(name, role):
    return User.objects.filter(email=name).first() or demo.account(name, name, None, role=role)
cas, pat = staff("cas.journeys@example.com", "claims checker"), staff("pat.journeys@example.com", "claims approver")
for number, email in enumerate(EMAILS):
    person = User.objects.get(email=email)
    claim = claims.start(Attendance.objects.get(membership__person=person), by=person)
    taxi = rates.card_on(claim.day).rates.get(code="TAXI")
    line = claims.add_line(claim, Cost(taxi, spent=Decimal("18.60"), reason="The tram was not running."), by=person)
    receipts.add(line, till_roll(taxi.label, "18.60", claim), by=person)
    payees.change(person, name=person.display_name, sort_code="089999", account_number=f"6637{person.pk:04}", by=person)
    claims.submit(claim, by=person)
    if STATE in {"checked", "approved"}:
        claims.check(claim, by=cas)
    if STATE == "approved":
        claims.approve(claim, by=pat)
"""
SUM = "£101.10"


def make_claims(platform, names: list[str], state: str = "submitted") -> list[str]:
    """For a meeting, and a taxi with its receipt: £82.50 and £18.60. Gives the addresses of their mail."""
    emails = [claimant.make_member(platform, name)["email"] for name in names]
    platform.run(CLAIMS, EMAILS=emails, STATE=state)
    return emails


def open_claim(page: Page, name: str) -> None:
    """From the list of claims that wait."""
    with page.expect_navigation():
        page.get_by_role("listitem").filter(has_text=name).get_by_role("link").click()


def focus(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")
