"""What a page costs somebody who pays for each megabyte: everything that a browser with an empty cache fetches for it."""

import pytest

from tests.journeys import learner

pytestmark = [pytest.mark.journey, pytest.mark.looks]
PAGE, FONTS, OWN_WORDS, EXTENDED = 100_000, 40_000, 95_000, 20_000  # bytes as they are sent (docs/performance.md)
WORDS = ".voice, .said, .own-words, .cert .name"  # what a person said or is called, in a typeface of its own
MODULE = f"{learner.COURSE}why-inclusion-matters-in-cancer-care/"
NAME = "Łucja Żółkiewska"  # letters of the extended face


@pytest.fixture
def weigh(device):
    """`weigh(path, state)`: bytes of the fonts that are fetched for an extended letter, once the rest is light enough."""

    def fetched(path, state=None):
        page, sizes = device("phone", state=state), {}
        page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
        page.goto(path, wait_until="networkidle")
        fonts = {url: size for url, size in sizes.items() if url.endswith(".woff2")}
        extended = sum(size for url, size in fonts.items() if "-latin-ext-" in url)
        rest = sum(sizes.values()) - sum(fonts.values())
        assert 0 < rest < PAGE, page.url
        assert 0 < sum(fonts.values()) - extended <= (OWN_WORDS if page.locator(WORDS).count() else FONTS), page.url
        return extended

    return fetched


@pytest.mark.parametrize("path", ["/", "/panels/", "/panels/disabled-people/", "/learning/", learner.COURSE, MODULE])
def test_a_page_that_anybody_reads_is_light(weigh, path):
    assert weigh(path) == 0


def test_the_figures_are_light(weigh, signed_in):
    assert weigh("/learning/figures/", signed_in("val")) == 0


def test_what_a_learner_sees_is_light_and_a_name_may_bring_the_extended_face(device, mail, weigh):
    page = device("phone")
    learner.sign_up(page, mail, NAME, "lucja@example.com")
    learner.register(page)
    learner.start(page)
    paths = [page.url]
    while not page.url.endswith("/finish/"):
        if page.get_by_role("textbox").count():
            page.get_by_role("textbox").fill("Our form asks for a husband or wife.")
            paths.append(page.url)
        if learner.is_asked(page):
            learner.answer(page)
        elif learner.is_spoken_to(page):
            learner.talk(page)
        learner.go_on(page)
    learner.finish(page)
    paths.append(page.url)
    state = page.context.storage_state()
    assert [weigh(path, state) for path in paths] == [0, 0, 0]  # a step, one with a reflection, the certificate
    assert 0 < weigh("/learning/my/", state) <= EXTENDED  # which greets by name
