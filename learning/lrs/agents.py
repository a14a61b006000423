"""Who a statement is about: accounts of ours, and one canonical text for every way of naming an actor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from learning.lrs import vocabulary

PLAIN_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid")
IDENTIFIERS = ("account", *PLAIN_IDENTIFIERS)


def account(name: str) -> dict:
    """A learner of ours: `name` is a random UUID, never an address or a name."""
    return {"objectType": "Agent", "account": {"homePage": vocabulary.people(), "name": name}}


def own_name(actor: Mapping[str, Any]) -> str:
    """The account name of a learner of ours; empty for everybody else."""
    account = actor.get("account", {})
    return account["name"] if account.get("homePage") == vocabulary.people() else ""


def ifi(actor: Mapping[str, Any]) -> str:
    """The inverse functional identifier of an agent or identified group, such as `account|home page|name`.

    Two actors are the same when these texts are (xAPI 1.0.3 Data 2.4.2.3). An anonymous group has none: empty.
    """
    if found := actor.get("account"):
        return f"account|{found['homePage']}|{found['name']}"
    return next((f"{key}|{actor[key]}" for key in PLAIN_IDENTIFIERS if key in actor), "")


def named(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every agent and group that a valid statement names, with the members, but for its authority."""
    about, context = said["object"], said.get("context", {})
    found = [said["actor"], context.get("instructor"), context.get("team")]
    found += [each["agent"] for each in context.get("contextAgents", ())]
    found += [each["group"] for each in context.get("contextGroups", ())]
    found += [about] if about.get("objectType") in {"Agent", "Group"} else []
    for actor in filter(None, found):
        yield actor
        yield from actor.get("member", ())
    if about.get("objectType") == "SubStatement":
        yield from named(about)


def is_ours(actor: Mapping[str, Any]) -> bool:
    """Whether it says nothing of a person but the random name of an account of ours. An anonymous group says nothing itself."""
    account_of = actor.get("account", {}).get("homePage", vocabulary.people())
    return account_of == vocabulary.people() and not {"name", *PLAIN_IDENTIFIERS} & actor.keys()


def person(agent: Mapping[str, Any]) -> dict:
    """The person object of an agent (Communication 2.4): every property is a list."""
    said = {name: [agent[name]] for name in ("name", *IDENTIFIERS) if name in agent}
    return {"objectType": "Person"} | said
