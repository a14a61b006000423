"""Citations in a module's text."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
MARK = '<sup class="cite"><a href="#source-{}" aria-label="{} {}">{}</a></sup>'
CITATION = re.compile(r"\s?\[\^([a-z0-9-]+)\]")


@register.filter
def cited(text: str, numbers: dict[str, int] | None) -> SafeString:
    """`[^key]` becomes a small linked number; a key without a source is left out."""

    def mark(found: re.Match) -> str:
        number = (numbers or {}).get(found[1])
        if not number:
            return ""
        return format_html(
            '<sup class="cite"><a href="#source-{}" aria-label="{} {}">{}</a></sup>', number, _("Source"), number, number
        )

    return mark_safe(CITATION.sub(mark, conditional_escape(text)))


@register.filter
def uncited(text: str) -> str:
    """The text without its marks, for lists and letters."""
    return CITATION.sub("", str(text))


@register.simple_tag
def sources_of(step, module) -> list[tuple[int, dict]]:
    """The sources that a step cites, with their numbers."""
    raw = str(step.body.get_prep_value()) if step else ""
    keys = set(CITATION.findall(raw))
    return [(number, child.value) for number, child in enumerate(module.sources, 1) if not step or child.value["key"] in keys]
