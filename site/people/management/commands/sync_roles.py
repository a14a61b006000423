from django.core.management.base import BaseCommand

from people import roles


class Command(BaseCommand):
    help = "Make the groups say what people/roles.py says. Run after set-up and after the course list exists. Safe to repeat."

    def handle(self, **options) -> None:
        roles.sync()
        self.stdout.write(f"Roles in force: {', '.join(roles.ROLES)}.")
