"""Experiences in the states that their traits name."""

from __future__ import annotations

from collections.abc import Iterable

from panels.experiences import moderating, telling
from panels.models import Experience, StoriesIndexPage
from people.models import User

MARKER = "The lift was out and the lantern by the canal was lit"
WORDS = {"happened": f"{MARKER}. I waited an hour.", "barrier": "Nobody knew who mends it.", "helped": "A number to ring."}
SHOWN = {"happened": f"{MARKER}. I waited.", "helped": "A number to ring."}


def make_draft(words: dict[str, str] | None = None, agreed: Iterable[str] = ("panel", "publish"), **facts) -> Experience:
    experience, _passphrase = telling.begin()
    telling.write(experience, WORDS if words is None else words, **facts)
    return telling.agree(experience, agreed, email="rae@example.com" if "contact" in agreed else "")


def make_experience(**given) -> Experience:
    """Sent."""
    return telling.submit(make_draft(**given))


def make_prepared(by: User, **given) -> Experience:
    experience = moderating.take(make_experience(**given), by=by)
    return moderating.prepare(experience, SHOWN, by=by)


def make_published(by: User, second: User, **given) -> Experience:
    return moderating.publish(make_prepared(by, **given), by=second)


def make_kept(by: User, second: User, **given) -> Experience:
    return moderating.keep(make_prepared(by, **given), by=second)


def make_stories_index(home) -> StoriesIndexPage:
    index = StoriesIndexPage(title="What people told us", slug="what-people-told-us")
    return home.add_child(instance=index)
