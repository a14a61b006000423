"""`manage.py lrs_erase AGENT`: put a pseudonym in the place of somebody whom other systems speak of."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import errors
from learning.lrs import erasure


class Command(BaseCommand):
    help = (
        "Take a person out of the record store: a random key takes the place of their identifier and name, their documents "
        "and files go, statements stay counted, and what speaks of them later is refused. May be repeated."
    )

    def add_arguments(self, parser):
        parser.add_argument("agent", help='As in a statement, such as \'{"mbox": "mailto:lee@example.org"}\'.')

    def handle(self, *args: Any, agent: str, **options: Any) -> None:
        try:
            number = erasure.pseudonymise(parsed(agent), by=None, told=self.tell)
        except errors.DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} statements speak of a pseudonym now.")

    def tell(self, number: int) -> None:
        self.stderr.write(f"{number} statements…")


def parsed(agent: str) -> Any:
    try:
        return json.loads(agent)
    except (ValueError, RecursionError):
        raise CommandError('This is not JSON. Give an agent such as \'{"mbox": "mailto:lee@example.org"}\'.') from None
