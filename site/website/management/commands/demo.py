"""`manage.py demo`: an empty database becomes a demonstration, through the same acts as real use.

Everybody and everything in it is invented. The same learners come out each time; only passwords, secrets and keys are random.
"""

from __future__ import annotations

import os
import secrets
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from wagtail.models import Page

from core import page_cache
from core.models import Generation
from learning.demo import course, learners
from panels.demo import experiences, scene
from people import affiliations, demo, roles
from people.models import Organisation, StaffGroup, User
from recompense.demo import claims
from website import pages

LEARNERS = 300
ACCOUNTS = [
    # name, address, role, what they do
    ("Lee Learner", "lee@demo.example", "", "learns: take module 1, leave, and resume in another browser"),
    ("Ed Author", "ed@demo.example", "author", "writes: open /admin/, change a module and publish it"),
    ("Val Officer", "val@demo.example", "statistics officer", "counts: open /learning/figures/"),
    ("Adi Administrator", "adi@demo.example", "administrator", "keeps pages, organisations and staff groups"),
    ("Ana Applicant", "ana@demo.example", "", "applies: open /panels/, choose one with open seats, send an application"),
    ("Mo Example", "mo@demo.example", "", "is a member: open /claims/ and claim for a meeting; /memberships/ shows the meetings"),
    ("Kit Coordinator", "kit@demo.example", "coordinator", "coordinates the panels: reads applications, offers places"),
    ("Uma Moderator", "uma@demo.example", "moderator", "reads what people told us: open /moderate/, take the next one"),
    ("Ola Moderator", "ola@demo.example", "moderator", "is the second reader of what Uma has prepared: open /moderate/"),
    ("Cas Checker", "cas@demo.example", "claims checker", "checks claims: open /claims/finance/, look, pass it on"),
    ("Pat Approver", "pat@demo.example", "claims approver", "approves what Cas has checked: open /claims/finance/"),
    ("Fin Finance", "fin@demo.example", "finance officer", "pays what Pat has approved: open /claims/payments/"),
]
WORKS_AT_A_HOSPITAL = {"lee@demo.example"}
LOCAL = {"", "localhost", "127.0.0.1", "::1"}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


class Command(BaseCommand):
    help = "Loads the demonstration afresh. What is in the database goes."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="Keep what is there, and load only where nobody has an account."
        )
        parser.add_argument("--force", action="store_true", help="Also in a database on another machine.")

    def handle(self, *args, if_empty: bool, force: bool, **options) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off here, so there is no demonstration to load. `make demo` turns it on.")
        if if_empty and User.objects.exists():
            self.say("The database has accounts already; they are kept.")
            return
        if not if_empty:
            self.afresh(force)
        begun = time.monotonic()
        self.load()
        self.say(f"  … done in {time.monotonic() - begun:.0f} seconds.")

    def afresh(self, force: bool) -> None:
        host = connection.settings_dict["HOST"]
        if host not in LOCAL and not host.startswith("/") and not force:
            raise CommandError(f"The database is on {host}. FORCE=1 make demo replaces what is in it all the same.")
        self.say("Emptying the database …")
        age = _generation()
        empty()
        call_command("setup", stdout=self.stdout)
        Generation.objects.update_or_create(name="pages", defaults={"number": age + 1})

    def load(self) -> None:
        self.say("Loading the demonstration: pages …")
        home = pages.load(Page.get_first_root_node())
        self.say("  the course …")
        taught = course.load_course(course.load_index(home))
        roles.sync()
        self.say(f"  {LEARNERS} learners …")
        learners.load(taught, LEARNERS, progress=self.count)
        self.say("  accounts …")
        accounts = make_accounts()
        self.say("  panels …")
        panels = scene.load(home, kit=User.objects.get(email="kit@demo.example"), mo=User.objects.get(email="mo@demo.example"))
        pages.load_home(Page.get_first_root_node())  # again: now its button has a list of panels to lead to
        self.say("  claims …")
        claims.load()
        self.say("  experiences …")
        uma, ola = (User.objects.get(email=f"{name}@demo.example") for name in ["uma", "ola"])
        opens = experiences.load(panels, uma=uma, ola=ola)
        accounts.append(("Somebody without an account", *opens, "told us something: open /be-heard/come-back/, type both"))
        self.stdout.write(write_accounts(accounts))
        page_cache.clear()

    def count(self, done: int) -> None:
        if done and done % 100 == 0:
            self.say(f"    {done}")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _generation() -> int:
    """How old cached pages are, so that a running web process sees that everything changed."""
    if Generation._meta.db_table not in connection.introspection.table_names():
        return 0
    return Generation.objects.filter(name="pages").values_list("number", flat=True).first() or 0


def empty() -> None:
    """Drops every table: quicker than deleting rows, and triggers that keep the audit trail go with it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        while name := _any_table(cursor):
            cursor.execute(f'DROP TABLE "{name}"')
        cursor.execute("PRAGMA foreign_keys = ON")


def _any_table(cursor) -> str | None:
    """Virtual tables first: the full-text index keeps its own tables, which go with it."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return row[0] if row else None


def new_password() -> str:
    """Sixty random bits in three groups that a person can type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def make_accounts() -> list[tuple[str, str, str, str]]:
    """Name, address, password and what to try, for each of them."""
    made = []
    for name, address, role, what in ACCOUNTS:
        password = new_password()
        person = demo.account(name, address, password, role=role)
        made.append((name, address, password, what))
        if address in WORKS_AT_A_HOSPITAL:
            hospital = Organisation.objects.exclude(kind=Organisation.Kind.NOT_LISTED)[0]
            affiliations.set_affiliation(person, hospital, StaffGroup.objects.all()[0], by=person)
    return made


def write_accounts(made: list[tuple[str, str, str, str]]) -> str:
    """Keeps the accounts where only the owner of the files can read them, and gives the text for the screen."""
    lines = ["The demonstration's accounts. Everybody in it is invented.", ""]
    for name, address, password, what in made:
        lines += [f"  {name}: {what}", f"    {address}", f"    {password}", ""]
    lines += [
        "Staff are asked for a code after the password: DEMO=True .venv/bin/python manage.py demo_code ed\n  prints Ed's.",
        f"Mail that the platform sends is at {settings.BASE_URL}/demo/mail/",
        "",
    ]
    text = "\n".join(lines)
    path = settings.VAR_DIR / "demo-accounts.txt"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return text
