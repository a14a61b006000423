"""How a page about tricks is judged: beside the same page about plain words. Nothing but text may differ."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from html.parser import HTMLParser

from django.test import Client

from core import typed
from tests.house.tricks import TRICKS

PLAIN = "plain words, 0161 496 0000"  # some of it is marked at the moderators' desk
CHANGES = {"csrfmiddlewaretoken", "seen"}


def lines(tricks: list[str]) -> list[str]:
    """Each with signs around it, by which it is known again."""
    return [f"(({number}: {trick} :{number}))" for number, trick in enumerate(tricks)]


ALL = lines(TRICKS)
PLAIN_LINES = lines([PLAIN] * len(TRICKS))


def batches(texts: list[str], longest: int) -> list[list[str]]:
    made: list[list[str]] = [[]]
    for text in texts:
        if made[-1] and sum(len(other) + 1 for other in made[-1]) + len(text) > longest:
            made.append([])
        made[-1].append(text)
    return made


@cache
def even(text: str) -> str:
    return " ".join(typed.clean(text).split())


class Page(HTMLParser):
    """`made`: every element, and every attribute with its value but for what stands in a box. `read`: what a person reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.made: set[tuple[str, ...]] = set()
        self.words: list[str] = []
        self.is_heard_alone = False
        self.feed(text)
        self.close()
        self.read = even("".join(self.words))

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.made.add((tag,))
        self.is_heard_alone = held.get("class") == "vh"
        for name, value in attrs:
            if name == "value" and tag == "input" and held.get("type") not in ("hidden", "submit"):
                self.words.append(f" {value} ")
            elif name != "rows" and not (name == "value" and held.get("name") in CHANGES):
                self.made.add((tag, name, value or ""))
        if tag in ("br", "p"):
            self.words.append("\n")

    def handle_endtag(self, tag):
        self.is_heard_alone = False

    def handle_data(self, data):
        if not self.is_heard_alone:
            self.words.append(data)

    def handle_comment(self, data):
        self.made.add(("comment", data))

    def handle_pi(self, data):
        self.made.add(("instruction", data))

    unknown_decl = handle_pi


parsed = cache(Page)


def assert_harmless(page: str, plain: str, texts: list[str], instead: list[str], more: Collection = ()) -> None:
    """It is made of what the same page about plain words is made of, and each text is read as often as what stood there.

    `more`: what it may be made of besides.
    """
    now, before = parsed(page), parsed(plain)
    strange = now.made - before.made - set(more)
    assert not strange, sorted(strange)[:5]
    pairs = zip(texts, instead, strict=True)
    lost = [text for text, other in pairs if now.read.count(even(text)) != before.read.count(other)]
    assert not lost, (len(lost), lost[:3])


def see(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()
