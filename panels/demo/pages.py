"""Panels and their pages from the readable files in `panels/content/`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from wagtail.models import Page

from panels.blocks import WAITING
from panels.models import Panel, PanelIndexPage, PanelPage
from people.models import Organisation

CONTENT = Path(__file__).resolve().parent.parent / "content"
ORDER = ["women-and-girls", "race-equality", "faith-and-belief", "lgbtq", "disabled-people", "youth", "older-people"]


def load(home: Page) -> dict[str, Panel]:
    """Make or renew every panel and its page. Back come the panels by the names of their files."""
    index = load_index(home)
    return {name: load_panel(index, read(name)) for name in ORDER}


def load_index(home: Page) -> PanelIndexPage:
    index = PanelIndexPage.objects.child_of(home).first() or PanelIndexPage(slug="panels")
    index.title, index.show_in_menus = "Panels", True
    index.summary = "People who know it from their own lives advise public bodies, and ask what was done with the advice."
    index.body = _stream(read("index")["body"])
    is_new = index.pk is None
    _publish(index, home)
    if is_new:
        index.move(home, pos="first-child")  # menus follow the order of pages, and panels come first
        index.refresh_from_db()
    return index


def load_panel(index: PanelIndexPage, facts: dict[str, Any]) -> Panel:
    kind = Organisation.Kind.VOLUNTARY
    facilitator, _is_new = Organisation.objects.get_or_create(name=facts["facilitator"], defaults={"kind": kind})
    known = {"seats": facts["seats"], "facilitator": facilitator}
    panel, _is_new = Panel.objects.update_or_create(name=facts["name"], defaults=known)
    page = PanelPage.objects.filter(panel=panel).first() or PanelPage(panel=panel)
    page.title, page.slug, page.summary = facts["name"], facts["slug"], facts["summary"]
    page.body = _stream(facts["body"])
    page.work = [("topic", topic) for topic in facts["work"]]
    page.advice = [("advice", _advice(given)) for given in facts["advice"]]
    page.joins_next, page.run_by = facts["joins_next"], facts["run_by"].strip()
    page.support = [("fact", fact) for fact in facts["support"]]
    page.questions = [("question", question) for question in facts["questions"]]
    page.related = [("page", found) for slug in facts["related"] for found in Page.objects.filter(slug=slug)]
    _publish(page, index)
    return panel


def _advice(given: dict[str, Any]) -> dict[str, Any]:
    """In the files, days are counted back from the day of loading."""
    answered = given.get("answered")
    return {
        "said": given["said"].strip(),
        "said_on": _ago(given["advised"]),
        "to": given["to"],
        "status": given.get("status", WAITING),
        "did": given.get("did", "").strip(),
        "did_on": None if answered is None else _ago(answered),
    }


def _ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def read(name: str) -> Any:
    return yaml.safe_load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8"))


def _stream(given: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(kind, _native(kind, value)) for block in given for kind, value in block.items()]


def _native(kind: str, value: Any) -> Any:
    return {"level": "h2", **value} if kind == "heading" else value


def _publish(page: Page, parent: Page) -> None:
    if page.pk is None:
        parent.add_child(instance=page)
        parent.refresh_from_db()
    page.save_revision().publish()
