"""Meetings over the interface, and who was there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Attendance, Meeting
from tests.api.panels.conftest import PLACE, at, field, keys, problem
from tests.factories.panels import attend, make_meeting, make_member
from tests.factories.recompense import make_draft

MEETINGS = f"{PLACE}/meetings"


@pytest.fixture
def meeting(panel, kit):
    """It was the day before yesterday."""
    return make_meeting(panel, kit)


@pytest.fixture
def new(panel):
    starts_at = timezone.now() + timedelta(days=7)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
    return {"panel": str(panel.key), **times, "place": "Library"}


def present(member, minutes=150):
    return {"attendance": [{"membership": str(member.key), "minutes": minutes}]}


def test_a_meeting_is_planned_moved_and_called_off(kit_, send, change, act, new):
    made = send(kit_, "post", MEETINGS, new)
    meeting = Meeting.objects.get()
    assert (made.status_code, made["Location"], made.json()["status"]) == (201, at(meeting), "planned")
    assert (made.json()["attendance"], made.json()["can"]) == ([], ["change", "cancel", "record"])
    moved = change(kit_, meeting, {"place": "Town hall"})
    assert (moved.status_code, moved.json()["place"], moved.json()["starts_at"]) == (200, "Town hall", made.json()["starts_at"])
    assert act(kit_, meeting, "cancel").json()["status"] == "cancelled"
    assert problem(change(kit_, meeting, {"place": "Library"})) == (409, "wrong_state")


def test_who_was_there_is_noted_and_corrected(kit_, meeting, member, act):
    noted = act(kit_, meeting, "record", present(member))
    assert (noted.status_code, noted.json()["status"]) == (200, "held")
    assert noted.json()["attendance"] == present(member)["attendance"]
    assert act(kit_, meeting, "record", present(member, 60)).json()["attendance"][0]["minutes"] == 60


def test_a_record_names_somebody_the_first_time_and_ever_after(kit_, meeting, member, act):
    for _ in range(2):
        answer = act(kit_, meeting, "record", {"attendance": []})
        assert (problem(answer), field(answer)) == ((400, "nobody"), ["attendance"])
        act(kit_, meeting, "record", present(member))
    assert Attendance.objects.get().membership == member


@pytest.mark.parametrize("minutes", [0, -1, 1441, "long", None])
def test_minutes_are_of_one_day(kit_, meeting, member, act, minutes):
    assert field(act(kit_, meeting, "record", present(member, minutes))) == ["attendance.0.minutes"]


def test_only_who_was_on_the_panel_that_day_can_have_been_there(kit_, cora, kit, meeting, elsewhere, panel, person, act):
    late = make_member(panel, person("Nia New"), since=timezone.localdate())
    answer = act(kit_, meeting, "record", present(late))
    assert (problem(answer), field(answer)) == ((400, "not_a_member"), ["attendance"])
    stranger = make_member(elsewhere, person("Eli Elsewhere"))
    assert field(act(kit_, meeting, "record", present(stranger))) == ["attendance.0.membership"]


def test_nobody_is_named_twice_and_nobody_left_unsaid(kit_, meeting, member, act):
    twice = {"attendance": present(member)["attendance"] * 2}
    for said in [twice, {}]:
        assert field(act(kit_, meeting, "record", said)) == ["attendance"]
    assert not Attendance.objects.exists()


def test_before_it_begins_nobody_was_there(kit_, panel, kit, member, act):
    coming = make_meeting(panel, kit, ago=-timedelta(days=1))
    assert problem(act(kit_, coming, "record", present(member))) == (409, "not_begun")


def test_what_somebody_has_claimed_for_stays(kit_, kit, card, panel, person, member, act):
    other = make_member(panel, person("Ro Member"))
    claim = make_draft(member, kit)
    meeting = claim.attendance.meeting
    answer = act(kit_, meeting, "record", present(other))
    assert (problem(answer), field(answer)) == ((409, "claimed_already"), ["attendance"])


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"place": ""}, "place"),
        ({"place": "x" * 201}, "place"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "9999-12-31T00:00:00Z"}, "ends_at"),
        ({"starts_at": "2000-01-01T10:00:00Z", "ends_at": "2000-01-01T12:00:00Z"}, "starts_at"),
        ({"panel": "none"}, "panel"),
    ],
)
def test_what_is_wrong_is_named(kit_, send, new, fields, name):
    answer = send(kit_, "post", MEETINGS, new | fields)
    assert (answer.status_code, field(answer)) == (400, [name])
    assert not Meeting.objects.exists()


def test_a_member_reads_when_it_is_and_not_who_was_there(mo_, kit, meeting, member):
    attend(meeting, member, kit)
    read = mo_.get(at(meeting)).json()
    assert (read["attendance"], read["can"], read["status"]) == (None, [], "held")
    assert keys(mo_.get(MEETINGS)) == [str(meeting.key)]
    assert "attendance" not in mo_.get(MEETINGS).json()["results"][0]


def test_a_member_changes_nothing(mo_, member, meeting, act, change):
    for answer in [
        change(mo_, meeting, {"place": "Home"}),
        act(mo_, meeting, "cancel"),
        act(mo_, meeting, "record", present(member)),
    ]:
        assert answer.status_code in {400, 403}
    assert problem(act(mo_, meeting, "record", {"attendance": []})) == (403, "not_allowed")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.place) == ("planned", "Town hall")


def test_to_others_a_meeting_is_not_there(cora_, sam_, meeting, member, act, send, new):
    for client in [cora_, sam_]:
        assert client.get(at(meeting)).status_code == 404
        assert keys(client.get(MEETINGS)) == []
        assert {act(client, meeting, name).status_code for name in ["cancel", "record"]} == {404}
        assert send(client, "patch", at(meeting), {"place": "x"}, **{"If-Match": "*"}).status_code == 404
        assert field(send(client, "post", MEETINGS, new)) == ["panel"]


def test_a_request_that_comes_again_is_done_once(kit_, send, meeting, member, new):
    first, again = (send(kit_, "post", MEETINGS, new, key="plan") for _ in range(2))
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert Meeting.objects.count() == 2
    first, again = (send(kit_, "post", f"{at(meeting)}/record", present(member), key="note") for _ in range(2))
    assert (again.status_code, again.json()) == (200, first.json())
    assert Attendance.objects.count() == 1


def test_a_change_of_something_else_than_was_read_is_refused(kit_, meeting, member, send, act):
    read = kit_.get(at(meeting))["ETag"]
    assert act(kit_, meeting, "record", present(member), **{"If-Match": read}).status_code == 200
    late = act(kit_, meeting, "record", {"attendance": []}, **{"If-Match": read})
    assert problem(late) == (412, "precondition_failed")
    assert problem(send(kit_, "patch", at(meeting), {"place": "x"}, **{"If-Match": read})) == (412, "precondition_failed")


def test_a_status_is_never_written(kit_, meeting, change, send, new):
    assert change(kit_, meeting, {"status": "held", "day": "2020-01-01"}).json()["status"] == "planned"
    assert send(kit_, "post", MEETINGS, new | {"status": "held"}).json()["status"] == "planned"


def test_a_program_that_reads_does_not_write(reader, meeting, act, send, new):
    assert reader.get(at(meeting)).status_code == 200
    for answer in [act(reader, meeting, "cancel"), send(reader, "post", MEETINGS, new)]:
        assert problem(answer) == (403, "scope_missing")


def test_meetings_are_found_by_panel_state_and_day(kit, kit_, panel, meeting):
    coming = make_meeting(panel, kit, ago=-timedelta(days=3))
    today = timezone.localdate()
    assert keys(kit_.get(MEETINGS, {"day_from": today})) == [str(coming.key)]
    assert keys(kit_.get(MEETINGS, {"day_to": today})) == [str(meeting.key)]
    assert keys(kit_.get(MEETINGS, {"day_from": meeting.day, "day_to": meeting.day})) == [str(meeting.key)]
    assert len(keys(kit_.get(MEETINGS, {"status": "planned", "panel": panel.key}))) == 2
    assert problem(kit_.get(MEETINGS, {"day_from": "9/3/2027"})) == (400, "invalid")


@pytest.mark.parametrize("client", ["kit_", "mo_"])
def test_a_list_costs_the_same_for_one_and_for_three(request, kit, panel, meeting, member, queries, client):
    client = request.getfixturevalue(client)
    one = queries(client, MEETINGS)
    for days in [10, 20]:
        make_meeting(panel, kit, ago=timedelta(days=days))
    assert len(keys(client.get(MEETINGS))) == 3
    assert queries(client, MEETINGS) == one


def test_one_costs_the_same_whoever_was_there(kit, kit_, panel, meeting, member, person, queries):
    attend(meeting, member, kit)
    one = queries(kit_, at(meeting))
    more = [make_member(panel, person(f"Member{number} More")) for number in [1, 2]]
    Attendance.objects.bulk_create(Attendance(meeting=meeting, membership=row, minutes=60) for row in more)
    assert queries(kit_, at(meeting)) == one
