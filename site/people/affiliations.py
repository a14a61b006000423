"""Where somebody works: one affiliation at a time, the former ones kept with their dates."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from core import audit
from people.models import Affiliation, Organisation, StaffGroup, User


def current(person: User) -> Affiliation | None:
    return person.affiliations.current().select_related("organisation", "staff_group").first()


@transaction.atomic
def set_affiliation(person: User, organisation: Organisation, staff_group: StaffGroup, *, by: User | None) -> Affiliation:
    """End the current affiliation today and begin another. The same one again changes nothing.

    The audit row says that it changed, not where somebody works.
    """
    User.objects.select_for_update().get(pk=person.pk)
    was = current(person)
    if was and (was.organisation_id, was.staff_group_id) == (organisation.pk, staff_group.pk):
        return was
    today = timezone.localdate()
    person.affiliations.current().update(until=today)
    now = Affiliation.objects.create(person=person, organisation=organisation, staff_group=staff_group, since=today)
    audit.record("affiliation.changed", person, by=by)
    return now
