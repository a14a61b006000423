from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import roles
from people.models import User


class Command(BaseCommand):
    help = "Give somebody a role, or take it back: role ADDRESS ROLE [--revoke]."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="The email address they sign in with.")
        parser.add_argument("role", choices=list(roles.ROLES))
        parser.add_argument("--revoke", action="store_true")

    def handle(self, **options) -> None:
        person = User.objects.filter(email__iexact=options["address"]).first()
        if person is None:
            raise CommandError("Nobody has an account with that address.")
        act = roles.revoke if options["revoke"] else roles.grant
        act(person, options["role"])
        self.stdout.write(f"Their roles are now: {', '.join(roles.of(person)) or 'none'}.")
