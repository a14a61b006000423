"""Panels, who joins them and how, when they meet, and what people told them."""

from panels.models.experiences import Agreement, Experience, Passage, Picture, Theme
from panels.models.meetings import Attendance, Meeting
from panels.models.membership import Membership
from panels.models.pages import PanelIndexPage, PanelPage
from panels.models.panel import Coordination, Panel
from panels.models.recruitment import Answer, Application, ApplicationLink, Campaign, Criterion, Offer, Question
from panels.models.stories import StoriesIndexPage, StoryPage

__all__ = [
    "Agreement",
    "Answer",
    "Application",
    "ApplicationLink",
    "Attendance",
    "Campaign",
    "Coordination",
    "Criterion",
    "Experience",
    "Meeting",
    "Membership",
    "Offer",
    "Panel",
    "PanelIndexPage",
    "PanelPage",
    "Passage",
    "Picture",
    "Question",
    "StoriesIndexPage",
    "StoryPage",
    "Theme",
]
