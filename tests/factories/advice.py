"""Pages of panels with advice in the states that a test names."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from panels.models import Panel, PanelIndexPage, PanelPage


def advice(said: str, status: str = "done", *, ago: int = 30, answered: int = 10) -> tuple[str, dict]:
    """A piece of advice. `ago` and `answered`: how many days."""
    today = timezone.localdate()
    is_answered = status != "waiting"
    return "advice", {
        "said": said,
        "said_on": today - timedelta(days=ago),
        "to": "Example Water Board",
        "status": status,
        "did": f"About “{said}”" if is_answered else "",
        "did_on": today - timedelta(days=answered) if is_answered else None,
    }


def make_page(index: PanelIndexPage, panel: Panel, slug: str = "canal", **fields) -> PanelPage:
    page = PanelPage(**{"title": panel.name, "slug": slug, "summary": "People along the canal.", "panel": panel} | fields)
    index.add_child(instance=page)
    index.refresh_from_db()
    return page
