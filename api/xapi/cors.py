"""Programs in pages of other sites: which of them a browser lets speak to the store (Fetch standard, 3.3 CORS protocol).

No cookie opens anything here: a page does what it has a credential for, and no more. So `*` among the origins is safe,
and Access-Control-Allow-Credentials is never sent.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from api.xapi import headers

EVERYBODY = "*"
DAY = 24 * 60 * 60  # seconds
# Those of xAPI, and those that its client libraries send beside them. A browser sends no other.
MAY_SEND = ["Accept", "Accept-Language", "Authorization", "Cache-Control", "Content-Type", "If-Match", "If-Modified-Since"]
MAY_SEND += ["If-None-Match", "X-Requested-With", headers.VERSION]
MAY_READ = ["Content-Disposition", "Content-Length", "ETag", "Last-Modified", "Retry-After", "WWW-Authenticate"]
MAY_READ += ["X-Request-Id", headers.VERSION, headers.CONSISTENT_THROUGH]


def add(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let the page that asks read the answer, where its origin is among settings.XAPI_ORIGINS."""
    if not settings.XAPI_ORIGINS:
        return response
    allowed = EVERYBODY if EVERYBODY in settings.XAPI_ORIGINS else request.headers.get("Origin", "")
    if allowed != EVERYBODY:
        patch_vary_headers(response, ["Origin"])
    if allowed in settings.XAPI_ORIGINS:
        response["Access-Control-Allow-Origin"] = allowed
        response["Access-Control-Expose-Headers"] = ", ".join(MAY_READ)
        if request.method == "OPTIONS" and "Allow" in response:
            _let_send(response)
    return response


def _let_send(response: HttpResponseBase) -> None:
    """What a browser asks before it sends what no form could send."""
    response["Access-Control-Allow-Methods"] = response["Allow"]
    response["Access-Control-Allow-Headers"] = ", ".join(MAY_SEND)
    response["Access-Control-Max-Age"] = str(DAY)
