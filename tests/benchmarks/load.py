"""Asking a server for pages from one or more clients, and what that cost it."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psutil

Ask = tuple[str, str, dict[str, str], bytes | None]  # method, path, headers, body


@dataclass
class Run:
    """What some clients saw."""

    times: list[float] = field(default_factory=list)  # milliseconds
    wrong: list[int] = field(default_factory=list)
    size: int = 0


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its children so far."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


def client(port: int, asks: Callable[[int], Ask], first: int, count: int, run: Run) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(first, first + count):
        method, path, headers, body = asks(number)
        begun = time.perf_counter()
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read()
        run.times.append((time.perf_counter() - begun) * 1000)
        run.size = len(text)
        if response.status >= 400:
            run.wrong.append(response.status)
    connection.close()


def measure(name: str, port: int, pid: int, asks: Callable[[int], Ask], *, clients: int, requests: int) -> dict[str, Any]:
    """`requests` in all, spread over the clients, after a few to warm up."""
    client(port, asks, 0, 10, Run())
    run, each = Run(), requests // clients
    threads = [threading.Thread(target=client, args=(port, asks, 10 + index * each, each, run)) for index in range(clients)]
    cpu, begun = cpu_seconds(pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    return {
        "name": name,
        "clients": clients,
        "requests": len(run.times),
        "p50_ms": round(statistics.median(run.times), 1),
        "p95_ms": round(percentile(run.times, 95), 1),
        "per_second": round(len(run.times) / seconds, 1),
        "cpu_ms": round((cpu_seconds(pid) - cpu) * 1000 / len(run.times), 2),
        "bytes": run.size,
        "wrong": len(run.wrong),
    }


def asked(captured: Iterable[dict[str, str]]) -> int:
    """How many queries, without transaction control."""
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for query in captured)


def percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
