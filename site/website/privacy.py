"""What we hold about a person, given to them whole; and a person gone, with everything that was theirs.

Each section of `SECTIONS` is a question that somebody may ask. A new room that keeps something about people adds one,
and adds to `erase` what has to go.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q

from core import audit, mail, outbox, page_cache
from core.models import AuditEvent
from learning.lrs import agents, documents, erasure
from learning.models import (
    Attempt,
    Certificate,
    ConversationPath,
    LaunchSession,
    ModuleProgress,
    Reflection,
    Registration,
    Statement,
)
from panels import membership, recruitment
from panels.models import Answer, Application, Attendance, Coordination, Membership, Offer
from people import consent, roles
from people.models import User
from recompense import erasure as claim_erasure
from recompense.models import Claim, Line, Payee, Payment, Receipt

FILE_NAME = "your-data.json"
ACCOUNT = ["name_on_account", "sort_code", "account_number", "roll_number"]

Section = Callable[[User], Any]


def held_about(person: User) -> dict[str, Any]:
    """Everything, in sections."""
    return {name: section(person) for name, section in SECTIONS.items()}


def as_json(person: User) -> Iterator[str]:
    """The same as JSON, section by section, so that no long record has to be in memory at once."""
    for place, (name, section) in enumerate(SECTIONS.items()):
        body = json.dumps(section(person), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        yield f"{',' if place else '{'}\n{json.dumps(name)}: {body}"
    yield "\n}\n"


@transaction.atomic
def erase(person: User, *, by: User | None) -> None:
    """Delete a person and everything that is theirs.

    What stays says nobody's name: the monthly counts, registrations and progress without a learner, so that what was
    counted stays counted; that a seat was filled, and that somebody applied; and audit events and statements under random
    keys whose link to the person, the pseudonym, is gone. A payment that was made keeps its account, sealed, and its claim
    the receipts, for as long as law asks (`recompense.erasure.wipe`).
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    audit.record("person.erased", person, by=by)
    outbox.write("person.erased", person=person.pk)
    held = EmailAddress.objects.filter(user=person)
    addresses = {person.email, *held.values_list("email", flat=True)}
    # Whoever gave another's address erases nothing of theirs.
    confirmed = held.filter(verified=True).values_list("email", flat=True)
    _forget_learning(person)
    recruitment.forget(person, confirmed)
    membership.forget(person)
    claim_erasure.forget(person)
    _end_sessions(person, addresses)
    transaction.on_commit(lambda: mail.forget(addresses))
    person.delete()  # and with it pseudonym, affiliations, consents, addresses, second factors, roles
    page_cache.clear()


def unpaid(person: User) -> Decimal:
    """What somebody has asked to be paid, in pounds, and would not be if they went now."""
    return sum((claim.total for claim in claim_erasure.unpaid(person).with_totals()), Decimal(0))  # type: ignore[attr-defined]


def _forget_learning(person: User) -> None:
    # Held first: an act that is still under way comes before all of this, or not at all.
    registrations = Registration.objects.filter(pk__in=[row.pk for row in Registration.objects.held().filter(learner=person)])
    Certificate.objects.filter(registration__in=registrations).delete()
    Attempt.objects.filter(progress__registration__in=registrations).delete()
    Reflection.objects.filter(progress__registration__in=registrations).delete()
    ConversationPath.objects.filter(progress__registration__in=registrations).delete()
    registrations.update(learner=None)
    account = agents.account(person.actor_name)
    documents.of(account).delete()
    erasure.strip(account)


def _end_sessions(person: User, addresses: set[str]) -> None:
    """A session holds their address: the list of devices names those that signed in, and some never came so far."""
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    begun = Session.objects.exclude(pk__in=UserSession.objects.values("session_key"))
    half_way = [row.pk for row in begun.iterator() if _speaks_of(addresses, row)]
    Session.objects.filter(pk__in=[*keys, *half_way]).delete()


def _speaks_of(addresses: set[str], session: Session) -> bool:
    said = json.dumps(session.get_decoded(), ensure_ascii=False).lower()
    return any(address.lower() in said for address in addresses)


