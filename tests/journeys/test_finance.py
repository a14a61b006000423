"""Cas checks, Pat approves, Fin pays: with JavaScript and without, by keyboard alone, and fit for everybody."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.journeys import addresses, finance, keyboard
from tests.journeys.learner import press

pytestmark = pytest.mark.journey
QUEUE = "/claims/finance/"
RUNS = "/claims/payments/"
SUM = finance.SUM


def check_one(page, name):
    page.goto(QUEUE)
    finance.open_claim(page, name)
    expect(page.get_by_role("heading", level=2, name=f"{name}, {SUM}")).to_be_visible()
    expect(page.get_by_role("img", name="Receipt 1, for Taxi")).to_be_visible()
    press(page, f"Pass {SUM} for approval")
    expect(page.get_by_text(f"{name}: {SUM} is passed for approval.")).to_be_visible()


def ask_one(page, name):
    """Once without a word, then with a question."""
    page.goto(QUEUE)
    finance.open_claim(page, name)
    page.locator("summary", has_text=f"Ask {name} a question").click()
    press(page, "Send the question")
    expect(page.get_by_role("alert")).to_contain_text("Write what you would like to know")
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("What would you like to know?").fill("The photo cuts off the date. Which day was it?")
    press(page, "Send the question")
    expect(page.get_by_text(f"{name}: your question is sent.")).to_be_visible()


def pay_less(page, name):
    page.goto(QUEUE)
    finance.open_claim(page, name)
    page.locator("summary", has_text="Pay less for a line").click()
    page.get_by_label(re.compile("^Taxi")).check()
    page.get_by_label("How much do we pay for it?").fill("9.30")
    page.get_by_label("Why?").fill("One of the two ways was for something else.")
    press(page, "Change what we pay")
    expect(page.get_by_text("Taxi: we now pay £9.30.")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name=f"{name}, £91.80")).to_be_visible()
    press(page, "Approve £91.80")
    expect(page.get_by_text(f"{name}: £91.80 is approved.")).to_be_visible()


def refuse_one(page, name):
    page.goto(QUEUE)
    finance.open_claim(page, name)
    page.locator("summary", has_text="Do not pay this claim").click()
    page.get_by_label("Why is it not paid?").fill("Your employer pays you for this day.")
    press(page, "Do not pay this claim")
    expect(page.get_by_text(f"{name}: this claim is not paid")).to_be_visible()


def prepare(page, names):
    """A run of these alone."""
    page.goto(RUNS)
    with page.expect_navigation():
        page.get_by_role("link", name="Prepare a payment run").click()
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    press(page, "Put the ticked claims into a run")
    expect(page.get_by_text("The run is prepared.")).to_be_visible()


def make_file(page, total):
    press(page, f"Make the file for {total}")
    expect(page.get_by_text("The file is made. Download it, take it to the bank")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Make the file"))).to_have_count(0)
    return download(page)


def download(page):
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the file").click()
    assert re.fullmatch(r"payments-[0-9A-Z]{8}\.csv", coming.value.suggested_filename)
    return coming.value.path().read_bytes()


def mark_paid(page, total):
    with page.expect_navigation():
        page.get_by_role("link", name=f"Mark {total} as paid").click()
    expect(page.get_by_text(re.compile("letters? goe?s? out"))).to_be_visible()
    press(page, f"Mark {total} as paid")
    expect(page.get_by_text("The run is marked as paid")).to_be_visible()


def test_a_claim_is_checked_approved_and_paid_by_three_people(device, signed_in, platform, mail):
    fay, birch = finance.make_claims(platform, ["Fay Adder", "Fay Birch"])
    cas = device("desk", state=signed_in("cas"))
    cas.goto("/account/")
    with cas.expect_navigation():
        cas.get_by_role("link", name="Claims to check", exact=True).click()
    check_one(cas, "Fay Adder")
    ask_one(cas, "Fay Birch")
    assert "cuts off" not in mail(birch, "We have a question")

    pat = device("desk", state=signed_in("pat"))
    pay_less(pat, "Fay Adder")

    fin = device("desk", state=signed_in("fin"))
    prepare(fin, ["Fay Adder"])
    content = make_file(fin, "£91.80")
    (row,) = csv.DictReader(io.StringIO(content.decode("ascii")))
    assert (row["account name"], row["amount"]) == ("FAY ADDER", "91.80")
    expect(fin.get_by_role("cell", name=row["reference"])).to_be_visible()
    fin.reload()
    assert download(fin) == content
    mark_paid(fin, "£91.80")
    letter = mail(fay, "We have paid you")
    assert "£91.80" in letter and row["reference"] in letter


def test_the_next_claim_opens_with_the_focus_on_its_heading(device, signed_in, platform):
    finance.make_claims(platform, ["Foc Cedar", "Foc Dogwood"])
    page = device("desk", state=signed_in("cas"))
    check_one(page, "Foc Cedar")
    assert page.url.endswith("#claim")
    assert finance.focus(page) == "claim"
    expect(page.locator("#claim")).to_be_in_viewport()
    expect(page.get_by_role("status")).to_be_in_viewport()


def test_somebody_who_is_slower_loses_nothing(device, signed_in, platform):
    finance.make_claims(platform, ["Sly Elder"])
    page, other = device("desk", state=signed_in("cas")), device("desk", state=signed_in("cas"))
    for each in [page, other]:
        each.goto(QUEUE)
        finance.open_claim(each, "Sly Elder")
    page.locator("summary", has_text="Ask Sly Elder a question").click()
    page.get_by_label("What would you like to know?").fill("Which of the two trips was it?")
    press(other, f"Pass {SUM} for approval")
    press(page, "Send the question")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Nothing was done")
    expect(notice).to_contain_text("It has been passed for approval already, by you at ")
    expect(notice).to_contain_text("Which of the two trips was it?")
    assert page.evaluate("document.activeElement.contains(document.querySelector('[role=alert]'))")
    assert finance.focus(page) == "DIV"
    expect(notice).to_be_in_viewport()


def test_the_money_of_a_run_is_seen_on_a_phone(device, signed_in, platform):
    finance.make_claims(platform, ["Mia Oak"], "approved")
    fin = device("phone", state=signed_in("fin"))
    prepare(fin, ["Mia Oak"])
    for address in [fin.url, RUNS]:
        fin.goto(address)
        for cell in [fin.get_by_role("cell", name=SUM).first, fin.get_by_role("table")]:
            box = cell.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= fin.viewport_size["width"]
    expect(fin.get_by_role("row").filter(has_text=SUM).first).to_contain_text("Prepared")


def test_it_all_works_on_a_phone_without_javascript(device, signed_in, platform):
    finance.make_claims(platform, ["Nia Fern", "Nia Gorse", "Nia Hazel"])
    cas = device("phone", js=False, state=signed_in("cas"))
    check_one(cas, "Nia Fern")
    check_one(cas, "Nia Gorse")
    ask_one(cas, "Nia Hazel")
    cas.goto(QUEUE)
    pat = device("phone", js=False, state=signed_in("pat"))
    pat.goto(QUEUE)
    finance.open_claim(pat, "Nia Fern")
    with pat.expect_navigation():
        pat.get_by_role("link", name=re.compile("^Next: ")).click()
    pay_less(pat, "Nia Fern")
    refuse_one(pat, "Nia Gorse")
    fin = device("phone", js=False, state=signed_in("fin"))
    prepare(fin, ["Nia Fern"])
    make_file(fin, "£91.80")
    mark_paid(fin, "£91.80")


@pytest.mark.looks
def test_three_people_with_a_keyboard_and_nothing_else(device, signed_in, platform):
    finance.make_claims(platform, ["Kay Iris"])
    page = device("desk", state=signed_in("cas"))
    keys = keyboard.Keyboard(page)
    page.goto(QUEUE)
    keys.arrive()
    keys.follow("^Kay Iris", "a")
    assert finance.focus(page) == "claim"
    stop = keys.go_to("^Skip to the decision$", "a", key="Shift+Tab")
    assert stop["seen"], stop
    page.keyboard.press("Enter")
    assert finance.focus(page) == "decision"
    keys.go_to("^Pay less for a line", "summary")
    page.keyboard.press("Enter")
    keys.go_to("Meeting", "input")
    keys.choose("Taxi, £18.60")
    keys.write("How much do we pay for it", "9")
    keys.write("^Why", "One of the two ways was for something else.")
    keys.follow("^Change what we pay$", "button")
    assert finance.focus(page) == "claim"
    keys.follow("^Pass £91.50 for approval$", "button")
    expect(page.get_by_text("Kay Iris: £91.50 is passed for approval.")).to_be_visible()
    faults = list(keys.faults)

    page = device("desk", state=signed_in("pat"))
    keys = keyboard.Keyboard(page)
    page.goto(QUEUE)
    keys.arrive()
    keys.follow("^Kay Iris", "a")
    keys.follow("^Approve £91.50$", "button", key="Space")
    faults += keys.faults

    page = device("desk", state=signed_in("fin"))
    keys = keyboard.Keyboard(page)
    page.goto(f"{RUNS}new/")
    keys.arrive()
    for _box in range(page.get_by_role("checkbox").count()):
        stop = keys.go_to(".", "input") if _box == 0 else keys.press("Tab")
        while stop["type"] != "checkbox":
            stop = keys.press("Tab")
        if not stop["words"].startswith("Kay Iris"):
            assert not keys.press("Space")["checked"]
    keys.follow("^Put the ticked claims into a run$", "button")
    keys.follow("^Make the file for £91.50$", "button")
    with page.expect_download():
        keys.go_to("^Download the file$", "button")
        page.keyboard.press("Enter")
    keys.follow("^Mark £91.50 as paid$", "a")
    keys.follow("^Mark £91.50 as paid$", "button")
    expect(page.get_by_text("The run is marked as paid")).to_be_visible()
    assert not [*faults, *keys.faults], "\n".join([*faults, *keys.faults])


@pytest.mark.looks
def test_the_desk_is_fit_for_everybody(device, signed_in, platform, look):
    finance.make_claims(platform, ["Axe Juniper", "Axe Kelp"])
    finance.make_claims(platform, ["Axe Laurel"], "checked")
    finance.make_claims(platform, ["Axe Maple", "Axe Nettle"], "approved")
    page = device("desk", state=signed_in("cas"))
    look.open(page, QUEUE)
    finance.open_claim(page, "Axe Juniper")
    look.at(page, "to check")
    for summary in page.locator("summary").all():
        summary.click()
    look.at(page, "with every form open")
    press(page, "Send the question")
    look.at(page, "refused")
    page.locator("summary", has_text="Pay less for a line").click()
    press(page, "Change what we pay")
    look.at(page, "refused")
    press(page, f"Pass {SUM} for approval")
    look.at(page, "the next one")

    page = device("desk", state=signed_in("pat"))
    page.goto(QUEUE)
    finance.open_claim(page, "Axe Laurel")
    look.at(page, "to approve")
    page.locator("summary", has_text="Do not pay this claim").click()
    press(page, "Do not pay this claim")
    look.at(page, "refused")

    page = device("desk", state=signed_in("fin"))
    look.open(page, QUEUE, "to pay")
    finance.open_claim(page, "Axe Maple")
    look.at(page, "to pay")
    look.open(page, RUNS)
    look.open(page, f"{RUNS}new/")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    press(page, "Put the ticked claims into a run")
    look.at(page, "refused")
    prepare(page, ["Axe Maple"])
    look.at(page, "prepared")
    with page.expect_navigation():
        page.get_by_role("link", name="Cancel this run").click()
    look.at(page)
    press(page, "Cancel this run")
    look.at(page, "cancelled")
    prepare(page, ["Axe Maple", "Axe Nettle"])
    make_file(page, "£202.20")
    look.at(page, "its file made")
    with page.expect_navigation():
        page.get_by_role("link", name="The bank refused the file").click()
    look.at(page)
    press(page, "The bank refused the file")
    look.at(page, "without a reason")
    with page.expect_navigation():
        page.get_by_role("link", name="Go back").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Mark £202.20 as paid").click()
    look.at(page)
    press(page, "Mark £202.20 as paid")
    look.at(page, "paid")
    with page.expect_navigation():
        page.get_by_role("table").get_by_role("link").first.click()
    look.at(page, "paid")


@pytest.mark.looks
def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.FINANCE - names_seen) == []
