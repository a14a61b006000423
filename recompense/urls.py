"""The addresses of recompense. They hold random keys and no name of a panel."""

from django.urls import path

from recompense import views_claimant

app_name = "recompense"
urlpatterns = [
    # claimants
    path("account/", views_claimant.account, name="account"),
    path("<uuid:key>/", views_claimant.claim, name="claim"),
    # finance
]
