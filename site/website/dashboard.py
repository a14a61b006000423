"""What somebody can do next, gathered from every room: the first page after signing in.

Each function in `ROOMS` asks one room. It answers with what waits for this person, the most pressing kind first.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import acts, money
from learning import records
from learning.models import ModuleProgress
from panels import moments, queue
from panels.models import Application, Experience, Meeting, Membership, Offer
from people.models import User
from recompense import claims, payments, standing
from recompense.models import Claim, PaymentRun
from recompense.models.hands import in_hand_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 5  # of one kind; the rest stand on the page of that kind
FAILURES = 3  # one after another; fewer mend themselves as a rule
NEW_MEMBER = timedelta(days=30)
FINANCE = ["check", "approve", "pay"]


@dataclass(frozen=True)
class Todo:
    """Something to do: what, where, and why now."""

    title: StrOrPromise
    url: str
    hint: StrOrPromise = ""
    is_waiting: bool = False  # somebody waits for it
    is_act: bool = False  # a button that does it, not a link that leads to it


def todo(person: User) -> list[Todo]:
    """What waits first, then the rest, each in the order of the rooms."""
    found = [item for room in ROOMS for item in room(person)]
    return sorted(found, key=lambda item: not item.is_waiting)


def coordinating(person: User) -> list[queue.Task]:
    """What waits on the panels that somebody coordinates, the most urgent first."""
    return queue.of(person).tasks if person.has_perm("panels.coordinate") else []


def coming(person: User) -> list[Meeting]:
    """The next meetings of the panels that somebody is on, and those that were called off: people may have them in mind."""
    mine = Membership.objects.current().filter(person=person).values("panel")
    ahead = Meeting.objects.exclude(status=Meeting.Status.HELD).filter(panel__in=mine, ends_at__gte=timezone.now())
    return list(ahead.order_by("starts_at")[:SHOWN])


def places(person: User) -> list[tuple[StrOrPromise, str]]:
    """The rooms that somebody has something in, or may work in."""
    is_member = person.memberships.exists()
    found = [
        (_("My learning"), "learning:mine", True),
        (_("My panels"), "panels:memberships", is_member),
        (_("My claims"), "recompense:claims", is_member or person.claims.exists()),
        (_("My applications"), "panels:applications", person.applications.exists()),
        (_("Recruitment and meetings"), "panels:queue", person.has_perm("panels.coordinate")),
        (_("What people told us"), "panels:moderate", person.has_perm("panels.moderate_experiences")),
        (_("Claims of members"), "recompense:queue", any(person.has_perm(f"recompense.{act}_claims") for act in FINANCE)),
        (_("Payments"), "recompense:runs", person.has_perm("recompense.pay_claims")),
        (_("Figures"), "learning:statistics", person.has_perm("learning.view_statistics")),
        (_("Record store credentials"), "learning:credentials", person.has_perm("learning.manage_credentials")),
        (_("Learning record"), "learning:statements", person.has_perm("learning.view_statements")),
        (_("Record stores outside"), "learning:forwarding", person.has_perm("learning.manage_forwarding")),
        (_("My account"), "account:home", True),
    ]
    return [(title, reverse(name)) for title, name, is_theirs in found if is_theirs]


# Rooms --------------------------------------------------------------------------------------------


def offers(person: User) -> Iterator[Todo]:
    open_ = Offer.objects.filter(application__applicant=person, status=Offer.Status.OPEN, answer_by__gt=timezone.now())
    for offer in open_.select_related("application")[:SHOWN]:
        url = reverse("panels:application", args=[offer.application.key])
        yield Todo(
            _("Answer our offer of a place"), url, _("By %(moment)s.") % {"moment": moments.at(offer.answer_by)}, is_waiting=True
        )


def applications(person: User) -> Iterator[Todo]:
    drafts = Application.objects.filter(applicant=person, status=Application.Status.DRAFT).select_related("campaign")
    for draft in [draft for draft in drafts[:SHOWN] if draft.campaign.is_inviting]:
        url = reverse("panels:application", args=[draft.key])
        yield Todo(
            _("Finish your application"),
            url,
            _("It can be sent until %(moment)s.") % {"moment": moments.at(draft.campaign.closes_at)},
        )


def returned_claims(person: User) -> Iterator[Todo]:
    for claim in Claim.objects.filter(claimant=person, status=Claim.Status.RETURNED)[:SHOWN]:
        yield Todo(_("Answer a question about your claim"), _claim(claim), _for_day(claim.day), is_waiting=True)


def experiences(person: User) -> Iterator[Todo]:
    """What a moderator can read next: not the second reading of what they prepared."""
    counts = dict(Experience.objects.to_read_by(person).order_by().values_list("status").annotate(Count("pk")))
    first, second = (counts.get(state, 0) for state in [Experience.Status.RECEIVED, Experience.Status.PREPARED])
    url = reverse("panels:moderate")
    if first:
        said = ngettext("%(n)s experience waits to be read", "%(n)s experiences wait to be read", first)
        yield Todo(said % {"n": first}, url, is_waiting=True)
    if second:
        said = ngettext("%(n)s waits for a second reader", "%(n)s wait for a second reader", second)
        yield Todo(said % {"n": second}, f"{url}?state={Experience.Status.PREPARED}", is_waiting=True)


def meetings_to_claim(person: User) -> Iterator[Todo]:
    for waiting in standing.waiting(person)[:SHOWN]:
        title = _("Claim %(fee)s") % {"fee": money.text(waiting.fee)} if waiting.fee else _("Claim your costs")
        day, url = waiting.attendance.meeting.day, reverse("recompense:start", args=[waiting.attendance.key])
        yield Todo(title, url, _for_meeting(day, waiting.is_late), is_act=True)


def claim_drafts(person: User) -> Iterator[Todo]:
    for claim in Claim.objects.filter(claimant=person, status=Claim.Status.DRAFT)[:SHOWN]:
        yield Todo(_("Send your claim"), _claim(claim), _for_day(claim.day))


def publication(person: User) -> Iterator[Todo]:
    """Only to new members, and only while they have shown nothing: showing nothing is an answer too."""
    lately = timezone.localdate() - NEW_MEMBER
    for member in Membership.objects.current().filter(person=person, shows_name=False, starts_on__gte=lately):
        yield Todo(
            _("Choose what the public may see of you"),
            reverse("panels:publication", args=[member.key]),
            _("Nothing, until you say so."),
        )


def modules(person: User) -> Iterator[Todo]:
    started = records.progress(person).filter(status=ModuleProgress.Status.STARTED).order_by("-last_act_at")
    for progress in started[:1]:
        yield Todo(_("Carry on learning"), reverse("learning:mine"), progress.module.title)


def forwarding(person: User) -> Iterator[Todo]:
    """Record stores outside that have not taken anything for several minutes."""
    failing = records.forwarders(person).filter(is_active=True, attempts__gte=FAILURES).exclude(last_failure="")
    for forwarder in failing[:SHOWN]:
        url = reverse("learning:forwarder", args=[forwarder.key])
        yield Todo(_("See why statements do not arrive"), url, forwarder.name, is_waiting=True)


def finance(person: User) -> Iterator[Todo]:
    """What this person may do: not their own claims, and none that they have had a hand in."""
    may = [act for act in FINANCE if person.has_perm(f"recompense.{act}_claims")]
    if not may:  # nearly everybody, and it goes over all claims that there are
        return
    counts = Claim.objects.aggregate(**{act: Count("pk", _free(person, claims.ACTS[act])) for act in may})
    for act, sentence in _finance_acts(counts):
        if counts[act]:
            yield Todo(sentence, reverse("recompense:queue"), is_waiting=True)


def _free(person: User, act: acts.Act) -> Q:
    """Claims that an act can be done with, and none that this person has had a hand in."""
    hands = (in_hand_of(person, relation) for relation in act.but_not)
    return Q(status__in=act.states) & ~Q(*hands, _connector=Q.OR)


def payment_runs(person: User) -> Iterator[Todo]:
    """Those that this person may take on: none with a claim in it that they have had a hand in."""
    if not person.has_perm("recompense.pay_claims"):
        return
    hands = (in_hand_of(person, relation) for relation in payments.HANDS)
    theirs = Claim.objects.filter(Q(*hands, _connector=Q.OR)).exclude(payment=None)
    runs = PaymentRun.objects.exclude(pk__in=theirs.values("payment__run"))
    due = Q(status=PaymentRun.Status.EXPORTED, pays_on__lte=timezone.localdate())
    for run in runs.filter(Q(status=PaymentRun.Status.PREPARED) | due)[:SHOWN]:
        title = _("Make the file for %(sum)s") if run.status == PaymentRun.Status.PREPARED else _("Mark %(sum)s as paid")
        hint = _("Payment run %(reference)s.") % {"reference": run.reference}
        yield Todo(title % {"sum": money.text(run.total)}, reverse("recompense:run", args=[run.key]), hint, is_waiting=True)


def _finance_acts(counts: dict[str, int]) -> list[tuple[str, str]]:
    said = {
        "check": ngettext("Check %(n)s claim", "Check %(n)s claims", counts.get("check", 0)),
        "approve": ngettext("Approve %(n)s claim", "Approve %(n)s claims", counts.get("approve", 0)),
        "pay": ngettext("Pay %(n)s claim", "Pay %(n)s claims", counts.get("pay", 0)),
    }
    return [(act, said[act] % {"n": number}) for act, number in counts.items()]


def _claim(claim: Claim) -> str:
    return reverse("recompense:claim", args=[claim.key])


def _for_meeting(day: datetime.date, is_late: bool) -> str:
    said = {"day": moments.day(day)}
    if is_late:
        return _("For the meeting on %(day)s. It is late, and still open: say in a few words why.") % said
    return _("For the meeting on %(day)s.") % said


def _for_day(day: datetime.date) -> str:
    return _("For %(day)s.") % {"day": formats.date_format(day, "j F Y")}


ROOMS: list[Callable[[User], Iterator[Todo]]] = [
    offers,
    returned_claims,
    finance,
    payment_runs,
    experiences,
    meetings_to_claim,
    claim_drafts,
    applications,
    publication,
    modules,
    forwarding,
]
