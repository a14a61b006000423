"""What a browser calls itself, in two words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that fits: every browser also names those it descends from.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
]


@register.filter
def browser(user_agent: str) -> str:
    """“Firefox on Windows”, from the header of a request."""
    return _("%(browser)s on %(system)s") % {"browser": _first(BROWSERS, user_agent), "system": _first(SYSTEMS, user_agent)}


def _first(known: list[tuple[str, str]], user_agent: str) -> str:
    return next((name for sign, name in known if sign in user_agent), _("something else"))
