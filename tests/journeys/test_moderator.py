"""Uma reads what somebody told and writes what may be shown; Ola decides on it. With and without JavaScript, and by keyboard."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.factories.files import picture
from tests.journeys import addresses, keyboard
from tests.journeys.learner import press

pytestmark = pytest.mark.journey
DESK = "/moderate/"
TOLD = {
    "happened": "On 3 March I sat in the hall for two hours. Nurse Alder told me that the lift was out again.",
    "barrier": "Nobody knew who mends it. I rang 0161 496 0000 and was passed on three times. I was scared to go home.",
    "effect": "I stayed at home for a week.",
    "helped": "A number to ring, on the door of the lift.",
}
SHOWN = "On [date] I sat in the hall for two hours. [name] told me that the lift was out again."
# Told by the same acts as always; the reference is given so that a test finds its own.
TELL = """
from panels.experiences import telling
from panels.models import Experience, Panel, StoriesIndexPage, Theme
from website.models import HomePage
if not StoriesIndexPage.objects.exists():
    HomePage.objects.get().add_child(instance=StoriesIndexPage(title="What people told us", slug="what-people-told-us"))
for reference in references:
    draft, _passphrase = telling.begin()
    panel = Panel.objects.filter(memberships__person__email="mo@demo.example").first()
    telling.write(draft, told, themes=Theme.objects.all()[:2], season="spring", year=2026, panel=panel)
    telling.submit(telling.agree(draft, agreed))
    Experience.objects.filter(pk=draft.pk).update(reference=reference)
"""
PREPARED = """
from panels.experiences import moderating
from panels.models import Experience
from people.models import User
uma = User.objects.get(email="uma@demo.example")
for reference in references:
    row = moderating.take(Experience.objects.get(reference=reference), by=uma)
    moderating.prepare(row, {"happened": shown, "helped": told["helped"]}, note="Is the hall too well known?", by=uma)
"""
KEPT = """
from panels.experiences import moderating
from panels.models import Experience
from people.models import User
ola = User.objects.get(email="ola@demo.example")
for reference in references:
    moderating.keep(Experience.objects.get(reference=reference), by=ola)
