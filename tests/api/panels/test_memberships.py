"""Memberships over the interface: what is shown, who chairs, and how they end."""

import pytest

from panels import membership
from panels.models import Membership
from people.models import District
from tests.api.panels.conftest import PLACE, at, field, keys, problem
from tests.factories.panels import make_member, make_panel

MEMBERSHIPS = f"{PLACE}/memberships"


def test_a_member_says_what_is_shown_and_takes_it_back(mo_, member, change):
    shown = change(mo_, member, {"shows_name": True, "shows_about": True, "about": "I ask first."})
    assert (shown.status_code, shown.json()["shows_name"], shown.json()["about"]) == (200, True, "I ask first.")
    assert shown.json()["shows_district"] is False
    hidden = change(mo_, member, {"shows_about": False})
    assert (hidden.json()["shows_name"], hidden.json()["shows_about"], hidden.json()["about"]) == (True, False, "I ask first.")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"shows_district": True}, "shows_name"),
        ({"shows_name": True, "shows_about": True}, "about"),
        ({"about": "x" * 401}, "about"),
        ({"shows_name": "perhaps"}, "shows_name"),
    ],
)
def test_what_is_wrong_is_named_as_the_interface_names_it(mo_, member, change, fields, name):
    answer = change(mo_, member, fields)
    assert (answer.status_code, field(answer)) == (400, [name])


def test_what_is_not_shown_is_read_by_the_member_alone(mo_, mo, kit_, member):
    member.district, member.about = District.objects.first(), "Not yet shown"
    member.save()
    assert mo_.get(at(member)).json()["about"] == "Not yet shown"
    for answer in [kit_.get(at(member)).json(), kit_.get(MEMBERSHIPS).json()["results"][0]]:
        assert (answer["about"], answer["district"], answer["person"]["name"]) == ("", None, mo.display_name)
    membership.publish(member, name=True, district=True, about=True, text="Shown now", by=mo)
    answer = kit_.get(at(member)).json()
    assert (answer["about"], answer["district"]) == ("Shown now", member.district.gss_code)


def test_a_member_leaves(mo_, member, act):
    assert mo_.get(at(member)).json()["can"] == ["change", "leave"]
    left = act(mo_, member, "leave")
    assert (left.status_code, left.json()["status"], left.json()["can"]) == (200, "ended", [])
    assert problem(act(mo_, member, "leave")) == (409, "wrong_state")


def test_a_coordinator_notes_who_chairs_and_ends_a_membership(kit_, member, act):
    assert kit_.get(at(member)).json()["can"] == ["set-role", "end"]
    assert act(kit_, member, "set-role", {"role": "chair"}).json()["role"] == "chair"
    assert field(act(kit_, member, "set-role", {"role": "queen"})) == ["role"]
    assert act(kit_, member, "end").json()["status"] == "ended"


def test_each_side_does_its_own(mo_, kit_, member, act, change):
    assert problem(act(kit_, member, "leave")) == (403, "not_allowed")
    assert problem(change(kit_, member, {"shows_name": True})) == (403, "not_allowed")
    assert problem(act(mo_, member, "end")) == (403, "not_allowed")
    assert problem(act(mo_, member, "set-role", {"role": "chair"})) == (403, "not_allowed")


def test_nobody_notes_their_own_role(kit_, kit, panel, act):
    own = make_member(panel, kit)
    assert "set-role" not in kit_.get(at(own)).json()["can"]
    assert problem(act(kit_, own, "set-role", {"role": "chair"})) == (403, "not_the_same_person")


def test_to_others_a_membership_is_not_there(cora_, sam_, member, act, send):
    for client in [cora_, sam_]:
        assert client.get(at(member)).status_code == 404
        assert keys(client.get(MEMBERSHIPS)) == []
        assert {act(client, member, name).status_code for name in ["leave", "end", "set-role"]} == {404}
        assert send(client, "patch", at(member), {"shows_name": True}, **{"If-Match": "*"}).status_code == 404


def test_members_do_not_read_each_others(mo_, panel, member, person):
    other = make_member(panel, person("Uma Other"))
    assert keys(mo_.get(MEMBERSHIPS)) == [str(member.key)]
    assert mo_.get(at(other)).status_code == 404


def test_a_request_that_comes_again_is_done_once(mo_, member, send):
    first, again = (send(mo_, "post", f"{at(member)}/leave", key="bye") for _ in range(2))
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, first.json(), "true")


def test_a_change_of_something_else_than_was_read_is_refused(mo_, member, send, act):
    read = mo_.get(at(member))["ETag"]
    assert send(mo_, "patch", at(member), {"shows_name": True}, **{"If-Match": read}).status_code == 200
    assert problem(send(mo_, "patch", at(member), {"shows_name": False}, **{"If-Match": read})) == (412, "precondition_failed")
    assert problem(act(mo_, member, "leave", **{"If-Match": read})) == (412, "precondition_failed")


def test_a_status_is_never_written(mo_, member, change, send):
    changed = change(mo_, member, {"status": "ended", "role": "chair", "ends_on": "2020-01-01"})
    assert (changed.json()["status"], changed.json()["role"], changed.json()["ends_on"]) == ("active", "member", None)
    assert send(mo_, "post", MEMBERSHIPS, {}).status_code == 405


def test_a_program_that_reads_does_not_write(reader, member, act):
    assert reader.get(at(member)).status_code == 200
    assert problem(act(reader, member, "end")) == (403, "scope_missing")


def test_memberships_are_found_by_panel_and_state(mo, mo_, member):
    other = make_member(make_panel("Other"), mo)
    assert keys(mo_.get(MEMBERSHIPS, {"panel": other.panel.key})) == [str(other.key)]
    membership.leave(member, by=mo)
    assert keys(mo_.get(MEMBERSHIPS, {"status": "ended"})) == [str(member.key)]


def test_whoever_was_erased_is_nobody(kit_, member):
    Membership.objects.update(person=None)
    assert kit_.get(at(member)).json()["person"] is None


def test_a_list_costs_the_same_for_one_and_for_three(kit_, panel, member, person, queries):
    one = queries(kit_, MEMBERSHIPS)
    for number in [1, 2]:
        make_member(panel, person(f"Member{number} More"))
    assert len(keys(kit_.get(MEMBERSHIPS))) == 3
    assert queries(kit_, MEMBERSHIPS) == one
