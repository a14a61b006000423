"""Nothing that is sent to or about a person names a panel, a course or a topic: one test reads every message and file."""

import datetime
import io
import re
import uuid

import pikepdf
import pypdf
import pytest
from django.core import mail
from django.urls import reverse

from api import deliveries
from api.events import TEST, TYPES
from api.models import Delivery, Webhook
from core.models import AuditEvent, OutboxEvent
from learning import courses
from learning.demo.course import load_course, load_index
from learning.models import Certificate, ModuleProgress
from panels import campaigns, membership, recruitment
from panels.experiences import moderating, telling
from panels.models import Application, Offer
from panels.urls import urlpatterns as addresses_of_panels
from recompense import claims, documents, payments, receipts
from recompense.models import Payment
from tests.factories.confirming import confirm
from tests.factories.experiences import make_experience, make_prepared
from tests.factories.learning import work_through
from tests.factories.panels import make_application, make_campaign, make_member, make_offer, make_panel
from tests.factories.recompense import bus, make_checked, make_paid, make_payee, make_submitted, photo

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


def test_what_other_systems_are_told_is_a_name_and_keys(certificate):
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    Webhook.objects.create(url="https://cases.example.org/news", secret="x" * 32, events=TYPES, made_at=long_ago)
    deliveries.follow(list(OutboxEvent.objects.all()))
    told = [deliveries.body(delivery).decode() for delivery in Delivery.objects.all()]
    assert len(told) >= 2
    for text in [*told, *TYPES, TEST]:
        assert not TELLING.search(text), text


def test_what_is_taken_away_has_a_neutral_name(client, lee, adi, certificate, second_factor):
    confirm(second_factor(client, adi))
    files = [client.get(reverse(f"learning:statistics_{ending}")) for ending in ("csv", "xlsx")]
    files.append(client.post(reverse("learning:records")))
    confirm(second_factor(client, lee))
    files += [client.post(reverse("your_data")), client.get(reverse("mfa_download_recovery_codes"))]
    for response in files:
        assert response["Content-Disposition"].startswith("attachment; filename="), response
        assert not TELLING.search(response["Content-Disposition"]), response["Content-Disposition"]


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
    assert subjects == {"Your link", "We have what you sent", "News for you", "Good news for you", "What you wrote is erased"}
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
        assert not re.search(r"<(?!uuid:|path:secret>)", address), address


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


# Tellers -----------------------------------------------------------------------------------------
# What somebody told is theirs: no message, title or address says that they did, or what about.


@pytest.fixture
def told_us(uma, ola, stories_index, reference_data, django_capture_on_commit_callbacks):
    """Every message that goes to tellers, about experiences that tell as much as they can."""
    panel = make_panel("LGBTQ+ Trans Equality Panel")
    words = {"happened": "They called me by the wrong name at the cancer screening for trans people."}
    with django_capture_on_commit_callbacks(execute=True):
        facts = {"words": words, "agreed": ["contact", "publish", "panel"], "panel": panel}
        published = moderating.prepare(moderating.take(make_experience(**facts), by=uma), words, by=uma)
        telling.withdraw(moderating.publish(published, by=ola))
        moderating.keep(make_prepared(uma, **facts), by=ola)
        moderating.decline(moderating.take(make_experience(**facts), by=uma), "It is about another panel.", by=uma)
    return list(mail.outbox)


def test_no_message_to_a_teller_says_what_it_is_about_outside_or_inside(told_us):
    assert sorted({message.subject for message in told_us}) == [
        "News for you",
        "We have what you sent",
        "What you sent is erased",
    ]
    for message in told_us:
        html = next(body for body, kind in message.alternatives if kind == "text/html")
        for text in [*seen_outside(message), message.body, html]:
            assert not TELLING.search(text), (message.subject, TELLING.search(text))
            assert not re.search("experience|story|wrong name", text, re.IGNORECASE)


def test_links_to_a_teller_hold_no_secret(told_us):
    links = {link for message in told_us for link in re.findall(r"https?://[^\s<]+/be-heard/[^\s<]*", message.body)}
    assert {link.partition("/be-heard/")[2] for link in links} == {"come-back/"}


