"""`make conformance`: ADL's public conformance suite against our record store, in xAPI 1.0.3 and in 2.0.0.

    .venv/bin/python scripts/conformance.py [--suite PATH-OR-ADDRESS] [--fast] [--grep REGEX] [--write]

The suite is cloned at one commit into var/conformance/ and meets `manage.py serve` on a database of its own: SQLite in a
scratch folder, or one beside DATABASE_URL's, dropped afterwards. The whole logs stay there. Exit code 0: all passed.

conformance-lock.json was made in the clone by `npm install --package-lock-only`. A dependency on the "latest" of a package
is made one on "*" in it: without addresses, which we do not commit, npm holds the first never for locked.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import conformance_results
import front_end

from tests.journeys import prepared

ROOT = prepared.ROOT
SUITE = "https://github.com/adlnet/lrs-conformance-test-suite"
COMMIT = "2ec25f2eb8ccfcb7cb63ec2679dbd965f9f6ffdc"
LOCK = ROOT / "scripts" / "conformance-lock.json"
PLACE = ROOT / "var" / "conformance"
PAGE = ROOT / "docs" / "conformance.md"
VERSIONS = ("1.0.3", "2.0.0")
FOR_EVER = ("this.timeout(0)", "this.timeout(3000)")
AT_ONCE = ("helper.setTimeMargin(done)", "helper.setTimeMargin(() => {}); setTimeout(done, 3000)")
LIMIT = 15 * 60  # seconds for a version: some tests wait for ever if the store does not say how far it is consistent


def git(*arguments: str | Path) -> int:
    return subprocess.run(["git", *map(str, arguments)], check=False, stderr=subprocess.DEVNULL).returncode


def suite(source: str, path: str) -> Path:
    """A clone of the suite at our commit, with its packages."""
    place = PLACE / "suite"
    if git("-C", place, "checkout", "--quiet", "--detach", COMMIT):
        shutil.rmtree(place, ignore_errors=True)
        if git("clone", "--quiet", source, place) or git("-C", place, "checkout", "--quiet", "--detach", COMMIT):
            sys.exit(f"There is no clone of the suite with commit {COMMIT[:8]} to be had from {source}.")
    installed = (place / "node_modules" / ".package-lock.json").exists()  # npm writes it last
    if not installed or (place / "package-lock.json").read_bytes() != LOCK.read_bytes():
        shutil.copyfile(LOCK, place / "package-lock.json")
        npm = ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=place, env={**os.environ, "PATH": path}, check=True)
    return place


def hurried(place: Path) -> Path:
    """A copy for a store that is not finished: what waits for ever, or ends the run at once, takes three seconds instead."""
    copy = place.with_name("fast")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns(".git", "node_modules", "logs"))
    (copy / "node_modules").symlink_to(place / "node_modules")
    for file in (copy / "test").rglob("*.js"):
        file.write_text(file.read_text().replace(*FOR_EVER).replace(*AT_ONCE))
    return copy


def path_with_node() -> str:
    folder = None if front_end.has_node() else front_end.own_node()
    return os.pathsep.join(filter(None, [folder, os.environ.get("PATH", "")]))


@contextmanager
def served() -> Iterator[prepared.Platform]:
    """The platform as it is set up for an installation, without the demonstration."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        made = prepared.Template(folder, prepared.database_url(folder, f"conformance_{os.getpid()}"), folder / "static")
        platform = prepared.Platform(made, folder, prepared.free_port(), made.database, prepared.ADDRESS)
        prepared.make_database(made.database)
        try:
            manage(platform, "setup")
            platform.start()
            yield platform
        finally:
            platform.stop()
            prepared.drop_database(made.database)


def manage(platform: prepared.Platform, *arguments: str) -> str:
    variables = prepared.environment(platform.var, platform.database, platform.template.static, platform.port)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout


def credential(platform: prepared.Platform) -> tuple[str, str]:
    """A key and its secret. What begins with a hyphen the runner takes for an option of its own, so another is made then."""
    for number in range(100):
        said = manage(platform, "lrs_credential", f"Conformance {number}", "--scope", "all")
        key, _, secret = said.splitlines()[-1].partition(":")
        if not secret.startswith("-"):
            return key, secret
    raise AssertionError("A hundred secrets began with a hyphen.")


