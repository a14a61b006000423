"""The Experience API. Not part of the OpenAPI schema: it has a specification of its own."""

from django.urls import path, re_path

from api import errors
from api.xapi import about, documents, statements

app_name = "xapi"

urlpatterns = [
    path("about", about.About.as_view(), name="about"),
    path("activities/state", documents.State.as_view(), name="state"),
    path("activities/profile", documents.ActivityProfile.as_view(), name="activity_profile"),
    path("agents/profile", documents.AgentProfile.as_view(), name="agent_profile"),
    path("statements", statements.Statements.as_view(), name="statements"),
    re_path("", errors.not_found),
]
