"""Kit runs panels: a campaign from its draft to an offer, and who was at a meeting. With JavaScript, without, and by keyboard."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import addresses, keyboard
from tests.journeys.learner import press

pytestmark = pytest.mark.journey
DESK = "/coordinate/"
READ = re.compile(r"^Read \d+ applications?$")
PANEL = "Disabled People’s Panel"  # with a dozen to read


@pytest.fixture
def kit(signed_in):
    return signed_in("kit")


def follow(page, name, *, within=None, exact=False):
    """A link to another page."""
    with page.expect_navigation():
        (within or page).get_by_role("link", name=name, exact=exact).first.click()


def fill_day(page, legend, day):
    group = page.get_by_role("group", name=legend)
    for part, text in [("Day", day.day), ("Month", day.strftime("%B")), ("Year", day.year)]:
        group.get_by_label(part, exact=True).fill(str(text))


def to_read(page):
    """The reference of the application on the page."""
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Application ")


def read_the_next(page):
    page.goto(DESK)
    page.get_by_role("listitem").filter(has_text=PANEL).get_by_role("link", name=READ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Application ")


def write_campaign(page, panel, title):
    page.goto(DESK)
    follow(page, re.compile(rf"^Write a campaign\W+{panel}"))
    press(page, "Save as a draft")
    expect(page.get_by_role("alert")).to_contain_text("Say who you are looking for")
    page.get_by_label("Title").fill(title)
    page.get_by_label("In one or two sentences").fill("Bring what you know to the people who plan.")
    page.get_by_label("What a member does").fill("Look at plans while they can still be changed.")
    page.get_by_label("Who you are looking for").fill("Anybody who lives, works or studies here.")
    for label, text in [("Pay", "£82.50 for each meeting"), ("Time", "5 hours a month"), ("Where", "Online"), ("Seats", "2")]:
        page.get_by_label(label, exact=True).fill(text)
    today = date.today()
    for legend, ahead in [
        ("Day it opens", 0),
        ("Day it closes", 21),
        ("Day by which people hear", 35),
        ("Day the term starts", 60),
    ]:
        fill_day(page, legend, today + timedelta(days=ahead))
    page.get_by_label("Time it opens").fill("00:01")
    page.get_by_label("Criterion 1").fill("Listens to others")
    page.get_by_label("Question 1").fill("Why would you like to join?")
    press(page, "Add another question")
    assert page.get_by_label("Criterion 1").input_value() == "Listens to others"
    page.get_by_label("Question 4").fill("What would you change first?")
    press(page, "Save as a draft")
    expect(page.get_by_text("Nobody else sees it yet")).to_be_visible()


def open_campaign(page, title):
    follow(page, "See it as the public will")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_text("This is a preview")).to_be_visible()
    follow(page, "Back to the campaign")
    follow(page, "Open it", exact=True)
    press(page, "Open it to everybody")
    expect(page.get_by_text("It is published")).to_be_visible()


def decide(page, mail):
    """Shortlist, undo, shortlist again; turn the next one down; offer the first a place."""
    read_the_next(page)
    chosen = to_read(page)
    press(page, "Shortlist", exact=True)
    expect(page.get_by_text(f"{chosen} is on the shortlist.")).to_be_in_viewport()
    press(page, "Undo")
    assert to_read(page) == chosen
    press(page, "Shortlist", exact=True)
    declined = to_read(page)
    press(page, "Show name and address")
    address = re.search(r"\S+@people\.example", page.locator("#contact").inner_text())[0]
    follow(page, "Turn down, with feedback")
    feedback = f"You know your subject, {declined}. Say more about others."
    page.get_by_label("What would help this person next time?").fill(feedback)
    press(page, "Turn down and send the feedback")
    expect(page.get_by_text(f"We have written to {declined}")).to_be_visible()
    assert feedback in mail(address, declined)
    follow(page, "Applications", exact=True)
    follow(page, "Shortlisted")
    follow(page, chosen)
    follow(page, "Offer a place")
    press(page, "Offer the place")
    expect(page.get_by_text(f"We have written to {chosen} and offered a place")).to_be_visible()
    expect(page.get_by_role("link", name="Take the offer back")).to_be_visible()


def note_attendance(page, panel):
    page.goto(DESK)
    follow(page, re.compile(rf"^Meetings\W+{panel}"))
    follow(page, "Plan a meeting")
    fill_day(page, "Day", date.today() - timedelta(days=1))
    page.get_by_label("From").fill("5.30 pm")
    page.get_by_label("To", exact=True).fill("noon")
    page.get_by_label("Where").fill("Town hall")
    press(page, "Plan it")
    expect(page.get_by_role("alert")).to_contain_text("It must end after it starts")
    page.get_by_label("To", exact=True).fill("8 pm")
    press(page, "Plan it")
    with page.expect_navigation():
        page.locator("section", has=page.get_by_role("heading", name="Note who was there")).get_by_role("link").first.click()
    press(page, "Save who was there")
    expect(page.get_by_role("alert")).to_contain_text("Tick who was there")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("textbox").first.fill("90")
    page.get_by_role("checkbox").nth(1).check()
    press(page, "Save who was there")
    expect(page.get_by_text("Who was there is noted")).to_be_visible()
    follow(page, "Correct")
    assert page.get_by_role("textbox").first.input_value() == "90"
    assert page.get_by_role("textbox").nth(1).input_value() == "150"


@pytest.mark.parametrize(
    ("kind", "js", "panel"), [("desk", True, "Youth Combined Authority"), ("phone", False, "Women and Girls Panel")]
)
def test_kit_runs_a_campaign_and_notes_who_was_there(device, kit, mail, kind, js, panel):
    page = device(kind, js=js, state=kit)
    title = f"Two seats, {kind}"
    write_campaign(page, panel, title)
    open_campaign(page, title)
    decide(page, mail)
    note_attendance(page, panel)


def test_a_decision_takes_few_keys(device, kit):
    """From the queue to the shortlist and back, without a mouse."""
    page = device("desk", state=kit)
    keys = keyboard.Keyboard(page)
    page.goto(DESK)
    keys.arrive()
    keys.go_to(READ.pattern)
    while PANEL not in page.evaluate("document.activeElement.parentElement.innerText"):
        keys.go_to(READ.pattern)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.arrive()
    expect(page.locator("#reading")).to_be_focused()
    first = to_read(page)
    assert keys.press("Tab")["words"] == "Go to the decision"
    page.keyboard.press("Enter")
    assert keys.press("Tab")["words"] == "Shortlist"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.arrive()
    expect(page.locator("#reading")).to_be_focused()
    assert to_read(page) != first
    assert keys.press("Tab")["words"].startswith("Undo")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.arrive()
    assert to_read(page) == first
    keys.follow("Turn down, with feedback")
    keys.follow("Turn down and send", "button")
    assert "error-summary" in page.evaluate("document.activeElement.className")
    keys.go_to("Write what would help")
    page.keyboard.press("Enter")
    page.keyboard.type("Say more about what you would change.")
    keys.follow("Turn down and send", "button")
    expect(page.get_by_text(f"We have written to {first}")).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


# How it looks -------------------------------------------------------------------------------------


@pytest.fixture
def page(device, kit):
    return device("desk", state=kit)


def refuse(page, look, button):
    """Sent empty."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    look.at(page, "refused")