"""
# By its row, since it is sent already.
PICTURE = """
import base64
from django.core.files.base import ContentFile
from panels.models import Experience, Picture
row = Picture(experience=Experience.objects.get(reference=reference), digest="0" * 64)
row.file.save("a.jpg", ContentFile(base64.b64decode(content)))
"""


@pytest.fixture
def tell(platform):
    def telling(*references, agreed=("publish", "panel"), prepared=False, kept=False):
        platform.run(TELL, references=references, told=TOLD, agreed=agreed)
        if prepared or kept:
            platform.run(PREPARED, references=references, told=TOLD, shown=SHOWN)
        if kept:
            platform.run(KEPT, references=references)

    return telling


def open_one(page, reference, state=""):
    page.goto(f"{DESK}?state={state}")
    with page.expect_navigation():
        page.get_by_role("link", name=reference, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=reference)).to_be_visible()


def box(page, part):
    return page.get_by_label(f"To show of it: {part}")


def prepare(page, reference):
    """Taken, marked, filled, saved on the way to another page, and passed on."""
    open_one(page, reference)
    expect(page.get_by_text(TOLD["effect"])).to_have_count(0)
    press(page, "Take it and read")
    expect(page.locator("mark")).to_have_count(3)
    expect(page.get_by_text("frightened").or_(page.get_by_text("“scared to go home”"))).to_be_visible()
    press(page, re.compile("^Put “.name.”"))
    expect(page.get_by_role("status").filter(has_text="Nothing is saved yet")).to_be_visible()
    expect(box(page, "What happened?")).to_have_value(SHOWN)
    box(page, "What did that do to you?").fill("")
    page.get_by_label("A note to the next moderator").fill("Is the hall too well known?")
    press(page, "Note a concern, or what was done")
    press(page, "Note it")
    expect(box(page, "What happened?")).to_have_value(SHOWN)
    expect(box(page, "What did that do to you?")).to_have_value("")
    press(page, "Pass it on to a second reader")
    expect(page.get_by_text(f"{reference} waits for a second reader now.")).to_be_visible()
    open_one(page, reference)
    expect(page.get_by_text("You prepared this.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish it", exact=True)).to_have_count(0)


def publish(page, reference):
    open_one(page, reference, "prepared")
    expect(page.get_by_text("Is the hall too well known?")).to_be_visible()
    expect(page.locator("del", has_text="Nurse Alder")).to_be_visible()
    expect(page.locator("ins", has_text="[name]")).to_be_visible()
    press(page, "Publish it", exact=True)
    expect(page.get_by_text(f"{reference} is published.")).to_be_visible()
    open_one(page, reference, "published&page=99")  # the last page: the oldest come first
    return page.get_by_role("link", name="See it on the site").get_attribute("href")


@pytest.mark.parametrize(("kind", "js"), [("desk", True), ("phone", False)])
def test_two_moderators_publish_a_story_and_take_it_up_again(device, signed_in, tell, kind, js):
    reference = f"TOLD-{kind.upper()}"
    tell(reference)
    prepare(device(kind, js=js, state=signed_in("uma")), reference)
    ola, anybody = device(kind, js=js, state=signed_in("ola")), device(kind, js=js)
    path = publish(ola, reference)
    assert re.search(r"/what-people-told-us/\d{6}/$", path)
    assert anybody.goto(path).status == 200
    expect(anybody.get_by_text("[name] told me that the lift was out again.")).to_be_visible()
    expect(anybody.get_by_text("Nurse Alder")).to_have_count(0)
    press(ola, "Take it up again")
    expect(box(ola, "What happened?")).to_have_value(SHOWN)
    assert anybody.request.get(path).status == 404


def test_what_one_writes_is_not_lost_to_another(device, signed_in, tell):
    tell("TOLD-TWICE")
    uma, ola = device("desk", state=signed_in("uma")), device("desk", state=signed_in("ola"))
    open_one(uma, "TOLD-TWICE")
    press(uma, "Take it and read")
    open_one(ola, "TOLD-TWICE")
    for page, text in [(ola, "Written by Ola."), (uma, "Written by Uma.")]:
        box(page, "What happened?").fill(text)
        press(page, "Save for now")
    expect(uma.get_by_role("alert")).to_contain_text("This has changed since you opened it")
    expect(box(uma, "What happened?")).to_have_value("Written by Uma.")
    expect(uma.get_by_text("Written by Ola.")).to_be_visible()
    press(uma, "Save for now")
    expect(uma.get_by_text("Saved. Nobody but moderators sees it.")).to_be_visible()


@pytest.mark.looks
def test_by_keyboard_alone(device, signed_in, tell):
    tell("TOLD-KEYS")
    page = device("desk", state=signed_in("uma"))
    keys = keyboard.Keyboard(page)
    page.goto(f"{DESK}?state=received")
    keys.arrive()
    keys.follow("^TOLD-KEYS$")
    keys.follow("^Take it and read", "button")
    keys.follow("^Put “.name.”", "button")
    keys.write("^To show of it: What did that do to you", "I stayed in.")
    keys.follow("^Pass it on", "button")
    expect(page.get_by_text("TOLD-KEYS waits for a second reader now.")).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


# How it looks -------------------------------------------------------------------------------------


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


@pytest.mark.looks
def test_the_desk_while_it_is_read(device, signed_in, look, tell, platform):
    tell("LOOK-READ")
    page = device("desk", state=signed_in("uma"))
    look.open(page, DESK)
    look.open(page, f"{DESK}?state=declined", "empty")
    open_one(page, "LOOK-READ")
    look.at(page, "waiting")
    press(page, "Take it and read")
    look.at(page, "reading")
    press(page, re.compile("^Put “.name.”"))
    look.at(page, "filled")
    address = page.url
    press(page, "Save, and see it as a story")
    look.at(page)
    page.goto(address)
    for box_ in page.get_by_role("textbox").all():
        box_.fill("")
    press(page, "Pass it on to a second reader")
    look.at(page, "refused")
    for name, button in [("concern", "Note it"), ("about", "")]:
        look.open(page, f"{address}{name}/")
        if button:
            page.get_by_role("radio").nth(1).check()
            press(page, button)
            look.at(page, "refused")
    platform.run(PICTURE, reference="LOOK-READ", content=base64.b64encode(picture()).decode())
    look.open(page, f"{address}pictures/")
    page.get_by_label("Picture 1 may be shown").check()
    press(page, "Note it")
    look.at(page, "refused")
    look.open(page, f"{address}decline/")
    press(page, "See what they will read")
    look.at(page, "refused")
    page.get_by_label("Why is it not used?").fill("It is before a court.")
    press(page, "See what they will read")
    look.at(page, "what they read")
    press(page, "Do not use it, and say this")
    page.goto(address)
    look.at(page, "declined")
    press(page, "Show the words as they were told")
    look.at(page)


@pytest.mark.looks
def test_the_desk_of_a_second_reader(device, signed_in, look, tell):
    tell("LOOK-TWO", prepared=True)
    tell("LOOK-KEPT", kept=True)
    page = device("desk", state=signed_in("ola"))
    open_one(page, "LOOK-TWO")
    look.at(page, "second reader")
    follow(page, "Send it back with a note")
    look.at(page)
    press(page, "Send it back with this note")
    look.at(page, "refused")
    open_one(page, "LOOK-KEPT", "kept")
    look.at(page, "kept")


@pytest.mark.looks
def test_what_panels_read(device, signed_in, look, tell):
    tell("LOOK-PANEL", kept=True)
    look.open(device("desk", state=signed_in("mo")), "/memberships/told/")
    look.open(device("desk", state=signed_in("kit")), "/coordinate/told/")


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.MODERATOR - names_seen) == []
