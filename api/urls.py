"""The REST interface. Everything that is in the schema stands below v1/."""

from django.urls import include, path, re_path

from api import documentation, errors, people, statistics

app_name = "api"

version_1 = [
    path("me", people.Me.as_view(), name="me"),
    path("statistics/completions", statistics.Completions.as_view(), name="completions"),
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", documentation.Schema.as_view(), name="schema"),
    path("docs/", documentation.Docs.as_view(), name="docs"),
    re_path("", errors.not_found),
]
