"""The Experience API. Not part of the OpenAPI schema: it has a specification of its own.

Mounted twice: whoever says no version is answered in 2.0.0 at /xapi/, and in 1.0.3 at /xapi/1.0.3/.
"""

from django.urls import include, path, re_path

from api.xapi import about, base, documents, known, statements

app_name = "xapi"

RESOURCES = [
    path("about", about.About.as_view(), name="about"),
    path("activities", known.Activities.as_view(), name="activities"),
    path("activities/state", documents.State.as_view(), name="state"),
    path("activities/profile", documents.ActivityProfile.as_view(), name="activity_profile"),
    path("agents", known.Agents.as_view(), name="agents"),
    path("agents/profile", documents.AgentProfile.as_view(), name="agent_profile"),
    path("statements", statements.Statements.as_view(), name="statements"),
]
urlpatterns = [
    *RESOURCES,
    path("1.0.3/", include((RESOURCES, "1.0.3")), {"default": "1.0.3"}),
    re_path(r"^1\.0\.3/", base.Nothing.as_view(), {"default": "1.0.3"}),
    re_path("", base.Nothing.as_view()),
]
