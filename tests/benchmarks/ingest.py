"""Statements through `learning.completion.record`, without HTTP: single and in fifties, with the queries of one call.

Runs in a process of its own, on the benchmark's database; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from load import asked  # noqa: E402

from learning import completion  # noqa: E402
from learning.lrs import agents, vocabulary  # noqa: E402
from learning.models import ModuleProgress  # noqa: E402

SINGLES, BATCHES, SIZE = 300, 40, 50


def progressed(progress: ModuleProgress) -> dict:
    """A statement that counts and completes nothing."""
    iri = vocabulary.activity_iri(progress.module.activity)
    return {
        "id": str(uuid.uuid4()),
        "actor": agents.account(progress.registration.learner.actor_name),
        "verb": vocabulary.verb("progressed"),
        "object": {"objectType": "Activity", "id": iri},
        "context": {"registration": str(progress.registration.key)},
        "timestamp": timezone.now().isoformat(),
    }


def queries(statements: list[dict]) -> int:
    with CaptureQueriesContext(connection) as captured:
        completion.record(statements)
    return asked(captured)


def timed(name: str, batches: list[list[dict]]) -> dict:
    times = []
    for batch in batches:
        begun = time.perf_counter()
        completion.record(batch)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    count = sum(map(len, batches))
    return {
        "name": name,
        "p50_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[len(times) * 95 // 100], 2),
        "per_second": round(count / (sum(times) / 1000)),
        "queries": queries([batches[0][0] | {"id": str(uuid.uuid4())}] if len(batches[0]) == 1 else fresh(batches[0])),
    }


def fresh(batch: list[dict]) -> list[dict]:
    return [statement | {"id": str(uuid.uuid4())} for statement in batch]


def main() -> None:
    rows = ModuleProgress.objects.filter(status="started").select_related("module", "registration__learner__pseudonym")
    started = list(rows[:SIZE])
    singles = [[progressed(started[number % len(started)])] for number in range(SINGLES)]
    fifties = [[progressed(started[number % len(started)]) for number in range(SIZE)] for _ in range(BATCHES)]
    print(json.dumps([timed("statements, single", singles), timed("statements, in fifties", fifties)]))


main()