def endpoint(platform: prepared.Platform, version: str) -> str:
    """Each version has requirements that the other refuses, so 1.0.3 has an address of its own."""
    own = f"{platform.url}/xapi/{version}"
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(f"{own}/about", timeout=10)  # noqa: S310
        return own
    return f"{platform.url}/xapi"


def run(place: Path, version: str, path: str, *options: str, part: str = "") -> conformance_results.Result:
    """One run from its start to its log. After INT to the runner alone, it writes what it has, as cancelled."""
    logs, kept = place / "logs", PLACE / f"{version}{part}.json"
    shutil.rmtree(logs, ignore_errors=True)
    command = ["node", "bin/console_runner.js", "-x", version, *options]
    with kept.with_suffix(".txt").open("w") as out:
        own = {**os.environ, "PATH": path}
        runner = subprocess.Popen(command, cwd=place, env=own, stdout=out, stderr=out, start_new_session=True)
    try:
        wait(runner)
    finally:
        with suppress(ProcessLookupError):  # nothing was left
            os.killpg(runner.pid, signal.SIGKILL)
    for log in logs.glob("*.log"):
        return conformance_results.read(json.loads(shutil.copy(log, kept).read_text()))
    sys.exit(f"The runner wrote no log for {version}. What it said is in {kept.with_suffix('.txt')}.")


def whole(place: Path, version: str, path: str, *options: str) -> conformance_results.Result:
    """A hook that throws ends the suite's run, as finished; so areas that were not come to are asked for in runs of their own."""
    parts = [run(place, version, path, *options)]
    while parts[-1].areas and not parts[-1].is_complete:
        seen = "|".join(re.escape(area) for part in parts for area in part.areas)
        parts.append(run(place, version, path, *options, "-g", rf"^(?!\s*(?:{seen}))", part=f"-{len(parts) + 1}"))
    return conformance_results.joined(parts)


def wait(runner: subprocess.Popen) -> None:
    try:
        runner.wait(LIMIT)
    except subprocess.TimeoutExpired:
        runner.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            runner.wait(30)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="ADL's conformance suite against our record store.")
    parser.add_argument("--suite", default=SUITE, metavar="PATH-OR-ADDRESS", help="from where the suite is cloned")
    parser.add_argument("--fast", action="store_true", help="for a store that is not finished: no test waits for ever")
    parser.add_argument("--grep", metavar="REGEX", help="only tests with this in their names")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    return given if not given.write or not (given.fast or given.grep) else parser.error("--write is for a whole run.")


def write(results: Sequence[conformance_results.Result], legacy: str, path: str) -> None:
    node = subprocess.run(["node", "--version"], env={"PATH": path}, capture_output=True, text=True, check=True).stdout
    facts = {"address": SUITE, "commit": COMMIT, "legacy": legacy, "day": datetime.datetime.now(datetime.UTC).date()}
    facts |= {"database": "PostgreSQL" if prepared.on_postgres() else "SQLite", "node": node.strip().lstrip("v")}
    PAGE.write_text(conformance_results.page(results, python=sys.version.split()[0], **facts))


def main() -> bool:
    given, path = arguments(), path_with_node()
    place = hurried(suite(given.suite, path)) if given.fast else suite(given.suite, path)
    more = ["-g", given.grep] if given.grep else []
    for kept in PLACE.glob("[12].*"):  # of an earlier run
        kept.unlink()
    with served() as platform:
        key, secret = credential(platform)
        at = {version: endpoint(platform, version) for version in VERSIONS}
        ask = whole if given.fast and not given.grep else run
        results = [ask(place, version, path, "-e", at[version], "-a", "-u", key, "-p", secret, *more) for version in VERSIONS]
    print(conformance_results.report(results))
    if given.write:
        write(results, at["1.0.3"].removeprefix(platform.url) + "/", path)
    return all(result.holds for result in results)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
