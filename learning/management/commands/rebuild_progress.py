"""`manage.py rebuild_progress`: derive all progress, certificates and monthly counts anew from the statements."""

from django.core.management.base import BaseCommand

from learning import completion


class Command(BaseCommand):
    help = "Derive all progress, certificates and monthly counts anew from the statements."

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{completion.rebuild()} modules in progress were derived anew.")
