"""Ana applies: on a phone without an account, with one, and without JavaScript. Mo decides what is shown of him."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import addresses, applicant, keyboard, learner
from tests.journeys.applicant import ANSWERS, change, follow
from tests.journeys.learner import press

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_ana_applies_on_a_phone_comes_back_on_another_browser_sends_changes_and_withdraws(device, mail, js):
    email = f"ana.{'js' if js else 'plain'}@example.com"
    phone = device("phone", js=js)
    phone.goto("/panels/")
    follow(phone, "Disabled People’s Panel")
    expect(phone.get_by_role("img", name="A round table with 16 seats")).to_be_visible()
    follow(phone, "Five seats, and one could be yours")
    expect(phone.get_by_text("Open until noon on")).to_be_visible()
    follow(phone, "Start your application")
    press(phone, "Send me my link")
    expect(phone.get_by_role("alert")).to_contain_text("Enter your name")
    phone.get_by_label("Your name").fill("Ana Ó Súilleabháin")
    phone.get_by_label("Email address").fill("ana at home")
    press(phone, "Send me my link")
    expect(phone.get_by_role("alert")).to_contain_text("like name@example.com")
    expect(phone.get_by_label("Your name")).to_have_value("Ana Ó Súilleabháin")
    phone.get_by_label("Email address").fill(email)
    press(phone, "Send me my link")
    expect(phone.get_by_role("heading", name="Check your email")).to_be_visible()

    phone.goto(applicant.link_in(mail(email)))
    assert "/open/" not in phone.url
    follow(phone, "Start with question 1")
    applicant.fill_in(phone, "word " * 203)
    press(phone, "Save and go on")
    expect(phone.get_by_role("alert")).to_contain_text("Take out 3 words")
    expect(phone).to_have_title(re.compile("^Error: "))
    applicant.fill_in(phone, ANSWERS[0])
    press(phone, "Save and come back later")
    expect(phone.get_by_text(email)).to_be_visible()
    left = phone.url
    press(phone, "Close it now")
    expect(phone.get_by_text("Your link opens it again.")).to_be_visible()
    assert phone.goto(left).status == 404
    expect(phone.get_by_role("heading", name="We cannot open this")).to_be_visible()

    desk = device("desk", js=js)
    desk.goto(applicant.link_in(mail(email)))
    expect(desk.get_by_text("Done", exact=True)).to_have_count(1)
    applicant.open_part(desk, 0)
    expect(desk.get_by_label("Your answer")).to_have_value(ANSWERS[0])
    tablet = device("phone", js=js)
    tablet.goto(applicant.link_in(mail(email)))
    applicant.open_part(tablet, 0)
    applicant.fill_in(tablet, "From the tram.")
    press(tablet, "Save and go on")
    press(desk, "Save and go on")
    expect(desk.get_by_role("alert")).to_contain_text("You have changed this answer on another device")
    expect(desk.locator("main")).to_contain_text("From the tram.")
    press(desk, "Save and go on")
    for text in ANSWERS[1:]:
        applicant.fill_in(desk, text)
        press(desk, "Save and go on")
    press(desk, "Save and go on")
    expect(desk.get_by_role("alert")).to_contain_text("Select your district")
    desk.get_by_label("Which district do you live in?").select_option(label="Oldham")
    press(desk, "Save and go on")

    expect(desk.get_by_role("heading", name="Check your answers and send them")).to_be_visible()
    for text in [*ANSWERS, "Oldham", "Ana Ó Súilleabháin"]:
        expect(desk.locator("main")).to_contain_text(text)
    follow(desk, change("What would you change first?"))
    applicant.fill_in(desk, "A bench, and a roof over it.")
    press(desk, "Save and go on")
    expect(desk.locator("main")).to_contain_text("A bench, and a roof over it.")
    press(desk, "Send my application")
    expect(desk.get_by_role("heading", name="We have your application")).to_be_visible()
    assert "You hear from us by" in mail(email, "reached us whole")

    follow(desk, "See or change what I sent")
    follow(desk, change("What would you change first?"))
    applicant.fill_in(desk, "Two benches.")
    press(desk, "Save my change")
    expect(desk.get_by_text("We have noted your change.")).to_be_visible()
    expect(desk.locator("main")).to_contain_text("Two benches.")

    link = applicant.link_in(mail(email, "reached us whole"))
    follow(desk, "Take my application back")
    press(desk, "Take it back")
    expect(desk.get_by_role("heading", name="Taken back. What you wrote is gone.")).to_be_visible()
    assert "Nobody can bring it back" in mail(email, "What you wrote is erased")
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Taken back. What you wrote is gone.")).to_be_visible()


def test_ana_applies_with_her_account(device, signed_in, accounts):
    phone = device("phone", state=signed_in("ana"))
    phone.goto("/panels/older-people/")
    with phone.expect_navigation():
        phone.locator("p.call a").first.click()
    follow(phone, "Start your application")
    expect(phone.locator("main")).to_contain_text(accounts["ana"]["email"])
    expect(phone.locator("main")).to_contain_text(accounts["ana"]["name"])
    press(phone, "Start", exact=True)
    applicant.open_part(phone, 0)
    for text in ANSWERS[:2]:
        applicant.fill_in(phone, text)
        press(phone, "Save and go on")
    phone.get_by_label("Which district do you live in?").select_option(label="Wigan")
    press(phone, "Save and go on")
    press(phone, "Send my application")

    desk = device("desk", state=signed_in("ana"))
    desk.goto("/applications/")
    expect(desk.get_by_text("Sent", exact=True)).to_be_visible()
    follow(desk, "Three seats")
    expect(desk.locator("main")).to_contain_text(ANSWERS[1])
    follow(desk, "Take my application back")
    press(desk, "Take it back")
    desk.goto("/applications/")
    expect(desk.get_by_role("heading", name="My applications")).to_be_visible()
    expect(desk.get_by_text("Sent", exact=True)).to_have_count(0)


def test_somebody_elses_link_shows_nothing_until_one_has_signed_out(device, signed_in, mail):
    applicant.start(device("phone"), "Ana Else", "ana.else@example.com")
    desk = device("desk", state=signed_in("mo"))
    desk.goto(applicant.link_in(mail("ana.else@example.com")))
    expect(desk.get_by_role("heading", name="This link is for somebody else")).to_be_visible()
    expect(desk.locator("main")).not_to_contain_text("Disabled People")


def test_mo_shows_himself_and_takes_it_back_and_a_stranger_sees_it_at_once(device, signed_in, accounts):
    mo, stranger, name = device("phone", state=signed_in("mo")), device("desk"), accounts["mo"]["name"]

    def named() -> bool:
        stranger.goto(applicant.PANEL)
        return stranger.locator(".people").get_by_text(name, exact=True).count() == 1

    assert not named()
    mo.goto("/memberships/")
    expect(mo.get_by_text("Nothing about you is public.")).to_be_visible()
    expect(mo.get_by_role("heading", name="Meetings you were at")).to_be_visible()
    follow(mo, "Choose what is shown")
    mo.get_by_label("My district").check()
    press(mo, "Save", exact=True)
    expect(mo.get_by_role("alert")).to_contain_text("Show your name too, or nothing.")
    mo.get_by_label("My name").check()
    press(mo, "Show me first")
    expect(mo.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert not named()
    press(mo, "Save", exact=True)
    assert named()
    follow(mo, "Choose what is shown")
    mo.get_by_label("My name").uncheck()
    mo.get_by_label("My district").uncheck()
    press(mo, "Save", exact=True)
    assert not named()


@pytest.mark.looks
def test_ana_applies_by_keyboard_alone(device, mail):
    page = device("desk")
    keys = keyboard.Keyboard(page)
    page.goto(applicant.PANEL)
    keys.arrive()
    keys.follow("Five seats")
    keys.follow("Start your application")
    keys.follow("Send me my link", "button")
    keys.judge()
    keys.write("Your name", "Ana Keys")
    keys.write("Email address", "ana.keys@example.com")
    keys.follow("Send me my link", "button")
    page.goto(applicant.link_in(mail("ana.keys@example.com")))
    keys.arrive()
    keys.follow("Why would you like to join")
    for text in ANSWERS:
        keys.go_to("Your answer", "textarea")
        page.keyboard.type(text)
        keys.follow("Save and go on", "button")
    keys.go_to("district", "select")
    page.keyboard.type("Old")
    assert keys.judge()["value"]
    keys.follow("Save and go on", "button")
    keys.follow("Send my application", "button")
    expect(page.get_by_role("heading", name="We have your application")).to_be_visible()
    keys.follow("See or change what I sent")
    keys.follow("Take my application back")
    keys.follow("Take it back", "button")
    expect(page.get_by_role("heading", name="Taken back. What you wrote is gone.")).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


@pytest.mark.looks
def test_every_page_of_an_applicant_without_an_account(device, look, mail):
    page = device("desk")
    page.goto(applicant.PANEL)
    look.open(page, page.locator("p.call a").first.get_attribute("href"))
    look.open(page, page.get_by_role("link", name="Start your application").first.get_attribute("href"))
    press(page, "Send me my link")
    look.at(page, "refused")
    applicant.start(page, "Ana Looks", "ana.looks@example.com")
    look.at(page)
    page.goto(applicant.link_in(mail("ana.looks@example.com")))
    look.at(page, "to do")
    applicant.open_part(page, 0)
    look.at(page)
    applicant.fill_in(page, "word " * 203)
    press(page, "Save and go on")
    look.at(page, "too long")
    applicant.fill_in(page, ANSWERS[0])
    press(page, "Save and come back later")
    look.at(page)
    follow(page, "Go on now after all")
    look.open(page, f"{page.url}check/", "not whole")
    follow(page, change("Your name"))
    look.at(page)
    follow(page, "Your application")
    applicant.answer_all(page)
    look.at(page, "whole")
    follow(page, change("The district you live in"))
    look.at(page)
    page.go_back()
    press(page, "Send my application")
    look.at(page)
    follow(page, "See or change what I sent")
    look.at(page, "sent")
    follow(page, "Take my application back")
    look.at(page)
    press(page, "Close it now: others use this device")
    look.at(page)
    look.open(page, "/applications/cut-short/")
    page.goto(applicant.link_in(mail("ana.looks@example.com")))
    follow(page, "Take my application back")
    press(page, "Take it back")
    look.at(page)
    look.names.add("panels:link")  # it leads on; where it has run out or is somebody else's is looked at below


@pytest.mark.looks
def test_every_page_of_an_applicant_with_an_account_and_of_a_member(device, look, signed_in, mail):
    page = device("desk", state=signed_in("ana"))
    look.open(page, "/applications/", "empty")
    page.goto("/panels/older-people/")
    with page.expect_navigation():
        page.locator("p.call a").first.click()
    follow(page, "Start your application")
    look.at(page, "with an account")
    press(page, "Start", exact=True)
    look.at(page, "with an account")
    look.open(page, "/applications/")
    follow(page, "Three seats")
    follow(page, "Start with question 1")
    applicant.fill_in(page, ANSWERS[0])
    press(page, "Save and come back later")
    follow(page, "Go on now after all")
    follow(page, "Erase what I have written")
    press(page, "Erase it", exact=True)
    look.at(page)

    applicant.start(device("phone"), "Ana Other", "ana.other@example.com")
    look.open(page, applicant.link_in(mail("ana.other@example.com")), "somebody else's")

    page = device("desk", state=signed_in("mo"))
    look.open(page, "/memberships/")
    follow(page, "Choose what is shown")
    look.at(page)
    page.get_by_label("My district").check()
    press(page, "Save", exact=True)
    look.at(page, "refused")
    page.get_by_label("My name").check()
    page.get_by_label("A few words about me").fill("I count kerbs.")
    page.get_by_label("Show these words").check()
    press(page, "Show me first")
    look.at(page, "preview")
    page.goto("/memberships/")
    follow(page, "Leave the panel")
    look.at(page)


def test_ana_is_offered_a_place_makes_an_account_and_accepts(device, look, mail, platform):
    email = "ana.joins@example.com"
    page = device("desk")
    applicant.start(page, "Ana Joins", email)
    page.goto(applicant.link_in(mail(email)))
    applicant.answer_all(page)
    press(page, "Send my application")
    applicant.be_offered_a_place(platform, email)

    page.goto(applicant.link_in(mail(email, "We would like you to join us")))
    look.at(page, "offered")
    follow(page, "Read it and answer")
    expect(page.locator("main")).to_contain_text("To say yes, you need an account")
    look.at(page, "without an account")
    follow(page, "No, thank you: I decline")
    look.at(page)
    follow(page, "Not yet")
    follow(page, "Create an account")
    expect(page.get_by_label("Your name")).to_have_value("Ana Joins")
    expect(page.get_by_label("Email address")).to_have_value(email)
    learner.fill_in_account(page, "Ana Joins", email)
    learner.enter_code(page, mail(email, "Enter this code"))
    expect(page.get_by_role("heading", name="A place for you")).to_be_visible()
    look.at(page, "with an account")
    press(page, "Yes, I accept")
    expect(page.get_by_text("Welcome. You are a member now")).to_be_visible()
    expect(page.get_by_text("Nothing about you is public.")).to_be_visible()
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    expect(page.get_by_role("heading", name="Next meetings")).to_be_visible()
    look.at(page, "a new member")
    page.goto("/applications/")
    follow(page, "Five seats")
    expect(page.get_by_role("heading", name="You are a member")).to_be_visible()


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.PANELS - names_seen) == []
