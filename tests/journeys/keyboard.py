"""A person who has a keyboard and nothing else. At each stop of the focus, it must be seen where it is."""

from __future__ import annotations

import re

from playwright.sync_api import Page

LOOKS = """
  const looks = (each) => [each, each.closest("label"), each.nextElementSibling].filter(Boolean).flatMap((one) =>
    [getComputedStyle(one), getComputedStyle(one, "::before")].map((style) =>
      [style.outlineStyle === "none" ? "none" : style.outlineWidth, style.boxShadow].join(" ")));
"""
AT_REST = f"""() => {{ {LOOKS}
  window.atRest = new Map();
  for (const each of document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]"))
    if (each !== document.activeElement) window.atRest.set(each, looks(each));
}}"""
STOP = f"""() => {{ {LOOKS}
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const now = looks(here);
  const rest = window.atRest.get(here);
  const ringed = now.some((look) => !/^(none|0px) none$/.test(look)) && (!rest || now.join() !== rest.join());
  const label = here.labels?.[0];
  const box = (here.getClientRects()[0] ?? here.getBoundingClientRect());
  // The middle of what is in the window.
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth - 1)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight - 1)) / 2;
  const top = document.elementFromPoint(x, y);
  const seen = top && (here.contains(top) || top.contains(here) && top !== document.body || label?.contains(top));
  const words = (label ?? here).innerText || here.getAttribute("aria-label") || here.value || here.id;
  return {{tag: here.tagName.toLowerCase(), type: here.type ?? "", words: words.replace(/\\s+/g, " ").trim(), ringed, seen,
           id: here.id, checked: Boolean(here.checked), value: here.value ?? ""}};
}}"""
LONGEST_WAY = 90  # stops


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def arrive(self) -> None:
        """On a new page: remember what everything looks like without the focus."""
        self.page.wait_for_load_state()
        self.page.evaluate(AT_REST)

    def press(self, key: str) -> dict | None:
        self.page.keyboard.press(key)
        return self.judge()

    def judge(self) -> dict | None:
        """Where the focus is, and whether one can see it."""
        stop = self.where()
        if stop and not (stop["ringed"] and stop["seen"]):
            self.faults.append(f"{self.page.url}: {stop}")
        return stop

    def where(self) -> dict | None:
        """Where the focus is, once the page has scrolled there."""
        stop = self.page.evaluate(STOP)
        for _moment in range(10):
            if not stop or stop["seen"]:
                break
            self.page.wait_for_timeout(100)
            stop = self.page.evaluate(STOP)
        return stop

    def go_to(self, words: str, tag: str = "", key: str = "Tab") -> dict:
        """Tab (or Shift+Tab) until the focus is on something called that."""
        met = []
        for _step in range(LONGEST_WAY):
            stop = self.press(key)
            if stop and re.search(words, stop["words"]) and tag in stop["tag"]:
                return stop
            met.append(stop and stop["words"])
        raise AssertionError(f"{self.page.url}: {key} never came to {words!r}, only to {met}")

    def follow(self, words: str, tag: str = "", key: str = "Enter") -> None:
        """Go to a link or button and press it."""
        self.go_to(words, tag)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.arrive()

    def write(self, words: str, text: str) -> None:
        """Into the field of that name, over what stands there."""
        self.go_to(words)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, text: str) -> None:
        """A radio of the group that the focus is in, by arrows."""
        for _step in range(12):
            stop = self.press("ArrowDown")
            if stop["words"] == text:
                assert stop["checked"], stop
                return
        raise AssertionError(f"no arrow leads to {text!r}")
