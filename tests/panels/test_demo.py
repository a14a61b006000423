"""The demonstration's panels: seven, with people whom nobody can take for real."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from panels import emails
from panels.demo import applications, pages, scene
from panels.models import Application, Attendance, Campaign, Meeting, Membership, Panel, PanelPage
from people.models import User

pytestmark = pytest.mark.usefixtures("reference_data")


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


def the_scene_is_set(mo, kit):
    assert Panel.objects.coordinated_by(kit).count() == 7
    assert [row.panel.name for row in Membership.objects.own(mo)] == ["Disabled People’s Panel"]
    assert Attendance.objects.of(mo).count() == 3
    assert {row.minutes for row in Attendance.objects.of(mo)} == {150}
    assert Campaign.objects.inviting().count() == 2


def a_hundred_and_sixty_people_sit_on_seven_panels_and_some_did():
    assert Membership.objects.current().count() == 160
    assert Membership.objects.filter(status=Membership.Status.ENDED).count() == 14


def no_panel_has_more_members_than_seats():
    for panel in Panel.objects.all():
        assert 0 < panel.memberships.current().count() <= panel.seats


def seven_campaigns_have_two_hundred_applications_in_every_state():
    states = Campaign.objects.order_by("status").values_list("status", flat=True)
    assert list(states) == ["cancelled", "closed", "completed", "completed", "draft", "open", "open"]
    assert Application.objects.count() == 200
    assert set(Application.objects.values_list("status", flat=True)) == set(Application.Status)
    closed = Campaign.objects.get(status=Campaign.Status.CLOSED)
    assert {"submitted", "shortlisted", "offered"} <= set(closed.applications.values_list("status", flat=True))


def a_hand_written_dozen_is_read_first_and_no_two_people_write_the_same():
    campaign = Campaign.objects.get(panel__name="Disabled People’s Panel")
    first = campaign.applications.filter(status="submitted").in_order()[:12]
    assert [row.name for row in first] == [writer.name for writer in applications.WRITERS]
    said = [tuple(answer.text for answer in row.answers.all()) for row in Application.objects.exclude(answers=None).distinct()]
    assert len(said) > 180
    assert len(set(said)) == len(said)


def nothing_that_is_over_lies_ahead_and_nothing_was_decided_before_it_was_sent():
    now = timezone.now()
    over = Campaign.objects.filter(status__in=["closed", "completed", "cancelled"])
    assert all(row.opens_at < row.closes_at < now for row in over)
    assert all(row.opens_at <= row.opened_at < now for row in Campaign.objects.published())
    sent = Application.objects.exclude(submitted_at=None).select_related("campaign")
    assert all(row.campaign.opens_at <= row.began_at <= row.submitted_at < now for row in sent)
    found = Campaign.objects.filter(status="completed")
    assert all(row.decides_on < row.starts_on < now.date() for row in found)
    members = Membership.objects.exclude(offer=None).select_related("offer__application")
    assert all(row.offer.application.submitted_at < row.offer.made_at < now for row in members)
    assert all(row.starts_on == row.offer.starts_on < now.date() for row in members)


def a_year_of_meetings_lies_behind_and_three_months_ahead():
    now = timezone.now()
    held, planned = (Meeting.objects.filter(status=status) for status in ["held", "planned"])
    assert (held.count(), Meeting.objects.filter(status="cancelled").count()) == (84, 1)
    assert held.earliest("starts_at").starts_at < now - timedelta(days=330)
    assert all(row.ends_at < now for row in held)
    assert all(row.starts_at > now for row in planned)
    assert planned.latest("starts_at").starts_at > now + timedelta(days=75)
    terms = Attendance.objects.select_related("membership", "meeting")
    assert all(row.membership.starts_on <= row.meeting.day <= row.membership.ends_on for row in terms)


def nobody_in_it_could_be_taken_for_real():
    invented = User.objects.filter(email__endswith="@people.example")
    assert invented.count() > 340
    assert all(person.display_name.endswith(" Example") for person in invented)


def young_people_are_not_named():
    youth = Panel.objects.get(name="Youth Combined Authority")
    assert youth.memberships.current().count() == 30
    assert not youth.memberships.filter(shows_name=True).exists()


def nothing_is_mailed_to_anybody():
    assert mail.outbox == []
    for application in Application.objects.filter(campaign__status="cancelled", status="unsuccessful"):
        emails.called_off.call(application.pk)  # what the queue will do
    assert mail.outbox == []


def test_all_of_this_holds_of_one_loading(home, kit, mo):
    """One, because loading it takes seconds."""
    scene.load(home, kit=kit, mo=mo)
    the_scene_is_set(mo, kit)
    for holds in [
        a_hundred_and_sixty_people_sit_on_seven_panels_and_some_did,
        no_panel_has_more_members_than_seats,
        seven_campaigns_have_two_hundred_applications_in_every_state,
        a_hand_written_dozen_is_read_first_and_no_two_people_write_the_same,
        nothing_that_is_over_lies_ahead_and_nothing_was_decided_before_it_was_sent,
        a_year_of_meetings_lies_behind_and_three_months_ahead,
        nobody_in_it_could_be_taken_for_real,
        young_people_are_not_named,
        nothing_is_mailed_to_anybody,
    ]:
        holds()
