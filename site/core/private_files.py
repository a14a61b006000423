"""Where files go that nobody may fetch by an address: a storage of their own, without one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.core.files.storage import Storage, storages
from django.utils import timezone

LEFT = timedelta(days=1)  # a file is older than the act that would have known it


def private_storage() -> Storage:
    return storages["private"]


def sweep(storage: Storage, folder: str, known: Collection[str]) -> None:
    """Delete the files of a folder that no row knows: what is left where an act was broken off. Called once a day."""
    found = [f"{folder}/{name}" for name in storage.listdir(folder)[1]] if storage.exists(folder) else []
    yesterday = timezone.now() - LEFT
    for name in found:
        if name not in known and storage.get_modified_time(name) < yesterday:
            storage.delete(name)
