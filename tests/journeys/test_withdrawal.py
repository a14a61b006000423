"""A sentence that stood on the site is taken back by its link, and then in no file that the platform has written."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import prepared
from tests.journeys.learner import press

pytestmark = pytest.mark.journey
# Words that stand nowhere else. An index keeps only the ends of words that begin alike: those are looked for.
WORDS = ["zwilkrombat", "quendrivolt", "xylobrastig", "vorkelmandu"]
MARKER = " ".join(WORDS)
REFERENCE, PASSPHRASE = "7777-WXYZ", "7777-7777-7777-7777"
TOLD = """
import io
from django.core.files.base import ContentFile
from PIL import Image
from panels.experiences import moderating, pictures, telling
from panels.models import Experience, StoriesIndexPage
from people.models import User
from website.models import HomePage
if not StoriesIndexPage.objects.exists():
    HomePage.objects.get().add_child(instance=StoriesIndexPage(title="What people told us", slug="what-people-told-us"))
draft, _passphrase = telling.begin()
telling.write(draft, {"happened": marker + ". As it was.", "helped": marker + "!"})
photo = io.BytesIO()
Image.new("RGB", (60, 90), "white").save(photo, "PNG")
[picture] = pictures.add(draft, ContentFile(photo.getvalue()), marker)
telling.submit(telling.agree(draft, ["publish", "contact"], email="gone@example.com"))
Experience.objects.filter(pk=draft.pk).update(reference=reference, passphrase_digest=telling._digest(passphrase))
uma, ola = [User.objects.get(email=f"{name}@demo.example") for name in ["uma", "ola"]]
row = moderating.take(Experience.objects.get(reference=reference), by=uma)
moderating.show_pictures(row, {picture.key: marker + " in a picture."}, by=uma)
moderating.prepare(row, {"happened": marker + ". As it is shown."}, note=marker, by=uma)
moderating.publish(row, by=ola)
"""


def files(platform) -> list[Path]:
    """All that the platform writes: database with its log, mail, pictures, receipts, its own log."""
    database = Path(platform.database.removeprefix("sqlite:///"))
    beside = [] if prepared.on_postgres() else database.parent.glob(f"{database.name}*")
    return [file for file in [*platform.var.rglob("*"), *beside] if file.is_file()]


def holding(platform) -> set[str]:
    """Those in which one of the words stands."""
    ends = [word[3:].encode() for word in WORDS]
    return {file.name for file in files(platform) if any(end in file.read_bytes().lower() for end in ends)}


def told(page: Page, address: str) -> tuple[int, str]:
    """What is answered to whoever asks, without a browser's own cache."""
    answer = page.request.get(address)
    return answer.status, answer.body().decode(errors="replace")


def test_what_is_withdrawn_is_in_no_file_any_more(device, platform):
    platform.run(TOLD, marker=MARKER, reference=REFERENCE, passphrase=PASSPHRASE)
    anybody, rae = device("desk"), device("phone")
    search = f"/what-people-told-us/?words={WORDS[0]}"
    lists = ["/what-people-told-us/", "/stories/feed/", "/sitemap.xml", "/api/v1/stories", f"/api/v1/stories?words={WORDS[0]}"]
    anybody.goto(search)
    with anybody.expect_navigation():
        anybody.get_by_role("link", name=re.compile("^Story [0-9]{6}$")).click()
    expect(anybody.get_by_text(f"{MARKER}. As it is shown.")).to_be_visible()
    path = anybody.url
    number = path.rstrip("/").rpartition("/")[2]
    picture = anybody.get_by_alt_text(f"{MARKER} in a picture.").get_attribute("src")
    alone = [path, picture, f"/api/v1/stories/{number}"]
    assert {address: told(anybody, address)[0] for address in alone} == dict.fromkeys(alone, 200)
    assert not [address for address in lists if number not in told(anybody, address)[1]]
    assert prepared.on_postgres() or holding(platform)

    rae.goto(f"/be-heard/open/{REFERENCE}/{PASSPHRASE}/")
    rae.get_by_role("link", name="Take it back", exact=True).click()
    press(rae, "Take it back now")
    expect(rae.get_by_role("heading", name="Taken back. It is gone.")).to_be_visible()

    assert {address: told(anybody, address)[0] for address in alone} == dict.fromkeys(alone, 404)
    for status, text in [told(anybody, address) for address in lists]:
        assert status == 200 and number not in text and MARKER not in text
    anybody.goto(search)
    expect(anybody.get_by_role("heading", name="0 stories fit")).to_be_visible()
    assert holding(platform) == set()
