"""A member's pages: prefilled, kind to slips, kept by no browser, and nobody else's."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import money, uploads
from panels.models import Attendance
from recompense import claims, rates, receipts
from recompense.models import Claim, Line, Payee, Receipt
from tests.conftest import PASSWORD
from tests.factories.panels import attend, make_meeting
from tests.factories.recompense import (
    bus,
    cost,
    make_approved,
    make_card,
    make_checked,
    make_draft,
    make_paid,
    make_payee,
    make_run,
    make_submitted,
    photo,
)

pytestmark = pytest.mark.django_db
TYPED = {"name": "M Example", "sort_code": "30-94-30", "account_number": "00733445", "roll_number": ""}


@pytest.fixture
def browser(client, home, mo):
    client.force_login(mo)
    return client


@pytest.fixture
def attendance(card, member, kit):
    return attend(make_meeting(member.panel, kit), member, kit)


@pytest.fixture
def draft(card, member, kit):
    return make_draft(member, kit)


@pytest.fixture
def payee(mo):
    return make_payee(mo)


def address(name, *given):
    return reverse(f"recompense:{name}", args=given)


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def words(answer) -> str:
    """What a reader sees, without tags."""
    body = re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(body).split())


def add(claim, code):
    return address("add_cost", claim.key, rates.card_on(claim.day).rates.get(code=code).key)


def image(name="photo.jpg", colour="white"):
    return SimpleUploadedFile(name, photo(colour).read(), "image/jpeg")


# My claims -----------------------------------------------------------------------------------------


def test_whoever_was_at_a_meeting_is_offered_its_sum_in_one_press(browser, attendance):
    day = attendance.meeting.day
    page = words(browser.get(address("claims")))
    assert f"Claim £82.50 for {day:%-d %B}" in page
    assert f"Send it by {day + timedelta(days=90):%-d %B %Y}." in page


def test_who_has_nothing_to_claim_is_told_so_kindly(browser, card):
    assert "Nothing to claim for yet" in words(browser.get(address("claims")))


def test_a_meeting_that_is_not_there_can_be_told_of(browser, card):
    assert "Were you at a meeting that is not here? Write to" in words(browser.get(address("claims")))


def test_a_late_meeting_can_still_be_claimed_for(browser, card, member, kit):
    attend(make_meeting(member.panel, kit, ago=timedelta(days=100)), member, kit)
    assert "Late, and still open" in words(browser.get(address("claims")))


def test_a_meeting_without_rates_says_so_and_has_no_button(browser, member, kit):
    attend(make_meeting(member.panel, kit), member, kit)
    page = browser.get(address("claims"))
    assert "There are no rates for this day yet" in words(page)
    assert "recompense/start" not in text(page)


def test_every_state_stands_in_plain_words_with_its_sum(browser, card, member, kit, cas, pat, fin, mo):
    make_paid(member, kit, cas, pat, fin, ago=timedelta(days=20))
    claims.ask(make_submitted(member, kit, ago=timedelta(days=9)), "Which bus?", by=cas)
    make_draft(member, kit, ago=timedelta(days=8))
    make_submitted(member, kit, ago=timedelta(days=7))
    make_checked(member, kit, cas, ago=timedelta(days=6))
    claims.reject(make_checked(member, kit, cas, ago=timedelta(days=5)), "No.", by=pat)
    make_approved(member, kit, cas, pat, ago=timedelta(days=4))
    page = words(browser.get(address("claims")))
    for state in [
        *["We have a question", "Not sent yet", "We are checking it", "Checked. A second person looks at it"],
        *["Approved. It goes with the next payments", "Not paid", f"Paid on {timezone.localdate():%-d %B %Y} £82.50"],
    ]:
        assert state in page
    assert page.index("We have a question") < page.index("Not sent yet") < page.index("We are checking it")


def test_old_claims_are_turned_over_in_pages(browser, card, member, kit, mo):
    for number in range(21):
        claims.withdraw(make_submitted(member, kit, ago=timedelta(days=2 + number)), by=mo)
    first, second = browser.get(address("claims")), browser.get(address("claims") + "?page=2")
    assert "Page 1 of 2" in words(first)
    assert len(re.findall("You withdrew it", words(second))) == 1


def test_lists_cost_the_same_for_one_and_for_three(browser, card, member, kit, cas, pat, fin, mo):
    def make_one_of_each(number):
        ago = timedelta(days=10 * number)
        make_paid(member, kit, cas, pat, fin, ago=ago + timedelta(days=2))
        draft = make_draft(member, kit, ago=ago + timedelta(days=3))
        claims.add_line(draft, bus(draft), by=mo)
        make_submitted(member, kit, ago=ago + timedelta(days=4))
        attend(make_meeting(member.panel, kit, ago=ago + timedelta(days=5)), member, kit)

    make_one_of_each(0)
    browser.get(address("claims"))
    with CaptureQueriesContext(connection) as one:
        browser.get(address("claims"))
    make_one_of_each(1)
    make_one_of_each(2)
    browser.get(address("claims"))  # the menu is read again after each act that the public may see
    with CaptureQueriesContext(connection) as three:
        browser.get(address("claims"))
    assert len(one) == len(three)


# Beginning -----------------------------------------------------------------------------------------


def test_starting_is_one_press_and_twice_leads_to_the_same_claim(browser, attendance):
    first = browser.post(address("start", attendance.key))
    assert browser.post(address("start", attendance.key)).url == first.url
    assert first.url == address("claim", Claim.objects.get().key)
    assert browser.get(address("start", attendance.key)).status_code == 405


def test_a_meeting_that_somebody_was_not_at_is_not_found(client, home, attendance, sam):
    client.force_login(sam)
    assert client.post(address("start", attendance.key)).status_code == 404
    assert client.post(address("start", uuid.uuid4())).status_code == 404
    assert not Claim.objects.exists()


def test_work_outside_a_meeting_is_begun_with_a_day_and_a_few_words(browser, card, member):
    day = timezone.localdate() - timedelta(days=3)
    typed = {"day_day": day.day, "day_month": day.month, "day_year": day.year, "what_for": "Read the plan for the square"}
    answer = browser.post(address("other"), typed)
    claim = Claim.objects.get()
    assert answer.url == add(claim, "HOURLY")
    page = words(browser.get(answer.url))
    assert "Your time For: Read the plan for the square. Other agreed work: £27.50 for each hour" in page
    assert "How many hours?" in page
    assert "Was it something else? Short document review" in page
    assert browser.post(answer.url, {"quantity": "2"}).url == address("claim", claim.key)
    assert browser.post(address("other"), typed).url == address("claim", claim.key), "its hours are there already"
    assert "For: Read the plan for the square, on" in words(browser.get(address("claim", claim.key)))


def test_work_without_its_hours_asks_for_them_under_your_time_and_names_no_sum(browser, card, member, mo, payee):
    claim = claims.start_other(timezone.localdate(), "Read a plan", by=mo)
    page = words(browser.get(address("claim", claim.key)))
    assert page.index("Your time") < page.index("Add: Other agreed work") < page.index("Your costs")
    for unsaid in ["£0.00", "You are asking for", "Send my claim"]:
        assert unsaid not in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (("", "", ""), "Enter the day of the work"),
        (("31", "2", "2026"), "Enter a real date"),
        (("1", "1", "2999"), "Enter a day that is not in the future"),
        (("1", "1", "2001"), "You were not a member on that day"),
    ],
)
def test_a_day_that_cannot_be_is_named_beside_its_field_and_the_words_are_kept(browser, card, member, day, said):
    typed = {"day_day": day[0], "day_month": day[1], "day_year": day[2], "what_for": "Read the plan"}
    answer = browser.post(address("other"), typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="Read the plan"' in text(answer)
    assert "<title>Error: " in text(answer)


# Checking and sending ------------------------------------------------------------------------------


def test_the_claim_comes_prefilled_and_its_button_names_the_sum(browser, draft, payee, mo):
    claims.add_line(draft, cost(draft, "CAR", quantity=Decimal(12)), by=mo)
    page = words(browser.get(address("claim", draft.key)))
    for said in [
        *["We filled in what we already knew", "£82.50", "12 miles £5.40", "M Example, ending 3445"],
        *["You are asking for £87.90", "Send my claim for £87.90", "If you get benefits", str(claims.DECLARATIONS[-1])],
    ]:
        assert said in page
    assert "00733445" not in text(browser.get(address("claim", draft.key)))


def test_the_note_on_benefits_is_guidance_with_a_date_and_a_source_and_says_whom_to_ask(browser, draft):
    page = words(browser.get(address("claim", draft.key)))
    for said in ["may count", "we cannot decide it", "Citizens Advice", "Social Care Institute for Excellence", "November 2026"]:
        assert said in page


def test_without_a_fee_nobody_is_told_about_benefits(browser, draft, mo, payee):
    claims.remove_line(draft.lines.get(), by=mo)
    claims.add_line(draft, bus(draft), by=mo)
    assert "If you get benefits" not in words(browser.get(address("claim", draft.key)))


def test_without_an_account_the_next_step_is_to_name_one(browser, draft):
    page = text(browser.get(address("claim", draft.key)))
    assert "Next: where the money goes" in page
    assert f'href="{address("first_account", draft.key)}"' in page
    assert "Send my claim" not in page


def send(browser, claim, total="82.50", **typed):
    return browser.post(address("claim", claim.key), {"total": total, **typed})


def test_sending_leads_to_a_page_that_says_it_is_sent_and_what_comes(browser, draft, payee):
    answer = send(browser, draft)
    assert answer.url == address("claim", draft.key)
    page = words(browser.get(answer.url))
    for said in ["£82.50 You have sent your claim", "You need do nothing now", "We check it against our records"]:
        assert said in page


def test_sent_twice_it_is_sent_once_and_nothing_is_wrong(browser, draft, payee):
    first, second = send(browser, draft), send(browser, draft)
    assert (second.status_code, second.url) == (302, first.url)
    assert Claim.objects.get().status == "submitted"


def test_when_the_sum_has_changed_nothing_is_sent_and_the_new_one_is_shown(browser, draft, payee, mo):
    claims.add_line(draft, bus(draft), by=mo)
    answer = send(browser, draft, total="82.50")
    assert answer.status_code == 422
    assert "it is £87.10 now" in words(answer)
    assert "Send my claim for £87.10" in words(answer)
    assert Claim.objects.get().status == "draft"


@pytest.mark.parametrize("total", ["", "much", "NaN", "9" * 400])
def test_a_sum_that_cannot_be_read_stops_nobody(browser, draft, payee, total):
    assert send(browser, draft, total=total).status_code in {302, 422}


def test_a_missing_receipt_is_named_beside_its_cost_and_in_the_summary(browser, draft, payee, mo):
    line = claims.add_line(draft, bus(draft, "12.00"), by=mo)
    answer = send(browser, draft, total="94.50")
    assert answer.status_code == 422
    said = "Add a photo of the receipt for “Bus, tram or train”, or say that it is lost"
    assert words(answer).count(said) == 2
    assert f'href="#line_{line.key}"' in text(answer)
    assert f'id="line_{line.key}"' in text(answer)
    assert "<title>Error: " in text(answer)


def test_a_late_claim_is_asked_why_and_the_reason_is_kept(browser, card, member, kit, payee):
    claim = make_draft(member, kit, ago=timedelta(days=100))
    assert "Why does it come late?" in words(browser.get(address("claim", claim.key)))
    refused = send(browser, claim)
    assert refused.status_code == 422
    assert "Say why it comes late: you can still be paid" in words(refused)
    assert send(browser, claim, late_reason="I was in hospital.").status_code == 302
    assert Claim.objects.get().late_reason == "I was in hospital."


def test_a_page_opened_after_a_correction_shows_the_corrected_fee(browser, draft, kit, member, payee):
    claims_before = words(browser.get(address("claim", draft.key)))
    assert "£82.50" in claims_before
    Attendance.objects.filter(pk=draft.attendance_id).update(minutes=300)
    page = words(browser.get(address("claim", draft.key)))
    assert "Send my claim for £165.00" in page


def test_a_question_stands_on_top_and_the_claim_can_be_mended(browser, card, member, kit, cas):
    claim = claims.ask(make_submitted(member, kit), "The photo cuts off the date.", by=cas)
    page = words(browser.get(address("claim", claim.key)))
    assert page.index("The photo cuts off the date.") < page.index("Your time")
    assert "Send my claim for £82.50" in page


# Costs ---------------------------------------------------------------------------------------------


def test_every_kind_of_cost_is_offered_with_its_rule_and_what_is_booked_is_told(browser, draft):
    page = words(browser.get(address("claim", draft.key)))
    for said in [
        *["Bus, tram or train What you paid. Receipt needed above £10", "Up to £20 for each hour"],
        *["45p for each mile", "Food and drink", "Access costs", "British Sign Language interpreter"],
        "You pay nothing and claim nothing",
    ]:
        assert said in page
    assert "Other agreed work" not in page


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("CAR", {"quantity"}),
        ("PUBLIC_TRANSPORT", {"spent", "receipt", "receipt_is_lost"}),
        ("TAXI", {"spent", "reason", "receipt", "receipt_is_lost"}),
        ("MEAL", {"spent", "hours_away", "receipt", "receipt_is_lost"}),
        ("SUPPORT_WORKER_PA", {"quantity", "spent", "receipt", "receipt_is_lost"}),
        ("DATA_PHONE", {"spent"}),
    ],
)
def test_a_form_asks_only_what_its_kind_needs(browser, draft, code, fields):
    page = text(browser.get(add(draft, code)))
    asked = set(re.findall(r'name="(\w+)"', page.partition("<main")[2])) - {"csrfmiddlewaretoken", "line"}
    assert asked == fields


def test_a_photo_may_come_from_the_camera_the_gallery_or_a_file(browser, draft):
    (field,) = re.findall(r'<input type="file"[^>]*>', text(browser.get(add(draft, "TAXI"))))
    assert 'accept="image/*,application/pdf"' in field
    assert "multiple" in field
    assert "capture" not in field


def test_each_cost_leads_back_to_the_claim_where_it_can_be_seen(browser, draft):
    assert browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "£4.60"}).url == address("claim", draft.key)
    assert browser.post(add(draft, "CAR"), {"quantity": "12 miles"}).url == address("claim", draft.key)
    assert [str(line.quantity or line.spent) for line in draft.lines.filter(rate__category="travel")] == ["4.60", "12.00"]


@pytest.mark.parametrize(
    ("code", "typed", "kept"),
    [
        ("PUBLIC_TRANSPORT", {"spent": " £ 4,60 "}, {"spent": "4.60"}),
        ("PUBLIC_TRANSPORT", {"spent": "50p"}, {"spent": "0.50"}),
        ("CAR", {"quantity": "12,50"}, {"quantity": "12.50"}),
        ("SUPPORT_WORKER_PA", {"quantity": "2:30", "spent": "40"}, {"quantity": "2.50", "spent": "40.00"}),
        ("SUPPORT_WORKER_PA", {"quantity": "3 hours", "spent": "40"}, {"quantity": "3.00"}),
        ("MEAL", {"spent": "8.40", "hours_away": "6"}, {"hours_away": "6"}),
    ],
)
def test_what_people_type_is_read_kindly(browser, draft, payee, code, typed, kept):
    assert browser.post(add(draft, code), typed).status_code == 302
    line = draft.lines.get(rate__code=code)
    assert {name: str(getattr(line, name)) for name in kept} == kept


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("PUBLIC_TRANSPORT", {"spent": "£1,2O"}, "“£1,2O” has the letter O in it. Type the figure 0 in its place"),
        ("PUBLIC_TRANSPORT", {"spent": ""}, "Enter what you paid, like 12.50"),
        ("PUBLIC_TRANSPORT", {"spent": "0"}, "Enter an amount above £0"),
        ("PUBLIC_TRANSPORT", {"spent": "99999999"}, "That is more than we can take here. Check the figure"),
        ("PUBLIC_TRANSPORT", {"spent": "9999999999"}, "That is more than we can take here. Check the figure"),
        (
            "PUBLIC_TRANSPORT",
            {"spent": "30", "receipt_is_lost": "on"},
            "Without a receipt we can pay up to £25.00 for “Bus, tram or train”",
        ),
        ("CAR", {"quantity": "far"}, "Enter a number, like 12.5"),
        ("CAR", {"quantity": "5000"}, "Enter a number above 0, and at most 1,000"),
        ("TAXI", {"spent": "5"}, "Say in a few words why you needed it"),
        ("MEAL", {"spent": "5", "hours_away": "3"}, "This is paid when you were away for 5 hours or more"),
        ("MEAL", {"spent": "5", "hours_away": "all day"}, "Enter the hours as a whole number, like 6"),
        ("MEAL", {"spent": "5", "hours_away": "99999"}, "at most 96"),
    ],
)
def test_a_slip_is_named_beside_its_field_and_what_was_typed_stays(browser, draft, code, typed, said):
    answer = browser.post(add(draft, code), typed)
    assert answer.status_code == 422
    assert words(answer).count(said) == 2  # above, and beside the field
    for name in typed.keys() - {"receipt_is_lost"}:
        assert not typed[name] or f'value="{typed[name]}"' in text(answer)
    assert draft.lines.count() == 1


def test_a_photo_that_came_with_a_slip_is_kept_and_added_when_the_slip_is_mended(browser, draft, payee):
    answer = browser.post(add(draft, "TAXI"), {"spent": "£1,2O", "reason": "No tram.", "receipt": image()})
    held = Receipt.objects.get()
    assert held.line is None
    assert f'name="kept" value="{held.key}"' in text(answer)
    assert "No tram." in text(answer)
    mended = {"spent": "12.00", "reason": "No tram.", "kept": str(held.key), "line": line_of(answer)}
    assert browser.post(add(draft, "TAXI"), mended).status_code == 302
    line = draft.lines.get(rate__code="TAXI")
    assert list(line.receipts.all()) == [held]


def line_of(answer) -> str:
    return re.search(r'name="line" value="([0-9a-f-]{36})"', text(answer))[1]


def test_a_held_photo_that_is_not_wanted_is_left_behind(browser, draft, payee):
    browser.post(add(draft, "TAXI"), {"spent": "x", "reason": "No tram.", "receipt": image()})
    browser.post(add(draft, "TAXI"), {"spent": "12.00", "reason": "No tram."})
    assert draft.lines.get(rate__code="TAXI").receipts.count() == 0


def test_a_held_photo_of_somebody_elses_is_not_taken(browser, draft, payee, panel, kit, person):
    ola = person("Ola Other")
    theirs = make_draft(panel.memberships.create(person=ola, starts_on=timezone.localdate() - timedelta(days=99)), kit)
    held = receipts.hold(theirs, photo(), by=ola)
    browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "4.60", "kept": [str(held.key), "no key"]})
    held.refresh_from_db()
    assert held.line is None


def test_a_cost_sent_twice_is_there_once(browser, draft, payee):
    typed = {"spent": "4.60", "line": line_of(browser.get(add(draft, "PUBLIC_TRANSPORT")))}
    for _each in range(2):
        assert browser.post(add(draft, "PUBLIC_TRANSPORT"), typed).status_code == 302
    assert draft.lines.filter(rate__code="PUBLIC_TRANSPORT").count() == 1


def test_several_photos_come_at_once_and_a_bad_one_is_named_while_the_good_ones_are_kept(browser, draft, payee):
    files = [image("a.jpg"), SimpleUploadedFile("b.jpg", b"Dear checker"), image("c.jpg", "black")]
    answer = browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "12.00", "receipt": files})
    assert answer.status_code == 422
    assert "b.jpg: We cannot read this file. Send a photo (JPEG, PNG or HEIC) or a PDF" in words(answer)
    assert receipts.waiting(draft).count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty. Take the photo again"),
        (b"words", "We cannot read this file"),
        (b"%PDF-1.4", "We cannot read this PDF"),
    ],
)
def test_a_file_that_is_none_is_named_beside_the_field(browser, draft, payee, content, said):
    typed = {"spent": "12.00", "receipt": SimpleUploadedFile("photo.jpg", content, "image/jpeg")}
    answer = browser.post(add(draft, "PUBLIC_TRANSPORT"), typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="12.00"' in text(answer)
    assert draft.lines.count() == 1


def test_a_photo_of_a_hundred_megabytes_is_refused_beside_the_field_and_stays_on_disk(browser, draft, payee, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 3_000_000)  # over what Django keeps in memory
    large = SimpleUploadedFile("photo.jpg", b"\xff\xd8" + b"\x00" * 3_000_001, "image/jpeg")
    answer = browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "12.00", "receipt": large})
    assert answer.status_code == 422
    assert "The file is larger than 20 MB" in words(answer)


def test_a_cost_is_changed_with_its_photos_in_sight(browser, draft, payee, mo):
    line = claims.add_line(draft, bus(draft, "12.00"), by=mo)
    receipt = receipts.add(line, photo(), by=mo)
    page = text(browser.get(address("change_cost", draft.key, line.key)))
    assert f'src="{address("receipt", receipt.key, 1)}"' in page
    assert 'value="12.00"' in page
    answer = browser.post(
        address("change_cost", draft.key, line.key), {"spent": "13.00", "receipt": image(colour="black"), "receipt_is_lost": ""}
    )
    assert answer.url == address("claim", draft.key)
    line.refresh_from_db()
    assert (line.spent, line.receipts.count()) == (Decimal("13.00"), 2)


def test_a_photo_added_with_a_slip_in_the_amount_is_kept_at_once(browser, draft, mo):
    line = claims.add_line(draft, bus(draft), by=mo)
    answer = browser.post(address("change_cost", draft.key, line.key), {"spent": "ten", "receipt": image()})
    assert answer.status_code == 422
    assert 'value="ten"' in text(answer)
    assert line.receipts.count() == 1


def test_photos_and_costs_are_taken_off(browser, draft, mo):
    line = claims.add_line(draft, bus(draft), by=mo)
    receipt = receipts.add(line, photo(), by=mo)
    browser.post(address("change_cost", draft.key, line.key), {"spent": "4.60", "remove": str(receipt.key)})
    assert not Receipt.objects.exists()
    for _each in range(2):
        assert browser.post(address("remove_cost", draft.key, line.key)).url == address("claim", draft.key)
    assert draft.lines.count() == 1


def test_the_fee_is_explained_taken_off_and_put_back(browser, draft):
    fee = draft.lines.get()
    page = words(browser.get(address("change_cost", draft.key, fee.key)))
    assert "You were noted there for 150 minutes" in page
    browser.post(address("remove_cost", draft.key, fee.key))
    assert "You have taken it off. Put it back" in words(browser.get(address("claim", draft.key)))
    browser.post(address("put_fee_back", draft.key))
    assert draft.lines.get().rate == fee.rate


@pytest.mark.parametrize("code", ["HOURLY", "BSL", "MEETING_FULL"])
def test_what_is_not_offered_for_a_meeting_is_not_found(browser, draft, code):
    assert browser.get(add(draft, code)).status_code == 404


def test_removing_a_photo_keeps_what_was_typed_and_judges_none_of_it(browser, draft, mo):
    line = claims.add_line(draft, cost(draft, "TAXI", spent=Decimal(12), reason="Late."), by=mo)
    photo_kept, here = receipts.add(line, photo(), by=mo), address("change_cost", draft.key, line.key)
    typed = {"spent": "£1,2O", "reason": "No tram.", "receipt_is_lost": "on", "remove": str(photo_kept.key)}
    for answer in [browser.post(here, typed), browser.post(here, typed)]:
        assert answer.status_code == 200
        assert 'value="£1,2O"' in text(answer)
        assert "No tram." in text(answer)
        assert re.search(r'name="receipt_is_lost"[^>]* checked', text(answer))
        assert "has the letter O" not in words(answer)
        assert "Photo 1" not in text(answer)
    line.refresh_from_db()
    assert (line.spent, line.reason) == (Decimal(12), "Late.")
    assert "The photo is removed." in words(browser.post(here, typed | {"remove": str(receipts.add(line, photo(), by=mo).key)}))


def test_the_key_for_enter_saves_and_removes_nothing(browser, draft, mo):
    """A browser presses the first button of the form."""
    line = claims.add_line(draft, bus(draft), by=mo)
    receipts.add(line, photo(), by=mo)
    page = text(browser.get(address("change_cost", draft.key, line.key)))
    first = re.search(r"<button[^>]*>", page.partition("data-unsaved")[2])[0]
    assert "name=" not in first


def test_a_new_photo_that_comes_with_the_removing_of_another_is_kept(browser, draft, mo):
    line = claims.add_line(draft, bus(draft, "12.00"), by=mo)
    old, here = receipts.add(line, photo(), by=mo), address("change_cost", draft.key, line.key)
    bad = SimpleUploadedFile("b.jpg", b"Dear checker")
    answer = browser.post(here, {"spent": "12", "remove": str(old.key), "receipt": [image(colour="black"), bad]})
    assert "b.jpg: We cannot read this file" in words(answer)
    assert line.receipts.exclude(pk=old.pk).count() == line.receipts.count() == 1


def test_a_cost_without_its_receipt_is_added_and_says_what_is_lacking(browser, draft):
    answer = browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "12"}, follow=True)
    assert "Added: Bus, tram or train. We still need a photo of the receipt." in words(answer)


def test_one_photo_for_two_costs_is_taken_and_spoken_of(browser, draft):
    browser.post(add(draft, "PUBLIC_TRANSPORT"), {"spent": "12", "receipt": image()})
    answer = browser.post(add(draft, "PARKING"), {"spent": "12", "receipt": image()}, follow=True)
    assert "This photo is also with “Bus, tram or train”. That is fine if it shows both." in words(answer)


def test_when_a_receipt_is_needed_and_what_holds_where_it_is_lost_stand_together(browser, draft):
    together = "Up to £10 you need no receipt. If you lost one for more, we can pay up to £25, 3 times a year."
    assert together in words(browser.get(add(draft, "PUBLIC_TRANSPORT")))
    assert "We can pay up to £25 without it, 3 times a year." in words(browser.get(add(draft, "TAXI")))


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("PARKING", {"spent": "4.44"}, "Parking £4.44 was not added."),
        ("PARKING", {"spent": "4,4O"}, "Parking 4,4O was not added."),
        ("CAR", {"quantity": "12,5"}, "Car 12,5 was not added."),
        ("CHILDCARE", {"quantity": "2", "spent": "40"}, "Childcare 2 hours £40.00 was not added."),
    ],
)
def test_a_cost_that_came_after_the_claim_was_sent_is_said_to_be_left_out(browser, draft, payee, mo, code, typed, said):
    claims.submit(draft, by=mo)
    answer = browser.post(add(draft, code), typed, follow=True)
    assert f"{said} You had sent this claim already. Write to us if it should be in it." in words(answer)
    assert draft.lines.count() == 1


def test_a_change_that_came_after_the_claim_was_sent_or_withdrawn_is_said_to_be_left_out(browser, draft, payee, mo):
    line = claims.add_line(draft, bus(draft), by=mo)
    claims.submit(draft, by=mo)
    here = address("change_cost", draft.key, line.key)
    said = "Bus, tram or train £9.00 was not changed."
    assert f"{said} You had sent this claim already." in words(browser.post(here, {"spent": "9"}, follow=True))
    claims.withdraw(draft, by=mo)
    assert f"{said} You had withdrawn this claim." in words(browser.post(here, {"spent": "9"}, follow=True))


def test_a_cost_that_is_there_and_comes_again_after_the_claim_was_sent_is_no_matter(browser, draft, payee, mo):
    typed = {"spent": "4.60", "line": line_of(browser.get(add(draft, "PUBLIC_TRANSPORT")))}
    browser.post(add(draft, "PUBLIC_TRANSPORT"), typed)
    claims.submit(draft, by=mo)
    assert "was not added" not in words(browser.post(add(draft, "PUBLIC_TRANSPORT"), typed, follow=True))


# Afterwards ----------------------------------------------------------------------------------------


def test_what_was_sent_shows_its_meeting_its_account_and_its_photos(browser, card, member, kit, mo):
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim, "12.00"), by=mo)
    kept = [receipts.add(line, photo(colour), by=mo) for colour in ["white", "black"]]
    make_payee(mo)
    claims.submit(claim, by=mo)
    page = browser.get(address("claim", claim.key))
    assert f"Meeting {claim.day:%A} {claim.day.day} {claim.day:%B %Y}" in words(page)
    assert "M Example, ending 3445" in words(page)
    for receipt in kept:
        assert f'href="{address("receipt", receipt.key, 1)}"' in text(page)


def test_what_was_sent_can_be_withdrawn_and_says_what_that_erases_and_how_to_correct_it_instead(browser, submitted):
    page = words(browser.get(address("claim", submitted.key)))
    assert "We can send the claim back to you with everything in it" in page
    assert "you can also withdraw it. That erases its photos" in page
    assert "Withdraw and erase" in words(browser.get(address("withdraw", submitted.key)))


def test_a_paid_claim_opens_with_the_sum_and_says_who_did_what_when_and_names_nobody(browser, card, member, kit, cas, pat, fin):
    claim = make_paid(member, kit, cas, pat, fin)
    page = words(browser.get(address("claim", claim.key)))
    for said in [
        *["£82.50 has been paid to you", "for your account ending 3445", claim.payment.reference, "You sent it"],
        *["Checked against our records", "Approved by a second person", "To show to a benefits office", "Paid to you £82.50"],
    ]:
        assert said in page
    for person in [cas, pat, fin, kit]:
        assert person.display_name not in page


def test_the_payment_letter_opens_under_a_neutral_name(browser, card, member, kit, cas, pat, fin):
    claim = make_paid(member, kit, cas, pat, fin)
    answer = browser.get(address("letter", claim.key))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="payment-{claim.payment.reference}.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_before_it_is_paid_there_is_no_letter(browser, card, member, kit, cas, pat, fin):
    claim = make_approved(member, kit, cas, pat)
    assert browser.get(address("letter", claim.key)).status_code == 404
    make_run(fin)
    assert browser.get(address("letter", claim.key)).status_code == 404


def test_a_lowered_line_says_how_much_was_asked_and_why_less_is_paid(browser, card, member, kit, cas, mo):
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim, "9.00"), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    claims.lower(line, Decimal("4.60"), "One way only.", by=cas)
    page = words(browser.get(address("claim", claim.key)))
    assert "You asked for £9.00. We pay less: One way only. £4.60" in page
    assert "In all £87.10" in page


def test_a_claim_that_was_not_paid_says_why_and_what_one_can_do(browser, card, member, kit, cas, pat):
    claim = claims.reject(make_checked(member, kit, cas), "Your employer pays you for this day.", by=pat)
    page = words(browser.get(address("claim", claim.key)))
    for said in [
        "We could not pay this claim",
        "Your employer pays you for this day.",
        "If you think that is wrong",
        claim.reference,
    ]:
        assert said in page
    again = browser.post(address("start", claim.attendance.key))
    assert again.url != address("claim", claim.key)


def test_withdrawing_is_asked_once_more_and_done(browser, card, member, kit):
    claim = make_submitted(member, kit)
    assert "Withdraw this claim?" in words(browser.get(address("withdraw", claim.key)))
    assert Claim.objects.get().status == "submitted"
    assert browser.post(address("withdraw", claim.key)).url == address("claims")
    assert Claim.objects.get().status == "withdrawn"
    assert browser.post(address("withdraw", claim.key)).status_code == 302  # already: said on the next page
    assert "This cannot be done now" in words(browser.get(address("claims")))


def test_what_was_sent_leads_from_every_old_form_to_how_it_goes(browser, card, member, kit, mo):
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    here = address("claim", claim.key)
    assert browser.get(add(claim, "CAR")).url == here
    assert browser.post(add(claim, "CAR"), {"quantity": "3"}).url == here
    assert browser.post(address("change_cost", claim.key, line.key), {"spent": "9"}).url == here
    assert browser.get(address("change_cost", claim.key, line.key)).url == here
    assert browser.post(address("remove_cost", claim.key, line.key)).url == here
    assert browser.post(address("put_fee_back", claim.key)).url == here
    assert claim.lines.count() == 2


# Where the money goes ------------------------------------------------------------------------------


def test_an_account_is_taken_and_leads_back_to_the_claim(browser, draft, mo):
    answer = browser.post(address("account"), {**TYPED, "next": address("claim", draft.key)})
    assert answer.url == address("claim", draft.key)
    assert mo.payee.account_number == "00733445"


def test_an_account_is_shown_by_its_end_and_never_put_back_into_the_form(browser, payee):
    page = text(browser.get(address("account")))
    assert "M Example, ending 3445" in page
    for secret in ["00733445", "309430", "30-94-30"]:
        assert secret not in page
    for name in TYPED:
        (field,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert "value=" not in field
        assert 'autocomplete="off"' in field
        assert 'spellcheck="false"' in field
    assert len(re.findall('inputmode="numeric"', page)) == 2


def test_every_slip_is_named_at_once_and_what_was_typed_can_be_mended(browser, mo):
    answer = browser.post(address("account"), {"name": "", "sort_code": "3O9430", "account_number": "12345", "roll_number": "_"})
    assert answer.status_code == 422
    for said in [
        *["Enter the name on the account", "The sort code has the letter O in it. Type the figure 0 in its place"],
        *["Account number must be between 6 and 8 digits", "Roll number must only include letters"],
    ]:
        assert said in words(answer)
    assert 'value="3O9430"' in text(answer)
    assert not Payee.objects.exists()


def test_another_account_takes_the_password_and_nothing_typed_is_lost(browser, payee, mo):
    wrong = browser.post(address("account"), {**TYPED, "password": "a guess"})
    assert (wrong.status_code, "This is not your password" in words(wrong)) == (422, True)
    assert f'value="{TYPED["name"]}"' in wrong.content.decode()
    assert browser.post(address("account"), TYPED).status_code == 422
    assert browser.post(address("account"), {**TYPED, "password": PASSWORD}).status_code == 302
    assert Payee.objects.get(person=mo).account_number == "00733445"


def test_a_password_cannot_be_guessed_there(browser, payee, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "10/m/user"}  # allauth's own
    for _try in range(10):
        browser.post(address("account"), {**TYPED, "password": "a guess"})
    assert "too many tries" in words(browser.post(address("account"), {**TYPED, "password": PASSWORD}))


def test_who_has_no_account_is_told_to_write(browser):
    assert "we pay in other ways too" in words(browser.get(address("account")))


def test_no_address_of_another_house_is_followed_afterwards(browser, mo):
    assert browser.post(address("account"), {**TYPED, "next": "https://elsewhere.example/"}).url == address("claims")


def test_the_last_step_of_a_first_claim_keeps_the_account_and_sends_it_by_a_button_that_names_the_sum(browser, draft, mo):
    here = address("first_account", draft.key)
    page = browser.get(here)
    assert "Save and send my claim for £82.50" in words(page)
    assert str(claims.DECLARATIONS[-1]) in words(page)
    refused = browser.post(here, {**TYPED, "sort_code": "", "total": "82.50"})
    assert refused.status_code == 422
    assert "Save and send my claim for £82.50" in words(refused)
    assert Claim.objects.get().status == "draft"
    for _each in range(2):
        assert browser.post(here, {**TYPED, "total": "82.50"}).url == address("claim", draft.key)
    assert (mo.payee.account_number, Claim.objects.get().status) == ("00733445", "submitted")
    assert browser.get(here).url == address("claim", draft.key)


def test_the_account_can_be_kept_without_sending_the_claim(browser, draft, mo):
    assert browser.post(address("first_account", draft.key), TYPED).url == address("claim", draft.key)
    assert (mo.payee.account_number, Claim.objects.get().status) == ("00733445", "draft")


def test_when_the_sum_has_changed_the_account_is_kept_and_nothing_is_sent(browser, draft, mo):
    claims.add_line(draft, bus(draft), by=mo)
    answer = browser.post(address("first_account", draft.key), {**TYPED, "total": "82.50"}, follow=True)
    assert "it is £87.10 now" in words(answer)
    assert (mo.payee.account_number, Claim.objects.get().status) == ("00733445", "draft")


def test_a_claim_that_lacks_more_than_an_account_is_looked_at_again(browser, card, member, kit, mo):
    late = make_draft(member, kit, ago=timedelta(days=100))
    unproved, empty = make_draft(member, kit), claims.start_other(timezone.localdate(), "Read a plan", by=mo)
    claims.add_line(unproved, bus(unproved, "12.00"), by=mo)
    for claim in [late, unproved, empty]:
        page = words(browser.get(address("first_account", claim.key)))
        assert "Save and go on" in page
        assert "Save and send" not in page


# Whose ---------------------------------------------------------------------------------------------


def all_addresses(claim, line, receipt):
    return [
        address("claims"),
        address("account"),
        address("other"),
        address("claim", claim.key),
        add(claim, "TAXI"),
        address("change_cost", claim.key, line.key),
        address("withdraw", claim.key),
        address("receipt", receipt.key, 1),
        address("first_account", claim.key),
        address("letter", claim.key),
    ]


@pytest.fixture
def mine(draft, mo):
    line = claims.add_line(draft, bus(draft), by=mo)
    return draft, line, receipts.add(line, photo(), by=mo)


def test_a_visitor_is_asked_to_sign_in_everywhere(client, home, mine):
    for url in all_addresses(*mine):
        assert client.get(url).url.startswith(reverse("account_login"))


def test_nothing_of_a_claim_is_found_by_anybody_else_also_not_by_those_who_pay(client, home, mine, sam, cas, second_factor):
    claim, line, _receipt = mine
    posts = [
        address("claim", claim.key),
        address("withdraw", claim.key),
        address("put_fee_back", claim.key),
        address("remove_cost", claim.key, line.key),
        address("change_cost", claim.key, line.key),
        address("first_account", claim.key),
        add(claim, "TAXI"),
    ]
    for person in [sam, cas]:
        second_factor(client, person)
        assert {client.get(url).status_code for url in all_addresses(*mine)[3:]} == {404}
        assert {client.post(url).status_code for url in posts} == {404}
    assert Line.objects.count() == 2
    assert Receipt.objects.exists()


def test_a_line_of_another_claim_is_not_found_in_this(browser, draft, member, kit, mo):
    other = make_draft(member, kit, ago=timedelta(days=9))
    assert browser.get(address("change_cost", draft.key, other.lines.get().key)).status_code == 404


def test_no_page_is_kept_by_a_browser(browser, mine):
    for url in all_addresses(*mine)[:-1]:
        assert "no-store" in browser.get(url)["Cache-Control"], url


def test_a_page_costs_the_same_for_one_cost_and_for_three(browser, draft, payee, mo):
    def add_cost(colour):
        receipts.add(claims.add_line(draft, bus(draft, "12.00"), by=mo), photo(colour), by=mo)

    add_cost("white")
    browser.get(address("claim", draft.key))
    with CaptureQueriesContext(connection) as one:
        browser.get(address("claim", draft.key))
    add_cost("black")
    add_cost("red")
    with CaptureQueriesContext(connection) as three:
        browser.get(address("claim", draft.key))
    assert len(one) == len(three)


def test_two_cards_are_one_day_apart_on_the_list_too(browser, member, kit):
    make_card(code="OLD", effective_to=timezone.localdate() - timedelta(days=3))
    facts = {"code": "NEW", "effective_from": timezone.localdate() - timedelta(days=2)}
    fees = [{"code": "M", "label": "Meeting", "unit": "session", "amount": "90.00"}]
    make_card(**facts, fees=fees)
    for days in [2, 3]:
        attend(make_meeting(member.panel, kit, ago=timedelta(days=days)), member, kit)
    page = words(browser.get(address("claims")))
    day = timezone.localdate()
    for days, fee in [(2, "90.00"), (3, "82.50")]:
        assert f"Claim {money.text(fee)} for {day - timedelta(days=days):%-d %B}" in page
