from typing import Any

from core.management.commands import rotate_keys
from people import second_factors


class Command(rotate_keys.Command):
    """Stands before core's command of the same name, so that nobody can change keys and lock the staff out."""

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        super().handle(*args, batch=batch, **options)
        seen, changed = second_factors.rotate()
        self.stdout.write(f"Second factors: {changed} of {seen} encrypted anew")