@pytest.mark.looks
def test_queue_and_campaigns(page, look):
    look.open(page, DESK)
    look.open(page, f"{DESK}campaigns/")
    page.goto(DESK)
    follow(page, "Write a campaign")
    look.at(page)
    refuse(page, look, "Save as a draft")
    write_campaign(page, "Race Equality Panel", "Look at me")
    look.at(page, "draft")
    draft = page.url.partition("#")[0]
    for name in ["revise", "preview", "open", "cancel"]:
        look.open(page, f"{draft}{name}/")
    page.goto(draft)
    open_campaign(page, "Look at me")
    look.at(page, "open")
    for name in ["extend", "close", "applications"]:
        look.open(page, f"{draft}{name}/", "empty")
    page.goto(f"{draft}extend/")
    refuse(page, look, "Move the end")
    page.goto(f"{draft}close/")
    press(page, "Close it now")
    look.open(page, f"{draft}complete/")


@pytest.mark.looks
def test_applications_and_offers(page, look):
    read_the_next(page)
    look.at(page)
    campaign = page.get_by_role("link", name="Applications", exact=True).get_attribute("href").removesuffix("applications/")
    look.open(page, campaign)
    look.open(page, f"{campaign}applications/")
    read_the_next(page)
    press(page, "Show name and address")
    look.at(page, "with the name")
    read_the_next(page)
    chosen = to_read(page)
    press(page, "Shortlist", exact=True)
    look.at(page, "decided")
    follow(page, "Turn down")
    look.at(page)
    refuse(page, look, "Turn down and send")
    look.open(page, f"{campaign}applications/?state=shortlisted")
    follow(page, chosen)
    look.at(page, "shortlisted")
    follow(page, "Offer a place")
    look.at(page)
    press(page, "Offer the place")
    look.at(page, "offered")
    follow(page, "Take the offer back")
    look.at(page)


@pytest.mark.looks
def test_members_and_meetings(page, look):
    page.goto(DESK)
    follow(page, "Members")
    look.at(page)
    follow(page, "Change the role")
    look.at(page)
    follow(page, "End this membership")
    look.at(page)
    page.goto(DESK)
    follow(page, "Meetings")
    look.at(page)
    follow(page, "Plan a meeting")
    look.at(page)
    refuse(page, look, "Plan it")
    for name in ["Move", "Call off", "Correct"]:
        page.goto(DESK)
        follow(page, "Meetings")
        follow(page, name)
        look.at(page, name)


@pytest.mark.looks
def test_who_runs_which_panel(device, look, signed_in):
    page = device("desk", state=signed_in("adi"))
    look.open(page, f"{DESK}people/")
    refuse(page, look, "Put them in charge")
    follow(page, "Release")
    look.at(page)


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.COORDINATOR - names_seen) == []
