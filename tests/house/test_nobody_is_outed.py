"""Nothing that is sent to or about a person names a panel, a course or a topic: one test reads every message and file."""

import io
import re
import uuid

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse

from learning import courses
from learning.demo.course import load_course, load_index
from learning.models import Certificate, ModuleProgress
from panels import campaigns, membership, recruitment
from panels.models import Application, Offer
from panels.urls import urlpatterns as addresses_of_panels
from tests.factories.learning import work_through
from tests.factories.panels import make_application, make_campaign, make_offer, make_panel

PASSWORD = "a-lantern-on-the-canal-42"
TELLING = re.compile(r"lgbt|trans|gay|lesbian|bisexual|cancer|panel|inclusi|equality|screening|course|module", re.IGNORECASE)


@pytest.fixture
def taught(home):
    return load_course(load_index(home))


@pytest.fixture
def certificate(lee, taught, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        registration = courses.register(lee, taught, by=lee)
        work_through(registration, taught.modules().first(), lee)
    return Certificate.objects.get(registration=registration)


def seen_outside(message) -> list[str]:
    """What a lock screen, a list of messages or an envelope shows."""
    headers = message.message().values()
    names = [part.get_filename() or "" for part in message.message().walk()]
    return [message.subject, message.from_email, *headers, *names]


def test_no_message_tells_by_what_is_seen_outside(client, lee, certificate, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": lee.email})
        client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
        client.post(
            reverse("account_signup"),
            {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"},
        )
        client.post(reverse("account_signup"), {"email": lee.email, "password1": PASSWORD, "display_name": "Again"})
    assert len(mail.outbox) >= 4
    assert any(part.get_content_type() == "application/pdf" for message in mail.outbox for part in message.message().walk())
    for message in mail.outbox:
        for text in seen_outside(message):
            assert not TELLING.search(text), (message.subject, text)


def test_mail_about_an_account_names_nothing_at_all(client, lee, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": lee.email})
        client.post(
            reverse("account_signup"),
            {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"},
        )
    for message in mail.outbox:
        assert not TELLING.search(message.body), message.body


def test_a_certificate_file_tells_nothing_before_it_is_opened(client, lee, certificate):
    client.force_login(lee)
    response = client.get(reverse("learning:certificate_pdf", args=[certificate.key]))
    assert not TELLING.search(response["Content-Disposition"])
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        shown = [str(value) for value in pdf.docinfo.values()] + [str(value) for value in pdf.open_metadata().values()]
    for text in shown:
        assert not TELLING.search(text), text


def test_personal_addresses_hold_random_keys_and_no_topic(lee, certificate):
    progress = ModuleProgress.objects.get()
    for name, key in [("play", progress.key), ("finish", progress.key), ("certificate", certificate.key)]:
        url = reverse(f"learning:{name}", args=[key, 1] if name == "play" else [key])
        assert re.search(r"[0-9a-f-]{36}", url)
        assert not TELLING.search(url), url
    assert isinstance(certificate.key, uuid.UUID)


def test_what_is_taken_away_has_a_neutral_name(client, lee, val, certificate, second_factor):
    second_factor(client, val)
    files = [client.get(reverse(f"learning:statistics_{ending}")) for ending in ("csv", "xlsx")]
    client.force_login(lee)
    files.append(client.get(reverse("your_data")))
    for response in files:
        assert not TELLING.search(response.get("Content-Disposition", "")), response["Content-Disposition"]


def test_a_line_of_the_log_about_a_certificate_leads_to_nobody(certificate):
    """Anybody learns the holder's name and what they completed by the certificate's number."""
    assert certificate.code not in f"{certificate} {certificate!r}"


# Panels -------------------------------------------------------------------------------------------
# Here not even the body of a message may tell: that somebody applied to a panel says something about them.

NAMES_OF_PANELS = ["Canal People’s Panel", "Women and Girls", "Race Equality", "Faith and Belief", "Disabled", "Youth", "Older"]


@pytest.fixture
def letters(kit, reference_data, person, django_capture_on_commit_callbacks):
    """Every message that panels send, about a panel whose name and campaign tell as much as they can."""
    panel = make_panel("LGBTQ+ Trans Equality Panel", coordinators=[kit])
    campaign = make_campaign(panel, kit, title="Inclusive: gay, lesbian, bisexual", seats=9, contact="lgbt@panel.example")
    with django_capture_on_commit_callbacks(execute=True):
        recruitment.invite(campaign, "Bea", "bea@example.com")
        people = [person(f"P{number} Example") for number in range(6)]
        sent = [make_application(campaign, somebody) for somebody in people]
        recruitment.turn_down(sent[0], "Say more about yourself.", by=kit)
        recruitment.take_back(make_offer(sent[1], kit), by=kit)
        recruitment.take_back(make_offer(sent[2], kit), by=None, to=Offer.Status.LAPSED)
        recruitment.decline(make_offer(sent[3], kit), by=people[3])
        recruitment.withdraw(sent[4], by=people[4])
        membership.end(recruitment.accept(make_offer(sent[5], kit), by=people[5]), by=kit)
        make_application(other := make_campaign(panel, kit, title="For trans people"), people[0])
        campaigns.cancel(other, by=kit)
    return list(mail.outbox)


def test_no_message_of_panels_names_a_panel_or_what_it_is_about(letters):
    subjects = {message.subject for message in letters}
    assert subjects == {"Your link", "We have what you sent", "News for you", "Good news for you", "You have withdrawn"}
    for message in letters:
        html = next(body for body, kind in message.alternatives if kind == "text/html")
        for text in [*seen_outside(message), message.body, html]:
            assert not TELLING.search(text), (message.subject, TELLING.search(text))
            assert not any(name in text for name in NAMES_OF_PANELS)


def test_links_in_messages_hold_nothing_but_secrets_and_keys(letters):
    links = {link for message in letters for link in re.findall(r"https?://\S+", message.body)}
    personal = [link for link in links if "/applications/" in link]
    assert personal
    for link in personal:
        assert re.search(r"/applications/(open/[\w-]{43}|[0-9a-f-]{36})/$", link), link


def test_personal_addresses_of_panels_hold_keys_alone():
    own = ("join/", "applications/", "memberships/")
    personal = [str(entry.pattern) for entry in addresses_of_panels if str(entry.pattern).startswith(own)]
    assert len(personal) > 15
    for address in personal:
        assert not TELLING.search(address), address
        assert not re.search(r"<(?!uuid:|str:secret)", address), address


def test_titles_of_an_applicants_pages_stand_in_tabs_and_histories_and_name_nothing(client, letters, person):
    application = Application.objects.filter(status="shortlisted").first()
    client.force_login(application.applicant)
    for name in ["application", "withdraw", "later"]:
        page = client.get(reverse(f"panels:{name}", args=[application.key])).content.decode()
        assert not TELLING.search(re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1))


def test_a_line_of_the_log_about_an_application_leads_to_nobody(letters):
    application = Application.objects.filter(status="shortlisted").first()
    for row in [application, *application.offers.all(), *application.links.all(), *application.answers.all()]:
        assert not TELLING.search(f"{row} {row!r}".replace("panels.", ""))
        assert application.name not in f"{row} {row!r}"
