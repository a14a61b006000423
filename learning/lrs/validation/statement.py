"""Statements and SubStatements: what they are made of, and what must fit together (2.2, 2.4, 2.4.4)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from learning.lrs import vocabulary
from learning.lrs.validation import context
from learning.lrs.validation.activity import activity
from learning.lrs.validation.actor import actor, agent, authority, group
from learning.lrs.validation.attachments import attachments
from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.references import statement_ref
from learning.lrs.validation.result import result
from learning.lrs.validation.shape import UNWRITABLE, Check, at, exactly, members
from learning.lrs.validation.types import timestamp, uuid
from learning.lrs.validation.verb import verb

# 2.4.10: 1.0, 1.0.x and 2.0.x.
VERSION = re.compile(r"(?:1\.0(?:\.\d+)?|2\.0\.\d+)\Z", re.ASCII)
FEW = 32  # numbers with an exponent, of which nobody asks how long they are
MOST_ZEROS, MOST_TIMES = 20_000, 4  # by so many signs, and so many times its length, a statement may grow by writing more out
DEEPEST = 60  # levels of lists and objects; a parser of ours or a reader's would give up at a few hundred


def version(value: Any, path: str) -> None:
    if type(value) is not str or not VERSION.match(value):
        raise Invalid(path, _("This must be a version of xAPI: 1.0.3 or 2.0.0."))


def check(statement: Any, path: str = "", *, spec: str = "2.0.0") -> None:
    """Raise `Invalid` unless this is a statement by every rule. `spec` is the version of xAPI that it came under."""
    storable(statement, path)
    members(statement, path, V1 if spec.startswith("1.") else V2, required=("actor", "verb", "object"))
    _fit_together(statement, path)


def storable(value: Any, path: str) -> None:
    """JSON that every database keeps: no NaN (no JSON at all), U+0000 or half a surrogate pair, no bottomless nesting."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode()
        _judge_numbers(value, written, path)
        is_doubtful = "\\u0000" in written or written.count("{") + written.count("[") > DEEPEST
    except (TypeError, ValueError, RecursionError):
        is_doubtful = True
    if not is_doubtful:
        return
    if _is_deeper(value, DEEPEST):
        raise Invalid(path, _("This is nested too deeply."))
    if (place := next(_unkept(value), None)) is not None:
        raise Invalid(f"{path}{place}".removeprefix("."), _("This cannot be kept: a number or a character in it is none."))


def _judge_numbers(value: Any, written: str, path: str) -> None:
    """PostgreSQL gives 1e308 back with all its zeros: a request of five megabytes would be read as 250."""
    if written.count("e+") + written.count("e-") < FEW:
        return
    zeros = sum(abs(math.frexp(number)[1]) for number in _floats(value)) * math.log10(2)
    if zeros > MOST_ZEROS + MOST_TIMES * len(written):
        raise Invalid(path, _("The numbers in this are too long when they are written out."))


def _floats(value: Any) -> Iterator[float]:
    inside = value.values() if type(value) is dict else value if type(value) is list else ()
    for item in inside:
        if type(item) is float:
            yield item
        else:
            yield from _floats(item)


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if type(value) is dict else value if type(value) is list else ()
    return levels < 0 or any(_is_deeper(item, levels - 1) for item in inside)


def _unkept(value: Any) -> Iterator[str]:
    """Where in it something stands that no database keeps; of a key the object that has it.

    The path is made when something is found: a key may be as long as a request, and have as many items below it.
    """
    if type(value) is dict:
        if any(type(key) is not str or UNWRITABLE.search(key) for key in value):
            yield ""
        for key, item in value.items():
            for place in _unkept(item):
                yield f".{key}{place}"
    elif type(value) is list:
        for number, item in enumerate(value):
            for place in _unkept(item):
                yield f"[{number}]{place}"
    elif not _is_kept(value):
        yield ""


def _is_kept(value: Any) -> bool:
    if type(value) is str:
        return not UNWRITABLE.search(value)
    return math.isfinite(value) if type(value) is float else value is None or type(value) in {bool, int}


def _fit_together(value: dict, path: str) -> None:
    if "context" in value:
        context.fits(value["context"], value["object"], at(path, "context"))
    # 2.3.2: voiding is said of a statement.
    if value["verb"]["id"] == vocabulary.VOIDED and value["object"].get("objectType") != "StatementRef":
        raise Invalid(at(path, "object"), _("Only a statement can be voided: the object must be a StatementRef."))


def _object(by_type: dict[str, Check]) -> Check:
    """2.4.4: without an objectType the object is an activity."""

    def check_object(value: Any, path: str) -> None:
        kind = value.get("objectType", "Activity") if type(value) is dict else "Activity"
        rule = by_type.get(kind) if type(kind) is str else None
        if rule is None:
            raise Invalid(at(path, "objectType"), _("This must be one of: %(types)s.") % {"types": ", ".join(by_type)})
        rule(value, path)

    return check_object


def _sub_statement(rules: dict[str, Check]) -> Check:
    """2.4.4.3: a statement inside another, without what only the store says, and never inside a third."""

    def check_sub_statement(value: Any, path: str) -> None:
        members(value, path, rules, required=("objectType", "actor", "verb", "object"))
        _fit_together(value, path)

    return check_sub_statement


OBJECTS: dict[str, Check] = {"Activity": activity, "Agent": agent, "Group": group, "StatementRef": statement_ref}


def _rules(check_context: Check) -> dict[str, Check]:
    shared: dict[str, Check] = {
        "actor": actor,
        "verb": verb,
        "result": result,
        "context": check_context,
        "timestamp": timestamp,
        "attachments": attachments,
    }
    sub_statement = _sub_statement(shared | {"objectType": exactly("SubStatement"), "object": _object(OBJECTS)})
    return shared | {
        "id": uuid,
        "object": _object(OBJECTS | {"SubStatement": sub_statement}),
        "stored": timestamp,
        "authority": authority,
        "version": version,
    }


V1 = _rules(context.context_1)
V2 = _rules(context.context_2)
