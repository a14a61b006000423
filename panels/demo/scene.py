"""The whole of it: seven panels, who is on them, when they meet, and who may join."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page

from core import mail
from panels import coordination
from panels.demo import pages, people, recruiting
from panels.models import Panel
from people.models import District, User


def load(home: Page, *, kit: User, mo: User) -> dict[str, Panel]:
    """Kit coordinates every panel; Mo is a member of one, since three meetings ago. No letter goes out about any of it."""
    with mail.off(), transaction.atomic():
        panels = pages.load(home)
        for panel in panels.values():
            coordination.assign(kit, panel, by=None)
        people.load_members(panels, kit)
        people.join(panels["disabled-people"], mo, District.objects.all()[3], since=80)
        recruiting.load(panels, kit)
        people.show_newcomers()
        people.load_meetings(panels, kit, mo)
    return panels
