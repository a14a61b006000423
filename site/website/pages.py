"""The pages that every installation begins with, from the readable files in website/content/."""

from __future__ import annotations

import datetime
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from wagtail.models import Page, Site

from learning.models import LearningIndexPage
from panels.experiences import erasing
from panels.models import PanelIndexPage, StoriesIndexPage
from website.models import HomePage, StandardPage

CONTENT = Path(__file__).parent / "content"
STANDARD = ["help", "privacy", "cookies", "accessibility", "figures"]


def load(root: Page | None = None) -> HomePage:
    """Create or refresh the home page and the pages about help and rights. Loading twice makes nothing twice."""
    home = load_home(root or Page.get_first_root_node())
    for name in STANDARD:
        load_standard(home, read(name))
    load_stories(home, read("stories"))
    return home


def load_home(root: Page) -> HomePage:
    facts = read("home")
    home = HomePage.objects.first() or HomePage(slug="front")
    home.title, home.summary = facts["title"], facts["summary"]
    home.hero_title, home.hero_lead, home.hero_button = facts["hero_title"], facts["hero_lead"], facts["hero_button"]
    home.hero_page = PanelIndexPage.objects.first() or LearningIndexPage.objects.first()
    home.body = [("band", band(given)) for given in facts["body"]]
    keep(home, root)
    take_over(home)
    return home


def take_over(home: HomePage) -> None:
    """Make it the root of the site, and remove Wagtail's page of welcome."""
    address = urlsplit(settings.BASE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    known = {"hostname": address.hostname, "port": port, "root_page": home, "site_name": settings.SITE_NAME}
    Site.objects.update_or_create(is_default_site=True, defaults=known)
    for page in home.get_siblings(inclusive=False).filter(slug="home", numchild=0):
        page.specific.delete() if page.specific_class is Page else None


def load_standard(home: HomePage, facts: dict[str, Any]) -> StandardPage:
    page = StandardPage.objects.child_of(home).filter(slug=facts["slug"]).first() or StandardPage(slug=facts["slug"])
    page.title, page.summary, page.show_in_menus = facts["title"], facts["summary"], facts.get("menu", False)
    page.reviewed_on, page.body = facts.get("reviewed"), stream(facts["body"])
    keep(page, home)
    return page


def load_stories(home: HomePage, facts: dict[str, Any]) -> StoriesIndexPage:
    """The list of what people told. Its stories come and go by themselves."""
    page = StoriesIndexPage.objects.first() or StoriesIndexPage(slug=facts["slug"])
    page.title, page.summary, page.intro, page.show_in_menus = facts["title"], facts["summary"], facts["intro"], facts["menu"]
    keep(page, home)
    return page


def keep(page: Page, parent: Page) -> None:
    if page.pk is None:
        parent.add_child(instance=page)
        parent.refresh_from_db()
    page.save_revision().publish()
    page.refresh_from_db()


def read(name: str) -> dict[str, Any]:
    """A content file, with this installation's own name, addresses and settings in it."""
    return yaml.safe_load(Template((CONTENT / f"{name}.yaml").read_text()).substitute(own_words()))


def own_words() -> dict[str, Any]:
    day = datetime.timedelta(days=1).total_seconds()
    return {
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "session_days": int(settings.SESSION_COOKIE_AGE / day),
        "staff_hours": settings.STAFF_SESSION_AGE // 3600,
        "learner_months": settings.RETENTION_LEARNER_MONTHS,
        "application_months": settings.RETENTION_APPLICATION_MONTHS,
        "experience_months": settings.RETENTION_EXPERIENCE_MONTHS,
        "draft_days": erasing.DRAFT_IS_KEPT.days,
        "document_months": settings.RETENTION_DOCUMENT_MONTHS,
        "payment_years": settings.RETENTION_PAYMENT_YEARS,
        "threshold": settings.DISCLOSURE_THRESHOLD,
        "rounding": settings.DISCLOSURE_ROUNDING,
        "share_base": settings.DISCLOSURE_SHARE_BASE,
    }


def band(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "body": stream(given["body"]), "beside": stream(given.get("beside", []))}


def stream(given: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """`- kind: value` in a file is a block of that kind."""
    return [(kind, native(kind, value)) for block in given for kind, value in block.items()]


def native(kind: str, value: Any) -> Any:
    """What is short in a file, as its block wants it."""
    if kind in ("doors", "button"):
        return [linked(door) for door in value] if kind == "doors" else linked(value)
    if kind == "table":
        return {**value, "rows": [{"cells": [str(cell) for cell in row]} for row in value["rows"]]}
    if kind == "numbers":
        return {**value, "numbers": [{**number, "figure": str(number["figure"])} for number in value["numbers"]]}
    if kind == "heading":
        return {"level": "h2", **value}
    return value


def linked(value: dict[str, Any]) -> dict[str, Any]:
    return {**{key: held for key, held in value.items() if key != "address"}, "link": {"page": None, "address": value["address"]}}
