"""The addresses of panels. Personal ones hold random keys and no name of a panel."""

from django.urls import path

from panels import views_applicant
from panels.views_coordinator import applications, campaigns, meetings, members, people, queue

app_name = "panels"
urlpatterns = [
    # applicants
    path("applications/open/<str:secret>/", views_applicant.link, name="link"),
    path("applications/<uuid:key>/", views_applicant.application, name="application"),
    # members
    # coordinators
    path("coordinate/", queue.index, name="queue"),
    path("coordinate/campaigns/", campaigns.index, name="desk_campaigns"),
    path("coordinate/panels/<uuid:key>/campaign/", campaigns.draft, name="desk_campaign_new"),
    path("coordinate/campaigns/<uuid:key>/", campaigns.detail, name="desk_campaign"),
    path("coordinate/campaigns/<uuid:key>/revise/", campaigns.revise, name="desk_campaign_revise"),
    path("coordinate/campaigns/<uuid:key>/open/", campaigns.open_, name="desk_campaign_open"),
    path("coordinate/campaigns/<uuid:key>/extend/", campaigns.extend, name="desk_campaign_extend"),
    path("coordinate/campaigns/<uuid:key>/close/", campaigns.close, name="desk_campaign_close"),
    path("coordinate/campaigns/<uuid:key>/complete/", campaigns.complete, name="desk_campaign_complete"),
    path("coordinate/campaigns/<uuid:key>/cancel/", campaigns.cancel, name="desk_campaign_cancel"),
    path("coordinate/campaigns/<uuid:key>/applications/", applications.index, name="desk_applications"),
    path("coordinate/campaigns/<uuid:key>/next/", applications.read_next, name="desk_next"),
    path("coordinate/applications/<uuid:key>/", applications.detail, name="desk_application"),
    path("coordinate/applications/<uuid:key>/contact/", applications.contact, name="desk_contact"),
    path("coordinate/applications/<uuid:key>/shortlist/", applications.shortlist, name="desk_shortlist"),
    path("coordinate/applications/<uuid:key>/put-back/", applications.put_back, name="desk_put_back"),
    path("coordinate/applications/<uuid:key>/turn-down/", applications.turn_down, name="desk_turn_down"),
    path("coordinate/applications/<uuid:key>/offer/", applications.offer, name="desk_offer"),
    path("coordinate/offers/<uuid:key>/take-back/", applications.take_back, name="desk_take_back"),
    path("coordinate/panels/<uuid:key>/members/", members.index, name="desk_members"),
    path("coordinate/members/<uuid:key>/", members.set_role, name="desk_member"),
    path("coordinate/members/<uuid:key>/end/", members.end, name="desk_member_end"),
    path("coordinate/panels/<uuid:key>/meetings/", meetings.index, name="desk_meetings"),
    path("coordinate/panels/<uuid:key>/meetings/new/", meetings.plan, name="desk_meeting_new"),
    path("coordinate/meetings/<uuid:key>/move/", meetings.move, name="desk_meeting_move"),
    path("coordinate/meetings/<uuid:key>/cancel/", meetings.cancel, name="desk_meeting_cancel"),
    path("coordinate/meetings/<uuid:key>/attendance/", meetings.attendance, name="desk_attendance"),
    path("coordinate/people/", people.index, name="coordinators"),
    path("coordinate/people/<uuid:panel>/<uuid:person>/release/", people.release, name="coordinator_release"),
]
