"""The addresses of panels. Personal ones hold random keys and no name of a panel."""

from django.urls import path

from panels import views_applicant

app_name = "panels"
urlpatterns = [
    # applicants
    path("applications/open/<str:secret>/", views_applicant.link, name="link"),
    path("applications/<uuid:key>/", views_applicant.application, name="application"),
    # members
    # coordinators
]
