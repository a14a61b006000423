"""Putting people in charge of panels."""

from __future__ import annotations

from django.db import transaction

from core import audit
from panels.models import Coordination, Panel
from people.models import User


@transaction.atomic
def assign(person: User, panel: Panel, *, by: User | None) -> None:
    """Put somebody in charge of a panel. It opens nothing to them until they hold the role of coordinator."""
    _row, is_new = Coordination.objects.get_or_create(panel=panel, person=person)
    if is_new:
        audit.record("panel.assigned", panel, by=by, after=str(person.audit_key))


@transaction.atomic
def release(person: User, panel: Panel, *, by: User | None) -> None:
    gone, _kinds = Coordination.objects.filter(panel=panel, person=person).delete()
    if gone:
        audit.record("panel.released", panel, by=by, before=str(person.audit_key))
