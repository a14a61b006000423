"""The demonstration's panels: seven, with people whom nobody can take for real."""

import pytest
from django.core import mail

from panels.demo import applications, pages, scene
from panels.models import Application, Attendance, Campaign, Membership, Panel, PanelPage
from people.models import User

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def loaded(home, kit, mo):
    scene.load(home, kit=kit, mo=mo)


def test_every_file_is_a_page_that_says_it_is_a_demonstration_and_where_its_facts_come_from(home):
    panels = pages.load(home)
    assert list(panels) == pages.ORDER
    for page in PanelPage.objects.all():
        assert "Demonstration content" in str(page.body)
        text = str(page.questions)
        assert 'Source: <a href="https://' in text
        assert "made up" in text
        assert len(page.summary) < 160


def test_every_panel_has_advice_with_different_ends_which_an_editor_could_have_written(home):
    pages.load(home)
    for page in PanelPage.objects.all():
        given = [block.value for block in page.advice]
        assert 3 <= len(given) <= 4
        assert {"done", "planned", "not_done"} <= {value["status"] for value in given}
        assert all(value["to"].startswith("Example ") for value in given)
        for block in page.advice:
            block.block.clean(block.value)


def test_loading_twice_makes_nothing_twice(home):
    pages.load(home)
    pages.load(home)
    assert (Panel.objects.count(), PanelPage.objects.count()) == (7, 7)


def test_the_scene_is_set(loaded, mo, kit):
    assert Panel.objects.coordinated_by(kit).count() == 7
    assert [row.panel.name for row in Membership.objects.own(mo)] == ["Disabled People’s Panel"]
    assert Attendance.objects.of(mo).count() == 3
    assert Campaign.objects.inviting().count() == 2
    closed = Campaign.objects.get(status=Campaign.Status.CLOSED)
    assert set(closed.applications.values_list("status", flat=True)) == {"submitted", "shortlisted", "offered"}


def test_nobody_in_it_could_be_taken_for_real(loaded):
    invented = User.objects.filter(email__endswith="@people.example")
    assert invented.count() > 90
    assert all(person.display_name.endswith(" Example") for person in invented)


def test_young_people_are_not_named(loaded):
    youth = Panel.objects.get(name="Youth Combined Authority")
    assert youth.memberships.count() == 17
    assert not youth.memberships.filter(shows_name=True).exists()


def test_no_panel_has_more_members_than_seats(loaded):
    for panel in Panel.objects.all():
        assert panel.memberships.current().count() <= panel.seats


def test_nothing_is_mailed_to_whoever_tries_it_out(loaded):
    assert not [message for message in mail.outbox if "demo.example" in message.to[0]]
    assert Application.objects.count() == 8 + len(applications.WRITERS)
