"""A member with a meeting to claim for, and what their thumb does on a telephone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.journeys import learner

# A member of a panel with a telling name, who was at meetings and has told us of no account.
MEMBER = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from panels import coordination, meetings
from panels.models import Membership, Panel
from people import demo
from people.models import User
from recompense import rates
with transaction.atomic():
    rates.load_example()
    kit = User.objects.filter(email="kit.journeys@example.com").first()
    kit = kit or demo.account("Kit Journeys", "kit.journeys@example.com", None, role="coordinator")
    panel, _made = Panel.objects.get_or_create(name="LGBTQ+ Panel of the journeys")
    coordination.assign(kit, panel, by=None)
    person = demo.account(NAME, EMAIL, PASSWORD)
    member = Membership.objects.create(panel=panel, person=person, starts_on=timezone.localdate() - timedelta(days=300))
    for days in DAYS:
        starts_at = timezone.localtime(timezone.now() - timedelta(days=days)).replace(hour=17, minute=30)
        meeting = meetings.plan(panel, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2.5), place="Town Hall", by=kit)
        meetings.record(meeting, {member: 150}, by=kit)
"""
# Three others do their part. WHAT says how far: ask, reject or pay.
STAFF = """
from django.utils import timezone
from people import demo
from people.models import User
from recompense import claims, payments
from recompense.models import Claim
def staff(name, role):
    return User.objects.filter(email=name).first() or demo.account(name, name, None, role=role)
cas, pat = staff("cas.journeys@example.com", "claims checker"), staff("pat.journeys@example.com", "claims approver")
fin = staff("fin.journeys@example.com", "finance officer")
claim = Claim.objects.get(claimant__email=EMAIL, status="submitted")
if WHAT == "ask":
    claims.ask(claim, "The photo cuts off the date. Can you take another one?", by=cas)
else:
    claims.check(claim, by=cas)
if WHAT == "reject":
    claims.reject(claim, "Your employer pays you for this day.", by=pat)
if WHAT == "pay":
    claims.approve(claim, by=pat)
    run = payments.prepare(timezone.localdate(), by=fin)
    payments.export(run, by=fin)
    payments.mark_paid(run, by=fin)
"""


def make_member(platform, name: str, days: tuple[int, ...] = (2,)) -> dict[str, str]:
    account = {"name": name, "email": f"{name.split()[-1].lower()}.claims@example.com", "password": learner.PASSWORD}
    platform.run(MEMBER, NAME=name, EMAIL=account["email"], PASSWORD=learner.PASSWORD, DAYS=days)
    return account


def meanwhile(platform, account: dict[str, str], what: str) -> None:
    platform.run(STAFF, EMAIL=account["email"], WHAT=what)


def photo(folder: Path, colour: str = "white") -> Path:
    """A receipt as a telephone would photograph it: twelve million pixels."""
    path = folder / f"{colour}.jpg"
    Image.new("RGB", (3000, 4000), colour).save(path, "JPEG")
    return path


@dataclass
class Thumb:
    """Presses, types and takes pictures, and counts what that would take a person."""

    page: Page
    screens: list[str] = field(default_factory=list)
    taps: int = 0
    letters: int = 0
    photos: int = 0

    def arrive(self) -> None:
        self.screens.append(self.page.locator("h1").inner_text().replace("\n", " "))

    def press(self, words: str, role: str = "button") -> None:
        """Something that leads to another screen."""
        self.taps += 1
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=words).first.click()
        self.arrive()

    def open(self, words: str) -> None:
        """Something that opens on the same screen."""
        self.taps += 1
        self.page.locator("summary", has_text=words).click()

    def write(self, label: str, text: str) -> None:
        self.taps += 1
        self.letters += len(text)
        self.page.get_by_label(label).fill(text)

    def take(self, label: str, picture: Path) -> None:
        self.photos += 1
        self.page.get_by_label(label).set_input_files(picture)

    @property
    def seconds(self) -> float:
        """Of a person in no hurry, by the keystroke-level model: to look round a screen, press, type a letter, take a photo."""
        return 8 * len(self.screens) + 1.5 * self.taps + 0.35 * self.letters + 12 * self.photos
