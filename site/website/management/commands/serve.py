"""`manage.py serve`: the web and the worker in one command, for one machine.

Larger installations start gunicorn and `manage.py qcluster` as two services (docs/operations.md).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand

GRACE = 6  # seconds from TERM to KILL; gunicorn and the worker each take at most five


def web() -> list[str]:
    """Gunicorn's command line. WEB_WORKERS processes with WEB_THREADS threads each, on WEB_BIND."""
    return [
        *[sys.executable, "-m", "gunicorn", "config.wsgi", "--chdir", str(settings.BASE_DIR / "site")],
        *["--bind", f"{os.environ.get('WEB_BIND', '127.0.0.1')}:{settings.PORT}"],
        *["--workers", os.environ.get("WEB_WORKERS", "4"), "--threads", os.environ.get("WEB_THREADS", "4")],
        *["--worker-class", "gthread", "--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"],
    ]


def worker() -> list[str]:
    """The queue's command line."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]


class Command(BaseCommand):
    help = "Serves the platform: web and worker. Ctrl-C stops both."

    def handle(self, *args, **options) -> None:
        self.stopping = False
        for number in [signal.SIGTERM, signal.SIGINT]:
            signal.signal(number, self.stop)
        children = {name: self.start(command) for name, command in {"web": web(), "worker": worker()}.items()}
        self.greet()
        ended = self.watch(children)
        self.finish(children.values())
        if ended:
            self.stderr.write(f"The {ended} ended by itself, so everything was stopped.")
            sys.exit(1)
        self.stdout.write("Stopped.")

    def start(self, command: list[str]) -> subprocess.Popen:
        """A child in a group of its own, so that Ctrl-C reaches it once: through us."""
        paths = [str(settings.BASE_DIR), str(settings.BASE_DIR / "site"), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PORT": str(settings.PORT)}
        return subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603

    def greet(self) -> None:
        self.stdout.write(f"\n{settings.SITE_NAME} is at {settings.BASE_URL}\n")
        if settings.DEMO and Path(settings.VAR_DIR / "demo-accounts.txt").exists():
            self.stdout.write("The demonstration's accounts and what to try: var/demo-accounts.txt\n")
        self.stdout.write("Ctrl-C stops it.\n\n")
        self.stdout.flush()

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def watch(self, children: dict[str, subprocess.Popen]) -> str:
        """Waits for a signal (and returns nothing) or for a child that ends (and returns its name)."""
        while not self.stopping:
            for name, child in children.items():
                if child.poll() is not None:
                    return name
            time.sleep(0.2)
        return ""

    def finish(self, children) -> None:
        for child in children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in children:
            _wait(child, deadline)
            _signal_group(child)


def _signal(child: subprocess.Popen, number: int) -> None:
    if child.poll() is None:
        child.send_signal(number)


def _wait(child: subprocess.Popen, deadline: float) -> None:
    with suppress(subprocess.TimeoutExpired):  # the group is killed next
        child.wait(max(0.1, deadline - time.monotonic()))


def _signal_group(child: subprocess.Popen) -> None:
    """Whatever a child left behind goes with it."""
    with suppress(ProcessLookupError):  # nothing was left
        os.killpg(child.pid, signal.SIGKILL)
