"""A learner who posts the forms of the pages as they stand, in the cookies of a browser: quicker, where nobody looks."""

from __future__ import annotations

from urllib.parse import urldefrag, urlencode, urljoin

from bs4 import BeautifulSoup, Tag
from playwright.sync_api import APIRequestContext, APIResponse

from tests.journeys import learner

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sheet:
    """A page without a browser: `Sheet(page.request, address)` shares the browser's cookies."""

    def __init__(self, ask: APIRequestContext, address: str) -> None:
        self.ask = ask
        self._arrive(ask.get(address))

    def _arrive(self, answer: APIResponse) -> None:
        assert answer.ok, f"{answer.url} says {answer.status}"
        self.address = answer.url
        self.page = BeautifulSoup(answer.text(), "html.parser")

    def text(self, selector: str) -> str:
        return " ".join(self.page.select_one(selector).text.split())

    def button(self, words: str) -> Tag | None:
        return next((each for each in self.page.select("main button") if words in each.text), None)

    def follow(self, link: Tag) -> None:
        self._arrive(self.ask.get(urljoin(self.address, link["href"])))

    def press(self, words: str, *chosen: str) -> None:
        """Send the form of this button, with what is hidden in it and these labels ticked."""
        button = self.button(words)
        assert button, f"{self.address} has no {words!r}"
        form = button.find_parent("form")
        fields = [(each["name"], each["value"]) for each in form.select("input[type=hidden]")]
        fields += [(each["name"], each.text) for each in form.select("textarea")]
        fields += [self._ticked(form, label) for label in chosen]
        fields += [(button["name"], button["value"])] if button.get("name") else []
        to = urljoin(urldefrag(self.address).url, form.get("action", ""))
        self._arrive(self.ask.post(to, data=urlencode(fields), headers=FORM))

    def _ticked(self, form: Tag, label: str) -> tuple[str, str]:
        field = next(each for each in form.select("label.choice") if each.text.strip() == label).select_one("input")
        return field["name"], field["value"]


def start(ask: APIRequestContext, number: int) -> Sheet:
    sheet = Sheet(ask, learner.COURSE)
    sheet.follow(sheet.page.select("ol.modules li h3 a")[number - 1])
    sheet.press("Start this module")
    return sheet


def work_through(sheet: Sheet) -> None:
    """From the first step to the end of a module, answering rightly and speaking until each conversation ends."""
    while not sheet.address.endswith("/finish/"):
        if sheet.button("Say this"):
            _talk(sheet)
        elif sheet.page.select_one("legend.legend"):
            sheet.press("Answer", *_right_answers(sheet))
        sheet.press("Continue to")
    sheet.press("Finish this module")


def _right_answers(sheet: Sheet) -> list[str]:
    """From the teaching; of a module that an author of another journey has added, the first."""
    known = learner.questions().get((sheet.text("h1"), sheet.text("legend.legend")))
    if not known:
        return [sheet.text("label.choice")]
    return [each["text"] for each in known if each["correct"]]


def _talk(sheet: Sheet) -> None:
    known = iter(learner.shortest_ways().get(sheet.text(".conversation h2"), []))
    while sheet.button("Say this"):
        choice = next(known, None)
        sheet.press("Say this", choice["says"] if choice else sheet.text("label.choice"))
