"""Being on a panel: the term, and what of it the public may see."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, errors, outbox, page_cache, workflow
from panels import emails, versions
from panels.models import Membership, Offer
from panels.models.membership import MEMBER
from panels.models.panel import COORDINATOR
from people.models import User

Status = Membership.Status
LONGEST_ABOUT = 400  # characters
OWN = gettext_lazy("Somebody else must do this: it is your own role, and it decides what you are paid.")
ACTS = {
    "publish": acts.Act(MEMBER, frozenset({Status.ACTIVE})),
    "leave": acts.Act(MEMBER, frozenset({Status.ACTIVE})),
    "set_role": acts.Act(COORDINATOR, frozenset({Status.ACTIVE}), {MEMBER: OWN}),
    "end": acts.Act(COORDINATOR, frozenset({Status.ACTIVE})),
}


def start(offer: Offer, *, by: User) -> Membership:
    """Make a member of whoever accepted. Called in the transaction of `recruitment.accept`."""
    application = offer.application
    panel = application.campaign.panel
    if Membership.objects.filter(panel=panel, person=by, status=Status.ACTIVE).exists():
        raise errors.Conflict(_("You are on this panel already."), code="already_a_member")
    row = Membership.objects.create(
        panel=panel,
        person=by,
        offer=offer,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        district=application.district,
    )
    audit.record("membership.start", row, by=by, after=row.status)
    outbox.write("membership.started", membership=str(row.key))
    page_cache.clear()
    return row


@transaction.atomic
def publish(row: Membership, *, name: bool, district: bool, about: bool, text: str, by: User) -> Membership:
    """Say what may be shown; at once, in either direction."""
    row = workflow.lock(row)
    acts.judge(ACTS["publish"], row, by=by)
    text = text.strip()
    if (district or about) and not name:
        message = _("Your district and what you say about yourself are shown beside your name. Show your name too, or nothing.")
        raise errors.DomainError(message, code="name_not_shown", field="name")
    if about and not text:
        message = _("Write what you want to say about yourself, or take the tick away")
        raise errors.DomainError(message, code="nothing_said", field="text")
    if len(text) > LONGEST_ABOUT:
        message = _("Say it in at most %(most)s characters") % {"most": LONGEST_ABOUT}
        raise errors.DomainError(message, code="too_long", field="text")
    row.shows_name, row.shows_district, row.shows_about, row.about = name, district, about, text
    row.save(update_fields=["shows_name", "shows_district", "shows_about", "about"])
    audit.record("membership.publish", row, by=by, after=_shown(row))
    page_cache.clear()
    return row


@transaction.atomic
def set_role(row: Membership, role: str, *, by: User) -> Membership:
    """Note whom the members chose to chair."""
    row = workflow.lock(row)
    acts.judge(ACTS["set_role"], row, by=by)
    before, row.role = row.role, Membership.Role(role)
    row.save(update_fields=["role"])
    audit.record("membership.set_role", row, by=by, before=before, after=row.role)
    page_cache.clear()
    return row


@transaction.atomic
def leave(row: Membership, *, by: User) -> Membership:
    """Members may leave at any time, and say no reason."""
    return _finish(row, "leave", by=by)


@transaction.atomic
def end(row: Membership, *, by: User, seen: str = "") -> Membership:
    """End it for somebody, and tell them."""
    row = _finish(row, "end", by=by, seen=seen)
    emails.membership_ended(row)
    return row


def end_due() -> None:
    """Let terms end that are over, so that their members can be chosen again. Called by the queue."""
    for row in Membership.objects.filter(status=Status.ACTIVE, ends_on__lt=timezone.localdate()):
        _end_if_due(row)


@transaction.atomic
def _end_if_due(row: Membership) -> None:
    row = workflow.lock(row)
    if row.status == Status.ACTIVE and row.ends_on and row.ends_on < timezone.localdate():
        _finish(row, "end", by=None)


@transaction.atomic
def forget(person: User) -> None:
    """Give up whatever seats somebody has: their account is being erased."""
    for row in Membership.objects.filter(person=person, status=Status.ACTIVE):
        _finish(row, "leave", by=None)
    Membership.objects.filter(person=person).update(district=None)


def _finish(row: Membership, act: str, *, by: User | None, seen: str = "") -> Membership:
    row = workflow.lock(row)
    acts.judge(ACTS[act], row, by=by)
    versions.judge(row, seen)
    last = max(row.starts_on, min(row.ends_on or timezone.localdate(), timezone.localdate()))
    hidden = {"shows_name": False, "shows_district": False, "shows_about": False, "about": ""}
    workflow.move(row, Status.ENDED, by=by, act=f"membership.{act}", ends_on=last, **hidden)
    outbox.write("membership.ended", membership=str(row.key))
    page_cache.clear()
    return row


def _shown(row: Membership) -> str:
    """The names of what is shown, for the trail; never the words themselves."""
    return " ".join(name for name in ["name", "district", "about"] if getattr(row, f"shows_{name}"))
