"""Browsers, a served platform, and who is signed in. Nothing here touches Django's own database."""

from __future__ import annotations

import base64
import email
import email.policy
import hmac
import os
import re
import shutil
import struct
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys import client, looking, prepared, watching

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    *["--headless", "--disable-gpu", "--disable-quic", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    "--js-flags=--no-opt,--no-maglev",  # no page is open long enough to win back what the optimising compilers cost
]
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)
PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
DEVICES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "user_agent": PHONE_AGENT},
    "desk": {"viewport": {"width": 1280, "height": 900}},
}


def pytest_sessionfinish(session):
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        prepared.drop_template(_run())


def _run() -> str:
    """One word for all processes of a run: who started them."""
    return str(os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid())


# The platform --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_path():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path and os.environ.get("CI") == "true":
        pytest.fail("There is no Chromium here, and in CI no journey may be left out.")
    if not path:
        pytest.skip("There is no Chromium here. With one installed, the journeys run too.")
    return path


@pytest.fixture(scope="session")
def serve(browser_path, tmp_path_factory):
    """`with serve(host) as platform`: the demonstration under that name, on a copy of its own."""
    base = tmp_path_factory.getbasetemp()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    kept = os.environ.get("JOURNEYS_FOLDER")  # while writing journeys: what was loaded in an earlier run
    folder = Path(kept) if kept else (base.parent if worker else base) / "journeys"

    @contextmanager
    def served(host: str):
        template = prepared.template(folder, "kept" if kept else _run())
        name = f"{_run()}_{worker or 'alone'}_{host.replace('.', '_')}"
        platform = prepared.serve(template, base / f"served_{host}", f"journeys_{name}", host)
        yield platform
        platform.stop()
        prepared.drop_database(platform.database)

    return served


@pytest.fixture(scope="session")
def platform(serve):
    """The demonstration, served: one copy for each process of tests."""
    with serve(prepared.ADDRESS) as served:
        yield served


@pytest.fixture
def accounts(platform):
    return platform.template.accounts()


@pytest.fixture
def mail(platform):
    """`mail(address, "words")`: the text of the newest message to it that has these words, once it has come."""

    def newest(address: str, words: str = "") -> str:
        return _wait_for(lambda: _letter(platform.var / "mail", address, words), f"a message to {address} {words}")

    return newest


def _wait_for(look, what: str):
    deadline = time.monotonic() + PATIENCE / 1000
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)
    return found


def _letter(folder, address: str, words: str) -> str:
    texts = [text for file in sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime) for text in _letters(file)]
    letters = [email.message_from_bytes(text.lstrip(), policy=email.policy.default) for text in texts]
    mine = [letter.get_body(("plain",)).get_content() for letter in letters if address in str(letter["To"])]
    return next((text for text in reversed(mine) if words.lower() in text.lower()), "")


def _letters(file) -> list[bytes]:
    return [text for text in re.split(rb"^-{79}\n", file.read_bytes(), flags=re.MULTILINE) if text.strip()]


@pytest.fixture
def totp(platform):
    """`totp("ed")`: a code that holds now, for a few seconds at least, and was not used before (RFC 6238)."""

    def code(name: str) -> str:
        while platform.codes_used.get(name) == int(time.time()) // 30 or time.time() % 30 > 24:
            time.sleep(0.2)
        period = platform.codes_used[name] = int(time.time()) // 30
        secret = base64.b32decode(platform.template.secrets()[name]["secret"])
        digest = hmac.digest(secret, struct.pack(">Q", period), "sha1")
        start = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"

    return code


@pytest.fixture(scope="module")
def programs():
    """Kept for a whole file: each code of a second factor holds for half a minute, and only once."""
    made: dict[str, client.Interface] = {}
    yield made
    for one in made.values():
        one.http.close()


@pytest.fixture
def program(programs, platform, accounts, totp):
    """`program("cas", "claims/read")`: what works for them, by a token with these scopes that they make on its page."""

    def make(name: str, *scopes: str) -> client.Interface:
        if name not in programs:
            with client.browser(platform.url) as http:
                client.sign_in(http, accounts[name], totp(name))
                programs[name] = client.program(platform.url, client.make_token(http, accounts[name], *scopes))
        return programs[name]

    return make


# Browsers ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(browser_path):
    """Ends with its file: while Playwright runs in a thread, Django refuses to reach its database there."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=[*FLAGS, *root])
        yield browser
        browser.close()


@pytest.fixture
def device(browser, platform):
    """`device("phone", js=False, state=signed_in("lee"))`: a new browser; at the end nothing may have gone wrong in it."""
    opened = []

    def open_device(kind: str = "desk", *, js: bool = True, state: dict | None = None, **options) -> Page:
        own = {**DEVICES[kind], "reduced_motion": "reduce", "locale": "en-GB", "base_url": platform.url, **options}
        context = browser.new_context(java_script_enabled=js, storage_state=state, **own)
        context.set_default_timeout(PATIENCE)
        opened.append((context, watching.Watch(context, platform.url)))
        return context.new_page()

    yield open_device
    for context, _watch in opened:
        context.close()
    faults = [fault for _context, watch in opened for fault in watch.faults]
    assert not faults, faults


@pytest.fixture
def phone(device):
    return device("phone")


@pytest.fixture
def desk(device):
    return device("desk")


@pytest.fixture
def axe():
    """`axe(page)`: no finding of WCAG 2.2 A, AA or best practice."""

    def check(page: Page) -> None:
        found = looking.axe_findings(page)
        assert not found, found

    return check


# Who is signed in ----------------------------------------------------------------------------------


@pytest.fixture
def signed_in(browser, platform, accounts):
    """`signed_in("val")`: cookies of somebody who has signed in, staff with a recovery code as second factor."""

    def state(name: str) -> dict:
        if name not in platform.states:
            context = browser.new_context(base_url=platform.url)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            enter(page, accounts[name])
            if codes := platform.template.secrets().get(name, {}).get("codes"):
                give_code(page, codes[0])
            page.wait_for_url("**/home/")
            platform.states[name] = context.storage_state()
            context.close()
        return platform.states[name]

    return state


def enter(page: Page, account: dict) -> None:
    """Address and password."""
    page.goto("/account/login/")
    page.get_by_label("Email address").fill(account["email"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()


def give_code(page: Page, code: str) -> None:
    """The second factor."""
    page.get_by_role("heading", name="Enter your code").wait_for()
    page.get_by_role("textbox").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()


# Looking -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def names_seen():
    """The addresses that a file of tests has looked at."""
    return set()


@pytest.fixture
def look(names_seen):
    """`look.at(page)`, `look.open(page, path)`: judged together at the end, so that one run shows everything."""
    looked = looking.Look()
    yield looked
    names_seen |= looked.names
    assert not looked.found, "\n" + "\n".join(looked.found)
