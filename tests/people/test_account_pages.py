"""The account: what it shows, and each small page that changes it."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from people import affiliations, consent, roles
from people.models import Organisation, StaffGroup
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("home")

PAGES = ["account:home", "account:name", "account:contact", "account:work", "account:consents"]
ALLAUTH = ["account_email", "account_change_password", "mfa_index", "usersessions_list", "account_logout"]


def text(response):
    return response.content.decode()


def says(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def browser(client, lee):
    client.force_login(lee)
    return client


@pytest.fixture
def recently(browser):
    """Lee has just given the password once more."""
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


@pytest.mark.parametrize("name", PAGES + ALLAUTH)
def test_every_page_opens(recently, name):
    assert recently.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES + ALLAUTH[:-1])
def test_a_visitor_is_asked_to_sign_in_first(client, db, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


def test_the_account_shows_what_it_holds(browser, lee):
    consent.give(lee, "news", by=lee)
    page = text(browser.get(reverse("account:home")))
    for shown in ["Lee Okafor", "lee@example.com", "Weaver Valley Hospitals", "Nursing and midwifery", "News of new modules"]:
        assert shown in page


@pytest.mark.parametrize("role", ["", "administrator"])
def test_the_account_costs_at_most_15_queries(client, lee, roles_without_pages, second_factor, role):
    if role:
        roles.grant(lee, role)
    second_factor(client, lee)
    for name in PAGES:
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name)).status_code == 200
        assert len(captured) <= 15, (name, [query["sql"][:120] for query in captured])


def test_nobody_else_is_in_the_account(browser, sam):
    for name in PAGES:
        assert sam.email not in text(browser.get(reverse(name)))


def test_no_page_of_the_account_is_kept_by_a_cache(browser):
    for name in PAGES:
        assert "no-store" in browser.get(reverse(name))["Cache-Control"]


def test_a_name_changes_and_the_page_says_so(browser, lee):
    page = browser.post(reverse("account:name"), {"display_name": " Leah  Okafor", "pronouns": "she/her"}, follow=True)
    assert says(page) == ["Your name has changed, everywhere."]
    assert "Leah Okafor" in text(page)
    assert "Lee Okafor" not in text(page)


def test_the_page_of_the_name_says_what_a_change_does(browser):
    assert "on certificates you hold already" in text(browser.get(reverse("account:name")))


@pytest.mark.parametrize(
    ("page", "typed", "field", "said"),
    [
        ("name", {"display_name": ""}, "display_name", "Enter the name you use"),
        ("name", {"display_name": " \t "}, "display_name", "Enter the name you use"),
        ("name", {"display_name": "L" * 121}, "display_name", "Your name must be 120 characters or fewer"),
        ("name", {"display_name": "Lee", "pronouns": "x" * 41}, "pronouns", "Your pronouns must be 40 characters or fewer"),
        ("contact", {"contact_by": ""}, "contact_by", "Select how we should contact you"),
        ("contact", {"contact_by": "owl"}, "contact_by", "owl is not one of the available choices"),
        ("contact", {"contact_by": "phone"}, "phone", "Enter your telephone number, or choose email"),
        ("contact", {"contact_by": "text", "phone": "12"}, "phone", "Enter a telephone number, like 0161 496 0000"),
        ("contact", {"contact_by": "text", "phone": "1" * 31}, "phone", "Enter a telephone number of at most 30 characters"),
        ("contact", {"contact_by": "email", "language": "tlh"}, "language", "tlh is not one of the available choices"),
        ("work", {}, "organisation", "Choose an organisation, or “Not listed” at the end of the list"),
        ("work", {"organisation": "999999"}, "organisation", "Choose an organisation from the list"),
        ("work", {"organisation": "'; DROP TABLE"}, "organisation", "Choose an organisation from the list"),
        ("work", {"staff_group": "0"}, "staff_group", "Choose a staff group from the list"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_changes(browser, lee, page, typed, field, said):
    before = held(lee)
    response = browser.post(reverse(f"account:{page}"), typed)
    assert response.status_code == 200
    assert said in " ".join(response.context["form"].errors[field])
    assert "Error:" in text(response)
    assert held(lee) == before


def test_a_refused_name_stays_in_the_box_and_out_of_the_header(browser, lee):
    page = browser.post(reverse("account:name"), {"display_name": "Zed", "pronouns": "x" * 41})
    assert 'value="Zed"' in text(page)
    assert page.context["user"].display_name == "Lee Okafor"


def test_a_telephone_number_is_taken_however_it_is_written(browser, lee):
    browser.post(reverse("account:contact"), {"contact_by": "text", "phone": "+44 (161) 496-0000", "language": "ur"})
    lee.refresh_from_db()
    assert (lee.contact_by, lee.phone, lee.language) == ("text", "+441614960000", "ur")


def test_work_changes_and_is_shown(browser, lee):
    group = StaffGroup.objects.get(name="Social care")
    listed = Organisation.objects.not_listed()
    page = browser.post(reverse("account:work"), {"organisation": listed.pk, "staff_group": group.pk}, follow=True)
    assert says(page) == ["We have noted where you work."]
    assert affiliations.current(lee).organisation == listed


def test_not_listed_stands_last_in_the_list(browser):
    choices = browser.get(reverse("account:work")).context["form"]["organisation"].field.queryset
    assert [organisation.name for organisation in choices] == ["Weaver Valley Hospitals", "Not listed"]


def test_sending_the_same_twice_is_doing_it_once(browser, lee):
    group = StaffGroup.objects.get(name="Social care")
    answer = {"organisation": Organisation.objects.not_listed().pk, "staff_group": group.pk}
    for _time in range(2):
        browser.post(reverse("account:work"), answer)
    assert lee.affiliations.count() == 2


def test_consents_are_unticked_given_and_taken_back(browser, lee):
    address = reverse("account:consents")
    assert "checked" not in text(browser.get(address))
    browser.post(address, {"news": "on"})
    assert [bool(consent.in_force(lee, name)) for name in ["news", "research"]] == [True, False]
    assert text(browser.get(address)).count("checked") == 1
    browser.post(address, {})
    assert consent.in_force(lee, "news") is None
    assert AuditEvent.objects.filter(act__startswith="consent.").count() == 2


def test_looking_changes_nothing(browser, lee):
    before = held(lee)
    for name in PAGES:
        browser.get(reverse(name), {"display_name": "Zed", "news": "on"})
    assert held(lee) == before


def test_an_address_changes_after_a_code_from_the_new_one(recently, lee):
    recently.post(reverse("account_email"), {"action_add": "1", "email": "leah@example.com"})
    assert mail.outbox[-1].to == ["leah@example.com"]
    lee.refresh_from_db()
    assert lee.email == "lee@example.com"
    code = mail.outbox[-1].body.split("\n\n")[2].strip()
    recently.post(reverse("account_email_verification_sent"), {"code": code, "action": "verify"})
    lee.refresh_from_db()
    assert lee.email == "leah@example.com"
    assert lee.emailaddress_set.count() == 1


def test_a_password_alone_in_a_session_does_not_change_the_address(browser):
    answer = browser.post(reverse("account_email"), {"action_add": "1", "email": "leah@example.com"})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not mail.outbox


def test_somebody_elses_address_is_not_given_away(recently, sam):
    answer = recently.post(reverse("account_email"), {"action_add": "1", "email": sam.email})
    assert answer.url == reverse("account_email_verification_sent")
    assert "already" not in text(recently.get(answer.url))


def test_a_password_changes_with_the_old_one(recently, lee):
    wrong = recently.post(reverse("account_change_password"), {"oldpassword": "nope", "password1": "another-quiet-harbour-5"})
    assert "This is not your password" in text(wrong)
    right = recently.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "another-quiet-harbour-5"})
    assert right.url == reverse("account:home")
    lee.refresh_from_db()
    assert lee.check_password("another-quiet-harbour-5")


def test_signing_out_needs_a_press_of_the_button(browser):
    browser.get(reverse("account_logout"))
    assert "_auth_user_id" in browser.session
    browser.post(reverse("account_logout"))
    assert "_auth_user_id" not in browser.session


def test_signing_out_everywhere_else_ends_the_other_session(client, lee):
    phone, desk = Client(), Client()
    for device in [phone, desk]:
        device.post(reverse("account_login"), {"login": lee.email, "password": PASSWORD})
    desk.post(reverse("usersessions_list"))
    assert phone.get(reverse("account:home")).status_code == 302
    assert desk.get(reverse("account:home")).status_code == 200


def held(person):
    person = type(person).objects.get(pk=person.pk)
    fields = [person.display_name, person.pronouns, person.contact_by, person.phone, person.language, person.email]
    return fields, list(person.affiliations.values()), list(person.consents.values())
