"""Planning meetings, and noting who was there."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from panels import meetings, membership
from panels.models import Attendance, Meeting, Membership
from recompense import claims
from tests.factories.panels import attend, make_meeting, make_member


@pytest.fixture
def meeting(panel, kit):
    """Over, and not noted yet."""
    return make_meeting(panel, kit)


@pytest.fixture
def ro(panel, person):
    return make_member(panel, person("Ro Member"))


def at(**ahead):
    return timezone.now() + timedelta(**ahead)


def refusal(act, *args, **options):
    with pytest.raises(errors.DomainError) as refused:
        act(*args, **options)
    return refused.value.code, refused.value.field


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def noted(meeting):
    return {row.membership: row.minutes for row in meeting.attendances.select_related("membership")}


# When and where -----------------------------------------------------------------------------------


def test_nobody_plans_a_meeting_for_a_panel_that_they_do_not_coordinate(panel, sam, cora):
    for person in [sam, cora]:
        with pytest.raises(errors.NotAllowed):
            meetings.plan(panel, starts_at=at(days=1), ends_at=at(days=1, hours=2), place="Town hall", by=person)


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [
        ({"days": 1}, {"hours": 23}, ("ends_before_starting", "ends_at")),
        ({"days": 1}, {"days": 3}, ("too_long", "ends_at")),
        ({"days": -367}, {"days": -367, "hours": 1}, ("far_away", "starts_at")),
        ({"days": 1000}, {"days": 1000, "hours": 1}, ("far_away", "starts_at")),
    ],
)
def test_times_that_cannot_be_meant_are_refused_beside_the_one_that_is_wrong(panel, kit, begins, ends, wrong):
    assert refusal(meetings.plan, panel, starts_at=at(**begins), ends_at=at(**ends), place="Town hall", by=kit) == wrong


def test_a_panel_meets_once_at_a_time_unless_the_first_was_called_off(panel, kit):
    times = {"starts_at": at(days=1), "ends_at": at(days=1, hours=2), "place": "Town hall"}
    first = meetings.plan(panel, **times, by=kit)
    assert refusal(meetings.plan, panel, **times, by=kit) == ("same_time", "starts_at")
    meetings.move(first, **times | {"place": "Library"}, by=kit)
    other = make_meeting(panel, kit, ago=timedelta(days=-3))
    assert refusal(meetings.move, other, **times, by=kit) == ("same_time", "starts_at")
    meetings.cancel(first, by=kit)
    meetings.plan(panel, **times, by=kit)


def test_moving_a_meeting_moves_the_day_by_which_it_is_paid(panel, kit):
    meeting = make_meeting(panel, kit, ago=timedelta(days=-3))
    begins = at(days=40)
    meetings.move(meeting, starts_at=begins, ends_at=begins + timedelta(hours=1), place="Library", by=kit)
    assert (fresh(meeting).day, fresh(meeting).place) == (timezone.localdate(begins), "Library")


def test_a_meeting_that_is_over_and_not_noted_waits_for_its_coordinator(panel, kit, meeting, member):
    coming = make_meeting(panel, kit, ago=timedelta(days=-3))
    now = make_meeting(panel, kit, ago=timedelta(minutes=5))
    assert list(Meeting.objects.to_note()) == [meeting]
    assert list(Meeting.objects.coming()) == [now, coming]
    attend(meeting, member, kit)
    assert not Meeting.objects.to_note().exists()


# Who was there ------------------------------------------------------------------------------------


def test_whoever_had_a_term_on_that_day_is_expected_and_nobody_else(panel, kit, meeting, member, person):
    gone = make_member(panel, person("Gone Earlier"))
    Membership.objects.filter(pk=gone.pk).update(ends_on=meeting.day - timedelta(days=1), status="ended")
    make_member(panel, person("Came Later"), since=meeting.day + timedelta(days=1))
    left_since = make_member(panel, person("Left Since"))
    Membership.objects.filter(pk=left_since.pk).update(ends_on=meeting.day, status="ended")
    assert set(meetings.expected(meeting)) == {member, left_since}


def test_noting_who_was_there_makes_the_meeting_held(meeting, member, ro, kit):
    meetings.record(meeting, {member: 150, ro: 60}, by=kit)
    assert fresh(meeting).status == "held"
    assert noted(meeting) == {member: 150, ro: 60}


def test_nothing_is_noted_before_the_meeting_has_begun(panel, kit, member):
    meeting = make_meeting(panel, kit, ago=timedelta(hours=-1))
    assert refusal(meetings.record, meeting, {member: 60}, by=kit)[0] == "not_begun"


def test_nobody_is_noted_who_was_not_a_member_on_that_day(meeting, kit, panel, person):
    stranger = make_member(panel, person("Came Later"), since=timezone.localdate())
    assert refusal(meetings.record, meeting, {stranger: 60}, by=kit) == ("not_a_member", "attendance")
    assert fresh(meeting).status == "planned"


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_minutes_are_from_one_to_a_day(meeting, member, kit, minutes):
    assert refusal(meetings.record, meeting, {member: minutes}, by=kit) == ("minutes", "attendance")


def test_noting_again_corrects_minutes_and_people(meeting, member, ro, kit):
    meetings.record(meeting, {member: 150}, by=kit)
    meetings.record(meeting, {member: 90, ro: 30}, by=kit)
    assert noted(meeting) == {member: 90, ro: 30}
    meetings.record(meeting, {ro: 30}, by=kit)
    assert noted(meeting) == {ro: 30}
    assert list(AuditEvent.objects.filter(act="meeting.correct").values_list("after", flat=True)) == ["held", "held"]


def test_what_is_right_already_stays_the_same_row(meeting, member, ro, kit):
    row = attend(meeting, member, kit)
    meetings.record(meeting, {member: row.minutes, ro: 30}, by=kit)
    assert Attendance.objects.filter(pk=row.pk).exists()


def test_whoever_has_claimed_stays_noted(meeting, member, ro, kit, card, mo):
    claims.start(attend(meeting, member, kit, minutes=150), by=mo)
    assert refusal(meetings.record, meeting, {ro: 60}, by=kit) == ("claimed_already", f"member_{member.key}")
    assert noted(meeting) == {member: 150}


def test_minutes_are_put_right_also_for_whoever_has_claimed(meeting, member, ro, kit, card, mo):
    claims.start(attend(meeting, member, kit, minutes=150), by=mo)
    meetings.record(meeting, {member: 90}, by=kit)
    assert noted(meeting) == {member: 90}


def test_others_can_be_corrected_while_one_has_claimed(meeting, member, ro, kit, card, mo):
    claims.start(attend(meeting, member, kit, minutes=150), by=mo)
    meetings.record(meeting, {member: 150, ro: 60}, by=kit)
    assert noted(meeting) == {member: 150, ro: 60}


def test_who_took_a_claim_back_can_be_taken_out_and_the_claim_keeps_its_day(meeting, member, ro, kit, card, mo):
    claim = claims.withdraw(claims.start(attend(meeting, member, kit), by=mo), by=mo)
    meetings.record(meeting, {ro: 60}, by=kit)
    claim = fresh(claim)
    assert (claim.status, claim.attendance, claim.day, claim.lines.count()) == ("withdrawn", None, meeting.day, 1)
    assert claim.title == f"Claim for {meeting.day:%-d %B %Y}"
    assert noted(meeting) == {ro: 60}


def test_one_live_claim_holds_whoever_took_another_back(meeting, member, ro, kit, card, mo):
    attendance = attend(meeting, member, kit)
    first = claims.withdraw(claims.start(attendance, by=mo), by=mo)
    claims.start(attendance, by=mo)
    assert refusal(meetings.record, meeting, {ro: 60}, by=kit)[0] == "claimed_already"
    assert fresh(first).attendance == attendance


# Two terms on one day -----------------------------------------------------------------------------


@pytest.fixture
def back_again(panel, member, mo):
    """Mo left and came back today."""
    membership.leave(member, by=mo)
    return make_member(panel, mo, since=timezone.localdate())


def test_who_has_two_terms_on_a_day_is_expected_once(panel, kit, member, back_again):
    meeting = make_meeting(panel, kit, ago=timedelta(minutes=5))
    assert meetings.expected(meeting) == [back_again]
    meetings.record(meeting, {member: 5}, by=kit)
    assert meetings.expected(meeting) == [member], "as it is noted"


def test_nobody_is_noted_twice(panel, kit, member, back_again):
    meeting = make_meeting(panel, kit, ago=timedelta(minutes=5))
    with pytest.raises(errors.DomainError, match="Mo Member is on the list twice: note them once") as refused:
        meetings.record(meeting, {member: 5, back_again: 5}, by=kit)
    assert (refused.value.code, refused.value.field) == ("twice", "attendance")
    assert fresh(meeting).status == "planned"


# The end of a membership --------------------------------------------------------------------------


def test_whoever_is_taken_off_a_panel_is_told_without_its_name(member, mo, kit, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        membership.end(member, by=kit)
    (message,) = mail.outbox
    assert message.to == [mo.email]
    assert "panel" not in (message.subject + message.body).lower()


def test_a_term_that_is_over_ends_by_the_clock_and_the_seat_is_free_again(panel, member, mo):
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.update(ends_on=yesterday, shows_name=True)
    membership.end_due()
    row = fresh(member)
    assert (row.status, row.ends_on, row.shows_name) == ("ended", yesterday, False)
    make_member(panel, mo)  # the constraint of one active membership does not stand in the way


def test_a_term_that_ends_today_lasts_until_tonight(member):
    Membership.objects.update(ends_on=timezone.localdate())
    membership.end_due()
    assert fresh(member).status == "active"
