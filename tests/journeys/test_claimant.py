"""Mo is paid: from the meeting to the money, on a phone, with a photo, in under two minutes and at most six screens."""

import io
import re

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys import addresses, claimant, keyboard, learner
from tests.journeys.conftest import enter

pytestmark = pytest.mark.journey


@pytest.fixture
def sign_in(platform, device):
    """`sign_in("Mo One", "phone")`: a member with a meeting behind them, on the page of their claims."""

    def open_claims(name: str, kind: str = "phone", days: tuple[int, ...] = (2,), **options):
        account = claimant.make_member(platform, name, days)
        page = device(kind, **options)
        enter(page, account)
        page.wait_for_url("**/home/")
        page.goto("/claims/")
        return page, account

    return open_claims


def claim_with_a_photo(page, picture) -> claimant.Thumb:
    """The whole way: claim, a bus with its receipt, check, where the money goes, send."""
    thumb = claimant.Thumb(page)
    thumb.arrive()
    thumb.press("Claim £82.50 for")
    thumb.open("Add a cost")
    thumb.press("Bus, tram or train", role="link")
    thumb.write("What did you pay?", "12.40")
    thumb.take("Photo of the receipt", picture)
    thumb.press("Add this cost")
    expect(page.locator(".total")).to_contain_text("£94.90")
    thumb.press("Next: where the money goes", role="link")
    thumb.write("Name on the account", "M Member")
    thumb.write("Sort code", "08-99-99")
    thumb.write("Account number", "66374958")
    thumb.press("Save and send my claim for £94.90")
    return thumb


SCREENS = [
    "My claims",
    "Check your claim, then send it",
    "Bus, tram or train",
    "Check your claim, then send it",
    "Where the money goes",
    "£94.90 You have sent your claim",
]


def test_mo_claims_on_a_phone_in_six_screens_and_under_two_minutes_and_is_paid(sign_in, platform, mail, tmp_path):
    page, mo = sign_in("Mo One")
    thumb = claim_with_a_photo(page, claimant.photo(tmp_path))
    assert thumb.screens == SCREENS
    assert thumb.seconds < 120
    expect(page.get_by_text("We check it against our records")).to_be_visible()

    claimant.meanwhile(platform, mo, "pay")
    page.reload()
    expect(page.get_by_role("heading", name="£94.90 has been paid to you")).to_be_visible()
    for step in ["You sent it", "Checked against our records", "Approved by a second person", "Paid"]:
        expect(page.get_by_text(step, exact=True)).to_be_visible()
    answer = page.request.get(page.get_by_role("link", name="Open the payment letter").get_attribute("href"))
    letter = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(answer.body())).pages)
    told = mail(mo["email"], "We have paid you")
    for text in [letter, told]:
        assert "£82.50" in text
        assert "£12.40" in text
        assert not re.search("lgbt|panel", text, re.IGNORECASE)
    page.goto("/claims/")
    expect(page.get_by_text("Nothing for you to do now")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Paid")


def test_mo_claims_without_javascript(sign_in, tmp_path):
    page, _mo = sign_in("Mo Two", js=False)
    assert claim_with_a_photo(page, claimant.photo(tmp_path)).screens == SCREENS


def test_a_slip_loses_nothing_and_a_photo_is_taken_once(sign_in, tmp_path):
    page, _mo = sign_in("Mo Three")
    learner.press(page, "Claim £82.50 for")
    page.locator("summary", has_text="Add a cost").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Taxi").click()
    page.get_by_label("What did you pay?").fill("£1,2O")
    page.get_by_label("Why did you need it?").fill("No tram at night.")
    page.get_by_label("Photo of the receipt").set_input_files(claimant.photo(tmp_path))
    learner.press(page, "Add this cost")
    expect(page.get_by_role("alert")).to_contain_text("“£1,2O” has the letter O in it. Type the figure 0 in its place")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("What did you pay?")).to_have_value("£1,2O")
    expect(page.get_by_label("Why did you need it?")).to_have_value("No tram at night.")
    expect(page.get_by_label("Keep this photo")).to_be_checked()
    page.get_by_label("What did you pay?").fill("12.00")
    learner.press(page, "Add this cost")
    page.goto("/claims/")
    page.get_by_role("link", name=re.compile("^Meeting on")).click()
    expect(page.locator("main")).to_contain_text("Photo of the receipt added")
    expect(page.locator("main")).to_contain_text("£12.00")

    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Change.*Taxi")).click()
    text = tmp_path / "letter.jpg"
    text.write_text("Dear checker, trust me.")
    page.get_by_label("Photo of the receipt").set_input_files(text)
    learner.press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("Send a photo (JPEG, PNG or HEIC) or a PDF")
    expect(page.get_by_role("img", name="Photo 1 of the receipt")).to_be_visible()
    learner.press(page, "Take this cost off")
    expect(page.get_by_text("Taken off: Taxi.")).to_be_visible()


