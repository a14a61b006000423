"""How somebody may be reached, and in which language."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, errors
from people.models import User

BY_NUMBER = {User.Contact.PHONE, User.Contact.TEXT}


@transaction.atomic
def change(person: User, *, by: User | None, contact_by: str, phone: str, language: str) -> User:
    """Reach somebody in another way. The same again changes nothing; the audit row says that it changed, not to what."""
    row = User.objects.select_for_update().get(pk=person.pk)
    if contact_by in BY_NUMBER and not phone:
        raise errors.DomainError(_("Enter your telephone number, or choose email"), code="phone_missing", field="phone")
    wanted = (contact_by, phone, language)
    if wanted == (row.contact_by, row.phone, row.language):
        return person
    row.contact_by, row.phone, row.language = person.contact_by, person.phone, person.language = wanted
    row.save(update_fields=["contact_by", "phone", "language"])
    audit.record("contact.changed", person, by=by)
    return person
