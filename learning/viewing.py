"""Reading the record for people: who is asked about, which statements answer, and a trace of whose were read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, errors, transactions, typed
from learning import sentences
from learning.lrs import agents, attachments, formats, vocabulary, weights
from learning.lrs.models import StatementQuerySet, column
from learning.models import CoursePage, Mention, ModulePage, Registration, Statement
from people.models import User

PER_PAGE = 25
MOST_FOUND = 20  # learners to choose from
MOST_VERBS = 100
LONGEST_SHOWN = 100_000  # characters of JSON on a page
LARGEST = 2**63  # bytes of a file, whatever is said of it: more cannot be written as megabytes


@dataclass(frozen=True)
class Question:
    """What is looked for. Empty means everything; days are whole days of storing, in London, both included."""

    learner: User | None = None
    verb: str = ""
    activity: str = ""
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.query)

    @property
    def query(self) -> str:
        """As an address holds it: a random key for a person, and no name."""
        said = {"learner": self.learner and self.learner.key, "verb": self.verb, "activity": self.activity}
        days = {name: day and day.isoformat() for name, day in [("since", self.since), ("until", self.until)]}
        return urlencode({name: value for name, value in {**said, **days}.items() if value})

    def condition(self) -> Q:
        asked = Q()
        if self.learner:
            asked &= Q(actor=agents.ifi(agents.account(self.learner.actor_name)))
        if self.verb:
            asked &= Q(verb=column(self.verb))
        if self.activity:
            asked &= _about(self.activity)
        if self.since:
            asked &= Q(stored__gte=_midnight(self.since))
        if self.until:
            asked &= Q(stored__lt=_midnight(self.until + timedelta(days=1)))
        return asked


@dataclass(frozen=True)
class Line:
    """A statement in a list."""

    row: Statement
    sentence: str

    @property
    def came_later(self) -> bool:
        """Stored on another day than it tells of."""
        return timezone.localdate(self.row.stored) != timezone.localdate(self.row.timestamp)


@dataclass(frozen=True)
class Page:
    """Statements, newest first, and the places where the pages beside it go on."""

    lines: list[Line]
    newer: uuid.UUID | None = None
    older: uuid.UUID | None = None


@dataclass(frozen=True)
class File:
    """A file that a statement speaks of. `is_kept`: the statement brought it."""

    name: str
    content_type: str
    length: int
    is_kept: bool


@dataclass(frozen=True)
class Facts:
    """One statement with what is known about it. `text` is its JSON, empty where that is too long for a page."""

    line: Line
    learner: User | None
    verb: str
    activity: str
    voided_by: Statement | None
    registration: Registration | None
    files: list[File]
    text: str


def page(reader: User, question: Question, *, older: uuid.UUID | None = None, newer: uuid.UUID | None = None) -> Page:
    """A page of the answer: the newest, or what is older or newer than a statement. Leaves a trace of whom it names."""
    rows = Statement.objects.visible_to(reader).filter(question.condition(), stored__lte=transactions.consistent_through())
    at = older or newer
    place = Statement.objects.visible_to(reader).filter(pk=at).first() if at else None
    found, more = _beside(rows, place, forwards=bool(newer))
    if newer and place and not found:
        return page(reader, question)
    lines, named = _lines(found, reader)
    _leave_trace([*named, *([question.learner] if question.learner else [])], by=reader)
    if not found:
        return Page(lines)
    is_newer, is_older = (more, True) if place and newer else (bool(place), more)
    return Page(lines, newer=found[0].pk if is_newer else None, older=found[-1].pk if is_older else None)


def facts(reader: User, row: Statement) -> Facts:
    """Everything about one statement. Leaves a trace of whom it names."""
    (line,), named = _lines([row], reader)
    _leave_trace(named, by=reader)
    voiding = Statement.objects.filter(target=row.pk, verb=vocabulary.VOIDED) if row.is_voided else Statement.objects.none()
    registrations = Registration.objects.filter(key=row.registration) if row.registration else Registration.objects.none()
    own = agents.own_name(row.body["actor"])
    return Facts(
        line=line,
        learner=next((person for person in named if person.actor_name == own), None),
        verb=row.body["verb"]["id"],
        activity=row.body["object"]["id"] if row.activity else "",
        voided_by=voiding.order_by("stored", "id").first(),
        registration=registrations.select_related("course", "organisation", "staff_group").first(),
        files=_files(row),
        text=_readable(row),
    )


def taken_away(reader: User, row: Statement) -> str:
    """The statement as JSON, to keep as a file. Leaves a trace of whom it names."""
    _lines_of_one, named = _lines([row], reader)
    _leave_trace(named, by=reader)
    return json.dumps(row.body, indent=2)


# What there is to choose ------------------------------------------------------------------------


def learner(key: str) -> User | None:
    """By the random key that a link holds."""
    try:
        return User.objects.select_related("pseudonym").filter(key=uuid.UUID(key)).first()
    except ValueError:
        return None


def learners(text: str) -> list[User]:
    """Whose name holds these words, or whose address this is. Raises `errors.DomainError` for nobody and for too many.

    Whoever has an account for something else, such as a panel, is nobody's to find here.
    """
    wanted = Q(email__iexact=text) if "@" in text else Q(display_name__icontains=text)
    known = User.objects.filter(Exists(Registration.objects.filter(learner=OuterRef("pk")))).select_related("pseudonym")
    places = ["registrations__organisation", "registrations__staff_group"]
    found = list(known.filter(wanted).order_by("display_name", "pk").prefetch_related(*places)[: MOST_FOUND + 1])
    if not found:
        message = _("No learner has this name or email address. Check the spelling, or type a part of the name")
        raise errors.DomainError(message, code="no_learner", field="learner")
    if len(found) > MOST_FOUND:
        message = _("More than %(most)s learners have this in their names. Type more of the name, or the email address") % {
            "most": MOST_FOUND
        }
        raise errors.DomainError(message, code="too_many_learners", field="learner")
    return found


def note_found(reader: User, found: Iterable[User]) -> None:
    """Whoever stands in a list to choose from was named to somebody; what they did was not."""
    audit.record_all("learner.found", [(person, "", "") for person in found], by=reader)


def courses() -> list[tuple[CoursePage, list[ModulePage]]]:
    """Every course with its modules, unpublished ones too: what was done in them stays."""
    found = list(CoursePage.objects.order_by("title"))
    modules = list(ModulePage.objects.order_by("path").defer_streamfields())
    return [(course, [module for module in modules if module.is_child_of(course)]) for course in found]


def verbs_elsewhere() -> list[str]:
    """The verbs of statements that are none of cmi5's: from one to the next along the index, not past every statement."""
    walk = """
        WITH RECURSIVE found(verb) AS (
            SELECT MIN(verb) FROM learning_statement
            UNION ALL
            SELECT (SELECT MIN(verb) FROM learning_statement WHERE verb > found.verb) FROM found WHERE found.verb IS NOT NULL
        )
        SELECT verb FROM found WHERE verb IS NOT NULL LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(walk, [MOST_VERBS])
        return [verb for (verb,) in cursor.fetchall() if verb not in sentences.VERBS and ":" in verb]


# Pages --------------------------------------------------------------------------------------------


def _beside(rows: StatementQuerySet, place: Statement | None, *, forwards: bool) -> tuple[list[Statement], bool]:
    """The rows of a page, newest first, and whether there are more in the direction of walking."""
    walks_back = place is None or not forwards
    if place:
        rows = rows.before(place.stored, place.pk) if walks_back else rows.after(place.stored, place.pk)
    ordered = rows.order_by("-stored", "-id") if walks_back else rows.order_by("stored", "id")
    found = list(weights.weighed(ordered)[: PER_PAGE + 1])
    shown = weights.take(found[:PER_PAGE])
    return shown if walks_back else shown[::-1], bool(shown) and shown[-1] != found[-1]


def _about(iri: str) -> Q:
    """An activity and its parts, which name it as their parent; a course with its modules."""
    key = vocabulary.activity_uuid(iri)
    course = CoursePage.objects.filter(activity=key).first() if key else None
    modules = ModulePage.objects.child_of(course).values_list("activity", flat=True) if course else []
    iris = [iri, *map(vocabulary.activity_iri, modules)]
    if not key:
        return Q(activity=column(iri))
    mentioned = Mention.objects.filter(value__in=iris, kind=Mention.Kind.ACTIVITY)
    return Q(activity__in=iris) | Q(pk__in=mentioned.values("statement"))


def _lines(rows: list[Statement], reader: User) -> tuple[list[Line], list[User]]:
    told, named = sentences.told([row.body for row in rows], reader)
    return [Line(row, sentence) for row, sentence in zip(rows, told, strict=True)], named


def _leave_trace(people: Iterable[User], *, by: User) -> None:
    """Whoever is named to somebody can learn when, and to whom."""
    audit.record_all("statements.read", [(person, "", "") for person in dict.fromkeys(people)], by=by)


def _readable(row: Statement) -> str:
    """JSON with the signs written out that nobody sees, or that turn the reading direction round. Empty if it is too long."""
    text = json.dumps(row.body, indent=2, ensure_ascii=False)
    return typed.UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if len(text) <= LONGEST_SHOWN else ""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _files(row: Statement) -> list[File]:
    kept = {file.sha2 for file in attachments.of([row])}
    return [_file(each, each["sha2"].lower() in kept) for _path, each in attachments.said([row.body])]


def _file(said: dict, is_kept: bool) -> File:
    name = "".join(formats.one_language(said["display"], []).values())
    return File(typed.clean(name), typed.clean(said["contentType"]), min(said["length"], LARGEST), is_kept)