def test_addresses_of_tellers_name_nothing_and_hold_nothing_but_their_secret():
    own = [str(entry.pattern) for entry in addresses_of_panels if str(entry.pattern).startswith("be-heard/")]
    assert len(own) > 15
    for address in own:
        assert not TELLING.search(address), address
        assert re.sub("<(str:reference|str:passphrase|int:number|uuid:key)>", "", address).count("<") == 0, address


def test_titles_and_files_of_a_teller_name_nothing(client, panel):
    client.post(reverse("panels:tell_begin"), {"shape": "guided"})
    client.post(reverse("panels:tell_words", args=[1]), {"text": "At the cancer screening, as a trans person."})
    for name in ["about", "agree", "check", "keep", "take_back"]:
        page = client.get(reverse(f"panels:tell_{name}")).content.decode()
        assert re.search(r"<title>(.*?)</title>", page, re.DOTALL).group(1).startswith("Your words")
    assert not TELLING.search(client.get(reverse("panels:tell_copy"))["Content-Disposition"])


# Recompense --------------------------------------------------------------------------------------
# A panel about a characteristic, a meeting in its rooms, and a question that names it: none of it may leave the site.


@pytest.fixture
def told(kit, cas, pat, fin, mo, card, django_capture_on_commit_callbacks):
    """Mo sits on a panel with a telling name: one claim was asked about, one not paid, one paid, and the account changed."""
    member = make_member(make_panel("LGBTQ+ Equality Panel", coordinators=[kit]), mo)
    with django_capture_on_commit_callbacks(execute=True):
        asked, refused = make_submitted(member, kit), make_checked(member, kit, cas)
        claims.ask(asked, "Was it the LGBTQ+ panel?", by=cas)
        claims.reject(refused, "The panel on inclusion did not meet.", by=pat)
        paid = make_paid(member, kit, cas, pat, fin)
        make_payee(mo, account_number="12345678")
    return [asked, refused, paid]


def test_no_mail_about_a_claim_tells_outside_or_inside(told):
    assert sorted(message.subject for message in mail.outbox) == [
        *["A question for you", "About your claim", "We have paid you"],
        *["We have what you sent"] * 3,
        "Your bank details have changed",
    ]
    for message in mail.outbox:
        html = message.alternatives[0].content
        for text in [*seen_outside(message), message.body, html]:
            assert not TELLING.search(text), (message.subject, text)


def test_no_letter_and_no_payment_file_tells(told, fin):
    payment = Payment.objects.get()
    letter = documents.remittance_pdf(payment)
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        shown = [str(value) for value in pdf.docinfo.values()] + [str(value) for value in pdf.open_metadata().values()]
    pages = pypdf.PdfReader(io.BytesIO(letter)).pages
    file = payments.download(payment.run, by=fin).decode()
    for text in [*shown, *(page.extract_text() for page in pages), documents.file_name(payment), payment.reference, file]:
        assert not TELLING.search(text), text


def test_no_address_of_a_claim_tells(told, mo):
    line = told[0].lines.get()
    for name, given in [
        *[("claims", []), ("account", []), ("other", []), ("claim", [told[0].key]), ("withdraw", [told[0].key])],
        *[("letter", [told[2].key]), ("add_cost", [told[0].key, line.rate.key]), ("change_cost", [told[0].key, line.key])],
        *[("receipt", [uuid.uuid4(), 1]), ("start", [told[0].attendance.key])],
    ]:
        url = reverse(f"recompense:{name}", args=given)
        assert not TELLING.search(url), url
        assert line.rate.code.lower() not in url.lower()


def test_files_about_a_claim_have_neutral_names(client, told, mo):
    claims_open = told[0]
    line = claims.add_line(claims_open, bus(claims_open), by=mo)
    receipt = receipts.add(line, photo(), by=mo)
    assert not TELLING.search(receipt.file.name)
    client.force_login(mo)
    for url in [reverse("recompense:receipt", args=[receipt.key, 1]), reverse("recompense:letter", args=[told[2].key])]:
        assert not TELLING.search(client.get(url)["Content-Disposition"])


def test_the_trail_and_the_news_of_a_claim_hold_keys_alone(told):
    for event in AuditEvent.objects.filter(subject_kind__contains="claim"):
        assert not TELLING.search(f"{event.act} {event.before} {event.after}")
    for news in OutboxEvent.objects.filter(name__startswith="claim"):
        assert news.ids.keys() == {"claim"}
        assert not TELLING.search(str(news.ids))
