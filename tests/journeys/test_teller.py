"""Rae tells what happened: on a phone without JavaScript, by keyboard alone, with somebody coming, and takes it back."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.files import picture
from tests.journeys import addresses, keyboard, teller
from tests.journeys.applicant import change
from tests.journeys.learner import press
from tests.journeys.teller import WORDS, follow

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("js", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_rae_tells_it_on_a_phone_comes_back_changes_her_mind_and_takes_it_back(device, js):
    phone = device("phone", js=js)
    phone.goto("/be-heard/")
    expect(phone.get_by_role("heading", name="What stays between us, and what cannot")).to_be_visible()
    expect(phone.get_by_role("link", name="116 123")).to_be_visible()
    follow(phone, "Begin")
    press(phone, "Begin")
    expect(phone.get_by_role("alert")).to_contain_text("Choose how you would like to tell it")
    phone.get_by_label("With questions to guide me").check()
    press(phone, "Begin")

    phone.get_by_label("It happened to me").check()
    phone.get_by_label("Season").select_option(label="Summer (June to August)")
    phone.get_by_label("Year").fill("soon")
    press(phone, "Save and go on")
    expect(phone.get_by_role("alert")).to_contain_text("Enter a year from 1900")
    expect(phone.get_by_label("It happened to me")).to_be_checked()
    phone.get_by_label("Year").fill("2025")
    phone.get_by_label("District where it happened").select_option(label="Oldham")
    press(phone, "Save and go on")

    teller.write(phone, WORDS[0])
    phone.get_by_label("Your words").fill(WORDS[1])
    press(phone, "Save and go back")
    expect(phone.get_by_label("Your words")).to_have_value(WORDS[0])
    press(phone, "Save and go on")
    expect(phone.get_by_label("Your words")).to_have_value(WORDS[1])
    press(phone, "Stop here and keep my draft")
    draft = teller.way_back(phone)
    press(phone, "Close it now: others use this device")
    assert phone.goto("/be-heard/words/1/").status == 404

    teller.come_back(phone, draft[0], "0000 0000 0000 0000")
    expect(phone.get_by_role("alert")).to_contain_text("These two open nothing together")
    teller.come_back(phone, draft[0].lower(), draft[1].replace("-", " "))
    expect(phone.get_by_role("heading", name="Check it and send it")).to_be_visible()
    for text in [*WORDS[:2], "Summer 2025", "Oldham", "Nothing yet"]:
        expect(phone.locator("main")).to_contain_text(text)
    follow(phone, change("What would have helped?"))
    phone.get_by_label("Your words").fill(WORDS[4])
    press(phone, "Save my change")
    expect(phone.locator("main")).to_contain_text(WORDS[4])
    follow(phone, change("What may be done with it"))
    assert phone.locator("input[type=checkbox]:checked").count() == 0
    phone.get_by_label("Write to me about it").check()
    phone.get_by_label("Publish it here").check()
    press(phone, "Save my change")
    expect(phone.get_by_role("alert")).to_contain_text("Enter the email address")
    phone.get_by_label("Email address").fill("rae@example.com")
    press(phone, "Save my change")
    press(phone, "Send it")

    expect(phone.get_by_role("heading", name="We have it. Thank you.")).to_be_visible()
    assert teller.way_back(phone) == draft
    other = device("phone", js=js)
    other.goto(f"/be-heard/open/{draft[0]}/{draft[1]}/")
    assert draft[1] not in other.url
    expect(other.get_by_role("heading", name="It waits to be read")).to_be_visible()
    follow(other, change("What may be done with it"))
    other.get_by_label("Publish it here").uncheck()
    press(other, "Save my change")
    expect(other.get_by_text("Saved. It holds from now on.")).to_be_visible()
    with other.expect_download() as coming:
        other.get_by_role("link", name="Download what I told").click()
    assert coming.value.suggested_filename == "your-words.txt"

    follow(other, "Take it back")
    expect(other.get_by_role("heading", name="What goes")).to_be_visible()
    press(other, "Take it back now")
    expect(other.get_by_role("heading", name="Taken back. It is gone.")).to_be_visible()
    assert phone.goto("/be-heard/yours/").status == 404
    expect(phone.get_by_role("heading", name="There is nothing open here")).to_be_visible()


def test_an_older_tab_says_what_the_newer_one_wrote(device):
    page = device("desk")
    teller.begin(page, "Freely")
    press(page, "Save and go on")
    teller.write(page, WORDS[0])
    page.goto("/be-heard/words/1/")
    tab = page.context.new_page()
    tab.goto("/be-heard/words/1/")
    teller.write(tab, WORDS[1])
    page.get_by_label("Your words").fill(WORDS[2])
    press(page, "Save and go on")
    expect(page.get_by_role("alert")).to_contain_text("in another tab")
    expect(page.locator("main")).to_contain_text(WORDS[1])
    expect(page.get_by_label("Your words")).to_have_value(WORDS[2])
    press(page, "Save and go on")
    page.goto("/be-heard/check/")
    expect(page.locator("main")).to_contain_text(WORDS[2])


# Somebody comes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_leave_now_closes_it_and_nothing_is_seen_by_going_back(device, js):
    page = device("phone", js=js)
    teller.begin(page)
    press(page, "Save and go on")
    teller.write(page, WORDS[0])
    page.goto("/be-heard/words/1/")
    page.mouse.wheel(0, 2000)
    expect(page.get_by_role("link", name="Leave now")).to_be_in_viewport()
    follow(page, "Leave now")
    page.wait_for_url("**/accessibility/")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "telling"]
    page.go_back()
    expect(page.get_by_role("heading", name="There is nothing open here")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(WORDS[0])


def test_leave_now_takes_the_page_in_sight_out_of_the_history(device):
    page = device("desk")
    page.goto("/cookies/")
    page.goto("/be-heard/begin/")
    follow(page, "Leave now")
    page.wait_for_url("**/accessibility/")
    page.go_back()
    page.wait_for_url("**/cookies/")


def test_escape_three_times_leaves_and_says_so(device):
    page = device("desk")
    teller.begin(page)
    press(page, "Save and go on")
    page.get_by_label("Your words").fill(WORDS[0])
    page.keyboard.press("Escape")
    expect(page.locator("[data-leave-said]")).to_have_text("Press Escape twice more to leave")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/accessibility/")


# By keyboard, and by whoever looks ----------------------------------------------------------------


@pytest.mark.looks
def test_rae_tells_it_by_keyboard_alone(device):
    page = device("desk")
    keys = keyboard.Keyboard(page)
    page.goto("/be-heard/begin/")
    keys.arrive()
    assert keys.press("Tab")["words"] == "Leave now"
    keys.go_to("Freely|With questions", "input")
    keys.choose("Freely, in one go: one box")
    keys.follow("^Begin$", "button")
    keys.write("Year", "2025")
    keys.follow("Save and go on", "button")
    keys.go_to("Your words", "textarea")
    page.keyboard.type(WORDS[0])
    keys.follow("Save and go on", "button")
    keys.follow("Save and go on", "button")  # no picture
    keys.go_to("Let a panel discuss it", "input")
    assert keys.press("Space")["checked"]
    keys.follow("Save and go on", "button")
    keys.follow("Send it", "button")
    expect(page.get_by_role("heading", name="We have it. Thank you.")).to_be_visible()
    keys.follow("See where it stands")
    keys.follow("^Take it back$")
    keys.follow("Take it back now", "button")
    expect(page.get_by_role("heading", name="Taken back. It is gone.")).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


@pytest.mark.looks
def test_every_page_of_a_teller(device, look):
    page = device("desk")
    look.open(page, "/be-heard/")
    look.open(page, "/be-heard/device/")
    look.open(page, "/be-heard/come-back/")
    press(page, "Open it")
    look.at(page, "refused")
    look.open(page, "/be-heard/begin/")
    press(page, "Begin")
    look.at(page, "refused")
    teller.begin(page)
    look.at(page)
    page.get_by_label("Year").fill("soon")
    press(page, "Save and go on")
    look.at(page, "refused")
    page.get_by_label("Year").fill("2025")
    press(page, "Save and go on")
    look.at(page)
    page.get_by_text("If you do not know where to begin").click()
    page.get_by_label("Your words").fill("x" * 20_001)
    press(page, "Save and go on")
    look.at(page, "too long")
    teller.write_all(page)
    look.at(page)
    page.get_by_label("Write to me about it").check()
    press(page, "Save and go on")
    look.at(page, "refused")
    page.get_by_label("Email address").fill("rae.looks@example.com")
    press(page, "Save and go on")
    look.at(page)
    page.goto("/be-heard/pictures/")
    page.get_by_label("Choose pictures").set_input_files({"name": "none.jpg", "mimeType": "image/jpeg", "buffer": b"none"})
    press(page, "Save and go on")
    look.at(page, "refused")
    page.get_by_label("Choose pictures").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    press(page, "Save and go on")
    look.at(page, "one is kept")
    look.open(page, "/be-heard/check/", "with a picture")
    look.open(page, "/be-heard/keep/", "a draft")
    look.open(page, "/be-heard/begin/", "one is open")
    look.open(page, "/be-heard/take-back/", "a draft")
    page.goto("/be-heard/check/")
    press(page, "Send it")
    look.at(page)
    look.open(page, "/be-heard/yours/")
    look.open(page, "/be-heard/keep/")
    look.open(page, "/be-heard/agree/", "sent")
    look.open(page, "/be-heard/take-back/")
    press(page, "Take it back now")
    look.at(page)
    look.open(page, "/be-heard/yours/", "nothing open")


DECIDE = """
from panels.experiences import moderating, telling
from panels.models import Experience
from people import roles
from people.models import User
def moderator(name):
    user, _made = User.objects.get_or_create(email=f"{name}@looks.example", defaults={"display_name": name})
    roles.grant(user, "moderator")
    return User.objects.get(pk=user.pk)
