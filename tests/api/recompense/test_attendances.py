"""The meetings that somebody was at, which a program makes claims of."""

from datetime import timedelta

import pytest

from recompense import claims
from recompense.models import Claim
from tests.api.recompense.conftest import PLACE, field, keys, problem
from tests.factories.panels import attend, make_meeting

ATTENDANCES = f"{PLACE}/attendances"


@pytest.fixture
def earlier(card, panel, member, kit):
    return attend(make_meeting(panel, kit, ago=timedelta(days=9)), member, kit, minutes=270)


def test_ones_own_are_there_and_nobody_elses(mo_, sam_, cas_, attendance):
    expected = {"key": str(attendance.key), "day": attendance.meeting.day.isoformat(), "minutes": 150}
    assert mo_.get(ATTENDANCES).json()["results"] == [expected]
    assert mo_.get(f"{ATTENDANCES}/{attendance.key}").json() == expected
    for other in [sam_, cas_]:
        assert keys(other.get(ATTENDANCES)) == []
        assert problem(other.get(f"{ATTENDANCES}/{attendance.key}")) == (404, "not_found")


def test_what_is_claimed_can_be_left_out(mo_, mo, attendance, earlier):
    claim = claims.start(earlier, by=mo)
    assert keys(mo_.get(ATTENDANCES, {"claimed": "false"})) == [str(attendance.key)]
    assert keys(mo_.get(ATTENDANCES, {"claimed": "true"})) == [str(earlier.key)]
    claims.withdraw(Claim.objects.get(pk=claim.pk), by=mo)
    assert len(keys(mo_.get(ATTENDANCES, {"claimed": "false"}))) == 2


@pytest.mark.parametrize("said", ["yes", "1", "True", "null"])
def test_what_is_neither_true_nor_false_is_refused(mo_, attendance, said):
    answer = mo_.get(ATTENDANCES, {"claimed": said})
    assert (problem(answer), field(answer)) == ((400, "invalid"), ["claimed"])


def test_days_are_chosen(mo_, attendance, earlier):
    day = attendance.meeting.day
    assert keys(mo_.get(ATTENDANCES, {"day_from": day})) == [str(attendance.key)]
    assert keys(mo_.get(ATTENDANCES, {"day_to": day - timedelta(days=1)})) == [str(earlier.key)]


def test_it_costs_the_same_for_one_and_for_three(mo_, attendance, panel, member, kit, queries):
    one = queries(mo_, ATTENDANCES, {"claimed": "false"})
    for days in [4, 5]:
        attend(make_meeting(panel, kit, ago=timedelta(days=days)), member, kit)
    assert queries(mo_, ATTENDANCES, {"claimed": "false"}) == one