def test_a_question_is_answered_and_the_claim_sent_again(sign_in, platform, mail, tmp_path):
    page, mo = sign_in("Mo Four")
    claim_with_a_photo(page, claimant.photo(tmp_path))
    claimant.meanwhile(platform, mo, "ask")
    address = re.search(r"https?://\S+/claims/\S+", mail(mo["email"], "We have a question"))[0]
    page.goto(address)
    expect(page.get_by_text("The photo cuts off the date")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Change.*Bus")).click()
    page.get_by_label("What did you pay?").fill("12.50")
    learner.press(page, "Remove photo 1")
    expect(page.get_by_text("The photo is removed.")).to_be_visible()
    expect(page.get_by_label("What did you pay?")).to_have_value("12.50")
    page.get_by_label("What did you pay?").fill("12.40")
    page.get_by_label("Photo of the receipt").set_input_files(claimant.photo(tmp_path, "grey"))
    learner.press(page, "Save")
    learner.press(page, "Send my claim for £94.90")
    expect(page.get_by_text("You sent it again")).to_be_visible()


@pytest.mark.looks
def test_mo_claims_by_keyboard_alone(sign_in, tmp_path):
    page, _mo = sign_in("Mo Five", "desk")
    keys = keyboard.Keyboard(page)
    keys.arrive()
    keys.follow("^Claim £82.50 for", "button")
    keys.go_to("^Add a cost$", "summary")
    page.keyboard.press("Enter")
    keys.follow("^Bicycle$")
    keys.write("How many miles?", "12")
    keys.follow("^Add this cost$", "button")
    keys.follow("^Next: where the money goes$")
    keys.write("Name on the account", "M Member")
    keys.write("Sort code", "08 99 99")
    keys.write("Account number", "66374958")
    keys.follow("^Save and send my claim for £84.90$", "button")
    expect(page.get_by_role("heading", name="You have sent your claim")).to_be_visible()
    assert not keys.faults, keys.faults


def start(page):
    """The buttons that begin a claim, the oldest meeting first."""
    return page.get_by_role("button", name=re.compile("^Claim £82.50 for"))


@pytest.mark.looks
def test_every_page_of_a_claim_is_fit_for_everybody(sign_in, platform, look, tmp_path):
    page, mo = sign_in("Mo Six", "desk", days=(2, 9, 100))
    look.at(page)
    with page.expect_navigation():
        start(page).first.click()
    look.at(page, "late, without an account")
    page.goto("/claims/")
    with page.expect_navigation():
        start(page).last.click()
    claim = page.url
    page.locator("summary", has_text="Add a cost").click()
    look.at(page, "kinds")
    with page.expect_navigation():
        page.get_by_role("link", name="Personal assistant").click()
    look.at(page)
    page.get_by_label("Photo of the receipt").set_input_files(claimant.photo(tmp_path))
    learner.press(page, "Add this cost")
    look.at(page, "refused, with a photo held")
    page.get_by_label("How many hours?").fill("2:30")
    page.get_by_label("What did you pay in all?").fill("60")
    learner.press(page, "Add this cost")
    look.at(page, "a cost, without an account")
    with page.expect_navigation():
        page.get_by_role("link", name="Next: where the money goes").click()
    look.at(page)
    learner.press(page, "Save, and look at my claim first")
    look.at(page, "refused")
    page.get_by_label("Name on the account").fill("M Member")
    page.get_by_label("Sort code").fill("089999")
    page.get_by_label("Account number").fill("66374958")
    learner.press(page, "Save, and look at my claim first")
    look.at(page, "ready")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Change.*Personal assistant")).click()
    look.at(page, "with its photo")
    page.goto(claim)
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("Change.*Meeting")).click()
    look.at(page, "the fee")
    look.open(page, f"{claim}withdraw/")
    page.goto(claim)
    learner.press(page, "Send my claim for £132.50")
    look.at(page, "sent")
    claimant.meanwhile(platform, mo, "ask")
    look.open(page, claim, "a question")
    learner.press(page, "Send my claim for £132.50")
    claimant.meanwhile(platform, mo, "pay")
    look.open(page, claim, "paid")
    look.open(page, "/claims/", "in every state")
    look.open(page, "/claims/account/", "known")
    look.open(page, "/claims/other/")
    learner.press(page, "Continue")
    look.at(page, "refused")
    look.open(page, "/claims/rates/")
    page.goto("/claims/")
    with page.expect_navigation():
        start(page).last.click()
    learner.press(page, "Send my claim for £82.50")
    claimant.meanwhile(platform, mo, "reject")
    page.reload()
    look.at(page, "not paid")


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.CLAIMANT - names_seen) == []
