"""Each relation × each act × each state of a panel's rows: what ACTS says is what happens."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from panels import campaigns, coordination, meetings, membership, recruitment
from panels.experiences import erasing, moderating, telling
from panels.models import Application, Campaign, Experience, Meeting, Membership, Offer
from panels.models.experiences import MODERATOR, PREPARER
from panels.models.membership import MEMBER
from panels.models.panel import COORDINATOR
from panels.models.recruitment import APPLICANT, RIVAL
from people.models import District
from tests.factories.experiences import SHOWN, make_draft, make_experience, make_kept, make_prepared, make_published
from tests.factories.panels import (
    CRITERIA,
    QUESTIONS,
    TEXT,
    attend,
    campaign_facts,
    make_application,
    make_campaign,
    make_meeting,
    make_member,
    make_offer,
    make_panel,
)
from tests.factories.permissions import Table, faults, judge_document

NOTHING = frozenset()
NOBODY, STRANGER, ELSEWHERE = "nobody", "a stranger", "coordinates another panel"
APPLIES, SITS, RUNS = "applied", "a member", "coordinates it"
RUNS_AND_APPLIES, RUNS_AND_SITS = "coordinates it, and it is their own", "coordinates it, and is the member"
RUNS_AND_RIVALS = "coordinates it, and has applied too"
OTHERS = dict.fromkeys([NOBODY, STRANGER, ELSEWHERE], NOTHING)


def later(**ahead):
    return timezone.now() + timedelta(**ahead)


def a_day_longer(campaign, by):
    campaigns.extend(campaign, campaign.closes_at + timedelta(days=1), by=by)


def at_another_time(meeting, by):
    meetings.move(meeting, starts_at=later(days=1), ends_at=later(days=1, hours=2), place="Library", by=by)


def with_everybody(meeting, by):
    meetings.record(meeting, dict.fromkeys(meetings.expected(meeting), 60), by=by)


CAMPAIGNS = Table(
    "Campaigns",
    Campaign.Status,
    campaigns.ACTS,
    {**OTHERS, APPLIES: NOTHING, SITS: NOTHING, RUNS: frozenset({COORDINATOR})},
    {
        "revise": lambda row, by: campaigns.revise(row, campaign_facts(), CRITERIA, QUESTIONS, by=by),
        "open": lambda row, by: campaigns.open_(row, by=by),
        "extend": a_day_longer,
        "close": lambda row, by: campaigns.close(row, by=by),
        "complete": lambda row, by: campaigns.complete(row, by=by),
        "cancel": lambda row, by: campaigns.cancel(row, by=by),
    },
)
APPLICATIONS = Table(
    "Applications",
    Application.Status,
    recruitment.ACTS,
    {
        **OTHERS,
        SITS: NOTHING,
        APPLIES: frozenset({APPLICANT}),
        RUNS: frozenset({COORDINATOR}),
        RUNS_AND_APPLIES: frozenset({COORDINATOR, APPLICANT}),
        RUNS_AND_RIVALS: frozenset({COORDINATOR, RIVAL}),
    },
    {
        "write": lambda row, by: recruitment.write(row, {}, district=District.objects.first(), by=by),
        "submit": lambda row, by: recruitment.submit(row, by=by),
        "withdraw": lambda row, by: recruitment.withdraw(row, by=by),
        "see_contact": lambda row, by: recruitment.see_contact(row, by=by),
        "shortlist": lambda row, by: recruitment.shortlist(row, by=by),
        "unshortlist": lambda row, by: recruitment.unshortlist(row, by=by),
        "turn_down": lambda row, by: recruitment.turn_down(row, TEXT, by=by),
        "offer": lambda row, by: recruitment.offer(row, by=by),
    },
)
OFFERS = Table(
    "Offers",
    Offer.Status,
    recruitment.OFFER_ACTS,
    APPLICATIONS.people,
    {
        "accept": lambda row, by: recruitment.accept(row, by=by),
        "decline": lambda row, by: recruitment.decline(row, by=by),
        "take_back": lambda row, by: recruitment.take_back(row, by=by),
    },
)
MEMBERSHIPS = Table(
    "Memberships",
    Membership.Status,
    membership.ACTS,
    {
        **OTHERS,
        APPLIES: NOTHING,
        SITS: frozenset({MEMBER}),
        RUNS: frozenset({COORDINATOR}),
        RUNS_AND_SITS: frozenset({COORDINATOR, MEMBER}),
    },
    {
        "publish": lambda row, by: membership.publish(row, name=True, district=False, about=False, text="", by=by),
        "leave": lambda row, by: membership.leave(row, by=by),
        "set_role": lambda row, by: membership.set_role(row, "chair", by=by),
        "end": lambda row, by: membership.end(row, by=by),
    },
)
MEETINGS = Table(
    "Meetings",
    Meeting.Status,
    meetings.ACTS,
    CAMPAIGNS.people,
    {"move": at_another_time, "cancel": lambda row, by: meetings.cancel(row, by=by), "record": with_everybody},
)
MODERATES, PREPARED = "moderates", "moderates, and prepared it"
EXPERIENCES = Table(
    "Experiences",
    Experience.Status,
    moderating.ACTS,
    {
        **OTHERS,
        SITS: NOTHING,
        RUNS: NOTHING,
        MODERATES: frozenset({MODERATOR}),
        PREPARED: frozenset({MODERATOR, PREPARER}),
    },
    {
        "take": lambda row, by: moderating.take(row, by=by),
        "save": lambda row, by: moderating.save(row, SHOWN, by=by),
        "sort": lambda row, by: moderating.sort(row, themes=[], district=None, by=by),
        "refer": lambda row, by: moderating.refer(row, "", "", by=by),
        "show_pictures": lambda row, by: moderating.show_pictures(row, {}, by=by),
        "prepare": lambda row, by: moderating.prepare(row, SHOWN, by=by),
        "send_back": lambda row, by: moderating.send_back(row, TEXT, by=by),
        "publish": lambda row, by: moderating.publish(row, by=by),
        "keep": lambda row, by: moderating.keep(row, by=by),
        "decline": lambda row, by: moderating.decline(row, TEXT, by=by),
    },
)


@pytest.fixture
def cast(panel, kit, cora, sam, mo, member, ana):
    """Who's who, to the rows of Kit's panel."""
    make_panel("Mill Street Panel", coordinators=[cora])
    return {NOBODY: AnonymousUser(), STRANGER: sam, ELSEWHERE: cora, SITS: mo, APPLIES: ana, RUNS: kit}


@pytest.fixture
def lou(person, panel, roles_without_pages):
    """Coordinates the panel too, and wants to join it, or sits on it."""
    user = person("Lou Both")
    user.groups.add(*user.groups.model.objects.filter(name="coordinator"))
    coordination.assign(user, panel, by=None)
    return user


# Rows in each state -------------------------------------------------------------------------------


def campaign_in(state, panel, kit):
    row = make_campaign(panel, kit, is_open=state not in {"draft", "cancelled"})
    return {
        "draft": lambda: row,
        "open": lambda: row,
        "closed": lambda: campaigns.close(row, by=kit),
        "completed": lambda: campaigns.complete(campaigns.close(row, by=kit), by=kit),
        "cancelled": lambda: campaigns.cancel(row, by=kit),
    }[state]()


def application_in(state, campaign, applicant, kit):
    row = make_application(campaign, applicant, is_sent=state != "draft")
    return {
        "draft": lambda: row,
        "submitted": lambda: row,
        "shortlisted": lambda: recruitment.shortlist(row, by=kit),
        "offered": lambda: make_offer(row, kit).application,
        "appointed": lambda: recruitment.accept(make_offer(row, kit), by=applicant).offer.application,
        "unsuccessful": lambda: recruitment.turn_down(row, TEXT, by=kit),
        "withdrawn": lambda: recruitment.withdraw(row, by=applicant),
    }[state]()


def offer_in(state, campaign, applicant, kit):
    row = make_offer(make_application(campaign, applicant), kit)
    {
        "open": lambda: None,
        "accepted": lambda: recruitment.accept(row, by=applicant),
        "declined": lambda: recruitment.decline(row, by=applicant),
        "lapsed": lambda: recruitment.take_back(row, by=None, to=Offer.Status.LAPSED),
        "withdrawn": lambda: recruitment.take_back(row, by=kit),
    }[state]()
    return Offer.objects.get(pk=row.pk)


def meeting_in(state, panel, kit, member):
    row = make_meeting(panel, kit)
    return {
        "planned": lambda: row,
        "held": lambda: attend(row, member, kit).meeting,
        "cancelled": lambda: meetings.cancel(row, by=kit),
    }[state]()


def experience_in(state, uma, ola):
    reading = {
        "reading": lambda row: row,
        "declined": lambda row: moderating.decline(row, TEXT, by=uma),
    }
    if state in reading:
        return reading[state](moderating.take(make_experience(), by=uma))
    return {
        "draft": make_draft,
        "received": make_experience,
        "prepared": lambda: make_prepared(uma),
        "published": lambda: make_published(uma, ola),
        "kept": lambda: make_kept(uma, ola),
        "withdrawn": lambda: gone(telling.withdraw),
        "expired": lambda: gone(lambda row: erasing.take_out(row, "expired", by=None, act="experience.expire")),
    }[state]()


def gone(act):
    row = make_experience()
    act(row)
    return Experience.objects.get(pk=row.pk)


def only(cast, *who):
    return {name: cast[name] for name in who}


# Trying it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", Campaign.Status.values)
def test_campaigns(cast, panel, kit, state):
    assert faults(CAMPAIGNS, campaign_in(state, panel, kit), cast) == []


@pytest.mark.parametrize("state", Application.Status.values)
def test_applications(cast, campaign, kit, ana, lou, state):
    others = [NOBODY, STRANGER, ELSEWHERE, SITS, RUNS]
    anas = only(cast, *others) if state == "withdrawn" else cast  # whose it was is nobody's business any more
    row = application_in(state, campaign, ana, kit)
    assert faults(APPLICATIONS, row, anas) == []


@pytest.mark.parametrize("state", [state for state in Application.Status.values if state != "withdrawn"])
def test_applications_of_somebody_who_coordinates_the_panel(cast, campaign, kit, lou, state):
    assert faults(APPLICATIONS, application_in(state, campaign, lou, kit), {RUNS_AND_APPLIES: lou, RUNS: kit}) == []


@pytest.mark.parametrize("state", Application.Status.values)
def test_applications_for_somebody_who_coordinates_the_panel_and_has_applied_too(campaign, kit, ana, lou, state):
    make_application(campaign, lou, is_sent=False)
    assert faults(APPLICATIONS, application_in(state, campaign, ana, kit), {RUNS_AND_RIVALS: lou}) == []


@pytest.mark.parametrize("state", Offer.Status.values)
def test_offers_where_somebody_coordinates_the_panel_and_has_applied_too(campaign, kit, ana, lou, state):
    make_application(campaign, lou, is_sent=False)
    assert faults(OFFERS, offer_in(state, campaign, ana, kit), {RUNS_AND_RIVALS: lou}) == []


@pytest.mark.parametrize("state", Offer.Status.values)
def test_offers(cast, campaign, kit, ana, state):
    anas = only(cast, NOBODY, STRANGER, ELSEWHERE, SITS, RUNS) if state == "declined" else cast
    assert faults(OFFERS, offer_in(state, campaign, ana, kit), anas) == []


@pytest.mark.parametrize("state", [state for state in Offer.Status.values if state != "declined"])
def test_offers_to_somebody_who_coordinates_the_panel(cast, campaign, kit, lou, state):
    assert faults(OFFERS, offer_in(state, campaign, lou, kit), {RUNS_AND_APPLIES: lou, RUNS: kit}) == []


@pytest.mark.parametrize("state", Membership.Status.values)
def test_memberships(cast, panel, kit, member, lou, state):
    rows = {member: cast, make_member(panel, lou): {RUNS_AND_SITS: lou, RUNS: kit}}
    for row, people in rows.items():
        row = membership.end(row, by=kit) if state == "ended" else row
        assert faults(MEMBERSHIPS, row, people) == []


@pytest.mark.parametrize("state", Meeting.Status.values)
def test_meetings(cast, panel, kit, member, state):
    assert faults(MEETINGS, meeting_in(state, panel, kit, member), cast) == []


@pytest.mark.parametrize("state", Experience.Status.values)
def test_experiences(cast, uma, ola, stories_index, state):
    row = experience_in(state, uma, ola)
    moderators = {MODERATES: ola, PREPARED if row.prepared_by else MODERATES: uma}
    assert faults(EXPERIENCES, row, {**only(cast, NOBODY, STRANGER, ELSEWHERE, SITS, RUNS), **moderators}) == []


def test_the_document_says_the_same(request):
    tables = [CAMPAIGNS, APPLICATIONS, OFFERS, MEMBERSHIPS, MEETINGS, EXPERIENCES]
    judge_document("panels", tables, write=request.config.getoption("write"))
