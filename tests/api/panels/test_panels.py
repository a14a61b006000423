"""The panels, as everybody who is signed in may read them."""

import pytest

from panels import membership
from tests.api.panels.conftest import PLACE, at, keys
from tests.factories.panels import make_member, make_panel

PANELS = f"{PLACE}/panels"


def test_a_stranger_reads_how_many_seats_there_are_and_how_many_are_taken(sam_, panel, member):
    one = sam_.get(at(panel)).json()
    assert one == {"key": str(panel.key), "name": panel.name, "seats": panel.seats, "taken": 1, "members": []}
    assert keys(sam_.get(PANELS)) == [str(panel.key)]


def test_members_are_named_as_far_as_they_say_so_and_whoever_chairs_comes_first(sam_, panel, member, mo, person):
    chair = make_member(panel, person("Zoe Chairs"), role="chair")
    make_member(panel, person("Uma Unnamed"))
    membership.publish(member, name=True, district=False, about=False, text="Not yet shown", by=mo)
    membership.publish(chair, name=True, district=True, about=True, text="I ask first.", by=chair.person)
    answer = sam_.get(at(panel))
    assert answer.json()["taken"] == 3
    assert answer.json()["members"] == [
        {"name": "Zoe Chairs", "role": "chair", "district": "", "about": "I ask first."},
        {"name": "Mo Member", "role": "member", "district": "", "about": ""},
    ]
    assert "Not yet shown" not in answer.content.decode()


def test_whoever_has_left_takes_no_seat_and_is_not_named(sam_, panel, member, mo):
    membership.publish(member, name=True, district=False, about=False, text="", by=mo)
    membership.leave(member, by=mo)
    assert sam_.get(at(panel)).json()["members"] == []


def test_nothing_is_written(kit_, panel, send):
    for method in ["post", "patch", "put", "delete"]:
        assert send(kit_, method, at(panel), {"name": "Other"}).status_code == 405


@pytest.mark.parametrize("is_list", [True, False])
def test_it_costs_the_same_for_one_and_for_three(sam_, panel, member, person, queries, is_list):
    address = PANELS if is_list else at(panel)
    one = queries(sam_, address)
    for number in [1, 2]:
        make_panel(f"Panel {number}")
        make_member(panel, person(f"Member{number} More"))
    assert queries(sam_, address) == one
