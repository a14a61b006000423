"""The password once more, where the session alone is not enough."""

from django.urls import reverse

from tests.conftest import PASSWORD


def confirm(browser):
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser
