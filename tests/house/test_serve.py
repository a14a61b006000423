"""One command serves web and worker, and stops both."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest
from django.conf import settings

STOPPED_WITHIN = 10  # seconds


@pytest.fixture
def scratch(tmp_path):
    """Settings for a server of its own: a free port, an empty database, keys of the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **{name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "CI"}},
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "CONTENT_BASE_URL": f"http://localhost:{port}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "STATIC_ROOT": str(tmp_path / "static"),
        "WEB_WORKERS": "1",
    }


@pytest.fixture
def server(scratch):
    """`manage.py serve` as a process of its own, up and answering."""
    command = [sys.executable, "manage.py", "serve"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait_until(lambda: answers(scratch["BASE_URL"]) and len(children(process)) >= 2)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOPPED_WITHIN + 5)
        process.stdout.close()


def wait_until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def answers(address):
    """Whether something answers, whatever it says."""
    try:
        urllib.request.urlopen(f"{address}/health/live", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def children(process):
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_web_and_worker_cleanly(server, number):
    everybody = children(server)
    begun = time.monotonic()
    server.send_signal(number)
    output, _ = server.communicate(timeout=STOPPED_WITHIN)
    assert server.returncode == 0, output
    assert time.monotonic() - begun < STOPPED_WITHIN
    assert "Stopped." in output
    assert not [child for child in everybody if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_when_the_worker_ends_the_web_is_stopped_and_the_exit_code_says_so(server):
    everybody = children(server)
    worker = next(child for child in psutil.Process(server.pid).children() if "qcluster" in child.cmdline())
    worker.terminate()
    output, _ = server.communicate(timeout=STOPPED_WITHIN + 8)
    assert server.returncode == 1, output
    assert "The worker ended by itself" in output
    assert not [child for child in everybody if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
