"""Rich text from people, made safe. The only importer of nh3 (docs/decisions: bleach is no longer maintained)."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {"a", "b", "blockquote", "br", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "strong", "ul"}
SCHEMES = {"http", "https", "mailto"}
ABSOLUTE = re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):[^\s]", re.IGNORECASE)


def sanitise(html: str) -> SafeString:
    """Keep a few plain elements and links that say where they go; drop everything else."""
    clean = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        attribute_filter=_keep,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(clean)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """A link without a scheme would lead to wherever the page happens to stand, or to //another.example."""
    if attribute == "href":
        return value if ABSOLUTE.match(value.strip()) else None
    return value if attribute == "rel" else None  # rel is ours: nh3 has just set it; it would let title and lang through