# Sections ----------------------------------------------------------------------------------------


def _account(person: User) -> dict[str, Any]:
    return {
        "key": person.key,
        "name": person.display_name,
        "pronouns": person.pronouns,
        "email": person.email,
        "email_addresses": _rows(EmailAddress.objects.filter(user=person), "email", "verified", "primary"),
        "language": person.language,
        "contact_by": person.contact_by,
        "phone": person.phone,
        "joined": person.date_joined,
        "last_signed_in": person.last_login,
        "roles": roles.of(person),
        "name_in_statements": person.actor_name,
        "name_in_the_audit_trail": person.audit_key,
    }


def _affiliations(person: User) -> list[dict]:
    return _rows(person.affiliations, "organisation__name", "staff_group__name", "since", "until")


def _consents(person: User) -> list[dict]:
    rows = person.consents.values("purpose", "wording_version", "given_at", "withdrawn_at")
    return [{**row, "wording": str(consent.PURPOSES[row["purpose"]].wordings[row["wording_version"] - 1])} for row in rows]


def _registrations(person: User) -> list[dict]:
    wanted = ["key", "course__title", "organisation__name", "staff_group__name", "status", "registered_at", "completed_at"]
    return _rows(Registration.objects.filter(learner=person), *wanted)


def _progress(person: User) -> list[dict]:
    wanted = [
        "key",
        "module__title",
        "status",
        "step",
        "seconds",
        "score",
        "started_at",
        "last_act_at",
        "completed_at",
        "version",
    ]
    return _rows(ModuleProgress.objects.filter(registration__learner=person), *wanted)


def _sittings(person: User) -> list[dict]:
    wanted = ["key", "module__title", "status", "opened_at", "last_act_at"]
    return _rows(LaunchSession.objects.filter(registration__learner=person), *wanted)


def _attempts(person: User) -> list[dict]:
    wanted = ["progress__module__title", "question", "chosen", "is_right", "at"]
    return _rows(Attempt.objects.filter(progress__registration__learner=person), *wanted)


def _conversations(person: User) -> list[dict]:
    wanted = ["progress__module__title", "conversation", "path", "endings", "at"]
    return _rows(ConversationPath.objects.filter(progress__registration__learner=person), *wanted)


def _reflections(person: User) -> list[dict]:
    return _rows(
        Reflection.objects.filter(progress__registration__learner=person), "progress__module__title", "prompt", "text", "at"
    )


def _certificates(person: User) -> list[dict]:
    wanted = ["code", "title", "version", "modules", "minutes", "status", "issued_at"]
    return _rows(Certificate.objects.filter(registration__learner=person), *wanted)


def _statements(person: User) -> list[dict]:
    actor = agents.ifi(agents.account(person.actor_name))
    return list(Statement.objects.filter(actor=actor).order_by("stored", "id").values_list("body", flat=True))


def _documents(person: User) -> list[dict]:
    """What programs keep beside their statements, such as where a package is to go on. Bytes that are no text in base64."""
    wanted = ["kind", "activity", "registration", "name", "content_type", "updated"]
    rows = documents.of(agents.account(person.actor_name)).order_by("pk")
    return [{**{name: getattr(row, name) for name in wanted}, "content": _readable(row.body)} for row in rows]


