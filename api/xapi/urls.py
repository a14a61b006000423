"""The Experience API. Not part of the OpenAPI schema: it has a specification of its own."""

from django.urls import path, re_path

from api import errors
from api.xapi import about, statements

app_name = "xapi"

urlpatterns = [
    path("about", about.About.as_view(), name="about"),
    path("statements", statements.Statements.as_view(), name="statements"),
    re_path("", errors.not_found),
]
