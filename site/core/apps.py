"""Where the house listens to Django and Wagtail; our own apps call each other and never signal."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from wagtail import signals


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from core import checks, page_cache  # noqa: F401 - models must be loaded first

        post_migrate.connect(guard_audit_trail, sender=self, dispatch_uid="core.audit")
        for signal in [
            signals.published,
            signals.unpublished,
            signals.page_published,
            signals.page_unpublished,
            signals.page_slug_changed,
            signals.post_page_move,
        ]:
            signal.connect(page_cache.clear_after, dispatch_uid="core.page_cache")


def guard_audit_trail(using: str, **kwargs: Any) -> None:
    """After every migrate, whichever app it was for: a remade table has lost its triggers without a word."""
    from core import audit

    audit.install(using)
