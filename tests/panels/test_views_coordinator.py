"""The coordinator's pages over HTTP: whose they are, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import get_resolver, reverse
from django.utils import formats, timezone

from core.models import AuditEvent
from panels import campaigns, coordination, meetings, membership, moments, recruitment
from panels.models import Application, Campaign, Coordination, Meeting, Membership, Offer
from recompense import claims
from tests.factories.panels import (
    QUESTIONS,
    attend,
    make_application,
    make_campaign,
    make_meeting,
    make_member,
    make_offer,
    make_panel,
)
from tests.panels.test_forms_coordinator import campaign_typed, days_typed

OF_PANEL = ["desk_campaign_new", "desk_members", "desk_meetings", "desk_meeting_new"]
OF_CAMPAIGN = ["desk_campaign", "desk_campaign_extend", "desk_campaign_close", "desk_campaign_cancel", "desk_applications"]
DRAFTS = ["desk_campaign_revise", "desk_campaign_open", "desk_campaign_preview"]
OF_APPLICATION = ["desk_application", "desk_turn_down"]
PRESSED = ["desk_contact", "desk_shortlist", "desk_put_back"]
OF_MEMBER = ["desk_member", "desk_member_end"]
OF_MEETING = ["desk_meeting_move", "desk_meeting_cancel", "desk_attendance"]


def address(name, *keys):
    return reverse(f"panels:{name}", args=keys)


@pytest.fixture
def sent(campaign, ana):
    return make_application(campaign, ana)


@pytest.fixture
def meeting(panel, kit):
    return make_meeting(panel, kit)


@pytest.fixture
def desk(client, kit, second_factor):
    """Kit, signed in."""
    return second_factor(client, kit)


@pytest.fixture
def pages(panel, kit, campaign, sent, member, meeting, sam):
    """Every page of Kit's panel that can be opened as things stand."""
    draft = make_campaign(panel, kit, is_open=False)
    closed = campaigns.close(make_campaign(panel, kit), by=kit)
    shortlisted = recruitment.shortlist(make_application(campaign, sam), by=kit)
    offer = make_offer(make_application(campaign, kit.__class__.objects.create_user("x@example.com", display_name="X")), kit)
    return [
        *(address(name, panel.key) for name in OF_PANEL),
        *(address(name, campaign.key) for name in OF_CAMPAIGN),
        *(address(name, draft.key) for name in DRAFTS),
        address("desk_campaign_complete", closed.key),
        *(address(name, sent.key) for name in OF_APPLICATION),
        address("desk_offer", shortlisted.key),
        address("desk_take_back", offer.key),
        *(address(name, member.key) for name in OF_MEMBER),
        *(address(name, meeting.key) for name in OF_MEETING),
    ]


def ticked(*members):
    return {f"member_{row.key}": "on" for row in members} | {f"minutes_{row.key}": "90" for row in members}


def seen_on(response):
    """What the page carries of the state that it shows."""
    return re.search(r'name="seen" value="(\w+)"', response.content.decode())[1]


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# Whose they are -----------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_led_to_sign_in(client, pages):
    for url in [*pages, address("queue"), address("desk_campaigns"), address("coordinators")]:
        response = client.get(url)
        assert response.status_code == 302, url
        assert response.url.startswith(reverse("account_login")), url


def test_for_everybody_but_the_panels_own_coordinators_its_pages_do_not_exist(
    client, pages, sent, mo, ana, cora, adi, second_factor
):
    pressed = [address(name, sent.key) for name in PRESSED]
    for person in [mo, ana, cora, adi]:
        second_factor(client, person)
        for url in pages:
            assert client.get(url).status_code == 404, (person, url)
        for url in [*pages, *pressed]:
            assert client.post(url).status_code == 404, (person, url)
    assert Application.objects.get(pk=sent.pk).status == "submitted"


def test_the_queue_exists_for_coordinators_alone(client, mo, adi, cora, second_factor):
    for person, status in [(mo, 404), (adi, 404), (cora, 200)]:
        second_factor(client, person)
        assert {client.get(address(name)).status_code for name in ["queue", "desk_campaigns"]} == {status}


