"""Somebody learns all seven modules, without JavaScript: the first on a phone in full, the others by the same forms."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import learner, posting

pytestmark = pytest.mark.journey
NUMBER = re.compile(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2}\b")


def come_to_the_conversation(page):
    while not learner.is_spoken_to(page):
        if learner.is_asked(page):
            learner.answer(page)
        learner.go_on(page)


def test_a_learner_speaks_hears_goes_back_and_finds_one_ending_and_another(device, mail):
    phone = device("phone", js=False)
    learner.sign_up(phone, mail, "Wyn Whole", "wyn@example.com")
    learner.register(phone)
    learner.start(phone)
    come_to_the_conversation(phone)
    said = phone.locator(".talk .said")
    first = said.first.inner_text()

    learner.press(phone, "Say this")
    expect(phone.get_by_role("alert")).to_contain_text("Choose what to say")
    expect(phone.get_by_role("button", name="Continue to")).to_have_count(0)
    guess, mend = learner.shortest_ways()["Who will be there tonight?"]
    learner.say(phone, guess)
    expect(said).to_have_count(3)  # the person, the learner, the person again
    learner.press(phone, "Take back my last words")
    expect(said).to_have_text([first])
    learner.say(phone, guess)
    learner.say(phone, mend)
    expect(phone.get_by_text("You found 1 of 3 endings")).to_be_visible()
    phone.locator("summary", has_text="What else you could have said").click()
    expect(phone.get_by_text("“I’m sorry, I guessed.")).to_be_visible()

    learner.press(phone, "Take back my last words")
    phone.get_by_label("“So nobody is at home? Then you may have to stay in.”").check()
    learner.press(phone, "Say this")
    expect(phone.get_by_text("You found 2 of 3 endings")).to_be_visible()
    learner.press(phone, "Begin again")
    expect(said).to_have_text([first])
    learner.go_on(phone)  # an ending that was found once is enough
    learner.work_through(phone)
    learner.finish(phone)


def test_after_all_modules_a_stranger_may_check_the_certificate_of_the_course(device, mail):
    phone = device("phone", js=False)
    learner.sign_up(phone, mail, "Wyn Whole", "wyn.all@example.com")
    learner.register(phone)
    modules = phone.locator("ol.modules li h3 a").count()
    assert modules >= 7
    for number in range(1, modules + 1):
        sheet = posting.start(phone.request, number)
        posting.work_through(sheet)
        assert "Well done" in sheet.text("h1")

    phone.goto(sheet.address)
    learner.follow(phone, "Certificate of the whole course")
    paper = phone.locator("main").inner_text()
    assert "Wyn Whole" in paper and "LGBTQ+ inclusive cancer care" in paper
    number = NUMBER.search(paper).group()
    assert mail("wyn.all@example.com", number)

    stranger = device("phone", js=False)
    stranger.goto(f"/learning/check/{number}/")
    expect(stranger.get_by_role("heading", name="This certificate is genuine")).to_be_visible()
    expect(stranger.locator("main")).to_contain_text("Wyn Whole")
    expect(stranger.locator("main")).to_contain_text("LGBTQ+ inclusive cancer care")
