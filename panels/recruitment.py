"""Applying to a panel, being shortlisted, offered a place, and accepting it.

Without an account somebody comes and goes by links that are mailed to them. Whoever opens one has shown that the address is
theirs, so that nobody learns from us whether an address has applied.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, codes, encryption, errors, outbox, workflow
from panels import answers, emails, erasure, membership, moments
from panels.models import Answer, Application, ApplicationLink, Campaign, Membership, Offer, Question
from panels.models.panel import COORDINATOR
from panels.models.recruitment import APPLICANT, RIVAL
from people.models import District, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Status = Application.Status
LINK_LASTS = timedelta(days=14)
OFFER_LASTS = timedelta(days=14)  # and until that day ends
NO_SECRET = re.compile(r"[^A-Za-z0-9_-]")  # what no secret of `core.codes` holds
LATE_OFFER_LASTS = timedelta(days=28)  # at most, where the term has begun
NEITHER = {
    APPLICANT: gettext_lazy("This is your own application. Somebody else must decide on it."),
    RIVAL: gettext_lazy("You have applied in the same campaign. Somebody else must decide on this application."),
}
ACTS = {
    "write": acts.Act(APPLICANT, frozenset({Status.DRAFT, Status.SUBMITTED})),
    "submit": acts.Act(APPLICANT, frozenset({Status.DRAFT})),
    "withdraw": acts.Act(APPLICANT, frozenset({Status.DRAFT, Status.SUBMITTED, Status.SHORTLISTED, Status.OFFERED})),
    "see_contact": acts.Act(COORDINATOR, frozenset([*Application.IN_PLAY, Status.UNSUCCESSFUL]), {RIVAL: NEITHER[RIVAL]}),
    "shortlist": acts.Act(COORDINATOR, frozenset({Status.SUBMITTED}), NEITHER),
    "unshortlist": acts.Act(COORDINATOR, frozenset({Status.SHORTLISTED}), NEITHER),
    "turn_down": acts.Act(COORDINATOR, frozenset({Status.SUBMITTED, Status.SHORTLISTED}), NEITHER),
    "offer": acts.Act(COORDINATOR, frozenset({Status.SHORTLISTED}), NEITHER),
}
OFFER_ACTS = {
    "accept": acts.Act(APPLICANT, frozenset({Offer.Status.OPEN})),
    "decline": acts.Act(APPLICANT, frozenset({Offer.Status.OPEN})),
    "take_back": acts.Act(COORDINATOR, frozenset({Offer.Status.OPEN}), NEITHER),
}


# Coming and going ---------------------------------------------------------------------------------


@transaction.atomic
def invite(campaign: Campaign, name: str, email: str) -> None:
    """Mail a link to a new application, or to the one that this address has already. The answer is always the same."""
    campaign = workflow.lock(campaign)  # the same address twice at once: the second waits, and finds the first
    _judge_inviting(campaign)
    index = email_index(email)
    application = _present(campaign, index) or _new(campaign, index, written_name=_tidy(name), written_email=email)
    send_link(application)


@transaction.atomic
def begin(campaign: Campaign, *, by: User) -> Application:
    """The application of somebody with an account: the one they have, the one they began without it, or a new one."""
    campaign = workflow.lock(campaign)
    _judge_inviting(campaign)
    index = email_index(by.email)
    own = campaign.applications.filter(applicant=by).exclude(status=Status.WITHDRAWN).first()
    unheld = campaign.applications.filter(applicant=None, email_index=index).first()
    return own or (attach(unheld, by=by) if unheld else _new(campaign, index, applicant=by))


def send_link(application: Application) -> None:
    """Mail a new link. Those that were mailed before still hold until they run out."""
    emails.link(application, _new_link(application))


def find_link(secret: str) -> ApplicationLink | None:
    """The link with this secret, whether or not it still holds."""
    links = ApplicationLink.objects.select_related("application__campaign", "application__applicant")
    return links.filter(digest=codes.digest(_only_secret(secret))).first()


def _only_secret(typed: str) -> str:
    """Without what a message or a finger has added: a full stop, a bracket, a space."""
    return NO_SECRET.split(typed, maxsplit=1)[0]


@transaction.atomic
def attach(application: Application, *, by: User) -> Application:
    """Give an application to the account of the same address: from now on name and address are read from there."""
    application = workflow.lock(application)
    if application.applicant_id == by.pk:
        return application
    if application.applicant_id or application.email_index != email_index(by.email):
        raise errors.NotAllowed(_("This was written with another address."), code="not_your_address")
    application.applicant = by
    application.written_name = application.written_email = ""
    application.save(update_fields=["applicant", "written_name", "written_email"])
    audit.record("application.attach", application, by=by)
    return application


def collect(*, by: User) -> None:
    """Give an account whatever was written with its address before there was one."""
    for application in Application.objects.filter(applicant=None, email_index=email_index(by.email)):
        attach(application, by=by)


def email_index(email: str) -> str:
    return encryption.blind_index(email.strip().lower(), purpose="application email")


# The applicant ------------------------------------------------------------------------------------
# `by` is None for somebody who came by their link: the link is what shows that it is they.


@transaction.atomic
def write(
    application: Application,
    texts: Mapping[Question, str],
    *,
    district: District | None,
    by: User | None,
    seen: Mapping[Question, str] | None = None,
) -> Application:
    """Keep what was typed, whole or not. Until the campaign closes, sent or not. `seen`: the version of each answer shown."""
    application = workflow.lock(application)
    acts.judge(ACTS["write"], application, by=by)
    _judge_inviting(application.campaign)
    answers.judge_unchanged(application, texts, seen or {})
    answers.judge_length(texts.values())
    for question, text in texts.items():
        Answer.objects.update_or_create(application=application, question=question, defaults={"text": text.strip()})
    application.district = district
    application.save(update_fields=["district"])
    if application.status == Status.SUBMITTED:
        answers.judge_whole(application)
    return application


@transaction.atomic
def correct_name(application: Application, name: str, *, by: User | None) -> Application:
    """Mend the name that was written. With an account it is read from there."""
    application = workflow.lock(application)
    acts.judge(ACTS["write"], application, by=by)
    if application.applicant_id:
        raise errors.NotAllowed(_("Your name is read from your account. Change it there."), code="name_of_account")
    application.written_name = _tidy(name)
    application.save(update_fields=["written_name"])
    audit.record("application.correct_name", application, by=by)
    return application


@transaction.atomic
def submit(application: Application, *, by: User | None) -> Application:
    campaign = workflow.lock(application.campaign)  # two of one person at once: the second waits, and counts the first
    application = workflow.lock(application)
    acts.judge(ACTS["submit"], application, by=by)
    _judge_inviting(campaign)
    answers.judge_whole(application)
    _judge_only(application)
    workflow.move(application, Status.SUBMITTED, by=by, act="application.submit", submitted_at=timezone.now())
    outbox.write("application.submitted", application=str(application.key))
    emails.received(application, _way_back(application))
    return application


@transaction.atomic
def withdraw(application: Application, *, by: User | None) -> Application:
    """Take it back, at any step before accepting. An offer goes with it; what was written is erased, and who wrote it."""
    application = workflow.lock(application)
    acts.judge(ACTS["withdraw"], application, by=by)
    emails.withdrawn(application)
    return erasure.take_out(application, by=by)


@transaction.atomic
def forget(person: User, addresses: Iterable[str]) -> None:
    """Erase what somebody wrote, with their account or before it. That somebody was chosen, or not, stays counted."""
    indexes = [email_index(address) for address in addresses]
    for row in Application.objects.filter(Q(applicant=person) | Q(applicant=None, email_index__in=indexes)):
        application = workflow.lock(row)
        application.links.all().delete()
        if application.status in ACTS["withdraw"].states:
            erasure.take_out(application, by=None)
        else:
            erasure.erase(application)


@transaction.atomic
def accept(offer: Offer, *, by: User) -> Membership:
    """Become a member for the term that was offered. Unpublished, until they say what may be shown."""
    application, offer = _hold(offer)
    acts.judge(OFFER_ACTS["accept"], offer, by=by)
    _judge_still_open(offer)
    workflow.move(offer, Offer.Status.ACCEPTED, by=by, act="offer.accept")
    workflow.move(application, Status.APPOINTED, by=by, act="application.appoint")
    outbox.write("offer.accepted", offer=str(offer.key))
    return membership.start(offer, by=by)


@transaction.atomic
def decline(offer: Offer, *, by: User | None) -> None:
    application, offer = _hold(offer)
    acts.judge(OFFER_ACTS["decline"], offer, by=by)
    withdraw(application, by=by)


# The coordinator ----------------------------------------------------------------------------------
# `seen` is the `version` that somebody has read: they decide on that and nothing else. Left out, on what there is.


def version(application: Application) -> str:
    """Its state and what is written, as one word."""
    texts = [f"{answer.question_id}: {answer.text}" for answer in application.answers.all()]
    return codes.digest("\n".join([application.status, *texts]))[:16]


@transaction.atomic
def see_contact(application: Application, *, by: User) -> None:
    """Applications are judged by what is written. Whoever looks up by whom leaves a trace."""
    acts.judge(ACTS["see_contact"], application, by=by)
    audit.record("application.see_contact", application, by=by)


@transaction.atomic
def shortlist(application: Application, *, by: User, seen: str = "") -> Application:
    return _decide(application, "shortlist", Status.SHORTLISTED, by=by, seen=seen)


@transaction.atomic
def unshortlist(application: Application, *, by: User, seen: str = "") -> Application:
    """Put it back among those that wait: people err."""
    return _decide(application, "unshortlist", Status.SUBMITTED, by=by, seen=seen)


@transaction.atomic
def turn_down(application: Application, feedback: str, *, by: User, seen: str = "") -> Application:
    """Say no, with a reason that helps. It is mailed to the applicant and kept nowhere."""
    feedback = feedback.strip()
    if not feedback:
        raise errors.DomainError(_("Write what would help this person next time"), code="no_feedback", field="feedback")
    application = _decide(application, "turn_down", Status.UNSUCCESSFUL, by=by, seen=seen)
    emails.turned_down(application, _way_back(application), feedback)
    return application


@transaction.atomic
def offer(application: Application, *, by: User, answer_by: datetime | None = None, seen: str = "") -> Offer:
    """Hold a place for somebody. Never more places than the campaign has seats."""
    campaign = workflow.lock(application.campaign)  # two offers at once: the second waits, and counts the first
    application = workflow.lock(application)
    _judge_seen(application, seen, by=by)
    acts.judge(ACTS["offer"], application, by=by)
    _judge_seats(campaign)
    starts_on, ends_on = term(campaign)
    made = Offer.objects.create(
        application=application,
        answer_by=_judge_deadline(campaign, answer_by) if answer_by else _usual_deadline(campaign),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    workflow.move(application, Status.OFFERED, by=by, act="application.offer")
    audit.record("offer.make", made, by=by, after=made.status)
    outbox.write("offer.made", offer=str(made.key))
    emails.offered(application, _way_back(application), made)
    return made


@transaction.atomic
def take_back(offer: Offer, *, by: User | None, to: str = Offer.Status.WITHDRAWN) -> Application:
    """Free the seat again; the applicant is back on the shortlist."""
    application, offer = _hold(offer)
    acts.judge(OFFER_ACTS["take_back"], offer, by=by)
    workflow.move(offer, to, by=by, act="offer.take_back")
    workflow.move(application, Status.SHORTLISTED, by=by, act="application.offer_ended")
    emails.offer_ended(application, _way_back(application), offer)
    return application


def lapse_due() -> None:
    """Let offers go that nobody answered in time. Called every few minutes by the queue."""
    for due in Offer.objects.filter(status=Offer.Status.OPEN, answer_by__lte=timezone.now()):
        _lapse_if_due(due)


@transaction.atomic
def _lapse_if_due(due: Offer) -> None:
    """Judged again under the lock: it may have been declined or taken back in the meantime."""
    _application, offer = _hold(due)
    if offer.status == Offer.Status.OPEN:
        take_back(offer, by=None, to=Offer.Status.LAPSED)


def seats_left(campaign: Campaign) -> int:
    """How many more places can be offered."""
    held = [Offer.Status.OPEN, Offer.Status.ACCEPTED]
    return max(campaign.seats - Offer.objects.filter(application__campaign=campaign, status__in=held).count(), 0)


def last_day_to_answer(campaign: Campaign) -> date:
    """Whoever says yes is there from the first day of the term. A seat on a panel at work is not held for long either."""
    today = timezone.localdate()
    return campaign.starts_on - timedelta(days=1) if campaign.starts_on > today else today + LATE_OFFER_LASTS


def term(campaign: Campaign) -> tuple[date, date]:
    """First and last day of the term of an offer that is made today: as announced, or from today where that has passed."""
    starts_on = max(campaign.starts_on, timezone.localdate())
    return starts_on, _after_months(starts_on, campaign.term_months)


# Judging ------------------------------------------------------------------------------------------


def _decide(application: Application, act: str, to: str, *, by: User, seen: str) -> Application:
    application = workflow.lock(application)
    _judge_seen(application, seen, by=by)
    acts.judge(ACTS[act], application, by=by)
    workflow.move(application, to, by=by, act=f"application.{act}")
    outbox.write("application.decided", application=str(application.key))
    return application


def _hold(offer: Offer) -> tuple[Application, Offer]:
    """Application first, as every act does, so that nobody waits in a circle."""
    application = workflow.lock(offer.application)
    offer = workflow.lock(offer)
    offer.application = application
    return application, offer


def _present(campaign: Campaign, index: str) -> Application | None:
    """What an address has written: what is in play before a draft; nothing that was withdrawn."""
    rows = campaign.applications.filter(email_index=index).exclude(status=Status.WITHDRAWN)
    return min(rows, key=lambda row: row.status == Status.DRAFT, default=None)


def _new(campaign: Campaign, index: str, **whose) -> Application:
    application = Application.objects.create(campaign=campaign, reference=codes.new(2), email_index=index, **whose)
    audit.record("application.begin", application, after=application.status)
    return application


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _way_back(application: Application) -> str:
    """The secret of a new link for whoever has no account; with one they need none."""
    return "" if application.applicant_id else _new_link(application)


def _new_link(application: Application) -> str:
    secret = codes.new_secret()
    ends = timezone.now() + LINK_LASTS
    ApplicationLink.objects.create(application=application, digest=codes.digest(secret), expires_at=ends)
    return secret


def _judge_inviting(campaign: Campaign) -> None:
    if campaign.is_inviting:
        return
    if campaign.status == Campaign.Status.CANCELLED:
        raise errors.WrongState(_("This was called off, so nobody can apply any more."), code="not_open")
    if campaign.opens_at > timezone.now():
        message = _("This is not open yet. You can apply from %(moment)s.") % {"moment": moments.at(campaign.opens_at)}
        raise errors.WrongState(message, code="not_open")
    if campaign.closes_at > timezone.now():  # somebody in charge closed it before its time
        raise errors.WrongState(_("This has closed, so nothing can be sent or changed any more."), code="not_open")
    message = _("This closed at %(moment)s, so nothing can be sent or changed any more.")
    raise errors.WrongState(message % {"moment": moments.at(campaign.closes_at)}, code="not_open")


def _judge_only(application: Application) -> None:
    same = Q(email_index=application.email_index)
    if application.applicant_id:
        same |= Q(applicant=application.applicant_id)
    if application.campaign.applications.filter(same, status__in=Application.IN_PLAY).exists():
        message = _("You have applied already. You can change what you sent until this closes.")
        raise errors.Conflict(message, code="already_applied")


def _judge_seen(application: Application, seen: str, *, by: User) -> None:
    """Of two who decide at once the second is told what the first did, and so is whoever read words that have changed."""
    if seen and seen != version(application) and COORDINATOR in application.relations_of(by):
        message = _("This has changed since you opened it, so nothing was done. Its state is now: %(state)s.")
        raise errors.Conflict(message % {"state": application.get_status_display()}, code="changed")


def _judge_seats(campaign: Campaign) -> None:
    if not seats_left(campaign):
        message = _("All %(seats)s seats are offered or taken. Take an offer back first.") % {"seats": campaign.seats}
        raise errors.DomainError(message, code="no_seat_left")


def _judge_deadline(campaign: Campaign, answer_by: datetime) -> datetime:
    if answer_by <= timezone.now():
        raise errors.DomainError(_("Choose a day in the future"), code="deadline_past", field="answer_by")
    if answer_by > _latest_deadline(campaign):
        raise errors.DomainError(_too_late(campaign), code="deadline_too_late", field="answer_by")
    return answer_by


def _usual_deadline(campaign: Campaign) -> datetime:
    return min(moments.end_of(timezone.localdate() + OFFER_LASTS), _latest_deadline(campaign))


def _latest_deadline(campaign: Campaign) -> datetime:
    return moments.end_of(last_day_to_answer(campaign))


def _too_late(campaign: Campaign) -> str:
    if campaign.starts_on > timezone.localdate():
        starts_on = formats.date_format(campaign.starts_on, "j F Y")
        return _("Choose a day before the term starts, %(day)s.") % {"day": starts_on}
    return _("The term has begun. Choose a day within %(days)s days from now.") % {"days": LATE_OFFER_LASTS.days}


def _judge_still_open(offer: Offer) -> None:
    if offer.answer_by <= timezone.now():
        message = _("The time to answer has passed. Write to us: the place may still be free.")
        raise errors.WrongState(message, code="offer_lapsed")


def _after_months(start: date, months: int) -> date:
    """The last day of a term of so many months."""
    years, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    same_day = min(first + timedelta(days=start.day - 1), following - timedelta(days=1))
    return same_day - timedelta(days=1)
