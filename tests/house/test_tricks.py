"""Whatever somebody types, through whichever field, is shown as it stands and does nothing.

Each page is read by a parser and compared with the same page about plain words: nothing but text may differ. Long fields
take all tricks at once, a line each; short ones take them one by one.
"""

from __future__ import annotations

import json
import re
from functools import partial
from urllib.parse import quote_from_bytes, urlencode
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from core import page_cache, typed
from learning import courses, documents
from learning.forms import CheckForm
from learning.models import Certificate
from panels import recruitment
from panels.demo import pages as demo_pages
from panels.forms_teller import ComeBackForm
from panels.models import Application, Experience, Membership, PanelPage, Passage, StoryPage
from people.models import User
from tests.factories.advice import make_page
from tests.factories.experiences import make_published, make_stories_index
from tests.factories.learning import work_through
from tests.factories.panels import make_member
from tests.house.harmless import ALL, PLAIN, PLAIN_LINES, Page, assert_harmless, batches, even, see
from tests.house.tricks import BROKEN, FAMILIES, TRICKS
from website import privacy

pytestmark = pytest.mark.django_db
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
    changing = [experience.reference, str(experience.key), story.slug]
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
    assert_harmless(page, plain, texts, PLAIN_LINES[: len(texts)], more=LINES)


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
    plain = Page(see(Client(), f"{LIST}?{urlencode({'words': PLAIN})}")).made | FOUND | {("a", "href", story.url)}
    for trick in TRICKS:
        list(StoryPage.objects.published().saying(typed.clean(trick)))
    for text in [" ".join(some) for some in batches(TRICKS, 98)]:
        page = Page(see(Client(), f"{LIST}?{urlencode(dict.fromkeys(['words', 'theme', 'district', 'page'], text))}"))
        assert page.made <= plain, text
        assert even(typed.clean(text).strip()[:100]) in page.read, text


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


# Names and words about oneself ---------------------------------------------------------------------

NAMES = [" ".join(some) for some in batches(TRICKS, 118)]
ABOUT = ["\n".join(some) for some in batches(ALL, 390)]
assert len(ABOUT) <= len(NAMES)


def test_lists_of_members_show_names_and_words_as_they_stand(home, kit, panel, second_factor):
    make_page(demo_pages.load_index(home), panel)
    people = User.objects.bulk_create(User(email=f"p{number}@example.com", display_name=PLAIN) for number in range(len(NAMES)))
    facts = {"panel": panel, "starts_on": timezone.localdate(), "shows_name": True, "shows_about": True, "about": PLAIN}
    members = Membership.objects.bulk_create(Membership(person=person, **facts) for person in people)
    places = [(PanelPage.objects.get().url, Client())]
    places.append((reverse("panels:desk_members", args=[panel.key]), second_factor(Client(), kit)))
    plain = [Page(see(who, path)).made for path, who in places]
    for person, member, name, about in zip(people, members, NAMES, [*ABOUT, *NAMES[len(ABOUT) :]], strict=True):
        person.display_name, member.about = even(name), typed.clean(about)
    User.objects.bulk_update(people, ["display_name"])
    Membership.objects.bulk_update(members, ["about"])
    page_cache.clear()
    for (path, who), before in zip(places, plain, strict=True):
        page = Page(see(who, path))
        assert page.made <= before | LINES, sorted(page.made - before)[:4]
        assert not [name for name in NAMES if even(name) not in page.read], path
    assert not [about for about in ABOUT if even(about) not in Page(see(*reversed(places[0]))).read]


