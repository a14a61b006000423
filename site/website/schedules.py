"""What the queue does by the clock: settings.SCHEDULES, put where the queue looks."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django_q.models import Schedule


def load() -> None:
    """Make the queue's table say what the settings say. Called at every set-up; safe to repeat."""
    for name, (path, minutes) in settings.SCHEDULES.items():
        what = {"func": path, "schedule_type": Schedule.MINUTES, "minutes": minutes}
        Schedule.objects.update_or_create(name=name, defaults=what)


def publish_due() -> None:
    """Let go live and withdraw what an editor gave a time for."""
    call_command("publish_scheduled", verbosity=0)
