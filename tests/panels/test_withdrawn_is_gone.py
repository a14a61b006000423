"""A sentence that somebody told, published and took back: looked for in every place where it stood, and in all others."""

from __future__ import annotations

import re

import pytest
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import ModelLogEntry, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.models import IndexEntry

from core import encryption
from core.private_files import private_storage
from panels.experiences import moderating, telling
from panels.models import Experience, StoryPage

# Words that stand nowhere else. An index keeps only the ends of words that begin alike: those are looked for.
WORDS = ["zwilkrombat", "quendrivolt", "xylobrastig", "vorkelmandu"]
MARKER = " ".join(WORDS)
ENDS = [word[3:].encode() for word in WORDS]
ADDRESS = "marker-teller@example.com"
LIST, FEED, SITEMAP = "/what-people-told-us/", "/stories/feed/", "/sitemap.xml"
SEALED = re.compile(rb"gAAAA[\w-]{60,}={0,2}")


def told(text: str | bytes) -> set[bytes]:
    """Which of the words stand in it, sealed or not."""
    raw = text if isinstance(text, bytes) else text.encode()
    raw = raw.lower()
    return {end for end in ENDS if end in raw}


def in_clear(value: object) -> bytes:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return raw + b" ".join(map(_unsealed, SEALED.findall(raw)))


def _unsealed(token: bytes) -> bytes:
    try:
        return encryption.unseal(token.decode()).encode()
    except (encryption.Unreadable, InvalidToken):
        return b""


def tables() -> list[str]:
    """All of them, those behind a search index too."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def in_database(looked_for=told) -> set[str]:
    """The tables in which something of it stands, whatever the type of the column."""
    found = set()
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(looked_for(in_clear(value)) for row in cursor for value in row if value is not None):
                found.add(table)
    return found


def see(address: str, client: Client | None = None) -> str:
    return (client or Client()).get(address).content.decode()


@pytest.fixture
def link():
    """The personal link of somebody who told the sentence, in every part and in an answer to each question."""
    experience, passphrase = telling.begin()
    telling.write(experience, {kind: f"{MARKER}. {kind}" for kind in ["happened", "barrier", "helped"]})
    telling.submit(telling.agree(experience, ["publish", "panel", "contact"], email=ADDRESS))
    return reverse("panels:tell_open", args=[experience.reference, passphrase])


@pytest.fixture
def story(link, uma, ola, stories_index):
    experience = moderating.take(Experience.objects.get(), by=uma)
    moderating.refer(experience, "complaint", f"Rang about {MARKER}.", by=uma)
    moderating.prepare(experience, {"happened": f"{MARKER}. Shown."}, note=f"{MARKER}?", by=uma)
    return moderating.publish(experience, by=ola).page


def take_back(link: str) -> None:
    teller = Client()
    teller.get(link)
    assert teller.post(reverse("panels:tell_take_back")).url == reverse("panels:tell_gone")


def places(story: StoryPage) -> dict[str, str]:
    search = f"{LIST}?words={WORDS[0]}"
    by_rest = ["/api/v1/stories", f"/api/v1/stories?words={WORDS[0]}", f"/api/v1/stories/{story.slug}"]
    pages = [story.url, LIST, FEED, SITEMAP, search, f"{LIST}?words={'+'.join(WORDS)}"]
    return {address: see(address) for address in [*pages, *by_rest]}


@pytest.mark.django_db
def test_it_is_gone_from_every_address_even_where_it_was_kept(story, link):
    before = places(story)
    assert [address for address, page in before.items() if told(page) != set(ENDS)] == [SITEMAP]
    assert story.url in before[SITEMAP]
    take_back(link)
    assert [Client().get(address).status_code for address in [story.url, f"/api/v1/stories/{story.slug}"]] == [404, 404]
    for address, page in places(story).items():
        rest = page.replace(f'value="{WORDS[0]}"', "").replace(f'value="{MARKER}"', "")  # what was asked for
        assert not told(rest), address
        assert story.slug not in page or address == story.url, address
    assert Client().get(link).status_code == 404


@pytest.mark.django_db
def test_it_is_gone_from_the_editor(story, link, adi, second_factor):
    editor = second_factor(Client(), adi)
    addresses = [f"/admin/pages/search/?q={word}" for word in [WORDS[0], story.slug, "Story"]]
    addresses += [f"/admin/pages/{story.pk}/", f"/admin/pages/{story.pk}/edit/", f"/admin/pages/{story.pk}/history/"]
    addresses += [f"/admin/pages/{story.get_parent().pk}/", "/admin/reports/site-history/", "/admin/redirects/"]
    addresses += [f"/admin/pages/{story.pk}/usage/", "/admin/"]
    take_back(link)
    for address in addresses:
        page = see(address, editor).replace(f'value="{WORDS[0]}"', "").replace(f"q={WORDS[0]}", "")
        assert story.title not in page, address
        assert len(told(page.replace(WORDS[0], ""))) == 0, address


@pytest.mark.django_db
def test_it_is_gone_from_every_table_sealed_or_not(story, link):
    held = {"panels_passage", "panels_experience", "wagtailsearch_indexentry"}
    assert held <= in_database()
    take_back(link)
    assert in_database() == set()
    for model, at in [(Revision, "object_id"), (ReferenceIndex, "object_id"), (IndexEntry, "object_id"), (PageLogEntry, "page")]:
        assert not model.objects.filter(**{at: story.pk}).filter(content_type=story.content_type).exists(), model
    assert not Redirect.objects.exists() and not ModelLogEntry.objects.exists()
    assert not StoryPage.objects.exists()


@pytest.mark.django_db
def test_the_address_of_the_teller_goes_too(story, link):
    def holds_address(value):
        return ADDRESS.encode() in value

    assert in_database(holds_address) == {"panels_experience"}
    take_back(link)
    assert in_database(holds_address) == set()


@pytest.mark.django_db
def test_no_message_ever_held_it(story, link, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        take_back(link)
    assert mail.outbox
    assert not [message for message in mail.outbox if told(message.message().as_bytes())]


@pytest.mark.django_db(transaction=True)
def test_not_a_byte_of_it_is_left_in_the_file(story, link):
    if connection.vendor != "sqlite":
        return  # SQLite alone keeps its database in one file
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)
    assert told(connection.connection.serialize()) == set(ENDS)
    take_back(link)
    assert not told(connection.connection.serialize())


def files(storage, folder: str = "") -> list[str]:
    folders, names = storage.listdir(folder)
    below = [name for each in folders for name in files(storage, f"{folder}{each}/")]
    return [f"{folder}{name}" for name in names] + below


@pytest.fixture
def before():
    """The files that were there before anything was told: other tests leave some in memory."""
    return {storage: set(files(storage)) for storage in [default_storage, private_storage()]}


@pytest.mark.django_db(transaction=True)
def test_no_file_of_it_is_left(before, story, link):
    take_back(link)
    assert not any(set(files(storage)) - names for storage, names in before.items())
