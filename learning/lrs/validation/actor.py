"""Agents and groups, in every place where they may stand (2.4.2, 2.4.9)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import at, exactly, members, text, text_with_content
from learning.lrs.validation.types import iri

IDENTIFIERS = frozenset({"mbox", "mbox_sha1sum", "openid", "account"})
MBOX = re.compile(r"mailto:[^\s\x00-\x20\ud800-\udfff@<>\"]+@[^\s\x00-\x20\ud800-\udfff@<>\"]+\Z")
SHA1 = re.compile(r"[0-9A-Fa-f]{40}\Z")


def mbox(value: Any, path: str) -> None:
    if type(value) is not str or not MBOX.match(value):
        raise Invalid(path, _("This must be an e-mail address after mailto:, such as mailto:lee@example.org."))


def mbox_sha1sum(value: Any, path: str) -> None:
    if type(value) is not str or not SHA1.match(value):
        raise Invalid(path, _("This must be a SHA-1 sum of 40 hexadecimal digits."))


# 2.4.2.4
ACCOUNT = {"homePage": iri, "name": text_with_content}


def account(value: Any, path: str) -> None:
    members(value, path, ACCOUNT, required=("homePage", "name"))


NAMES = {"name": text, "mbox": mbox, "mbox_sha1sum": mbox_sha1sum, "openid": iri, "account": account}
AGENT = NAMES | {"objectType": exactly("Agent")}


def agent(value: Any, path: str) -> None:
    """2.4.2.1: an agent has exactly one inverse functional identifier."""
    members(value, path, AGENT)
    if _identifiers(value) != 1:
        raise Invalid(path, _("An agent has exactly one of mbox, mbox_sha1sum, openid and account."))


def member(value: Any, path: str) -> None:
    """2.4.2.2: members are what a group is made of. No group is a member."""
    if type(value) is not list:
        raise Invalid(path, _("This must be a list of agents."))
    for number, one in enumerate(value):
        agent(one, f"{path}[{number}]")


GROUP = NAMES | {"objectType": exactly("Group"), "member": member}


def group(value: Any, path: str) -> None:
    """2.4.2.2: an identified group has exactly one identifier; an anonymous one has members instead."""
    members(value, path, GROUP, required=("objectType",))
    count = _identifiers(value)
    if count > 1:
        raise Invalid(path, _("A group has at most one of mbox, mbox_sha1sum, openid and account."))
    if count == 0 and not value.get("member"):
        raise Invalid(at(path, "member"), _("A group without an identifier must say its members."))


def actor(value: Any, path: str) -> None:
    """An agent or a group; without an objectType an agent."""
    kind = value.get("objectType", "Agent") if type(value) is dict else "Agent"
    if kind == "Group":
        return group(value, path)
    if kind != "Agent":
        raise Invalid(at(path, "objectType"), _("This must be one of: %(types)s.") % {"types": "Agent, Group"})
    return agent(value, path)


def authority(value: Any, path: str) -> None:
    """2.4.9: an agent; or, with three-legged OAuth, an anonymous group of two: application and person."""
    actor(value, path)
    if value.get("objectType") == "Group" and (_identifiers(value) or len(value["member"]) != 2):
        raise Invalid(path, _("An authority that is a group has two members and no identifier."))


def _identifiers(value: dict) -> int:
    return len(IDENTIFIERS & value.keys())
