"""`manage.py lrs_credential NAME`: a key and secret with which another system reads the record; and what becomes of it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import errors
from learning.lrs import credentials
from learning.models import Credential


class Command(BaseCommand):
    help = "Make a credential for /xapi (the last line is key:secret, shown this once), or change one that there is."

    def add_arguments(self, parser):
        parser.add_argument("name", help="What the credential is called; each name once.")
        parser.add_argument(
            "--scope",
            action="append",
            choices=credentials.SCOPES,
            help="Make it, and say what it may do; may be repeated.",
        )
        parser.add_argument("--may-complete", action="store_true", help="What it says of a learner counts. Think twice.")
        switch = parser.add_mutually_exclusive_group()
        switch.add_argument("--off", action="store_true", help="Its key opens nothing any more.")
        switch.add_argument("--on", action="store_true", help="Its key opens again what it opened before.")

    def handle(self, **options):
        if (options["off"] or options["on"]) and (options["scope"] or options["may_complete"]):
            raise CommandError("--off and --on go with nothing else.")
        try:
            self.act(**options)
        except errors.DomainError as error:
            raise CommandError(str(error)) from error

    @transaction.atomic
    def act(self, name: str, scope: list[str] | None, may_complete: bool, off: bool, on: bool, **others: Any) -> None:
        credential, secret = credentials.create(name, scope) if scope else (found(name), "")
        if off:
            credentials.switch_off(credential, by=None)
            self.stdout.write(f"{name} is switched off: its key opens nothing any more.")
        elif on:
            credentials.switch_on(credential, by=None)
            self.stdout.write(f"{name} is switched on: its key opens again what it opened before.")
        elif may_complete:
            credentials.let_complete(credential, by=None)
            self.stdout.write(f"{name} may complete learners: what it says of them counts from now on.")
        elif not scope:
            raise CommandError("Say what to do: --scope makes a credential; --off, --on and --may-complete change one.")
        if secret:
            self.stdout.write(f"{name}: {', '.join(credential.scopes)}. Keep the secret: it is not shown again.")
            self.stdout.write(f"{credential.key}:{secret}")


def found(name: str) -> Credential:
    credential = Credential.objects.filter(name=name).first()
    if credential is None:
        raise CommandError(f"There is no credential called {name}. --scope makes one.")
    return credential
