"""Putting people in charge of panels."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import audit, errors
from panels.models import Coordination, Panel
from people.models import User


def holders() -> QuerySet[User]:
    """Everybody who holds the role of coordinator, in charge of a panel or not."""
    by_role = Q(groups__permissions__codename="coordinate", groups__permissions__content_type__app_label="panels")
    return User.objects.filter(by_role | Q(is_superuser=True), is_active=True).distinct()


def find(address: str) -> User:
    """Who signs in with this address and holds the role."""
    person = User.objects.filter(email__iexact=address.strip(), is_active=True).first()
    if person is None:
        message = _("Nobody has an account with this address. Check it, or ask them to create an account first")
        raise errors.DomainError(message, code="no_account", field="address")
    if not person.has_perm("panels.coordinate"):
        message = _("They do not hold the role of coordinator yet. Whoever runs the platform can give it to them")
        raise errors.DomainError(message, code="not_a_coordinator", field="address")
    return person


@transaction.atomic
def assign(person: User, panel: Panel, *, by: User | None) -> None:
    """Put somebody in charge of a panel. It opens nothing to them while they do not hold the role of coordinator."""
    _judge(by)
    _row, is_new = Coordination.objects.get_or_create(panel=panel, person=person)
    if is_new:
        audit.record("panel.assigned", panel, by=by, after=str(person.audit_key))


@transaction.atomic
def release(person: User, panel: Panel, *, by: User | None) -> None:
    _judge(by)
    gone, _kinds = Coordination.objects.filter(panel=panel, person=person).delete()
    if gone:
        audit.record("panel.released", panel, by=by, before=str(person.audit_key))


def _judge(by: User | None) -> None:
    if by is not None and not by.has_perm("panels.assign_coordinators"):
        raise errors.NotAllowed
