"""Mail about an account is seen on locked screens and by others: its subject says nothing."""

from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.template.loader import render_to_string

import people
from people.templatetags.people import browser

TEMPLATES = Path(people.__file__).parent / "templates"
SUBJECTS = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("email/*_subject.txt"))
NEUTRAL = {"Your code", "Choose another password", "About your account", "About your request", "Your account has changed"}
# allauth's own templates that we do not use and have not rewritten would speak in its words.
ALLAUTH = Path(__import__("allauth").__file__).parent / "templates"


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_subject_names_nothing_and_nobody(name):
    said = render_to_string(name, {"site_name": "LGBTQ+ Academy", "user": "Lee", "email": "lee@example.com"}).strip()
    assert said in NEUTRAL


@pytest.mark.parametrize("name", [name.replace("_subject", "_message") for name in SUBJECTS])
def test_every_mail_can_be_written(name, rf, lee):
    details = {
        "user": lee,
        "code": "ABC-DEF",
        "password_reset_url": "http://testserver/x",
        "ip": "192.0.2.1",
        "site_name": "Alongside",
    }
    said = render_to_string(name, details, rf.get("/"))
    assert said.startswith("Hello")
    assert "{" not in said


def test_every_mail_of_accounts_is_in_our_words():
    theirs = {str(file.relative_to(ALLAUTH)) for app in ["account", "mfa"] for file in (ALLAUTH / app / "email").glob("*.txt")}
    ours = {str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("email/*.txt")}
    assert theirs == ours


def test_every_page_of_accounts_is_in_our_dress():
    """Layouts and parts that only allauth's own pages use need no twin."""
    unused = {"signup_by_passkey", "phone", "login_code", "email_confirm", "trust", "signup_form", "reset_code", "login_script"}
    for app in ["account", "mfa", "usersessions"]:
        for file in (ALLAUTH / app).rglob("*.html"):
            if "base" in file.name or "snippets" in str(file) or any(part in file.stem for part in unused):
                continue
            assert (TEMPLATES / file.relative_to(ALLAUTH)).exists(), file.name


def test_a_mail_is_sent_in_the_name_of_this_installation(rf, lee, settings):
    settings.SITE_NAME = "Canal Street Learning"
    request = rf.get("/")
    with context.request_context(request):
        get_adapter(request).send_mail("account/email/login_code", lee.email, {"code": "ABC-DEF"})
    assert "Canal Street Learning" in mail.outbox[0].body
    assert "Canal" not in mail.outbox[0].subject


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36", "Chrome on Android"),
        ("", "something else on something else"),
    ],
)
def test_a_browser_is_named_in_words(header, said):
    assert browser(header) == said
