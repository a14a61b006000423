"""Val counts; and staff without their second factor get nowhere."""

import csv
import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.journeys import learner
from tests.journeys.conftest import enter, give_code

pytestmark = pytest.mark.journey
FIGURES = "/learning/figures/"


def download(page, name):
    """What a link leads to, saved as a browser would."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=name).click()
    return coming.value


def rows_of(file):
    return list(csv.reader(io.StringIO(file.path().read_text(encoding="utf-8-sig"))))


def filter_by(page):
    """An organisation that many learn in."""
    name = "Example Hospital Trust North"
    page.get_by_label("Organisation", exact=True).select_option(label=name)
    page.locator("form[method=get] button").click()
    expect(page.get_by_label("Organisation", exact=True).locator("option:checked")).to_have_text(name)
    return name


def reads_filters_and_takes_files(page):
    page.goto(FIGURES)
    expect(page.get_by_role("table").first).to_be_visible()
    everybody = page.locator("main").inner_text()
    filter_by(page)
    assert page.locator("main").inner_text() != everybody
    rows = rows_of(download(page, "CSV"))
    assert len(rows) > 5
    assert zipfile.is_zipfile(download(page, "Excel").path())


def test_val_signs_in_with_the_second_factor_and_takes_the_figures_away(device, accounts, totp):
    page = device("desk")
    enter(page, accounts["val"])
    give_code(page, "000000")
    expect(page.get_by_role("alert")).to_be_visible()
    give_code(page, totp("val"))
    page.wait_for_url("**/home/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Figures", exact=True).click()
    reads_filters_and_takes_files(page)


def test_the_figures_can_be_read_and_taken_without_javascript(device, signed_in):
    reads_filters_and_takes_files(device("phone", js=False, state=signed_in("val")))


@pytest.mark.parametrize(
    "question", ["?organisation=nobody", "?period=2031-13", "?course=%00%F0", "?staff_group=999999999999999999999"]
)
def test_a_filter_that_does_not_exist_is_answered_kindly(device, signed_in, question):
    page = device("desk", state=signed_in("val"))
    page.goto(FIGURES + question)
    expect(page.get_by_role("alert")).to_contain_text("from the list")
    expect(page.get_by_role("table").first).to_be_visible()


def test_figures_do_not_exist_for_learners_and_authors(device, signed_in):
    for name in ["lee", "ed"]:
        page = device("desk", state=signed_in(name))
        assert page.goto(FIGURES).status == 404
        assert page.request.get(f"{FIGURES}csv/").status == 404


def test_staff_without_the_code_get_nowhere(device, accounts):
    for name in ["ed", "val"]:
        page = device("desk")
        enter(page, accounts[name])
        expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
        for address in [
            "/admin/",
            "/admin/pages/",
            FIGURES,
            f"{FIGURES}csv/",
            "/learning/my/",
            "/account/",
            "/account/2fa/",
            "/account/data/",
        ]:
            page.goto(address)
            assert "/account/login/" in page.url or "/2fa/" in page.url, page.url
        for address in ["/api/v1/me", "/api/v1/statistics/", "/xapi/statements"]:
            assert page.request.get(address).status in {401, 403, 404}, address


# Of her own: the sessions and the password of the others are wanted by the journeys that come after.
STAFF = "from people import demo; demo.account('Ray Journeys', EMAIL, None, role='administrator')"


def test_a_new_password_does_not_stand_for_the_code(device, platform, mail):
    ray = {"email": "ray.journeys@example.com", "password": learner.PASSWORD}
    platform.run(STAFF, EMAIL=ray["email"])
    page = device("desk")
    page.goto("/account/password/reset/")
    page.get_by_label("Email address").fill(ray["email"])
    with page.expect_navigation():
        page.locator("main form button").first.click()
    link = next(word for word in mail(ray["email"]).split() if "/password/reset/key/" in word)
    page.goto(link)
    page.get_by_label("New password").fill(learner.PASSWORD)
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    page.goto("/admin/")
    assert "/account/login/" in page.url
    enter(page, ray)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.goto("/admin/")
    assert "/account/" in page.url
