"""What may not go wrong on any page: errors of scripts, breaches of the policy, missing parts, requests to others."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

LOCAL = {"data", "blob", "about", "chrome", "chrome-extension"}  # the last two: the browser's own reader of PDFs


class Watch:
    """Follows a browser context and keeps what went wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.faults: list[str] = []
        context.on("console", self.on_console)
        context.on("weberror", self.on_error)
        context.on("request", self.on_request)
        context.on("response", self.on_response)

    def on_console(self, message: ConsoleMessage) -> None:
        # The browser also writes a line for each answer of 400 and above; on_response judges those.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def on_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error.message}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL and parts.netloc != self.host:
            self.faults.append(f"request to another host: {request.url}")

    def on_response(self, response: Response) -> None:
        """A page and an answer to a post may say 404 or 422. A part of a page may not, and nothing may say 500."""
        answers = response.request.resource_type == "document" or response.request.method == "POST"
        if response.status >= (500 if answers else 400):
            self.faults.append(f"{response.status} from {response.url}")
