"""The outer shape of JSON values: objects with known keys, lists, texts, numbers.

2.2: keys and fixed values are case-sensitive, unknown keys are refused, and null is refused everywhere but inside
extensions. Null needs no rule of its own: it is no object, list, text, number or truth value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid

Check = Callable[[Any, str], None]

# JSON can write these, UTF-8 and PostgreSQL cannot.
UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")


def at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def members(value: Any, path: str, rules: Mapping[str, Check], required: tuple[str, ...] = ()) -> None:
    """An object that has the required keys, and no key without a rule; each value is judged by its key's rule."""
    if type(value) is not dict:
        raise Invalid(path, _("This must be an object."))
    for key in required:
        if key not in value:
            raise Invalid(at(path, key), _("This is missing."))
    for key, item in value.items():
        rule = rules.get(key)
        if rule is None:
            raise Invalid(at(path, key), _("This key is not known here. Keys are case-sensitive."))
        rule(item, f"{path}.{key}" if path else key)


def items(value: Any, path: str, rule: Check) -> None:
    if type(value) is not list:
        raise Invalid(path, _("This must be a list."))
    for number, item in enumerate(value):
        rule(item, f"{path}[{number}]")


def list_of(rule: Check) -> Check:
    def check(value: Any, path: str) -> None:
        items(value, path, rule)

    return check


def exactly(word: str) -> Check:
    def check(value: Any, path: str) -> None:
        if value != word:
            raise Invalid(path, _("This must be “%(word)s”.") % {"word": word})

    return check


def text(value: Any, path: str) -> None:
    if type(value) is not str:
        raise Invalid(path, _("This must be text."))
    if UNWRITABLE.search(value):
        raise Invalid(path, _("This holds a character that is none: U+0000, or half of a surrogate pair."))


def text_with_content(value: Any, path: str) -> None:
    text(value, path)
    if not value:
        raise Invalid(path, _("This must not be empty."))


def truth(value: Any, path: str) -> None:
    if type(value) is not bool:
        raise Invalid(path, _("This must be true or false."))


def number(value: Any, path: str) -> None:
    """4.3: a decimal number; a number written as text is none, and in Python a bool must not pass for one."""
    if type(value) is not float and type(value) is not int:
        raise Invalid(path, _("This must be a number."))


def whole_number(value: Any, path: str) -> None:
    if type(value) is not int or value < 0:
        raise Invalid(path, _("This must be a whole number, 0 or more."))
