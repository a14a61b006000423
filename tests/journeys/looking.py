"""What every page must be like: axe's rules, and what axe does not ask."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE = (OURS if OURS.exists() else Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
RUN = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false});
  return found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
SHAPE = """() => {
  const faults = [];
  const say = (isFault, text) => { if (isFault) faults.push(text); };
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((each) => each.checkVisibility());
  const levels = headings.map((each) => Number(each.tagName[1]));
  say(document.querySelectorAll("h1").length !== 1, `${document.querySelectorAll("h1").length} h1`);
  say(!document.documentElement.lang, "no language");
  say(!document.title.trim(), "no title");
  say(document.querySelectorAll("main").length !== 1, "not one main");
  say(!document.querySelector("body > header"), "no header");
  levels.forEach((level, at) => {
    say(at && level > levels[at - 1] + 1, `h${levels[at - 1]} then h${level}: ${headings[at].innerText}`);
  });
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  say(new Set(ids).size !== ids.length, `the same id twice: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`);
  return faults;
}"""
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 1);
  return [`scrolls sideways at ${width}: ${wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).join(" | ")}`];
}"""


def axe_findings(page: Page, rules: dict = RULES) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(RUN, rules)


SIZES = [(1280, 900), (390, 844), (320, 700)]  # a desk, a phone, and what is left of a desk at 400 per cent (WCAG 1.4.10)


def faults(page: Page, *, ours: bool = True) -> list[str]:
    """Everything that is wrong with the page as it stands, at every width, light and dark. `ours=False`: axe alone."""
    page.wait_for_load_state()
    found = page.evaluate(SHAPE) if ours else []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [f"{width} dark {each}" for each in axe_findings(page, CONTRAST)]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found += page.evaluate(OVERFLOW) + [f"{width} {each}" for each in axe_findings(page)]
    return found


class Look:
    """Looks at pages one after the other and keeps what is wrong with them, and which addresses they had."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.names: set[str] = set()

    def at(self, page: Page, what: str = "", *, ours: bool = True) -> None:
        """The page as it stands. `ours=False` where another project drew what is on it."""
        path = urlsplit(page.url).path
        with suppress(Resolver404):
            self.names.add(resolve(path).view_name or path)
        self.found += [f"{path} {what}: {fault}" for fault in faults(page, ours=ours)]

    def open(self, page: Page, path: str, what: str = "") -> None:
        page.goto(path)
        self.at(page, what)