def _readable(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()


def _applications(person: User) -> list[dict]:
    wanted = ["key", "reference", "campaign__title", "status", "district__name", "began_at", "submitted_at"]
    return _rows(Application.objects.own(person), *wanted)


def _answers_to_questions(person: User) -> list[dict]:
    rows = Answer.objects.filter(application__in=Application.objects.own(person))
    return _rows(rows, "application__reference", "question__prompt", "text")


def _offers(person: User) -> list[dict]:
    rows = Offer.objects.filter(application__in=Application.objects.own(person))
    return _rows(rows, "application__reference", "status", "made_at", "answer_by", "starts_on", "ends_on")


def _memberships(person: User) -> list[dict]:
    wanted = ["panel__name", "status", "role", "starts_on", "ends_on", "district__name"]
    shown = ["shows_name", "shows_district", "shows_about", "about"]
    return _rows(Membership.objects.own(person), "key", *wanted, *shown)


def _meetings(person: User) -> list[dict]:
    return _rows(Attendance.objects.of(person), "meeting__panel__name", "meeting__day", "minutes")


def _coordinations(person: User) -> list[dict]:
    return _rows(Coordination.objects.filter(person=person), "panel__name", "since")


def _claims(person: User) -> list[dict]:
    mine = Claim.objects.filter(claimant=person)
    return [_claim(claim) for claim in mine.prefetch_related("lines__rate", "lines__receipts", "receipts")]


def _claim(claim: Claim) -> dict[str, Any]:
    written = ["what_for", "late_reason", "question", "declaration_version"]
    times = ["began_at", "submitted_at", "checked_at", "approved_at"]
    facts = {name: getattr(claim, name) for name in ["key", "reference", "day", "status", *written, *times]}
    unused = [_receipt(row) for row in claim.receipts.all() if row.line_id is None]
    return {**facts, "lines": [_line(line) for line in claim.lines.all()], "receipts_of_no_line": unused}


def _line(line: Line) -> dict[str, Any]:
    """Receipts are pictures: their owner looks at them in the claim."""
    said = ["quantity", "spent", "hours_away", "reason", "receipt_is_lost"]
    decided = ["amount", "unit", "unit_amount", "allowed", "allowed_reason"]
    receipts = [_receipt(row) for row in line.receipts.all()]
    return {"what": line.rate.label, **{name: getattr(line, name) for name in [*said, *decided]}, "receipts": receipts}


def _receipt(row: Receipt) -> dict[str, Any]:
    return {"kind": row.kind, "pages": row.pages, "added_at": row.added_at}


def _payee(person: User) -> list[dict]:
    """Whole: it is theirs."""
    return _rows(Payee.objects.filter(person=person), *ACCOUNT, "changed_at")


def _payments(person: User) -> list[dict]:
    wanted = ["reference", "claim__reference", "run__pays_on", "run__status", "fee", "expenses", "amount", *ACCOUNT]
    return _rows(Payment.objects.filter(claim__claimant=person), *wanted)


def _devices(person: User) -> dict[str, list[dict]]:
    return {
        "signed_in": _rows(UserSession.objects.filter(user=person), "created_at", "ip", "user_agent"),
        "second_factors": _rows(Authenticator.objects.filter(user=person), "type", "created_at", "last_used_at"),
    }


def _tokens(person: User) -> list[dict]:
    """By the way back from the person: the interface's room stands beside this one."""
    return _rows(person.auth_token_set, "name", "scopes", "organisation__name", "created", "expiry", "last_used_on")


def _webhooks(person: User) -> list[dict]:
    return _rows(person.webhooks, "name", "url", "made_at")


def _acts(person: User) -> list[dict]:
    """What the audit trail says of what they did and what was done about them."""
    theirs = Q(actor=person.audit_key) | Q(subject=person.audit_key)
    return _rows(AuditEvent.objects.filter(theirs), "at", "act", "subject_kind", "before", "after")


def _rows(rows: Any, *names: str) -> list[dict]:
    return list(rows.values(*names))


SECTIONS: dict[str, Section] = {
    "account": _account,
    "affiliations": _affiliations,
    "consents": _consents,
    "registrations": _registrations,
    "progress": _progress,
    "sittings": _sittings,
    "answers": _attempts,
    "conversations": _conversations,
    "reflections": _reflections,
    "certificates": _certificates,
    "statements": _statements,
    "documents_of_the_record_store": _documents,
    "applications": _applications,
    "answers_in_applications": _answers_to_questions,
    "offers": _offers,
    "memberships": _memberships,
    "meetings": _meetings,
    "coordinations": _coordinations,
    "claims": _claims,
    "account_for_payment": _payee,
    "payments": _payments,
    "devices": _devices,
    "tokens": _tokens,
    "webhooks": _webhooks,
    "acts": _acts,
}