def test_ones_own_pages_show_a_name_and_words_as_they_stand(home, panel):
    member = make_member(panel, User.objects.create(email="p@example.com", display_name=PLAIN))
    client = Client()
    client.force_login(member.person)
    mine = reverse("panels:publication", args=[member.key])
    pages = ["/account/", "/account/name/", "/home/", reverse("panels:memberships"), mine]
    client.post(mine, {"name": "on", "about": "on", "text": PLAIN})
    plain = {path: (see(client, path), Page(see(client, path)).made | LINES)[1] for path in pages}
    for number, (name, about) in enumerate(zip(NAMES, ABOUT, strict=False)):
        assert client.post("/account/name/", {"display_name": name, "pronouns": name[:40]}).status_code == 302
        assert client.post(mine, {"name": "on", "about": "on", "text": about}).status_code == 302
        path = pages[number % len(pages)]
        see(client, path)  # and with it what was said of the last act
        page = Page(see(client, path))
        assert page.made <= plain[path], (path, sorted(page.made - plain[path])[:4], name)
        assert path in pages[2:4] or even(name) in page.read, (path, name)
        assert path != mine or even(about) in page.read, about
    data = json.loads("".join(privacy.as_json(User.objects.get(email="p@example.com"))))
    assert even(name) in json.dumps(data, ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")


def test_whoever_signs_up_under_any_name_gets_a_letter_in_order(home):
    for number, name in enumerate(NAMES[::12]):
        said = {"display_name": name, "email": f"n{number}@example.com", "password1": "three-canal-lanterns-88"}
        assert Client().post(reverse("account_signup"), said).status_code == 302, name
        assert User.objects.get(email=said["email"]).display_name == even(name)
        assert mail.outbox[-1].to == [said["email"]]
        assert not {"Bcc", "Cc"} & set(mail.outbox[-1].message().keys())


def test_a_certificate_of_any_name_is_drawn(lee, taught_certificate):
    for family in FAMILIES.values():
        lee.display_name = even(" ".join(family))[:120]
        lee.save()
        taught_certificate.registration.learner = lee
        assert documents.certificate_pdf(taught_certificate).startswith(b"%PDF")
    page = Page(see(Client(), f"/learning/check/{taught_certificate.code}/"))
    assert even(lee.display_name) in page.read


@pytest.fixture
def taught_certificate(lee, full_course):
    registration = courses.register(lee, full_course, by=lee)
    work_through(registration, full_course.modules().first(), lee)
    return Certificate.objects.first()


# Applying, coming back, asking ---------------------------------------------------------------------


def test_an_application_under_any_name_and_with_any_answer(campaign, kit, browser, second_factor):
    """Each name in a letter and at the desk; all tricks in one answer."""
    desk, start = second_factor(Client(), kit), reverse("panels:start", args=[campaign.key])
    for number, name in enumerate(NAMES[::12]):
        assert browser().post(start, {"name": name, "email": f"a{number}@example.com"}).status_code == 302, name
        assert mail.outbox[-1].to == [f"a{number}@example.com"]
        [(html, _kind)] = mail.outbox[-1].alternatives
        assert not {made for made in Page(html).made if "trick" in str(made)}
    bea = browser()
    bea.post(start, {"name": PLAIN, "email": "bea@example.com"})
    application = Application.objects.get(email_index=recruitment.email_index("bea@example.com"))
    bea.get(re.search(r"(/applications/open/\S+)", mail.outbox[-1].body).group(1))
    pages = [
        (bea, reverse("panels:check", args=[application.key])),
        (desk, reverse("panels:desk_application", args=[application.key])),
    ]
    questions = [reverse("panels:answer", args=[application.key, row.key]) for row in campaign.questions.all()]
    seen = []
    for words in ["\n".join(PLAIN_LINES), "\n".join(ALL)]:
        Application.objects.filter(pk=application.pk).update(status="draft", submitted_at=None)
        for question in questions:
            assert bea.post(question, {"text": words}).status_code in (302, 422)  # too long to be sent, and kept
        check = see(*pages[0])
        Application.objects.filter(pk=application.pk).update(status="submitted", submitted_at=timezone.now())
        seen.append([check, see(*pages[1])])
    for plain, page in zip(*seen, strict=True):
        strange = Page(page).made - Page(plain).made - LINES
        assert not strange, sorted(strange)[:5]
        assert not [text for text in ALL if even(text) not in Page(page).read]


# Each is put into the form by itself; into the whole page every eighth, and whatever an address or a head could break on.
IN_PAGES = [*TRICKS[::8], *FAMILIES["controls and nothings"], *FAMILIES["heads of messages"]]


def judge_box(form: type, name: str, most: int, **more) -> None:
    """What was typed stands in its box, refused or not, and in nothing else."""
    plain = set().union(*(Page(str(form({name: text, **more}))).made for text in ["", "?", "x" * 300, "a@example.com"]))
    for trick in TRICKS:
        page = Page(str(form({name: trick[:most], **more})))
        assert page.made <= plain, (trick, sorted(page.made - plain)[:4])
        assert even(trick[:most].strip()) in page.read, trick


def asked_one_by_one(client: Client, address: str, name: str, most: int, **more) -> None:
    """A short field of a form that may refuse, kindly."""
    post = partial(client.post, address)
    plain = set().union(*(Page(post({name: text, **more}).content.decode()).made for text in ["", "?"]))
    for trick in IN_PAGES:
        answer = post({name: trick[:most], **more})
        assert answer.status_code in (302, 422), (trick, answer.status_code)
        page = Page(answer.content.decode())
        assert page.made <= plain, (trick, sorted(page.made - plain)[:4])
        assert answer.status_code == 302 or even(trick[:most].strip()) in page.read, trick


def test_an_email_address_of_a_teller(home, browser):
    teller = browser()
    teller.post(at("begin"), {"shape": "free"})
    asked_one_by_one(teller, at("agree"), "email", 254, contact="on")


@pytest.mark.parametrize("name", ["reference", "passphrase"])
def test_what_opens_an_experience(home, name):
    other = {"passphrase" if name == "reference" else "reference": "x"}
    judge_box(ComeBackForm, name, 60, **other)
    asked_one_by_one(Client(), reverse("panels:come_back"), name, 60, **other)


def test_the_number_of_a_certificate(home):
    judge_box(CheckForm, "code", 40)
    plain = set().union(*(Page(see(Client(), f"/learning/check/?code={code}", 404)).made for code in ["", "x"]))
    for trick in IN_PAGES:
        page = Page(see(Client(), f"/learning/check/?{urlencode({'code': trick[:40]})}", 404))
        assert page.made <= plain, (trick, sorted(page.made - plain)[:4])
        assert even(trick[:40].strip()) in page.read, trick
