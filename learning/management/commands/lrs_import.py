"""`manage.py lrs_import FILE`: read in statements that `lrs_export`, or another record store, has written as JSON lines."""

from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import audit
from learning.lrs import importing
from learning.lrs.importing import Outcome
from learning.lrs.models import Statement


class Command(BaseCommand):
    help = (
        "Store the statements of a file of JSON lines. What is here stays; what cannot be stored is told by its line, and the "
        "rest is stored. Repeat it if it was broken off. Then run rebuild_progress."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--files", type=Path, help="The folder with the files of the statements, named by their SHA-2.")

    def handle(self, *args: Any, file: Path, files: Path | None, **options: Any) -> None:
        if files and not files.is_dir():
            raise CommandError(f"There is no folder {files}.")
        try:
            with file.open("rb") as opened:
                numbers = self.take(opened, files)
        except OSError as error:
            raise CommandError(str(error)) from error
        restored, new, here, refused, missing = numbers
        audit.record("statements.import", Statement(), after=f"{restored} restored, {new} new, {refused} refused")
        self.stdout.write(
            f"{restored} statements were put back as they were; {new} are new and count for nobody; {here} were here; "
            f"{refused} were refused; {missing} files were not found."
        )
        if refused:
            raise CommandError("Some lines were refused: see above. Everything else is stored.")

    def take(self, file: IO[bytes], folder: Path | None) -> list[int]:
        authority = {"objectType": "Agent", "account": {"homePage": settings.XAPI_IRI_BASE, "name": "import"}}
        numbers = [0, 0, 0, 0, 0]
        for outcome in importing.take(file, authority=authority, folder=folder):
            self.tell(outcome)
            some = [outcome.restored, outcome.new, outcome.here, len(outcome.refused), len(outcome.missing)]
            numbers = [before + more for before, more in zip(numbers, some, strict=True)]
            self.stderr.write(f"{sum(numbers[:4])} lines…")
        return numbers

    def tell(self, outcome: Outcome) -> None:
        for number, reason in outcome.refused:
            self.stderr.write(f"Line {number}: {reason}")
        for sha2 in outcome.missing:
            self.stderr.write(f"Not found in the folder of files: {sha2}")
