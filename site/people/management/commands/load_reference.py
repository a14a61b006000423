from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from people import reference


class Command(BaseCommand):
    help = "Load districts, staff groups and the organisation that stands for “Not listed”. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--districts", type=Path, help="A YAML file with a list of name and gss_code.")

    def handle(self, **options) -> None:
        reference.load(options["districts"])
        self.stdout.write("Reference data loaded.")
