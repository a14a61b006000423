"""What the front page says of today: open seats, meetings, courses, and what came of the panels' advice.

Read when the page is not in the cache of public pages, which every act that changes any of it clears.
"""

from __future__ import annotations

from typing import Any

from learning.models import CoursePage
from panels.models import Campaign, Meeting, PanelIndexPage, PanelPage, advice

MOST_COURSES = 2


def going_on(most: int) -> dict[str, Any]:
    """No more than `most` of each, and whether there is more."""
    campaigns = list(Campaign.objects.inviting().select_related("panel").order_by("closes_at")[: most + 1])
    courses = CoursePage.objects.live().public().order_by("-first_published_at", "-pk")
    return {
        "campaigns": campaigns[:most],
        "has_more": len(campaigns) > most,
        "meetings": _meetings()[:most],
        "courses": courses[:MOST_COURSES],
        "index": panel_index(),
    }


def _meetings():
    """The next of each panel that has a public page, which says the day too."""
    texts = [f"panel__page__{name}" for name in PanelPage.TEXTS]
    pages = PanelPage.objects.live().public().values("pk")
    return Meeting.objects.next_of_each().filter(panel__page__in=pages).select_related("panel__page").defer(*texts)


def changed(most: int) -> dict[str, Any]:
    """The newest advice with its answer, one of each panel, and how much there is of which kind."""
    pages = PanelPage.objects.with_advice()
    chosen = advice.newest(pages, most=most, of_each=1, answered_only=True)
    return {"advice": chosen, "tally": advice.tally(pages), "index": panel_index()}


def tables() -> dict[str, Any]:
    return {"tables": PanelPage.objects.tables(), "index": panel_index()}


def panel_index() -> PanelIndexPage | None:
    return PanelIndexPage.objects.live().public().defer_streamfields().first()
