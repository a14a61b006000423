"""A statement as a sentence in plain words, whatever stands in it.

Our own people, courses and modules are called what they are called today, by their keys: what a statement calls them is not
believed. What only a statement says stands in “quotation marks”, in the reader's language where it has that.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import typed
from learning.lrs import agents, formats, vocabulary
from learning.models import CoursePage, ModulePage
from people.models import Pseudonym, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_NAME = 120  # characters of what a statement calls something
VERBS: dict[str, StrOrPromise] = {
    vocabulary.LAUNCHED: lazy("opened"),
    vocabulary.INITIALIZED: lazy("went into"),
    vocabulary.PROGRESSED: lazy("worked on"),
    vocabulary.ANSWERED: lazy("answered"),
    vocabulary.RESPONDED: lazy("replied in"),
    vocabulary.COMPLETED: lazy("completed"),
    vocabulary.PASSED: lazy("passed"),
    vocabulary.FAILED: lazy("did not pass"),
    vocabulary.TERMINATED: lazy("left"),
    vocabulary.ABANDONED: lazy("broke off"),
    vocabulary.WAIVED: lazy("was let off"),
    vocabulary.SATISFIED: lazy("finished all of"),
    vocabulary.VOIDED: lazy("took back"),
}
PARTS: dict[str, StrOrPromise] = {
    "steps": lazy("a step of %(module)s"),
    "questions": lazy("a question in %(module)s"),
    "conversations": lazy("a conversation in %(module)s"),
}


@dataclass(frozen=True)
class Names:
    """What our own people and pages are called, for one reader. `people` holds whom the reader may see."""

    people: dict[str, User]
    others: set[str]
    pages: dict[uuid.UUID, str]


def told(bodies: Sequence[dict], reader: User) -> tuple[list[str], list[User]]:
    """A sentence for each valid statement, and whom of our learners they name to the reader. Four queries, however many."""
    names = _names(bodies, reader)
    clear = formats.written(bodies, formats.CANONICAL, [get_language() or ""])
    return [_Teller(names).sentence(body) for body in clear], list(names.people.values())


def verb_name(iri: str) -> str:
    """A verb by its IRI alone, as a list of verbs names it."""
    return str(VERBS[iri]) if iri in VERBS else outside_name(iri)


def outside_name(iri: str) -> str:
    """What is known of somebody else's IRI: its last part, and whose it is."""
    name, host = _quoted(_last_part(iri)), _host(iri)
    return _("%(name)s from %(host)s") % {"name": name, "host": host} if host else name


@dataclass(frozen=True)
class _Teller:
    names: Names

    def sentence(self, body: Mapping) -> str:
        """Of a statement or of one inside it, in canonical form."""
        said = {"who": self.actor(body["actor"]), "verb": _verb(body["verb"]), "what": self.object(body["object"])}
        return _("%(who)s %(verb)s %(what)s") % said

    def actor(self, actor: Mapping) -> str:
        if (name := agents.own_name(actor)) and _is_key(name):
            return self._learner(name)
        if actor.get("objectType") == "Group":
            return _group(actor)
        return _outsider(actor)

    def object(self, about: Mapping) -> str:
        match about.get("objectType", "Activity"):
            case "Agent" | "Group":
                return self.actor(about)
            case "StatementRef":
                return _("a statement")
            case "SubStatement":
                return _quoted(self.sentence(about), longest=3 * LONGEST_NAME)
        return self.activity(about)

    def activity(self, activity: Mapping) -> str:
        iri = activity["id"]
        if title := self._page(iri):
            return title
        head, kind, _end = _parts(iri)
        if kind in PARTS and (module := self._page(head)):
            return str(PARTS[kind]) % {"module": module}
        return _quoted(_only(activity.get("definition", {}).get("name", {})) or _last_part(iri))

    def _learner(self, name: str) -> str:
        if person := self.names.people.get(name):
            return person.display_name or _("A learner")
        return _("A learner") if name in self.names.others else _("A learner who has left")

    def _page(self, iri: str) -> str:
        key = vocabulary.activity_uuid(iri)
        return self.names.pages.get(key, "") if key else ""


# Names -------------------------------------------------------------------------------------------


def _names(bodies: Sequence[dict], reader: User) -> Names:
    people, iris = set(), set()
    for body in bodies:
        people |= {name for actor in _actors(body) if (name := agents.own_name(actor)) and _is_key(name)}
        iris |= set(_iris(body))
    known = {str(row.actor): row.person for row in Pseudonym.objects.filter(actor__in=people).select_related("person")}
    sees_all = reader.has_perm("learning.view_statements")
    seen = {name: person for name, person in known.items() if sees_all or person == reader}
    return Names(seen, known.keys() - seen.keys(), _titles(iris))


def _titles(iris: set[str]) -> dict[uuid.UUID, str]:
    keys = {key for iri in iris for each in (iri, _parts(iri)[0]) if (key := vocabulary.activity_uuid(each))}
    pages = [kind.objects.filter(activity__in=keys).values_list("activity", "title") for kind in (CoursePage, ModulePage)]
    return {key: title for rows in pages for key, title in rows}


def _actors(body: Mapping) -> Iterator[Mapping]:
    about = body["object"]
    yield body["actor"]
    if about.get("objectType") in {"Agent", "Group"}:
        yield about
    if about.get("objectType") == "SubStatement":
        yield from _actors(about)


def _iris(body: Mapping) -> Iterator[str]:
    about = body["object"]
    if about.get("objectType") == "SubStatement":
        yield from _iris(about)
    elif about.get("objectType", "Activity") == "Activity":
        yield about["id"]


def _group(group: Mapping) -> str:
    if group.get("name"):
        return _quoted(group["name"])
    number = len(group.get("member", ()))
    return ngettext("A group of %(number)s", "A group of %(number)s", number) % {"number": number} if number else _("A group")


def _outsider(agent: Mapping) -> str:
    """Anybody may call themselves anything: what they are known by stands beside it."""
    account = agent.get("account", {}).get("name", "")
    known = _tidy(agent.get("mbox", "").removeprefix("mailto:") or account or agent.get("openid", ""))
    if not agent.get("name"):
        return known or _("Somebody")
    name = _quoted(agent["name"])
    return f"{name} ({known})" if known else name


def _verb(verb: Mapping) -> str:
    iri = verb["id"]
    return str(VERBS[iri]) if iri in VERBS else _quoted(_only(verb.get("display", {})) or _last_part(iri))


def _only(texts: Mapping[str, str]) -> str:
    """The text of a map of one language; empty where there is none to read."""
    return _tidy(next(iter(texts.values()), ""))


def _tidy(text: str | None) -> str:
    return Truncator(" ".join(typed.clean(text or "").split())).chars(LONGEST_NAME)


def _quoted(text: str, *, longest: int = LONGEST_NAME) -> str:
    return _("“%(text)s”") % {"text": Truncator(" ".join(typed.clean(text).split())).chars(longest)}


def _last_part(iri: str) -> str:
    return next(filter(None, reversed(re.split("[/#:]", iri))), iri)


def _host(iri: str) -> str:
    try:
        return _tidy(urlsplit(iri).hostname)
    except ValueError:  # such as http://[x
        return ""


def _parts(iri: str) -> tuple[str, str, str]:
    """…/activities/UUID/questions/ID → the module's IRI, questions, ID."""
    head, _slash, end = iri.rpartition("/")
    head, _slash, kind = head.rpartition("/")
    return head, kind, end


def _is_key(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
