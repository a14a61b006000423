"""The page of figures with 1,000,000 completed modules, in a database made for it and dropped afterwards.

    DATABASE_URL=postgres://… python tests/benchmarks/figures.py [--keep] > figures.json

30 organisations of very different size, 8 staff groups, 5 courses of 8 modules, 24 months. Prints JSON: milliseconds
of the whole request by the test client (median, 95th percentile), of `statistics.summary`, and of its queries.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from learning import counts, cubes, periods, statistics, views_statistics  # noqa: E402
from learning.models import CoursePage, LearningIndexPage, ModulePage, MonthlyCount  # noqa: E402
from people.models import Organisation, StaffGroup, User  # noqa: E402

COMPLETIONS, ORGANISATIONS, GROUPS, COURSES, MODULES, MONTHS, ROUNDS = 1_000_000, 30, 8, 5, 8, 24, 30


def make() -> CoursePage:
    chance = random.Random(2026)
    organisations = [
        Organisation.objects.create(name=f"Organisation {number}", kind="nhs_trust") for number in range(ORGANISATIONS)
    ]
    groups = [StaffGroup.objects.create(name=f"Staff group {number}", position=number) for number in range(GROUPS)]
    home = Page.objects.filter(depth=2).first()
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": home, "port": 80})
    index = home.add_child(instance=LearningIndexPage(title="Learning", slug="learning"))
    courses = []
    for number in range(COURSES):
        course = index.add_child(instance=CoursePage(title=f"Course {number}", slug=f"c{number}", lead="Lead"))
        courses.append((course, [course.add_child(instance=_module(module)) for module in range(MODULES)]))
    counts.add(_events(chance, courses, organisations, groups))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return courses[0][0]


def _module(number: int) -> ModulePage:
    return ModulePage(title=f"Module {number}", slug=f"m{number}", is_outline=True)


def _events(chance: random.Random, courses, organisations, groups) -> Iterator[counts.Event]:
    """Zipf by organisation, even by staff group and month; a seventh of the starts is never finished."""
    weight = sum(1 / rank for rank in range(1, ORGANISATIONS + 1))
    each = COMPLETIONS / (COURSES * MODULES * GROUPS * MONTHS * weight)
    month = timezone.localdate().replace(day=1)
    for back in range(MONTHS):
        first = periods.months_before(month, back)
        at = datetime(first.year, first.month, 9, 12, tzinfo=UTC)
        for rank, organisation in enumerate(organisations, start=1):
            for group in groups:
                for course, modules in courses:
                    for page in (course, *modules):
                        done = int(each / rank + chance.random())
                        started = done + int(done / 6 + chance.random())
                        seconds = int(chance.lognormvariate(6.6, 0.5)) * (1 if page is not course else MODULES)
                        yield counts.Event(
                            page.pk, at, organisation.pk, group.pk, registrations=started if page is course else 0,
                            starts=started, completions=done, seconds=seconds,
                        )  # fmt: skip


def measure(work, rounds: int = ROUNDS, before=lambda: None) -> dict[str, float]:
    """`before` is done before each round and not measured."""
    work()
    times = []
    for _round in range(rounds):
        before()
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return {"p50_ms": round(median(times), 1), "p95_ms": round(quantiles(times, n=20)[-1], 1)}


def results(course: CoursePage) -> dict:
    offered = statistics.offer()
    user = User.objects.create_superuser("bench@example.com", "x", display_name="Bench")
    client = Client()
    client.force_login(user)
    request = RequestFactory().get("/learning/figures/", {"course": course.activity})
    request.user, request.session = user, client.session
    counted = MonthlyCount.objects.filter(organisation=0, staff_group=0, page__in=ModulePage.objects.all())
    year, always = (statistics.Question(course=course, period=offered.periods[number]) for number in (0, -1))
    one = statistics.Question(course=course, period=offered.periods[0], organisation=next(iter(offered.organisations.values())))
    answers = {"year": year, "all_time": always, "one_organisation": one}
    statistics.summary(offered, year)
    with CaptureQueriesContext(connection) as captured:
        views_statistics.figures(request)
    return {
        "database": connection.vendor,
        "completions_of_modules": sum(counted.values_list("completions", flat=True)),
        "rows_of_the_roll_up": MonthlyCount.objects.count(),
        "queries_of_the_view": len(captured),
        "page": measure(lambda: views_statistics.figures(request)),
        "page_when_one_module_has_changed": measure(lambda: views_statistics.figures(request), before=lambda: _change(course)),
        "page_when_everything_has_changed": measure(lambda: views_statistics.figures(request), 10, before=cubes.forget),
        **{f"summary_{name}": measure(lambda asked=asked: statistics.summary(offered, asked)) for name, asked in answers.items()},
    }


def _change(course: CoursePage) -> None:
    """Somebody has completed a module, as nearly always between two looks at a busy installation."""
    cell = MonthlyCount.objects.filter(page__in=ModulePage.objects.child_of(course)).exclude(organisation=0).first()
    at = datetime(cell.month.year, cell.month.month, 9, 12, tzinfo=UTC)
    counts.add([counts.Event(cell.page_id, at, cell.organisation, cell.staff_group or 1, completions=1, seconds=600)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    arguments = parser.parse_args()
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(results(make()), indent=1))
    finally:
        if not arguments.keep:
            connection.close()
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
