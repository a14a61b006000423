"""The web process's entry: `gunicorn --chdir site config.wsgi`, with the project's root on the path."""

import codecs
import os
import sys
from pathlib import Path

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

sys.setswitchinterval(0.0005)  # seconds: threads that wait for a database are let on sooner (docs/performance.md)
NO_CHARSETS = {"hex", "idna", "punycode", "undefined"}  # Python knows them, and many more that encode no text


class Request(WSGIRequest):
    """With a charset such as `hex`, or with broken parameters, Django fails before any code of ours runs: they are left out."""

    def _set_content_type_params(self, meta):
        if not _is_readable(meta.get("CONTENT_TYPE", "")):
            meta["CONTENT_TYPE"] = meta["CONTENT_TYPE"].partition(";")[0]
        super()._set_content_type_params(meta)


def _is_readable(content_type: str) -> bool:
    try:
        charset = codecs.lookup(parse_header_parameters(content_type)[1].get("charset", "utf-8"))
        return charset._is_text_encoding and charset.name not in NO_CHARSETS
    except (LookupError, ValueError):
        return False


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
