"""`manage.py lrs_export`: all statements as JSON lines."""

import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learning.lrs import exporting
from learning.lrs.validation import Invalid, types


class Command(BaseCommand):
    help = "Write all statements as JSON lines, in the order in which they were stored. lrs_import reads them again."

    def add_arguments(self, parser):
        parser.add_argument("--since", type=moment, help="Those stored after this time, such as 2026-11-28T09:30:00Z.")
        parser.add_argument("--until", type=moment, help="Those stored up to this time.")
        parser.add_argument("--out", default="-", help="The file to write, for you alone; by default the standard output.")
        parser.add_argument("--files", type=Path, help="A folder for the files that statements brought, named by their SHA-2.")

    def handle(self, *args: Any, since, until, out: str, files: Path | None, **options: Any) -> None:
        try:
            if files:
                files.mkdir(mode=0o700, parents=True, exist_ok=True)
            with nullcontext(self.stdout) if out == "-" else private(out) as target:
                self.write(target, exporting.export(by=None, since=since, until=until, folder=files))
        except OSError as error:
            raise CommandError(str(error)) from error

    def write(self, target, chunks) -> None:
        number = 0
        for chunk in chunks:
            target.write(chunk)
            number += chunk.count("\n")
            self.stderr.write(f"{number} statements…")


def moment(text: str) -> datetime:
    try:
        return types.instant(text, "time")
    except Invalid as error:
        raise CommandError(str(error)) from error


def private(name: str):
    """Statements are about people: nobody else on this machine reads them."""
    return open(name, "w", encoding="utf-8", newline="\n", opener=lambda path, flags: os.open(path, flags, 0o600))
