"""The addresses of panels. Personal ones hold random keys and no name of a panel."""

from django.urls import path, re_path

from panels import views, views_applicant, views_member, views_teller
from panels.feeds import StoriesFeed
from panels.views_coordinator import applications, campaigns, meetings, members, people, queue

app_name = "panels"
urlpatterns = [
    # anybody
    path("join/<uuid:key>/", views.campaign, name="campaign"),
    path("join/<uuid:key>/start/", views.start, name="start"),
    # applicants
    path("applications/", views_applicant.applications, name="applications"),
    path("applications/open/<path:secret>/", views.link, name="link"),
    path("applications/asked/", views.asked, name="asked"),
    path("applications/leave/", views.leave_device, name="leave_device"),
    path("applications/closed/", views.closed, name="closed"),
    path("applications/withdrawn/", views_applicant.withdrawn, {"was_sent": True}, name="withdrawn"),
    path("applications/erased/", views_applicant.withdrawn, {"was_sent": False}, name="erased"),
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
    re_path("^applications/.+/$", views.cannot_open, name="cannot_open"),
    # tellers
    path("be-heard/", views_teller.hear, name="hear"),
    path("be-heard/device/", views_teller.device, name="tell_device"),
    path("be-heard/leave/", views_teller.leave_now, name="tell_leave"),
    path("be-heard/close/", views_teller.close, name="tell_close"),
    path("be-heard/begin/", views_teller.begin, name="tell_begin"),
    path("be-heard/come-back/", views_teller.come_back, name="come_back"),
    path("be-heard/open/<str:reference>/<str:passphrase>/", views_teller.open_link, name="tell_open"),
    path("be-heard/about/", views_teller.about, name="tell_about"),
    path("be-heard/words/<int:number>/", views_teller.words, name="tell_words"),
    path("be-heard/agree/", views_teller.agree, name="tell_agree"),
    path("be-heard/check/", views_teller.check, name="tell_check"),
    path("be-heard/keep/", views_teller.keep, name="tell_keep"),
    path("be-heard/sent/", views_teller.sent, name="tell_sent"),
    path("be-heard/yours/", views_teller.status, name="tell_status"),
    path("be-heard/yours/copy/", views_teller.copy, name="tell_copy"),
    path("be-heard/take-back/", views_teller.take_back, name="tell_take_back"),
    path("be-heard/gone/", views_teller.gone, name="tell_gone"),
    # stories
    path("stories/feed/", StoriesFeed(), name="stories_feed"),
    # members
    path("memberships/", views_member.memberships, name="memberships"),
    path("memberships/<uuid:key>/shown/", views_member.publication, name="publication"),
    path("memberships/<uuid:key>/leave/", views_member.leave, name="leave"),
    # coordinators
    path("coordinate/", queue.index, name="queue"),
    path("coordinate/campaigns/", campaigns.index, name="desk_campaigns"),
    path("coordinate/<uuid:key>/campaign/", campaigns.draft, name="desk_campaign_new"),
    path("coordinate/campaigns/<uuid:key>/", campaigns.detail, name="desk_campaign"),
    path("coordinate/campaigns/<uuid:key>/revise/", campaigns.revise, name="desk_campaign_revise"),
    path("coordinate/campaigns/<uuid:key>/preview/", campaigns.preview, name="desk_campaign_preview"),
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
    path("coordinate/<uuid:key>/members/", members.index, name="desk_members"),
    path("coordinate/members/<uuid:key>/", members.set_role, name="desk_member"),
    path("coordinate/members/<uuid:key>/end/", members.end, name="desk_member_end"),
    path("coordinate/<uuid:key>/meetings/", meetings.index, name="desk_meetings"),
    path("coordinate/<uuid:key>/meetings/new/", meetings.plan, name="desk_meeting_new"),
    path("coordinate/meetings/<uuid:key>/move/", meetings.move, name="desk_meeting_move"),
    path("coordinate/meetings/<uuid:key>/cancel/", meetings.cancel, name="desk_meeting_cancel"),
    path("coordinate/meetings/<uuid:key>/attendance/", meetings.attendance, name="desk_attendance"),
    # moderators
    # who runs which panel
    path("coordinate/people/", people.index, name="coordinators"),
    path("coordinate/people/<uuid:key>/<uuid:person>/release/", people.release, name="coordinator_release"),
]
