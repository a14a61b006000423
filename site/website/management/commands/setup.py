"""`manage.py setup`: brings a database, new or old, to what this version of the platform needs. Safe to repeat."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand

from panels import themes
from people import reference
from recompense import rates
from website import pages, schedules
from website.models import HomePage


class Command(BaseCommand):
    help = "Prepares the database: tables, roles, lists, first pages, schedules."

    def handle(self, *args, **options) -> None:
        self.stdout.write("  tables (half a minute the first time)", ending="\n")
        self.stdout.flush()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        self.stdout.write("  roles, lists, first pages, schedules")
        call_command("sync_roles")
        reference.load()
        themes.load()
        rates.load_example()
        if not HomePage.objects.exists():  # what editors have written since stays
            pages.load()
        schedules.load()
