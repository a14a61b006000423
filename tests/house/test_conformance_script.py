"""What a log of the conformance suite says is judged by its numbers, and a run that was cut short has failed."""

import json

import pytest
from django.conf import settings

from scripts import conformance_results

LOCK = settings.BASE_DIR / "scripts" / "conformance-lock.json"


def node(title, *tests, status="passed", error=None):
    """A suite or a test, as the runner writes it. JSON leaves out what is undefined."""
    made = {"title": title, "name": title, "requirement": "", "log": "", "status": status, "tests": list(tests)}
    return made | ({"error": error} if error else {})


def log(*areas, passed, total, failed=0, state="finished", error=None):
    summary = {"total": total, "passed": passed, "failed": failed, "version": "2.0.0"}
    return {"state": state, "summary": summary, "log": node("", *areas, error=error)}


ABOUT = node("About", node("Versions are listed"))
WHOLE = log(node("Id (Data 2.4.1)", node("An id is a UUID"), node("An id is kept")), ABOUT, passed=3, total=3)
REFUSED = node("A version is refused ", status="failed", error="Error: expected 400, got 200")
FAILED = log(
    node("Id (Data 2.4.1)", node("An id is a UUID"), status="passed"),
    node("Versioning", node("Header", REFUSED, node("An answer has one"), status="failed"), status="failed"),
    passed=2,
    total=3,
    failed=1,
)


def test_a_finished_run_with_every_test_passed_holds():
    result = conformance_results.read(WHOLE)
    assert result.holds
    assert result.failing == []


def test_a_failing_test_is_named_with_all_that_it_stands_under():
    result = conformance_results.read(FAILED)
    assert not result.holds
    assert result.failing == ["Versioning › Header › A version is refused"]


def test_tests_are_counted_by_area():
    assert conformance_results.read(FAILED).areas == {"Id (Data 2.4.1)": [True], "Versioning": [False, True]}


@pytest.mark.parametrize("state", ["started", "cancelled", "error"])
def test_a_run_that_did_not_finish_fails_with_every_test_passed(state):
    assert not conformance_results.read(WHOLE | {"state": state}).holds


def test_tests_that_a_broken_hook_left_out_are_missed():
    """The runner counts one failure at most, and its exit code may even be 0 for 256."""
    hook = node("State", status="failed", error="Error: the hook")
    result = conformance_results.read(log(hook, ABOUT, passed=1, total=40, failed=1))
    assert not result.holds
    assert result.failing == ["State"]


def test_no_failure_is_not_enough():
    assert not conformance_results.read(log(ABOUT, passed=1, total=2, failed=0)).holds


def test_a_run_that_ended_before_its_first_test_says_so():
    result = conformance_results.read(log(passed=0, total=1365, failed=1, error="Error: expected 200, got 403"))
    assert not result.holds
    assert result.failing == ["Before the first test"]
    assert result.areas == {}


def test_a_run_without_tests_proves_nothing():
    assert not conformance_results.read(log(passed=0, total=0)).holds


def test_a_run_that_was_stopped_at_once_can_be_read():
    nothing = {"total": None, "passed": None, "failed": None, "version": "1.0.3"}
    assert not conformance_results.read({"state": "cancelled", "summary": nothing}).holds


def test_runs_for_different_areas_are_one_result():
    """The first was to run everything and was cut short; the second ran the areas that it did not come to."""
    first = log(node("Id (Data 2.4.1)", node("An id is a UUID")), passed=1, total=3)
    parts = [conformance_results.read(part) for part in [first, log(node("Versioning", REFUSED, node("One")), passed=1, total=2)]]
    assert [part.is_complete for part in parts] == [False, True]
    result = conformance_results.joined(parts)
    assert (result.state, result.passed, result.total) == ("finished", 2, 3)
    assert result.areas == {"Id (Data 2.4.1)": [True], "Versioning": [False, True]}
    assert result.failing == ["Versioning › A version is refused"]


def test_a_part_that_did_not_finish_is_seen_in_the_whole():
    stopped = conformance_results.read(WHOLE | {"state": "cancelled"})
    whole = conformance_results.read(WHOLE)
    assert conformance_results.joined([whole, stopped, whole]).state == "cancelled"


def test_the_report_names_what_failed():
    report = conformance_results.report([conformance_results.read(FAILED)])
    assert "xAPI 2.0.0: finished, 2 of 3 passed.\n  Versioning › Header › A version is refused\n" in report


def test_the_table_has_both_versions_beside_each_other():
    legacy = conformance_results.read(WHOLE | {"summary": WHOLE["summary"] | {"version": "1.0.3"}})
    lines = conformance_results.table([legacy, conformance_results.read(FAILED)]).splitlines()
    assert lines[0] == "| area | 1.0.3 | 2.0.0 |"
    assert "| Id (Data 2.4.1) | 2/2 | 1/1 |" in lines
    assert "| Versioning |  | 1/2 |" in lines
    assert lines[-1] == "| **Total** | **3/3** | **2/3** |"


def test_the_page_says_which_suite_and_when():
    facts = {"address": "https://example.org/suite", "commit": "2ec25f2", "day": "2026-11-28", "database": "SQLite"}
    page = conformance_results.page(
        [conformance_results.read(WHOLE)], legacy="/xapi/1.0.3/", node="20.1", python="3.11.7", **facts
    )
    assert "On 2026-11-28, commit `2ec25f2` of the suite, SQLite, Node 20.1, Python 3.11.7." in page
    assert "| About | 1/1 |" in page


def test_the_lock_of_the_suite_has_a_hash_for_every_package_that_is_fetched():
    packages = json.loads(LOCK.read_text())["packages"]
    fetched = {
        name: package for name, package in packages.items() if name.startswith("node_modules/") and not package.get("link")
    }
    assert len(fetched) > 200
    assert [name for name, package in fetched.items() if not package["integrity"].startswith("sha")] == []