def test_whoever_is_released_finds_nothing_any_more(desk, kit, panel, sent):
    assert desk.get(address("desk_application", sent.key)).status_code == 200
    coordination.release(kit, panel, by=None)
    assert desk.get(address("desk_application", sent.key)).status_code == 404


def test_every_page_of_the_desk_is_tried_here_and_kept_nowhere(desk, pages):
    tried = {re.sub(r"[0-9a-f-]{36}", "", url) for url in pages}
    left_out = {
        re.sub(r"[0-9a-f-]{36}", "", address(name, "0" * 8 + "-0000-0000-0000-" + "0" * 12)) for name in [*PRESSED, "desk_next"]
    }
    known = {"/" + re.sub(r"<uuid:\w+>", "", str(pattern.pattern)) for pattern in get_resolver("panels.urls").url_patterns}
    desk_pages = {path for path in known if path.startswith("/coordinate/") and "/people/" not in path}
    assert desk_pages - tried - left_out == {"/coordinate/", "/coordinate/campaigns/", "/coordinate/told/"}
    for url in pages:
        response = desk.get(url)
        assert response.status_code == 200, url
        assert "no-store" in response["Cache-Control"], url


def test_addresses_hold_keys_and_no_name_of_a_panel(pages):
    for url in pages:
        assert re.fullmatch(r"/coordinate/([a-z]+/)?[0-9a-f-]{36}/([a-z-]+/)*", url), url


def test_the_way_to_the_desk_is_shown_to_whoever_may_go_there(client, home, kit, adi, second_factor):
    for person, is_shown in [(kit, True), (adi, False)]:
        second_factor(client, person)
        assert (address("queue") in client.get(reverse("account:home")).content.decode()) is is_shown


# The queue ----------------------------------------------------------------------------------------


def test_a_coordinator_without_a_panel_is_told_so_kindly(client, cora, second_factor):
    assert "An administrator puts coordinators in charge" in words(second_factor(client, cora).get(address("queue")))


def test_the_queue_says_what_to_do_next_and_leads_there(desk, sent, meeting):
    text = desk.get(address("queue")).content.decode()
    assert "Read 1 application" in text
    assert address("desk_attendance", meeting.key) in text
    response = desk.get(address("desk_next", sent.campaign.key))
    assert response.url == address("desk_application", sent.key) + "#reading"


def test_where_nothing_waits_the_queue_says_so(desk, campaign):
    assert "Nothing waits for you" in words(desk.get(address("queue")))


# Campaigns ----------------------------------------------------------------------------------------


def test_a_campaign_is_written_and_saved_as_a_draft(desk, panel):
    response = desk.post(address("desk_campaign_new", panel.key), campaign_typed(title="Two new seats"))
    campaign = Campaign.objects.get()
    assert response.url == address("desk_campaign", campaign.key)
    assert (campaign.title, campaign.status, campaign.questions.count()) == ("Two new seats", "draft", 2)


