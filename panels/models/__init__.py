"""Panels, who joins them and how, and when they meet."""

from panels.models.meetings import Attendance, Meeting
from panels.models.membership import Membership
from panels.models.pages import PanelIndexPage, PanelPage
from panels.models.panel import Coordination, Panel
from panels.models.recruitment import Answer, Application, ApplicationLink, Campaign, Criterion, Offer, Question

__all__ = [
    "Answer",
    "Application",
    "ApplicationLink",
    "Attendance",
    "Campaign",
    "Coordination",
    "Criterion",
    "Meeting",
    "Membership",
    "Offer",
    "Panel",
    "PanelIndexPage",
    "PanelPage",
    "Question",
]
