"""What a log of ADL's conformance suite says, whether that is enough, and how it reads in docs/conformance.md.

The exit code of the suite's runner is the number of failures cut to eight bits: 256 of them would pass. And tests that a broken
hook left out are no failures. So a version has passed when its run finished and as many tests passed as there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TEXT = """\
# Conformance
What [ADL's conformance suite]({address}) says of our record store, written by `make conformance ARGS=--write`.

{table}

On {day}, commit `{commit}` of the suite, {database}, Node {node}, Python {python}. One store served both versions:
2.0.0 at `/xapi/`, 1.0.3 at `{legacy}`.

## Run it yourself
```
make conformance                                      # clones the suite and installs its packages with npm
make conformance ARGS="--suite PATH"                  # from a clone that you have
make conformance ARGS="--grep 'Communication 2.3'"    # only the tests with this in their names
DATABASE_URL=postgres://… make conformance            # on a database made beside that one, and dropped afterwards
```
It succeeds only if each run finished and as many tests passed as there are, whatever the suite's own exit code says.
"""


@dataclass(frozen=True)
class Result:
    """What a log says of one version."""

    version: str
    state: str
    passed: int
    total: int
    areas: dict[str, list[bool]]  # what became of each test that ran
    failing: list[str]

    @property
    def holds(self) -> bool:
        """A run that was cut short has failed too, and so has one without tests."""
        return self.state == "finished" and 0 < self.total == self.passed

    @property
    def is_complete(self) -> bool:
        """No test was left out."""
        return sum(map(len, self.areas.values())) == self.total


def read(log: dict) -> Result:
    """The runner's own log. Where the run was cut short at once, there are no numbers and no tree."""
    summary, found = log["summary"], list(nodes(log.get("log") or {"status": log["state"], "tests": []}))
    tests = [(titles, node) for titles, node in found if titles and not node["tests"]]
    areas: dict[str, list[bool]] = {}
    for titles, test in tests:
        areas.setdefault(titles[0], []).append(test["status"] == "passed")
    failing = [titles for titles, node in found if node.get("error") or (not node["tests"] and node["status"] != "passed")]
    names = [" › ".join(titles) or "Before the first test" for titles in failing]
    return Result(summary["version"], log["state"], summary["passed"] or 0, summary["total"] or 0, areas, names)


def nodes(node: dict, titles: Sequence[str] = ()) -> Iterator[tuple[Sequence[str], dict]]:
    """Suites and tests, each with its titles from its area down. The log does not tell one from the other."""
    yield titles, node
    for child in node["tests"]:
        yield from nodes(child, [*titles, child["title"].strip()])


def joined(parts: Sequence[Result]) -> Result:
    """Runs of one version for different areas. The first asked for all there is, so its total holds."""
    areas = {area: tests for part in parts for area, tests in part.areas.items()}
    failing = list(dict.fromkeys(name for part in parts for name in part.failing))
    state = next((part.state for part in parts if part.state != "finished"), "finished")
    return Result(parts[0].version, state, sum(part.passed for part in parts), parts[0].total, areas, failing)


def report(results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        lines.append(f"\nxAPI {result.version}: {result.state}, {result.passed} of {result.total} passed.")
        lines += [f"  {name}" for name in result.failing]
    return "\n".join([*lines, "", table(results)])


def table(results: Sequence[Result]) -> str:
    """By area: passed/total. What a failing hook left out is only in the total."""
    areas = dict.fromkeys(area for result in results for area in result.areas)
    lines = ["| area | " + " | ".join(result.version for result in results) + " |", "|---" * (len(results) + 1) + "|"]
    lines += [row(area, [counted(result.areas.get(area, [])) for result in results]) for area in areas]
    return "\n".join([*lines, row("**Total**", [f"**{result.passed}/{result.total}**" for result in results])])


def page(results: Sequence[Result], **facts: object) -> str:
    return TEXT.format(table=table(results), **facts)


def row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def counted(tests: list[bool]) -> str:
    return f"{sum(tests)}/{len(tests)}" if tests else ""
