"""Where files go that nobody may fetch by an address: a storage of their own, without one."""

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    return storages["private"]
