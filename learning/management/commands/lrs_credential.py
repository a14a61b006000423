"""`manage.py lrs_credential NAME --scope all`: a key and secret with which another system reads the record."""

from django.core.management.base import BaseCommand, CommandError

from core import errors
from learning.lrs import credentials


class Command(BaseCommand):
    help = "Make a credential for /xapi. The last line is key:secret; the secret is shown this once."

    def add_arguments(self, parser):
        parser.add_argument("name", help="What the credential is called; each name once.")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=credentials.SCOPES,
            help="What it may do; may be repeated.",
        )

    def handle(self, *args, name, scope, **options):
        try:
            credential, secret = credentials.create(name, scope)
        except errors.DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{credential.name}: {', '.join(credential.scopes)}. Keep the secret: it is not shown again.")
        self.stdout.write(f"{credential.key}:{secret}")
