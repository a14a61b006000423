"""The secrets of second factors are encrypted inside allauth's rows; here they move to another key."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from core import encryption

SECRETS = ["secret", "seed"]  # of an authenticator app, and of recovery codes


def rotate() -> tuple[int, int]:
    """Encrypt every secret anew under the newest key. Answers how many there are and how many changed."""
    pks = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk").values_list("pk", flat=True)
    changed = [_rotate(pk) for pk in pks]
    return len(changed), sum(changed)


@transaction.atomic
def _rotate(pk: int) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    old = [name for name in SECRETS if row and name in row.data and not encryption.is_newest(row.data[name])]
    if not row or not old:
        return False
    row.data |= {name: str(encryption.reseal(row.data[name])) for name in old}
    row.save(update_fields=["data"])
    return True
