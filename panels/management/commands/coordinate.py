from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import errors
from panels import coordination
from panels.models import Panel


class Command(BaseCommand):
    help = 'Put somebody in charge of a panel, or release them: coordinate ADDRESS "PANEL NAME" [--release].'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="The email address they sign in with.")
        parser.add_argument("panel", help="The name of the panel.")
        parser.add_argument("--release", action="store_true")

    def handle(self, **options) -> None:
        panel = Panel.objects.filter(name__iexact=options["panel"]).first()
        if panel is None:
            names = ", ".join(Panel.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no panel of that name. There are: {names}.")
        try:
            person = coordination.find(options["address"])
        except errors.DomainError as error:
            raise CommandError(f"{error}: manage.py role {options['address']} coordinator") from error
        act = coordination.release if options["release"] else coordination.assign
        act(person, panel, by=None)
        names = ", ".join(Panel.objects.coordinated_by(person).values_list("name", flat=True)) or "none"
        self.stdout.write(f"They are in charge of: {names}.")
