"""The addresses of panels. Personal ones hold random keys and no name of a panel."""

from django.urls import path

from panels import views, views_applicant, views_member

app_name = "panels"
urlpatterns = [
    # anybody
    path("join/<uuid:key>/", views.campaign, name="campaign"),
    path("join/<uuid:key>/start/", views.start, name="start"),
    # applicants
    path("applications/", views_applicant.applications, name="applications"),
    path("applications/open/<str:secret>/", views.link, name="link"),
    path("applications/asked/", views.asked, name="asked"),
    path("applications/leave/", views.leave_device, name="leave_device"),
    path("applications/withdrawn/", views_applicant.withdrawn, name="withdrawn"),
    path("applications/<uuid:key>/", views_applicant.application, name="application"),
    path("applications/<uuid:key>/questions/<uuid:question>/", views_applicant.answer, name="answer"),
    path("applications/<uuid:key>/district/", views_applicant.district, name="district"),
    path("applications/<uuid:key>/name/", views_applicant.name, name="name"),
    path("applications/<uuid:key>/later/", views_applicant.later, name="later"),
    path("applications/<uuid:key>/check/", views_applicant.check, name="check"),
    path("applications/<uuid:key>/sent/", views_applicant.sent, name="sent"),
    path("applications/<uuid:key>/withdraw/", views_applicant.withdraw, name="withdraw"),
    path("applications/<uuid:key>/offer/", views_applicant.offer, name="offer"),
    path("applications/<uuid:key>/offer/decline/", views_applicant.decline, name="decline"),
    # members
    path("memberships/", views_member.memberships, name="memberships"),
    path("memberships/<uuid:key>/shown/", views_member.publication, name="publication"),
    path("memberships/<uuid:key>/leave/", views_member.leave, name="leave"),
    # coordinators
]
