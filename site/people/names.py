"""The one door through which a name changes."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, errors, mail, outbox, page_cache
from people.models import User


@transaction.atomic
def change(person: User, display_name: str, *, by: User | None, pronouns: str | None = None) -> User:
    """Call somebody by another name, everywhere and at once.

    Names are never copied into other rows, so that this one row is all there is to change: certificates are drawn
    from it each time they are asked for, under the code they had. The audit row holds neither the old nor the new name.
    """
    row = User.objects.select_for_update().get(pk=person.pk)
    wanted = (_tidy(display_name), row.pronouns if pronouns is None else _tidy(pronouns))
    if not wanted[0]:
        raise errors.DomainError(_("Enter the name you use"), code="name_missing", field="display_name")
    if wanted == (row.display_name, row.pronouns):
        return person
    row.display_name, row.pronouns = person.display_name, person.pronouns = wanted
    row.save(update_fields=["display_name", "pronouns"])
    audit.record("name.changed", person, by=by)
    outbox.write("person.renamed", person=person.pk)
    page_cache.clear()
    transaction.on_commit(lambda: mail.forget([person.email]))  # letters in files greet by the name that was
    return person


def _tidy(text: str) -> str:
    return " ".join(text.split())
