"""More than a demonstration shows: a thousand published stories, a thousand experiences that wait, two hundred applicants.

Experiences are written at once and not by their acts, which would take minutes; their pages are made as always.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from core import codes
from panels import themes
from panels.experiences import agreeing, publishing
from panels.models import Agreement, Experience, Passage, StoriesIndexPage, Theme
from people import demo
from people.models import District, User
from website.models import HomePage

SHARE = float(os.environ.get("BENCH_SHARE", "1"))  # of the sizes that are measured in earnest
STORIES, WAITING, APPLICATIONS = (round(number * SHARE) for number in (1_000, 1_000, 200))
Kind, Status = Passage.Kind, Experience.Status
OFTEN = ["waited", "letter", "asked", "desk", "bus", "form", "hour", "nobody", "door", "name", "again", "phone"]
SELDOM = "lantern"  # stands in one of fifty
CHANCE, NUMBERS = random.Random(2026), count()


def stories() -> None:
    """Published, below the list of stories that there is, or a new one."""
    if not StoriesIndexPage.objects.exists():
        HomePage.objects.get().add_child(instance=StoriesIndexPage(title="What people told us", slug="stories"))
    for experience in tell(STORIES, Status.PUBLISHED):
        with transaction.atomic():  # each: Wagtail's index slows down with every row that one transaction writes anew
            publishing.make(experience)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tell(number: int, status: str) -> list[Experience]:
    """With all five parts, two themes and two agreements each."""
    themes.load()
    districts, known = list(District.objects.all()), list(Theme.objects.all())
    made = Experience.objects.bulk_create(_experience(status, districts) for _ in range(number))
    Passage.objects.bulk_create([passage for each in made for passage in _passages(each)], batch_size=1000)
    version = agreeing.PURPOSES["publish"].version
    given = [(each, purpose) for each in made for purpose in ["publish", "district"]]
    Agreement.objects.bulk_create(Agreement(experience=row, purpose=name, wording_version=version) for row, name in given)
    about = Experience.themes.through
    chosen = [(each, theme) for each in made for theme in CHANCE.sample(known, 2)]
    about.objects.bulk_create(about(experience=each, theme=theme) for each, theme in chosen)
    return made


def _experience(status: str, districts: list[District]) -> Experience:
    sent = timezone.now() - timedelta(minutes=CHANCE.randrange(60 * 24 * 300))
    place = {"district": CHANCE.choice(districts), "season": "summer", "year": 2026}
    return Experience(reference=codes.new(2), status=status, submitted_at=sent, began_at=sent, whose="own", **place)


def _passages(experience: Experience) -> list[Passage]:
    texts = {kind: _text() for kind in Kind}
    return [
        Passage(experience=experience, kind=kind, position=place, words=text, shown=text)
        for place, (kind, text) in enumerate(texts.items())
    ]


def _text() -> str:
    """About sixty words."""
    seldom = f" {SELDOM}" if CHANCE.random() < 1 / 250 else ""
    return " ".join(CHANCE.choices(OFTEN, k=60)) + seldom


def people(number: int) -> list[User]:
    run = codes.new_secret()[:8].lower()
    with transaction.atomic():
        return [demo.account("M Bench", f"m{next(NUMBERS)}-{run}@people.example", None) for _ in range(number)]
