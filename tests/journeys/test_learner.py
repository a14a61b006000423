"""Lee learns: on a phone, then on another machine, with JavaScript and without."""

import io
import re

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys import learner

pytestmark = pytest.mark.journey
NOTE = "The form at our desk asks for a husband or wife. Zażółć 🙂"


def pdf_text(page):
    """The certificate's PDF, fetched with the page's own cookies."""
    address = page.get_by_role("link", name="Open the PDF").get_attribute("href")
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    return "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(answer.body())).pages)


def anybody_can_check(page, code, name):
    page.goto("/learning/check/")
    page.get_by_label("Certificate number").fill(code.lower().replace("-", " "))
    learner.press(page, "Check")
    expect(page.get_by_role("heading", name="This certificate is genuine")).to_be_visible()
    expect(page.locator("main")).to_contain_text(name)


def test_lee_signs_up_on_a_phone_leaves_resumes_at_a_desk_and_gets_a_certificate(device, mail):
    phone = device("phone")
    phone.goto(learner.COURSE)
    phone.get_by_role("link", name="Create an account to start").click()

    learner.fill_in_account(phone, "Lee Ó Súilleabháin", "lee at example", "short")
    summary = phone.get_by_role("alert")
    expect(summary).to_contain_text("like name@example.com")
    expect(summary).to_contain_text("10 characters")
    expect(phone).to_have_title(re.compile("^Error: "))
    expect(phone.get_by_label("Your name")).to_have_value("Lee Ó Súilleabháin")
    expect(phone.get_by_label("Email address")).to_have_value("lee at example")
    expect(phone.get_by_label("Choose a password")).to_have_value("")

    learner.fill_in_account(phone, "Lee Ó Súilleabháin", "lee.phone@example.com")
    phone.get_by_label("The code", exact=True).fill("ZZZZZZ")
    learner.press(phone, "Continue")
    expect(phone.get_by_role("alert")).to_be_visible()
    learner.enter_code(phone, mail("lee.phone@example.com"))
    expect(phone.get_by_role("heading", name="Where do you work?")).to_be_visible()
    learner.press(phone, "Save")
    expect(phone.get_by_role("alert")).to_contain_text("Choose an organisation")
    learner.say_where(phone)
    expect(phone).to_have_url(re.compile(f"{learner.COURSE}$"))
    learner.press(phone, "Register for the course")
    expect(phone.get_by_text("You are registered")).to_be_visible()

    learner.start(phone)
    while not learner.is_asked(phone):
        if phone.get_by_role("textbox").count():
            phone.get_by_role("textbox").fill(NOTE)
        learner.go_on(phone)
    learner.press(phone, "Answer", exact=True)
    expect(phone.get_by_role("alert")).to_contain_text("Choose an answer")
    answers = learner.answer(phone, rightly=False)
    for each in answers:
        expect(phone.locator("main")).to_contain_text(each["feedback"])
    expect(phone.get_by_text("You chose this")).to_be_visible()
    step = phone.locator(".where span").last.inner_text()
    learner.press(phone, "Save and leave")
    expect(phone.get_by_text("You can carry on at the same place")).to_be_visible()

    desk = device("desk")
    desk.goto("/account/login/")
    desk.get_by_label("Email address").fill("lee.phone@example.com")
    desk.get_by_label("Password", exact=True).fill(learner.PASSWORD)
    learner.press(desk, "Sign in", exact=True)
    learner.follow(desk, "Carry on learning")
    expect(desk.get_by_text(re.compile(r"^0 of \d modules done"))).to_be_visible()  # Ed may have added one
    learner.press(desk, "Carry on")
    assert desk.locator(".where span").last.inner_text() == step
    expect(desk.get_by_text("You chose this")).to_be_visible()
    desk.get_by_role("link", name="Step 2").click()
    expect(desk.get_by_role("textbox")).to_have_value(NOTE)
    learner.go_on(desk)
    desk.get_by_role("link", name="Answer again").click()
    learner.work_through(desk)
    code = learner.finish(desk)
    assert "Lee Ó Súilleabháin" in pdf_text(desk)
    assert "Well done, Lee Ó Súilleabháin" in mail("lee.phone@example.com", "certificate")
    desk.goto("/demo/mail/")
    expect(desk.get_by_text("Well done, Lee Ó Súilleabháin").first).to_be_visible()

    anybody_can_check(device("phone"), code, "Lee Ó Súilleabháin")


def test_lee_gets_a_certificate_without_javascript(device, mail):
    phone = device("phone", js=False)
    learner.sign_up(phone, mail, "Lee Plain", "lee.plain@example.com")
    learner.register(phone)
    learner.start(phone)
    while not learner.is_asked(phone):
        if phone.get_by_role("textbox").count():
            phone.get_by_role("textbox").fill(NOTE)
        learner.go_on(phone)
    learner.press(phone, "Answer", exact=True)
    expect(phone.get_by_role("alert")).to_contain_text("Choose an answer")
    learner.answer(phone, rightly=False)
    learner.press(phone, "Save and leave")

    desk = device("desk", js=False)
    desk.goto("/account/login/?next=/learning/my/")
    desk.get_by_label("Email address").fill("lee.plain@example.com")
    desk.get_by_label("Password", exact=True).fill(learner.PASSWORD)
    learner.press(desk, "Sign in", exact=True)
    learner.press(desk, "Carry on")
    expect(desk.get_by_text("You chose this")).to_be_visible()
    learner.work_through(desk, wrongly=1)
    expect(desk.get_by_text("Not yet right")).to_have_count(2)
    learner.press(desk, "Finish this module")
    expect(desk.get_by_role("heading", name="Not yet, and you are close")).to_be_visible()
    desk.get_by_role("listitem").filter(has_text="Not yet right").first.get_by_role("link").click()
    learner.answer(desk)
    desk.goto(desk.url.replace("#feedback", ""))
    learner.work_through(desk)
    code = learner.finish(desk)
    assert "Lee Plain" in pdf_text(desk)
    anybody_can_check(device("desk", js=False), code, "Lee Plain")


def test_a_certificate_number_that_we_do_not_know_is_answered_kindly(desk):
    desk.goto("/learning/check/")
    learner.press(desk, "Check")
    expect(desk.get_by_role("alert")).to_contain_text("Enter a certificate number")
    desk.get_by_label("Certificate number").fill("7F3K-29QD-4M8R")
    learner.press(desk, "Check")
    expect(desk.get_by_role("alert")).to_contain_text("We hold no certificate with this number")
    expect(desk.get_by_label("Certificate number")).to_have_value("7F3K-29QD-4M8R")
