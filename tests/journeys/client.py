"""A client of the interface that knows nothing of our code: HTTP, JSON, and the forms of the pages as they are."""

from __future__ import annotations

import re
import uuid
from html import unescape

import httpx

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r'<code class="code">([^<]+)</code>')
PATIENCE = 60  # seconds, on a machine with other work
V1 = "/api/v1"


class Interface:
    """`/api/v1`, as whoever the headers and cookies say."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str, **asked: str) -> httpx.Response:
        return self.http.get(V1 + path, params=asked)

    def post(self, path: str, said: dict | None = None, *, key: str = "", **headers: str) -> httpx.Response:
        return self.http.post(V1 + path, json=said or {}, headers={"Idempotency-Key": key or str(uuid.uuid4()), **headers})

    def upload(self, path: str, said: dict, file: tuple[str, bytes], *, key: str = "") -> httpx.Response:
        """A form with a file: its name and what is in it."""
        return self.http.post(V1 + path, data=said, files={"file": file}, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def twice(self, path: str, said: dict | None = None, **more: object) -> httpx.Response:
        """The same request again, as if the first answer had been lost: it must be answered alike."""
        key, send = str(uuid.uuid4()), self.upload if "file" in more else self.post
        first, again = (send(path, said, key=key, **more) for _ in range(2))
        assert first.is_success, first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
        return first

    def change(self, path: str, said: dict) -> httpx.Response:
        """Of what is read just now."""
        return self.http.patch(V1 + path, json=said, headers={"If-Match": self.get(path).headers["etag"]})


def browser(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=PATIENCE, follow_redirects=True)


def fill_in(http: httpx.Client, path: str, **typed: object) -> httpx.Response:
    """Opens a page with a form and sends it."""
    found = CSRF.search(http.get(path).raise_for_status().text)
    assert found, path
    return http.post(path, data={"csrfmiddlewaretoken": unescape(found[1]), **typed}).raise_for_status()


def sign_in(http: httpx.Client, account: dict[str, str], code: str = "") -> Interface:
    """By the pages, with a second factor where there is one. Changes then carry the CSRF token of a page."""
    page = fill_in(http, "/account/login/", login=account["email"], password=account["password"])
    if code:
        page = fill_in(http, page.url.path, code=code)
    token = CSRF.search(http.get("/account/logout/").raise_for_status().text)
    assert token, page.url
    http.headers["X-CSRFToken"] = unescape(token[1])
    return Interface(http)


def make_token(http: httpx.Client, account: dict[str, str], *scopes: str) -> str:
    """On its page, as somebody who is signed in and gives their password once more."""
    fill_in(http, "/account/reauthenticate/", password=account["password"])
    name = f"Independent client {uuid.uuid4()}"  # a name is taken once
    page = fill_in(http, "/account/tokens/new/", name=name, scopes=list(scopes), days="30")
    found = CODE.search(page.text)
    assert found, page.text
    return unescape(found[1])


def program(url: str, token: str) -> Interface:
    return Interface(httpx.Client(base_url=url, timeout=PATIENCE, headers={"Authorization": f"Bearer {token}"}))
