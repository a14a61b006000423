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
        parser.add_argument("--revoke", action="store_true", help="Its key opens nothing any more.")

    def handle(self, **options):
        if options["revoke"] and (options["scope"] or options["may_complete"]):
            raise CommandError("--revoke goes with nothing else.")
        try:
            self.act(**options)
        except errors.DomainError as error:
            raise CommandError(str(error)) from error

    @transaction.atomic
    def act(self, name: str, scope: list[str] | None, may_complete: bool, revoke: bool, **others: Any) -> None:
        credential, secret = credentials.create(name, scope) if scope else (found(name), "")
        if revoke:
            credentials.revoke(credential, by=None)
            self.stdout.write(f"{name} is revoked: its key opens nothing any more.")
        elif may_complete:
            credentials.let_complete(credential, by=None)
            self.stdout.write(f"{name} may complete learners: what it says of them counts from now on.")
        elif not scope:
            raise CommandError("Say what to do: --scope makes a credential; --revoke and --may-complete change one.")
        if secret:
            self.stdout.write(f"{name}: {', '.join(credential.scopes)}. Keep the secret: it is not shown again.")
            self.stdout.write(f"{credential.key}:{secret}")


def found(name: str) -> Credential:
    credential = Credential.objects.filter(name=name).first()
    if credential is None:
        raise CommandError(f"There is no credential called {name}. --scope makes one.")
    return credential
