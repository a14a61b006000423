"""Citations in a module's text, and what somebody in it says aloud."""

from __future__ import annotations

import datetime
import re

from django import template
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
MARK = '<sup class="cite"><a href="#source-{}" aria-label="{} {}">{}</a></sup>'
CITATION = re.compile(r"\s?\[\^([a-z0-9-]+)\]")

ALOUD = re.compile("“[^”]*”")


@register.filter
def aloud(text: str) -> SafeString:
    """What stands in “quotation marks” is a person's own words, and set as such; the rest tells what they do."""
    return mark_safe(ALOUD.sub(lambda words: f'<span class="aloud">{words[0]}</span>', conditional_escape(text)))


@register.filter
def cited(text: str, numbers: dict[str, int] | None) -> SafeString:
    """`[^key]` becomes a small linked number; a key without a source is left out."""

    def mark(found: re.Match) -> str:
        number = (numbers or {}).get(found[1])
        if not number:
            return ""
        return format_html(MARK, number, _("Source"), number, number)

    return mark_safe(CITATION.sub(mark, conditional_escape(text)))


@register.filter
def day(published: str) -> str:
    """2023-01-06, 2023-01 or 2023 in words; anything else as it stands."""
    parts = str(published).split("-")
    try:
        on = datetime.date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except ValueError:
        return published
    return date_format(on, {1: "Y", 2: "F Y", 3: "j F Y"}[len(parts)])


@register.simple_tag
def sources_of(step, module) -> list[tuple[int, dict]]:
    """The sources that a step cites, with their numbers."""
    raw = str(step.body.get_prep_value()) if step else ""
    keys = set(CITATION.findall(raw))
    return [(number, child.value) for number, child in enumerate(module.sources, 1) if not step or child.value["key"] in keys]