def test_a_rule_is_said_beside_its_field_and_everything_typed_is_kept(desk, panel):
    typed = campaign_typed(criterion_0="Knows buses", **days_typed(decides_on=2))
    response = desk.post(address("desk_campaign_new", panel.key), typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in text
    assert 'href="#id_decides_on_0">People cannot hear from you before it closes.' in text
    assert 'value="Knows buses"' in text
    assert 'value="noon"' in text
    assert not Campaign.objects.exists()


def test_another_question_comes_by_a_button_and_nothing_is_saved(desk, panel):
    response = desk.post(
        address("desk_campaign_new", panel.key), {"title": "Half", "question_0_prompt": "Why?", "add": "question"}
    )
    text = response.content.decode()
    assert response.status_code == 200
    assert 'id="id_question_1_prompt"' in text
    assert 'value="Half"' in text
    assert not Campaign.objects.exists()


def test_a_draft_is_opened_in_its_form_as_it_is(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    text = desk.get(address("desk_campaign_revise", draft.key)).content.decode()
    for value in [draft.title, "Knows the subject from life", "What would you change first?"]:
        assert f'value="{value}"' in text
    response = desk.post(address("desk_campaign_revise", draft.key), campaign_typed(title="Revised"))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Revised"


def test_of_two_who_change_a_draft_the_second_sees_what_the_first_wrote_and_keeps_their_words(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    url = address("desk_campaign_revise", draft.key)
    seen = seen_on(desk.get(url))
    assert seen_on(desk.post(url, {"add": "question", "seen": seen})) == seen
    campaigns.revise(draft, {"lead": "Written by somebody else."}, ["Listens"], [], by=kit)
    typed = campaign_typed(lead="Written here.")
    response = desk.post(url, typed | {"seen": seen})
    assert response.status_code == 422
    for said in ["This has changed since you opened it", "Written by somebody else.", "Written here."]:
        assert said in words(response)
    draft.refresh_from_db()
    assert draft.lead == "Written by somebody else."
    assert desk.post(url, typed | {"seen": seen_on(response)}).status_code == 302


def test_a_draft_that_was_changed_meanwhile_is_not_opened_unseen(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    url = address("desk_campaign_open", draft.key)
    seen = seen_on(desk.get(url))
    campaigns.revise(draft, {"lead": "Written by somebody else."}, ["Listens"], QUESTIONS, by=kit)
    assert desk.post(url, {"seen": seen}).status_code == 422
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_draft_shows_what_was_written_and_what_it_lacks(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    opens = address("desk_campaign_open", draft.key)
    text = desk.get(address("desk_campaign", draft.key)).content.decode()
    for said in [draft.lead, draft.looking_for, draft.pay, draft.place, opens]:
        assert said in text
    assert "&lt;p&gt;" not in text
    draft.criteria.all().delete()
    text = desk.get(address("desk_campaign", draft.key)).content.decode()
    assert "Write at least one criterion first" in text
    assert opens not in text
    assert "Open it to everybody" not in words(desk.get(opens))


def test_a_draft_that_offers_more_than_is_free_says_so_and_can_be_opened(desk, panel, kit, member):
    draft = make_campaign(panel, kit, is_open=False, seats=16)
    for name in ["desk_campaign", "desk_campaign_open"]:
        assert "The panel has 15 free seats, and this offers 16." in words(desk.get(address(name, draft.key)))
    assert desk.post(address("desk_campaign_open", draft.key)).status_code == 302


def test_what_was_closed_early_says_so_to_everybody(client, desk, campaign, kit):
    pages = [
        address("desk_campaigns"),
        address("queue"),
        address("desk_campaign", campaign.key),
        address("campaign", campaign.key),
    ]
    assert all("Closed early" not in words(desk.get(page)) for page in pages)
    campaigns.close(campaign, by=kit)
    said = f"Closed early, on {formats.date_format(timezone.localdate(), 'j F Y')}"
    assert all(said in words(desk.get(page)) for page in pages)


def test_a_panel_is_not_named_twice(desk, panel, kit):
    make_campaign(panel, kit, is_open=False, title=f"Four seats on the {panel}")
    assert f"Four seats on the {panel}, " not in words(desk.get(address("queue")))


def test_a_campaign_is_opened_extended_closed_and_completed(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)

    def press(name, **typed):
        response = desk.post(address(f"desk_campaign_{name}", draft.key), typed)
        draft.refresh_from_db()
        return response.status_code, draft.status

    assert press("open") == (302, "open")
    assert press("close") == (302, "closed")
    later = days_typed(closes_at=30, decides_on=50, starts_on=70)
    assert press("extend", closes_time="noon", **later) == (302, "open")
    assert timezone.localdate(draft.closes_at) == timezone.localdate() + timedelta(days=30)
    assert press("close") == (302, "closed")
    assert press("complete") == (302, "completed")


def test_a_draft_is_previewed_as_the_public_will_see_it_and_stays_a_draft(desk, panel, kit):
    draft = make_campaign(panel, kit, is_open=False)
    text = words(desk.get(address("desk_campaign_preview", draft.key)))
    for said in ["This is a preview", "Start your application", draft.looking_for, "What would you change first?"]:
        assert said in text
    draft.refresh_from_db()
    assert draft.status == "draft"
    campaigns.open_(draft, by=kit)
    assert desk.get(address("desk_campaign_preview", draft.key)).url == address("campaign", draft.key)


def test_what_an_act_refuses_is_said_on_its_page(desk, panel, kit, sent):
    campaigns.close(sent.campaign, by=kit)
    response = desk.post(address("desk_campaign_complete", sent.campaign.key))
    assert response.status_code == 422
    assert "1 person still waits to hear" in words(response)


def test_calling_off_says_how_many_are_told(desk, sent, django_capture_on_commit_callbacks):
    url = address("desk_campaign_cancel", sent.campaign.key)
    assert "1 person who waits to hear gets a message today" in words(desk.get(url))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url)
    empty = make_campaign(sent.campaign.panel, sent.campaign.panel.coordinations.get().person)
    assert "Nobody waits to hear, so nobody is written to" in words(desk.get(address("desk_campaign_cancel", empty.key)))
    assert [message.to for message in mail.outbox] == [[sent.applicant.email]]


def test_a_page_whose_time_is_over_leads_back_and_says_why(desk, campaign):
    response = desk.get(address("desk_campaign_open", campaign.key), follow=True)
    assert response.redirect_chain[0][0] == address("desk_campaign", campaign.key)
    assert "The present state is: Open." in words(response)


# Reading and deciding -----------------------------------------------------------------------------


def test_names_and_addresses_are_nowhere_before_somebody_asks_for_them(desk, sent, ana):
    for url in [address("desk_application", sent.key), address("desk_applications", sent.campaign.key)]:
        text = desk.get(url).content.decode()
        assert sent.reference in text
        assert ana.display_name not in text
        assert ana.email not in text


def test_contact_is_shown_by_a_press_and_noted_each_time(desk, sent, ana, kit):
    url = address("desk_contact", sent.key)
    assert desk.get(url).url == address("desk_application", sent.key)
    assert not AuditEvent.objects.filter(act="application.see_contact").exists()
    response = desk.post(url)
    assert ana.display_name in words(response)
    assert ana.email in words(response)
    assert AuditEvent.objects.get(act="application.see_contact").actor == kit.audit_key


def test_what_was_written_is_shown_whole_and_harmless(desk, sent, ana):
    question = sent.campaign.questions.first()
    recruitment.write(sent, {question: "One <b>bold</b> line\n\nand another"}, district=sent.district, by=ana)
    text = desk.get(address("desk_application", sent.key)).content.decode()
    assert "One &lt;b&gt;bold&lt;/b&gt; line</p>" in text


def test_shortlisting_leads_to_the_next_and_can_be_undone(desk, campaign, sent, sam):
    following = make_application(campaign, sam)
    seen = recruitment.version(sent)
    response = desk.post(address("desk_shortlist", sent.key), {"seen": seen})
    assert response.url == f"{address('desk_application', following.key)}?decided={sent.key}#reading"
    text = desk.get(response.url).content.decode()
    assert f"{sent.reference} is on the shortlist." in text
    assert "1 of 2 read" in text
    assert address("desk_put_back", sent.key) in text
    response = desk.post(address("desk_put_back", sent.key))
    assert response.url == f"{address('desk_application', sent.key)}?decided={sent.key}#reading"
    assert f"{sent.reference} is back among those that wait" in words(desk.get(response.url))
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_after_the_last_the_list_says_what_was_done(desk, sent):
    response = desk.post(address("desk_shortlist", sent.key), {"seen": recruitment.version(sent)}, follow=True)
    assert response.request["PATH_INFO"] == address("desk_applications", sent.campaign.key)
    assert "is on the shortlist" in words(response)


@pytest.mark.parametrize("decided", ["nonsense", "00000000-0000-0000-0000-000000000000", "%00"])
def test_word_of_a_decision_that_was_never_made_is_passed_over(desk, sent, decided):
    assert desk.get(address("desk_application", sent.key) + f"?decided={decided}").status_code == 200


def test_of_two_coordinators_the_second_is_told_kindly_and_loses_nothing(desk, sent, panel, kit, cora):
    coordination.assign(cora, panel, by=None)
    seen = recruitment.version(sent)
    recruitment.shortlist(sent, by=cora, seen=seen)
    assert "nothing was done. Its state is now: Shortlisted." in words(
        desk.post(address("desk_shortlist", sent.key), {"seen": seen}, follow=True)
    )
    feedback = "You know the timetable well."
    response = desk.post(address("desk_turn_down", sent.key), {"seen": seen, "feedback": feedback})
    text = response.content.decode()
    assert response.status_code == 422
    assert "nothing was done" in text
    assert feedback in text
    assert 'name="feedback"' not in text
    sent.refresh_from_db()
    assert sent.status == "shortlisted"


def test_an_offer_that_comes_too_late_shows_what_was_typed_and_no_button(desk, campaign, sent, sam, kit):
    following = make_application(campaign, sam)
    recruitment.shortlist(sent, by=kit)
    seen = seen_on(desk.get(address("desk_offer", sent.key)))
    make_offer(recruitment.unshortlist(sent, by=kit), kit)
    response = desk.post(address("desk_offer", sent.key), days_typed(answer_by=9) | {"seen": seen})
    assert response.status_code == 422
    assert moments.day(timezone.localdate() + timedelta(days=9)) in words(response)
    assert "Offer the place" not in words(response)
    for key in [sent.key, following.key]:
        assert address("desk_application", key) in response.content.decode()


def test_turning_down_mails_the_feedback_and_leads_on(desk, campaign, sent, sam, django_capture_on_commit_callbacks):
    following = make_application(campaign, sam)
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(
            address("desk_turn_down", sent.key), {"seen": recruitment.version(sent), "feedback": "Say more about others."}
        )
    assert response.url.startswith(address("desk_application", following.key))
    assert "We have written to" in words(desk.get(response.url))
    assert "Say more about others." in mail.outbox[-1].body


def test_no_feedback_is_asked_for_beside_its_box(desk, sent):
    response = desk.post(address("desk_turn_down", sent.key), {"feedback": " "})
    assert response.status_code == 422
    assert 'href="#id_feedback">Write what would help' in response.content.decode()


def test_an_offer_shows_term_and_seats_and_holds_the_place(desk, sent, kit):
    recruitment.shortlist(sent, by=kit)
    url = address("desk_offer", sent.key)
    assert "2 of 2" in words(desk.get(url))
    assert desk.post(url, days_typed(answer_by=10)).status_code == 302
    offer = Offer.objects.get()
    assert timezone.localtime(offer.answer_by).strftime("%H:%M") == "00:00"
    assert offer.application_id == sent.pk


def test_an_offer_that_cannot_be_made_says_why(desk, sent, kit):
    recruitment.shortlist(sent, by=kit)
    response = desk.post(address("desk_offer", sent.key), days_typed(answer_by=-1))
    assert response.status_code == 422
    assert 'href="#id_answer_by_0">Choose a day in the future' in response.content.decode()
    Campaign.objects.update(seats=1)
    make_offer(make_application(sent.campaign, kit.__class__.objects.create_user("y@example.com", display_name="Y")), kit)
    assert "All 1 seats are offered" in words(desk.post(address("desk_offer", sent.key), days_typed(answer_by=9)))


def test_an_offer_is_taken_back_after_a_word_of_what_it_does(desk, sent, kit):
    offer = make_offer(sent, kit)
    url = address("desk_take_back", offer.key)
    assert "back on the shortlist" in words(desk.get(url))
    desk.post(url)
    sent.refresh_from_db()
    assert sent.status == "shortlisted"
    assert "The present state is: Taken back." in words(desk.get(url, follow=True))


def test_ones_own_application_is_read_and_not_decided_on(desk, campaign, kit):
    own = make_application(campaign, kit)
    text = words(desk.get(address("desk_application", own.key)))
    assert "Somebody else must decide on it" in text
    assert "Turn down" not in text
    assert "Somebody else must decide" in words(desk.get(address("desk_turn_down", own.key), follow=True))
    assert "Somebody else must decide" in words(desk.post(address("desk_shortlist", own.key), follow=True))


def test_the_list_is_filtered_by_state_and_keeps_what_was_withdrawn_apart(desk, campaign, sent, sam, kit):
    gone = recruitment.withdraw(make_application(campaign, sam), by=sam)
    url = address("desk_applications", campaign.key)
    assert gone.reference not in words(desk.get(url))
    assert gone.reference in words(desk.get(url + "?state=withdrawn"))
    assert sent.reference in words(desk.get(url + "?state=submitted"))
    assert "None in this state" in words(desk.get(url + "?state=offered"))
    assert sent.reference in words(desk.get(url + "?state=%00nonsense&page=99"))


def test_an_application_that_was_withdrawn_says_so_and_offers_nothing(desk, campaign, sam):
    gone = recruitment.withdraw(make_application(campaign, sam), by=sam)
    text = words(desk.get(address("desk_application", gone.key)))
    assert "It was withdrawn" in text
    assert "Show name" not in text


def test_a_draft_of_an_applicant_is_not_there(desk, campaign, ana):
    unsent = make_application(campaign, ana, is_sent=False)
    assert desk.get(address("desk_application", unsent.key)).status_code == 404
    assert unsent.reference not in words(desk.get(address("desk_applications", campaign.key)))


# Members ------------------------------------------------------------------------------------------


def test_members_who_show_nothing_are_marked_so(desk, panel, member, person):
    make_member(panel, person("Ro Member"))
    Membership.objects.filter(person__display_name="Ro Member").update(shows_name=True)
    text = words(desk.get(address("desk_members", panel.key)))
    assert re.findall(r"What the public sees (Nothing|The name)", text) == ["Nothing", "The name"]
    assert "2 of 16 seats taken" in text


def test_a_role_is_set_and_a_membership_ended(desk, panel, member):
    desk.post(address("desk_member", member.key), {"role": "co_chair"})
    member.refresh_from_db()
    assert member.role == "co_chair"
    response = desk.post(address("desk_member", member.key), {"role": "king"})
    assert response.status_code == 422
    desk.post(address("desk_member_end", member.key))
    member.refresh_from_db()
    assert member.status == "ended"
    assert "Former members" in words(desk.get(address("desk_members", panel.key)))
    assert "The present state is: Ended." in words(desk.get(address("desk_member", member.key), follow=True))


def test_a_member_whose_account_is_gone_is_listed_without_a_name(desk, panel, member):
    Membership.objects.update(person=None)
    assert "Somebody whose account is gone" in words(desk.get(address("desk_members", panel.key)))


# Meetings -----------------------------------------------------------------------------------------


def test_a_meeting_is_planned_moved_and_called_off(desk, panel):
    typed = {**days_typed(starts_at=9), "from_time": "5.30 pm", "ends_at": "8 pm", "place": "Town hall"}
    desk.post(address("desk_meeting_new", panel.key), typed)
    meeting = Meeting.objects.get()
    assert timezone.localtime(meeting.ends_at).hour == 20
    assert 'value="5.30 pm"' in desk.get(address("desk_meeting_move", meeting.key)).content.decode()
    desk.post(address("desk_meeting_move", meeting.key), {**typed, "place": "Library"})
    meeting.refresh_from_db()
    assert meeting.place == "Library"
    desk.post(address("desk_meeting_cancel", meeting.key))
    meeting.refresh_from_db()
    assert meeting.status == "cancelled"


def test_a_meeting_that_ends_before_it_begins_keeps_what_was_typed(desk, panel):
    typed = {**days_typed(starts_at=9), "from_time": "5.30 pm", "ends_at": "noon", "place": "Town hall"}
    response = desk.post(address("desk_meeting_new", panel.key), typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_ends_at">It must end after it starts' in text
    assert 'value="Town hall"' in text


def test_attendance_is_prefilled_with_the_meetings_length_and_noted_at_once(desk, meeting, member):
    url = address("desk_attendance", meeting.key)
    assert f'name="minutes_{member.key}" value="150"' in desk.get(url).content.decode()
    response = desk.post(url, {f"member_{member.key}": "on", f"minutes_{member.key}": "90"})
    assert response.status_code == 302
    assert meeting.attendances.get().minutes == 90
    assert f'name="minutes_{member.key}" value="90"' in desk.get(url).content.decode()


@pytest.mark.parametrize(
    ("minutes", "said"), [("", "how many minutes"), ("1441", "from 1 to 1440"), ("two hours", "from 1 to 1440")]
)
def test_attendance_that_cannot_be_meant_is_kept_and_asked_back(desk, meeting, member, minutes, said):
    response = desk.post(
        address("desk_attendance", meeting.key), {f"member_{member.key}": "on", f"minutes_{member.key}": minutes}
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert f'href="#id_minutes_{member.key}"' in text
    assert " checked" in text
    assert not meeting.attendances.exists()


def test_saving_with_nobody_ticked_is_asked_back(desk, meeting, member, kit):
    response = desk.post(address("desk_attendance", meeting.key))
    assert response.status_code == 422
    assert "If nobody came, call the meeting off" in words(response)
    attend(meeting, member, kit)
    assert "cannot be without anybody" in words(desk.post(address("desk_attendance", meeting.key)))
    assert meeting.attendances.count() == 1


def test_a_correction_says_how_many_were_there(desk, meeting, member, kit):
    attend(meeting, member, kit)
    assert "The record is corrected: 1 was there." in words(
        desk.post(address("desk_attendance", meeting.key), ticked(member), follow=True)
    )


def test_what_somebody_else_noted_meanwhile_is_shown_and_not_wiped(desk, panel, person, meeting, member, kit):
    ro = make_member(panel, person("Ro Member"))
    url = address("desk_attendance", meeting.key)
    seen = seen_on(desk.get(url))
    attend(meeting, ro, kit, minutes=60)
    response = desk.post(url, ticked(member) | {"seen": seen})
    text = response.content.decode()
    assert response.status_code == 422
    assert "This has changed since you opened it" in text
    assert f"{member.name} , 90 minutes" in words(response)
    assert re.findall(r'name="member_([0-9a-f-]+)"[^>]* checked', text) == [str(ro.key)]
    assert [row.membership for row in meeting.attendances.all()] == [ro]
    assert desk.post(url, ticked(member, ro) | {"seen": seen_on(response)}).status_code == 302
    assert meeting.attendances.count() == 2


def test_a_mistake_in_a_field_hides_no_change_that_came_before_it(desk, meeting, member, kit):
    url = address("desk_attendance", meeting.key)
    seen = seen_on(desk.get(url))
    attend(meeting, member, kit)
    response = desk.post(url, {f"member_{member.key}": "on", "seen": seen})
    assert f"{member.name}: enter how many minutes" in words(response)
    assert seen_on(response) == seen


@pytest.mark.parametrize("name", ["desk_meeting_cancel", "desk_meeting_move"])
def test_a_meeting_that_was_moved_meanwhile_is_shown_as_it_is_before_anything_is_done(desk, panel, kit, name):
    meeting = make_meeting(panel, kit, ago=timedelta(days=-3))
    url = address(name, meeting.key)
    seen = seen_on(desk.get(url))
    begins = timezone.now() + timedelta(days=40)
    moved = meetings.move(meeting, starts_at=begins, ends_at=begins + timedelta(hours=1), place="Library", by=kit)
    typed = {**days_typed(starts_at=9), "from_time": "5.30 pm", "ends_at": "8 pm", "place": "Town hall"}
    response = desk.post(url, typed | {"seen": seen})
    assert response.status_code == 422
    assert "This has changed since you opened it" in words(response)
    assert moved.when in words(response)
    assert Meeting.objects.filter(status="planned", place="Library").exists()
    assert desk.post(url, typed | {"seen": seen_on(response)}).status_code == 302


def test_a_membership_that_changed_meanwhile_is_not_ended_unseen(desk, member, kit):
    url = address("desk_member_end", member.key)
    seen = seen_on(desk.get(url))
    membership.set_role(member, "chair", by=kit)
    assert desk.post(url, {"seen": seen}).status_code == 422
    member.refresh_from_db()
    assert member.status == "active"


def test_a_meeting_that_was_called_off_stays_among_those_to_come_until_its_day_has_passed(desk, panel, kit):
    off, past = (make_meeting(panel, kit, ago=timedelta(days=days)) for days in [-3, 3])
    for meeting in [off, past]:
        meetings.cancel(meeting, by=kit)
    to_come, _heading, before = words(desk.get(address("desk_meetings", panel.key))).partition(" Before ")
    assert f"{off.when} {off.place} Called off" in to_come
    assert off.when not in before
    assert past.when in before


def test_a_meeting_of_a_past_day_is_planned_with_a_word(desk, panel):
    typed = {**days_typed(starts_at=-9), "from_time": "5.30 pm", "ends_at": "8 pm", "place": "Town hall"}
    url = address("desk_meeting_new", panel.key)
    assert "This day is past. You can note who was there now." in words(desk.post(url, typed, follow=True))
    assert "There is a meeting at this time already" in words(desk.post(url, typed))
    assert "Check the year" in words(desk.post(url, {**typed, **days_typed(starts_at=-370)}))


def test_a_refusal_on_a_list_says_of_what(desk, meeting, member, kit):
    meetings.cancel(meeting, by=kit)
    assert f"{meeting.when}: This cannot be done now" in words(desk.get(address("desk_meeting_move", meeting.key), follow=True))
    membership.end(member, by=kit)
    assert f"{member.name}: This cannot be done now" in words(desk.get(address("desk_member", member.key), follow=True))


def test_a_record_that_was_claimed_for_says_so_beside_the_member(desk, panel, person, meeting, member, mo, kit, card):
    other = make_member(panel, person("Ro Member"))
    claims.start(attend(meeting, member, kit), by=mo)
    response = desk.post(address("desk_attendance", meeting.key), ticked(other))
    assert response.status_code == 422
    assert f'href="#id_member_{member.key}">{member.name} has begun a claim' in response.content.decode()


def test_a_posted_member_who_was_not_expected_is_passed_over(desk, meeting, member, person):
    stranger = make_member(make_panel("Mill Street Panel"), person("Ro Member"))
    desk.post(
        address("desk_attendance", meeting.key),
        {f"member_{key}": "on" for key in [member.key, stranger.key]} | {f"minutes_{member.key}": "60"},
    )
    assert [row.membership for row in meeting.attendances.all()] == [member]


# Administrators -----------------------------------------------------------------------------------


def test_only_administrators_put_people_in_charge(client, kit, adi, cora, panel, second_factor):
    release = address("coordinator_release", panel.key, kit.key)
    for person, status in [(kit, 404), (cora, 404), (adi, 200)]:
        second_factor(client, person)
        assert {client.get(url).status_code for url in [address("coordinators"), release]} == {status}


def test_somebody_is_put_in_charge_by_their_address_and_released(client, adi, cora, kit, panel, second_factor):
    second_factor(client, adi)
    client.post(address("coordinators"), {"panel": panel.key, "address": cora.email})
    assert Coordination.objects.filter(panel=panel, person=cora).exists()
    client.post(address("coordinator_release", panel.key, kit.key))
    assert [row.person for row in Coordination.objects.all()] == [cora]


@pytest.mark.parametrize(
    ("address_typed", "said"),
    [
        ("nobody@example.com", "Nobody has an account"),
        ("sam@example.com", "do not hold the role"),
        ("nonsense", "correct format"),
    ],
)
def test_an_address_that_cannot_be_put_in_charge_is_kept_and_said_kindly(
    client, adi, sam, panel, second_factor, address_typed, said
):
    second_factor(client, adi)
    response = client.post(address("coordinators"), {"panel": panel.key, "address": address_typed})
    assert response.status_code == 422
    assert said in words(response)
    assert f'value="{address_typed}"' in response.content.decode()


def test_whoever_is_in_charge_without_the_role_is_marked(client, adi, sam, panel, second_factor):
    coordination.assign(sam, panel, by=None)
    assert words(second_factor(client, adi).get(address("coordinators"))).count("does not hold the role") == 1


def test_administrators_keep_the_list_of_panels_in_the_editor(client, adi, home, panel, second_factor):
    second_factor(client, adi)
    url = reverse("wagtailsnippets_panels_panel:list")
    assert panel.name in client.get(url).content.decode()
    assert address("coordinators") in client.get(reverse("wagtailadmin_home")).content.decode()


# What it costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk_campaigns", "desk_applications", "desk_members", "desk_meetings"])
def test_a_list_costs_the_same_for_one_row_and_for_three(desk, panel, kit, person, name, django_assert_max_num_queries):
    campaign = make_campaign(panel, kit)
    url = address(name, *{"desk_campaigns": [], "desk_applications": [campaign.key]}.get(name, [panel.key]))
    desk.get(url)  # the first page of a session costs a little more
    counted = []
    for number in range(3):
        somebody = person(f"P{number} Person")
        make_application(campaign, somebody)
        attend(make_meeting(panel, kit, ago=timedelta(days=3 + number)), make_member(panel, somebody), kit)
        make_campaign(panel, kit, is_open=False)
        with django_assert_max_num_queries(60) as queries:
            assert desk.get(url).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] == counted[2], counted
