"""The addresses of the pages about tokens, below /account/tokens/."""

from django.urls import path

from api import views_tokens

app_name = "tokens"

urlpatterns = [
    path("", views_tokens.index, name="index"),
    path("new/", views_tokens.make, name="make"),
    path("<uuid:key>/revoke/", views_tokens.revoke, name="revoke"),
]
