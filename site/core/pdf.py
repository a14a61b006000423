"""Documents as tagged PDF (PDF/UA-1), by typst, with typefaces for many scripts.

Words reach a template as JSON, never as source, so that nobody's name is ever run. PDF/UA-1 forbids a letter
that no typeface holds; such a letter is drawn as □, and the template is told (`undrawn`), because a missing
letter must never keep a document from its owner.

typst keeps threads of its own: a process that has drawn a document must not fork and draw in the child, which then
waits for ever (tried with 0.15.2). gunicorn's and the queue's parents draw nothing, so their children may.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import typst
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

HOUSE = Path(__file__).parent / "typst"
FONTS = settings.BASE_DIR / "site" / "pages" / "fonts"
STANDARDS: list[typst.PDFStandard] = ["ua-1"]
MISSING = "□"
JOINERS = "\u200c\u200d"  # they shape Arabic and Indian scripts; other invisible characters can only mislead


def render(template: Path | str, data: dict) -> bytes:
    """A document from a typst template and its data, which must hold a `title`.

    The language is the active one; `author`, `lang`, `region`, `logo` and `undrawn` are added here.
    """
    lang, _, region = (translation.get_language() or settings.LANGUAGE_CODE).partition("-")
    house = {"author": settings.SITE_NAME, "lang": lang, "region": region.upper() or None, "logo": _logo()}
    data = _each_text(data, _tidy)
    try:
        return _compile(Path(template), {**house, **data, "undrawn": False})
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
    return _compile(Path(template), {**house, **_each_text(data, _drawable), "undrawn": True})


def _compile(template: Path, data: dict) -> bytes:
    """One compiler per call: one is not to be shared by threads. The typefaces are, and hold most of the cost."""
    compiler = typst.Compiler(template, root=settings.BASE_DIR, font_paths=_fonts(), ignore_system_fonts=True)
    return cast(bytes, compiler.compile(format="pdf", pdf_standards=STANDARDS, sys_inputs={"data": json.dumps(data)}))


@functools.cache
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    if not fonts.families():
        raise ImproperlyConfigured(f"No typefaces in {FONTS}. Set up with: python scripts/front_end.py")
    return fonts


def _logo() -> str:
    """An operator's own logo, or our wordmark while the platform has our name; without either, the name in letters."""
    theirs = Path(settings.SITE_THEME) / "logo.svg"
    if settings.SITE_THEME and theirs.exists():
        return theirs.read_text()
    return (HOUSE / "wordmark.svg").read_text() if settings.SITE_NAME == "Alongside" else ""


# Text ---------------------------------------------------------------------------------------------


def _each_text(value, change):
    """The same data with every text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value


def _tidy(text: str) -> str:
    """In one form of Unicode, with controls as spaces and without marks that turn the direction of what follows."""
    kept = (_visible(character) for character in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in JOINERS or category not in {"Cc", "Cf", "Cs"}:
        return character
    return " " if category == "Cc" else ""


def _drawable(text: str) -> str:
    """With □ for each letter that cannot be drawn, and one □ for a run of parts that stand for one sign."""
    return "".join(cluster if cluster.isascii() or _can_draw(cluster) else MISSING for cluster in _clusters(text))


def _clusters(text: str) -> Iterator[str]:
    """A letter with all that belongs to it: accents, vowel signs, joined emoji."""
    cluster = ""
    for character in text:
        if cluster and not _belongs(character, cluster):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _belongs(character: str, cluster: str) -> bool:
    return character in JOINERS or cluster.endswith("\u200d") or unicodedata.category(character)[0] == "M"


@functools.lru_cache(maxsize=4096)
def _can_draw(cluster: str) -> bool:
    try:
        _compile(HOUSE / "probe.typ", {"title": "-", "author": "-", "lang": "en", "region": None, "logo": "", "cluster": cluster})
    except typst.TypstError:
        return False
    return True
