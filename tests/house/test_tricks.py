"""Whatever somebody types, through whichever field, is shown as it stands and does nothing.

Each page is read by a parser and compared with the same page about plain words: nothing but text may differ. Long fields
take all tricks at once, a line each; short ones take them one by one.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import quote_from_bytes, urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from core import page_cache, typed
from panels.models import Experience, Passage, StoryPage
from tests.factories.experiences import make_published, make_stories_index
from tests.factories.panels import make_member
from tests.house.tricks import BROKEN, TRICKS

pytestmark = pytest.mark.django_db
PLAIN = "plain words, 0161 496 0000"  # some of it is marked at the moderators' desk
KINDS = list(Passage.Kind)
LIST, FEED = "/what-people-told-us/", "/stories/feed/"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n%s\r\n--x--\r\n'
ATOM = "{http://www.w3.org/2005/Atom}"
# What a page may have more of: paragraphs and lines of the text, and what the moderators' pages mark in it.
LINES = {("p",), ("br",), ("mark",), ("del",), ("ins",), ("span", "class", "vh"), ("span", "class", "voice-inline"), ("div",)}
LINES |= {("dl", "class", "found"), ("dt",), ("dd",), ("div", "class", "voice"), ("div", "class", "voice--lines")}
FOUND = {("div",), ("div", "class", "empty"), ("p",), ("ul",), ("ul", "class", "stories"), ("li",), ("h3",), ("a",)}
FOUND |= {("p", "class", "voice"), ("p", "class", "by")}
CHANGES = {"csrfmiddlewaretoken", "seen"}


def lines(tricks: list[str]) -> list[str]:
    """Each with signs around it, by which it is known again."""
    return [f"(({number}: {trick} :{number}))" for number, trick in enumerate(tricks)]


ALL = lines(TRICKS)
PLAIN_LINES = [f"(({number}: {PLAIN} :{number}))" for number in range(len(TRICKS))]


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


def assert_harmless(page: str, plain: str, texts: list[str], instead: list[str]) -> None:
    """It is made of what the same page about plain words is made of, and each text is read as often as what stood there."""
    now, before = parsed(page), parsed(plain)
    strange = now.made - before.made - LINES
    assert not strange, sorted(strange)[:5]
    pairs = zip(texts, instead, strict=True)
    lost = [text for text, other in pairs if now.read.count(even(text)) != before.read.count(other)]
    assert not lost, (len(lost), lost[:3])


def see(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


class Browser(Client):
    """A browser whose mail goes out at once."""

    def __init__(self, commits, **options):
        self.commits = commits
        super().__init__(**options)

    def request(self, **request):
        with self.commits(execute=True):
            return super().request(**request)


@pytest.fixture
def browser(django_capture_on_commit_callbacks):
    return lambda: Browser(django_capture_on_commit_callbacks)


def at(name: str, *given) -> str:
    return reverse(f"panels:tell_{name}", args=given)


# What people told ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept():
    """Pages that were seen once and are judged by many tests."""
    return {}


def told(home, kit, uma, ola, panel, mo, second_factor, browser) -> dict[str, tuple[str, str]]:
    """Every page on which words of a teller stand: with plain ones, and with all tricks."""
    make_stories_index(home)
    make_member(panel, mo)
    rooms = {"kit": second_factor(Client(), kit), "uma": second_factor(Client(), uma), "ola": second_factor(Client(), ola)}
    rooms["mo"] = Client()
    rooms["mo"].force_login(mo)
    pages = [told_once("\n".join(words), panel, rooms, browser) for words in [PLAIN_LINES, ALL]]
    return {name: (pages[0][name], page) for name, page in pages[1].items()}


def told_once(words: str, panel, rooms: dict[str, Client], browser) -> dict[str, str]:
    teller, pages = browser(), {}
    teller.post(at("begin"), {"shape": "guided"})
    for number in range(1, len(KINDS) + 1):
        assert teller.post(at("words", number), {"text": words}).status_code == 302
    pages["teller: another tab"] = teller.post(at("words", 1), {"text": f"{words} too", "seen": "other"}).content.decode()
    pages |= {f"teller: {name}": see(teller, at(name)) for name in ["check", "keep"]}
    pages["teller: words"] = see(teller, at("words", 1))
    teller.post(at("agree"), {"publish": "on", "panel": "on", "contact": "on", "email": "rae@example.com"})
    teller.post(at("check"))
    experience = Experience.objects.order_by("-pk")[0]
    Experience.objects.filter(pk=experience.pk).update(panel=panel)  # the visitor's list has those that have a page
    desk = f"/moderate/{experience.key}/"
    shown = {f"shown_{kind}": words for kind in KINDS}
    rooms["uma"].post(f"{desk}take/", {"seen": ""})
    pages["moderator: reading"] = see(rooms["uma"], desk)
    pages["moderator: filled"] = rooms["uma"].post(desk, {**shown, "press": "fill"}).content.decode()
    pages["moderator: somebody else worked"] = rooms["uma"].post(desk, {**shown, "seen": "other"}).content.decode()
    rooms["uma"].post(desk, {**shown, "press": "prepare", "note": "\n".join(words.split("\n(")[:40])})
    see(rooms["uma"], "/moderate/")  # and with it the message that it was passed on
    assert Experience.objects.get(pk=experience.pk).status == "prepared"
    pages["second reader"] = see(rooms["ola"], desk)
    pages["preview"] = see(rooms["ola"], f"{desk}preview/")
    pages["teller: prepared"] = see(teller, at("status"))
    rooms["ola"].post(f"{desk}publish/", {"seen": ""})
    story = StoryPage.objects.get(experience=experience)
    pages["story"] = see(Client(), story.url)
    pages["moderator: decided"] = see(rooms["ola"], desk)
    pages["moderator: original"] = rooms["ola"].post(f"{desk}original/").content.decode()
    pages["coordinator"] = see(rooms["kit"], reverse("panels:desk_told"))
    pages["member"] = see(rooms["mo"], reverse("panels:told"))
    pages |= {f"teller: {name}": see(teller, at(name)) for name in ["status", "take_back"]}
    pages["teller: copy"] = f"<pre>{escape(see(teller, at('copy')))}</pre>"
    teller.post(at("take_back"))
    pages["teller: nothing is open"] = teller.post(at("words", 1), {"text": words}).content.decode()
    changing = [experience.reference, str(experience.key), story.slug, f"\\be{experience.pk}\\b"]
    return {name: re.sub("|".join(changing), "X", page) for name, page in pages.items()}


PLACES = ["teller: another tab", "teller: check", "teller: words", "teller: prepared", "teller: status", "teller: copy"]
PLACES += ["teller: nothing is open", "moderator: reading", "moderator: filled", "moderator: somebody else worked"]
PLACES += ["second reader", "preview", "story", "moderator: original", "coordinator", "member"]


@pytest.mark.parametrize("place", PLACES)
def test_what_somebody_told_is_shown_as_it_stands(kept, place, request):
    if not kept:
        names = ["home", "kit", "uma", "ola", "panel", "mo", "second_factor", "browser"]
        kept |= told(*[request.getfixturevalue(name) for name in names])
    plain, page = kept[place]
    # There, what is marked is replaced, and so cannot stand as it was typed.
    texts = [] if place == "moderator: filled" else ALL
    assert_harmless(page, plain, texts, PLAIN_LINES[: len(texts)])


# Stories -------------------------------------------------------------------------------------------


@pytest.fixture
def story(uma, ola, stories_index):
    return make_published(uma, ola).page


def show(story: StoryPage, words: str) -> None:
    """As if the moderators had written that, as it comes in by their form."""
    row = story.experience.passages.get(kind="happened")
    row.shown = typed.clean(words)
    row.save()
    page_cache.clear()


def test_lists_and_feeds_show_each_as_it_stands(story):
    show(story, PLAIN)
    plain = Page(see(Client(), LIST))
    for texts in batches(ALL, 380):
        show(story, words := "\n".join(texts))
        assert Page(see(Client(), LIST)).made == plain.made, words
        [entry] = ElementTree.fromstring(see(Client(), FEED)).iter(f"{ATOM}entry")
        names = {part.tag.removeprefix(ATOM) for part in entry.iter()}
        assert names == {"entry", "title", "link", "id", "updated", "summary"}
        summary = Page(entry.find(f"{ATOM}summary").text)
        assert summary.made <= {("p",), ("br",)}, words
        assert summary.read == even(words)


def test_a_search_for_each_is_answered_and_stands_in_its_box_as_it_was_typed(story):
    plain = Page(see(Client(), f"{LIST}?{urlencode({'words': PLAIN})}"))
    for trick in TRICKS:
        page = Page(see(Client(), f"{LIST}?{urlencode(dict.fromkeys(['words', 'theme', 'district', 'page'], trick))}"))
        assert page.made - plain.made <= FOUND, trick
        assert even(trick[:100]) in page.read, trick


@pytest.mark.parametrize("raw", BROKEN)
def test_bytes_that_nobody_can_read_are_answered(story, raw, browser):
    asked = quote_from_bytes(raw)
    for address in [f"{LIST}?words={asked}&theme={asked}", f"/learning/check/?code={asked}", f"/be-heard/open/{asked}/{asked}/"]:
        assert Client().get(address).status_code in (200, 404), address
    teller = browser()
    teller.post(at("begin"), {"shape": "free"})
    for kind, body in [("application/x-www-form-urlencoded", b"text=%s" % raw), (MULTIPART, PART % raw)]:
        assert teller.post(at("words", 1), body, content_type=kind).status_code == 302
        page = see(teller, at("check"))
        assert "trick" not in "".join(map(str, Page(page).made))
