"""The first page after signing in says what waits for whom, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import Forwarder
from panels import meetings
from people import roles
from recompense import claims, payments
from recompense.models import Claim
from tests.factories.outside_store import FACTS
from tests.factories.panels import attend, make_application, make_meeting, make_member, make_offer
from tests.factories.recompense import make_approved, make_checked, make_draft, make_run, make_submitted
from website import dashboard


def titles(person) -> list[str]:
    return [str(item.title) for item in dashboard.todo(person)]


def test_a_stranger_is_asked_to_sign_in(client, db):
    assert client.get(reverse("dashboard")).url.startswith(reverse("account_login"))


def test_nothing_waits_for_somebody_new(client, sam):
    client.force_login(sam)
    assert "Nothing waits for you" in client.get(reverse("dashboard")).content.decode()


def test_an_applicant_is_led_to_a_draft_and_to_an_offer(ana, kit, campaign, person):
    draft = make_application(campaign, ana, is_sent=False)
    assert titles(ana) == ["Finish your application"]
    draft.delete()
    make_offer(make_application(campaign, ana), kit)
    assert titles(ana) == ["Answer our offer of a place"]


def test_a_member_is_led_to_the_meeting_the_draft_and_the_question(card, member, mo, kit, cas):
    attend(make_meeting(member.panel, kit), member, kit)
    assert titles(mo) == ["Claim £82.50"]
    make_draft(member, kit, ago=timedelta(days=4))
    asked = make_submitted(member, kit, ago=timedelta(days=9))
    claims.ask(asked, "Which bus was it?", by=cas)
    assert titles(mo) == ["Answer a question about your claim", "Claim £82.50", "Send your claim"]


def test_a_new_member_is_asked_once_what_may_be_shown(panel, mo):
    member = make_member(panel, mo, since=None)
    member.starts_on = member.starts_on.today()
    member.save(update_fields=["starts_on"])
    assert titles(mo) == ["Choose what the public may see of you"]


def test_one_press_begins_the_claim_of_a_meeting(client, card, member, mo, kit):
    attend(make_meeting(member.panel, kit), member, kit)
    client.force_login(mo)
    [item] = dashboard.todo(mo)
    assert client.post(item.url).url == reverse("recompense:claim", args=[Claim.objects.get().key])


def test_a_coordinator_is_led_to_what_waits_on_their_own_panels(kit, campaign, ana, member, person):
    make_application(campaign, ana)
    make_meeting(member.panel, kit)
    assert [task.kind for task in dashboard.coordinating(kit)] == ["note", "read"]
    assert dashboard.coordinating(person("Lou Elsewhere")) == []


def test_the_page_of_a_coordinator_shows_what_waits(client, kit, campaign, ana, second_factor):
    make_application(campaign, ana)
    assert "Read 1 application" in second_factor(client, kit).get(reverse("dashboard")).content.decode()


def test_a_member_sees_that_a_meeting_is_called_off_until_its_day_is_over(client, member, mo, kit):
    meeting = make_meeting(member.panel, kit, ago=-timedelta(days=2))
    client.force_login(mo)
    assert "Called off" not in client.get(reverse("dashboard")).content.decode()
    meetings.cancel(meeting, by=kit)
    assert "Called off" in client.get(reverse("dashboard")).content.decode()


@pytest.mark.parametrize(("make", "who", "said"), [("submitted", "cas", "Check 1 claim"), ("checked", "pat", "Approve 1 claim")])
def test_finance_is_led_to_what_each_may_do(card, member, kit, cas, pat, fin, make, who, said):
    make_submitted(member, kit) if make == "submitted" else make_checked(member, kit, cas)
    people = {"cas": cas, "pat": pat, "fin": fin}
    assert {name: titles(person) for name, person in people.items() if titles(person)} == {who: [said]}


def test_whoever_pays_is_led_to_what_was_approved(card, member, kit, cas, pat, fin):
    make_approved(member, kit, cas, pat)
    assert titles(fin) == ["Pay 1 claim"] and titles(cas) == titles(pat) == []


def test_whoever_pays_is_led_to_the_runs_that_wait_for_them(card, member, kit, cas, pat, fin, person):
    make_approved(member, kit, cas, pat)
    run = make_run(fin)
    assert titles(fin) == ["Make the file for £82.50"]
    payments.export(run, by=fin)
    assert titles(fin) == ["Mark £82.50 as paid"]
    roles.grant(pat, "finance officer")
    assert titles(type(pat).objects.get(pk=pat.pk)) == []


def test_nobody_is_led_to_their_own_claim(card, panel, kit, cas):
    make_submitted(make_member(panel, cas), kit)
    assert "Check 1 claim" not in titles(cas)


def test_an_administrator_is_led_to_a_record_store_that_has_taken_nothing_for_minutes(synced_roles, adi, val):
    row = Forwarder.objects.create(
        endpoint="https://lrs.example.org/xapi/", **FACTS, last_failure="It did not answer.", attempts=2
    )
    said = "See why statements do not arrive"
    assert said not in titles(adi)
    Forwarder.objects.update(attempts=dashboard.FAILURES)
    (item,) = [item for item in dashboard.todo(adi) if item.title == said]
    assert (item.url, item.hint) == (reverse("learning:forwarder", args=[row.key]), row.name)
    assert said not in titles(val)
    Forwarder.objects.update(is_active=False)
    assert said not in titles(adi)


def test_the_page_costs_the_same_however_much_waits(client, card, member, mo, kit):
    client.force_login(mo)
    make_draft(member, kit, ago=timedelta(days=3))
    queries(client)  # the menu is kept from the first page on
    one = queries(client)
    for days in [5, 7]:
        make_draft(member, kit, ago=timedelta(days=days))
    assert Claim.objects.count() == 3
    queries(client)
    assert queries(client) == one


def queries(client) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(reverse("dashboard")).status_code == 200
    return len(found)