sent = moderating.take(Experience.objects.get(reference=REFERENCE), by=moderator("first"))
shown = {"happened": "The lift was out, and nobody knew for how long."}
if DECISION == "declined":
    moderating.decline(sent, "It is about a service in another country.", by=moderator("first"))
if DECISION in ("prepared", "kept"):
    sent = moderating.prepare(sent, shown, by=moderator("first"))
if DECISION == "kept":
    moderating.keep(sent, by=moderator("second"))
"""


@pytest.mark.looks
@pytest.mark.parametrize(
    ("decision", "heading"),
    [
        ("reading", "It is being read"),
        ("prepared", "A second person goes over it"),
        ("kept", "It is used, as you agreed"),
        ("declined", "We do not use it"),
    ],
)
def test_where_it_stands_at_each_stage(device, look, platform, decision, heading):
    page = device("desk")
    teller.begin(page, "Freely")
    press(page, "Save and go on")
    teller.write(page, WORDS[0])
    press(page, "Save and go on")  # no picture
    page.get_by_label("Let a panel discuss it").check()
    press(page, "Save and go on")
    press(page, "Send it")
    platform.run(DECIDE, REFERENCE=teller.way_back(page)[0], DECISION=decision)
    page.goto("/be-heard/yours/")
    expect(page.get_by_role("heading", name=re.compile(heading))).to_be_visible()
    look.at(page, decision)


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.TELLER - names_seen) == []
