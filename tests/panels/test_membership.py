"""Being on a panel: what is shown of somebody, and leaving."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import errors, page_cache
from core.models import AuditEvent
from panels import membership
from panels.models import Membership
from people.models import District

ACTS = {
    "publish": lambda row, by: membership.publish(row, name=True, district=False, about=False, text="", by=by),
    "leave": lambda row, by: membership.leave(row, by=by),
}


def show(row, *, name=True, district=True, about=True, text="I count kerbs."):
    return membership.publish(row, name=name, district=district, about=about, text=text, by=row.person)


@pytest.fixture
def placed(member):
    """Mo's membership, with a district."""
    member.district = District.objects.get(name="Oldham")
    member.save()
    return member


def test_nothing_is_shown_until_somebody_says_so(placed):
    assert (placed.shown_name, placed.shown_district, placed.shown_about) == ("", "", "")


def test_each_thing_has_its_own_tick(placed, mo):
    row = show(placed, district=False, about=False)
    assert (row.shown_name, row.shown_district, row.shown_about) == (mo.display_name, "", "")
    row = show(placed, about=False)
    assert row.shown_district == "Oldham"
    row = show(placed, district=False)
    assert (row.shown_district, row.shown_about) == ("", "I count kerbs.")


def test_it_is_taken_back_at_once_and_the_words_stay_for_their_writer(placed):
    show(placed)
    row = show(placed, name=False, district=False, about=False)
    assert (row.shown_name, row.shown_district, row.shown_about, row.about) == ("", "", "", "I count kerbs.")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"name": False}, "name_not_shown", "name"),
        ({"name": False, "about": False}, "name_not_shown", "name"),
        ({"text": "  "}, "nothing_said", "text"),
        ({"text": "x" * 401}, "too_long", "text"),
        ({"text": "x" * 401, "about": False}, "too_long", "text"),
    ],
)
def test_what_does_not_go_together_is_refused_with_a_reason(placed, said, code, field):
    with pytest.raises(errors.DomainError) as refused:
        show(placed, **said)
    assert (refused.value.code, refused.value.field) == (code, field)
    placed.refresh_from_db()
    assert not placed.shows_name


def test_the_trail_says_what_was_shown_and_none_of_the_words(placed):
    show(placed)
    event = AuditEvent.objects.get(act="membership.publish")
    assert event.after == "name district about"


@pytest.mark.parametrize("act", ACTS)
def test_only_the_member_may(member, sam, kit, act):
    for other in [sam, kit]:
        with pytest.raises(errors.NotAllowed):
            ACTS[act](member, other)


@pytest.mark.parametrize("act", ACTS)
def test_and_only_while_it_lasts(member, mo, act):
    membership.leave(member, by=mo)
    with pytest.raises(errors.WrongState):
        ACTS[act](member, mo)


def test_leaving_ends_it_today_and_hides_everything(placed, mo):
    show(placed)
    row = membership.leave(placed, by=mo)
    assert (row.status, row.ends_on, row.shown_name, row.about) == (Membership.Status.ENDED, timezone.localdate(), "", "")


def test_who_leaves_before_the_term_has_begun_was_never_on_it_for_longer_than_a_day(member, mo):
    soon = timezone.localdate() + timedelta(days=20)
    Membership.objects.update(starts_on=soon)
    assert membership.leave(member, by=mo).ends_on == soon


def test_who_is_erased_gives_up_the_seat_and_is_shown_no_more(placed, mo):
    show(placed)
    membership.forget(mo)
    mo.delete()
    placed.refresh_from_db()
    assert (placed.status, placed.person, placed.district, placed.shown_name) == (Membership.Status.ENDED, None, None, "")


def test_nothing_of_somebody_erased_is_shown_whatever_the_row_says(placed, mo):
    show(placed)
    mo.delete()
    placed.refresh_from_db()
    assert placed.shows_name
    assert (placed.shown_name, placed.shown_district, placed.shown_about) == ("", "", "")


@pytest.mark.parametrize("act", ACTS)
def test_the_public_page_changes_with_the_act(member, mo, act):
    before = page_cache.generation()
    ACTS[act](member, mo)
    assert page_cache.generation() > before
