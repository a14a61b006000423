"""Encrypt everything under the newest of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import models, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast

from core import encryption
from core.encryption import EncryptedTextField


class Command(BaseCommand):
    help = "Encrypt every encrypted field anew under the first of FIELD_ENCRYPTION_KEYS. May be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="rows in one transaction (default: 200)")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        for model, field in encrypted_fields():
            seen, changed = rotate(model, field, batch)
            self.stdout.write(f"{model._meta.label}.{field}: {changed} of {seen} encrypted anew")


def encrypted_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every encrypted field in the house."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field.name


def rotate(model: type[models.Model], field: str, batch: int = 200) -> tuple[int, int]:
    """Go through one column in the order of keys. Answers how many values were seen and how many changed."""
    seen = changed = 0
    last: Any = None
    while rows := _next(model, field, last, batch):
        last = rows[-1]
        more_seen, more_changed = _rotate_rows(model, field, rows)
        seen, changed = seen + more_seen, changed + more_changed
    return seen, changed


def _next(model: type[models.Model], field: str, last: Any, batch: int) -> list[Any]:
    rows = model._base_manager.exclude(**{f"{field}__isnull": True})
    if last is not None:
        rows = rows.filter(pk__gt=last)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:batch])


@transaction.atomic
def _rotate_rows(model: type[models.Model], field: str, pks: list[Any]) -> tuple[int, int]:
    """Read the ciphertext under a lock, so that what somebody writes meanwhile is not overwritten."""
    rows = model._base_manager.filter(pk__in=pks).annotate(_token=Cast(F(field), TextField()))
    tokens = dict(rows.select_for_update().values_list("pk", "_token"))
    old = {pk: token for pk, token in tokens.items() if token is not None and not encryption.is_newest(token)}
    for pk, token in old.items():
        model._base_manager.filter(pk=pk).update(**{field: encryption.reseal(token)})
    return len(tokens), len(old)
