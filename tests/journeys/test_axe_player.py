"""Every step of two modules in every state, conversations too, the result, the certificate, and what stands around them."""

import pytest

from tests.journeys import addresses, learner, posting

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture(scope="module")
def start_of(platform):
    """One account for each test, so that each begins at the beginning."""
    return iter(range(100))


@pytest.fixture
def page(device, mail, start_of):
    page = device("desk")
    learner.sign_up(page, mail, "Max Looks", f"max{next(start_of)}@example.com")
    return page


def look_at_step(page, look):
    """The step unanswered, refused, not right, and right; a conversation until it has ended; then go on."""
    step = page.locator(".where span").last.inner_text()
    look.at(page, step)
    if learner.is_asked(page):
        learner.press(page, "Answer", exact=True)
        look.at(page, f"{step}, refused")
        learner.answer(page, rightly=False)
        look.at(page, f"{step}, not right")
        with page.expect_navigation():
            page.get_by_role("link", name="Answer again").click()
        learner.answer(page)
        look.at(page, f"{step}, right")
    if learner.is_spoken_to(page):
        look_at_conversation(page, look, step)
    learner.go_on(page)


def look_at_conversation(page, look, step):
    """Refused at the beginning, in the middle, and at its ending with all that else could have been said."""
    learner.press(page, "Say this")
    look.at(page, f"{step}, nothing said")
    learner.say(page, learner.shortest_ways()[page.locator(".conversation h2").first.inner_text()][0])
    look.at(page, f"{step}, in the middle")
    learner.press(page, "Begin again")
    learner.talk(page)
    page.locator("summary").last.click()
    look.at(page, f"{step}, at an ending")


@pytest.mark.parametrize("number", [1, 2])
def test_every_step_of_a_module_in_every_state(page, look, number):
    learner.register(page)
    learner.start(page, number)
    while not page.url.endswith("/finish/"):
        look_at_step(page, look)
    look.at(page, "before judging")
    code = learner.finish(page)
    look.at(page)
    page.go_back()
    look.at(page, "passed")
    look.open(page, f"/learning/check/{code}/", "genuine")
    look.open(page, "/home/", "one done")
    look.open(page, "/learning/my/", "one done")
    look.open(page, learner.COURSE, "one done")
    with page.expect_navigation():
        page.locator("ol.modules li h3 a").nth(number - 1).click()
    look.at(page, "done")


def test_all_steps_as_their_author_previews_them(device, signed_in, look):
    page = device("desk", state=signed_in("ed"))
    pages = posting.Sheet(page.request, "/admin/pages/")
    pages.follow(pages.page.select_one("""a[aria-label="Explore child pages of 'LGBTQ+ inclusive cancer care'"]"""))
    module = next(link for link in pages.page.select("a[href$='/edit/']") if "Screening and prevention" in link.text)
    look.open(page, module["href"].replace("/edit/", "/view_draft/"), "all steps")


def test_what_stands_around_the_modules(page, look):
    look.open(page, "/learning/my/", "not registered")
    look.open(page, learner.COURSE, "not registered")
    with page.expect_navigation():
        page.locator("ol.modules li h3 a").first.click()
    look.at(page, "not registered")
    learner.register(page)
    look.at(page, "registered")
    look.open(page, "/learning/my/", "registered")
    learner.start(page)
    look.open(page, learner.COURSE, "begun")
    with page.expect_navigation():
        page.locator("ol.modules li h3 a").first.click()
    look.at(page, "begun")
    look.open(page, "/learning/my/", "begun")


def test_results_that_are_not_there_yet(page, look):
    learner.register(page)
    learner.start(page)
    step = page.url
    page.goto(page.url.replace("/1/", "/finish/"))
    look.at(page, "questions without answer")
    page.goto(step)
    learner.work_through(page, wrongly=3)
    look.at(page, "not enough right, before judging")
    learner.press(page, "Finish this module")
    look.at(page, "not passed")


def test_notes_that_are_too_long_are_refused_and_kept(page, look):
    learner.register(page)
    learner.start(page)
    while page.get_by_role("textbox").count() == 0:
        learner.go_on(page)
    page.get_by_role("textbox").fill("long " * 1200)
    learner.press(page, "Continue to")
    look.at(page, "notes refused")
    assert page.get_by_role("textbox").input_value().startswith("long long")


def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.PLAYER - names_seen) == []
