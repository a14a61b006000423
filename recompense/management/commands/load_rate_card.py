"""`manage.py load_rate_card FILE`: puts a rate card down, from a file like recompense/content/example-2026.yaml."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core import errors
from recompense import rates


class Command(BaseCommand):
    help = "Loads a rate card from a YAML file. A card that is there already is never changed: give the next one a new code."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="recompense/content/example-2026.yaml shows how it is written.")

    def handle(self, *args, file: Path, **options) -> None:
        try:
            card = rates.publish(rates.read(file), by=None)
        except (OSError, yaml.YAMLError, errors.DomainError, ValidationError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{card.code}: {card.rates.count()} rates, in force from {card.effective_from:%d %B %Y}.")
