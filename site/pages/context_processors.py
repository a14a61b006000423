"""What every template of the platform may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from pages import menus


def house(request) -> dict[str, Any]:
    """The name, the dress and the menu of this installation. The menu is read when a page shows it."""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "DEMO": settings.DEMO,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "site_theme": bool(settings.SITE_THEME),
        "menu": SimpleLazyObject(lambda: menus.main(request)),
    }
