"""Pages that allauth answers look like ours, and keep the strict policy."""

import re

import pytest
from allauth.account.models import EmailAddress

STRANGERS = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/inactive/",
]
MEMBERS = [
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/logout/",
    "/account/reauthenticate/",
]


def keeps_the_policy(html: str) -> bool:
    scripts = re.findall(r"<script[^>]*>", html)
    inline = [tag for tag in scripts if "src=" not in tag and "application/json" not in tag]
    return not inline and not re.search(r"\s(style|on\w+)=", html)


def is_ours(html: str) -> bool:
    return "pages/site.css" in html and html.count("<h1") == 1 and 'id="main"' in html


@pytest.mark.parametrize("path", STRANGERS)
def test_a_stranger_sees_our_pages(client, home, path):
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert is_ours(html)
    assert keeps_the_policy(html)


@pytest.mark.parametrize("path", MEMBERS)
def test_a_member_sees_our_pages(client, home, lee, second_factor, path):
    response = second_factor(client, lee).get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert is_ours(html)
    assert keeps_the_policy(html)


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_an_empty_form_names_each_mistake_above_and_beside(client, home, path):
    html = client.post(path, {}).content.decode()
    assert "<title>Error: " in html
    assert "There is a problem" in html
    for target in re.findall(r'<li><a href="#([^"]+)"', html.split("There is a problem")[1].split("</ul>")[0]):
        assert f'id="{target}"' in html
        assert f'id="{target}_error"' in html


def test_a_wrong_password_keeps_the_address_and_not_the_password(client, home, lee):
    html = client.post("/account/login/", {"login": lee.email, "password": "wrong-and-secret"}).content.decode()
    assert f'value="{lee.email}"' in html
    assert "wrong-and-secret" not in html


def test_an_unconfirmed_address_is_shown_its_code_page(client, home, person):
    sam = person("Sam Stranger")
    EmailAddress.objects.filter(user=sam).update(verified=False)
    response = client.post("/account/login/", {"login": sam.email, "password": "a-lantern-on-the-canal-42"}, follow=True)
    html = response.content.decode()
    assert is_ours(html)
    assert keeps_the_policy(html)
