from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from people import demo
from people.models import User


class Command(BaseCommand):
    help = "Print the current code of a demonstration member of staff, by name or address. Only with DEMO."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="A first name, a whole name or an email address.")

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("There are no demonstration codes: DEMO is off.")
        self.stdout.write(demo.code(self._person(options["name"])))

    def _person(self, name: str) -> User:
        called = Q(email__iexact=name) | Q(display_name__iexact=name) | Q(display_name__istartswith=f"{name} ")
        people = User.objects.filter(called, authenticator__type="totp").distinct()[:2]
        if len(people) != 1:
            raise CommandError("Name one member of staff who has a second factor.")
        return people[0]
