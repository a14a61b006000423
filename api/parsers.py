"""JSON that everything here can hold: no deeper than anything needs it, in letters that can be written down and seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers

from core import typed

DEEPEST = 32  # lists and objects within each other


class JSONParser(parsers.JSONParser):
    def parse(self, stream: IO, media_type: str | None = None, parser_context: dict | None = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            is_sound = not _is_too_deep(data) and json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            is_sound = False
        if not is_sound:
            raise exceptions.ParseError(_("This is nested too deeply, or holds half a letter."))
        return typed.clean_all(data)


def _is_too_deep(data: Any) -> bool:
    level = [data]
    for _depth in range(DEEPEST):
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return False
    return True


def _within(data: Any) -> Iterator[Any]:
    if isinstance(data, dict):
        yield from data.values()
    elif isinstance(data, list):
        yield from data
