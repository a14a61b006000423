"""Everything held is given; what is erased is gone, and what was counted stays counted."""

import json
import uuid

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent, OutboxEvent
from learning import completion, courses, playing
from learning.lrs import agents, documents
from learning.models import Attempt, Certificate, Document, ModuleProgress, MonthlyCount, Reflection, Registration, Statement
from panels import membership, recruitment
from panels.models import Answer, Application, Membership
from people import affiliations, consent, names
from people.models import District, Pseudonym, User
from tests.conftest import PASSWORD
from tests.factories.learning import work_through
from tests.factories.panels import attend, make_campaign, make_meeting, make_member, make_panel
from website import privacy

MARKER = "heron-under-the-viaduct"
ADDRESSES = ["your_data", "delete_account"]


@pytest.fixture
def module(course):
    return course.modules()[0]


@pytest.fixture
def progress(lee, registration, module):
    """Lee, marked everywhere a person can write, has finished a module and reflected on it."""
    User.objects.filter(pk=lee.pk).update(email=f"{MARKER}@example.com", pronouns=MARKER, phone="01614960000")
    lee.emailaddress_set.update(email=f"{MARKER}@example.com")
    lee.refresh_from_db()
    names.change(lee, f"Lee {MARKER}", by=lee)
    consent.give(lee, "news", by=lee)
    done = work_through(registration, module, lee)
    Reflection.objects.update_or_create(progress=done, prompt=str(uuid.uuid4()), defaults={"text": f"I saw the {MARKER}"})
    return done


@pytest.fixture
def browser(client, lee, progress):
    """Lee's browser, signed in by the front door, with the password given once more."""
    client.post(reverse("account_login"), {"login": lee.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def dump():
    """Every row of every table as text, sessions opened."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows + [str(session.get_decoded()) for session in Session.objects.all()])


def text(response):
    return response.content.decode()


# What we hold ------------------------------------------------------------------------------------


def test_everything_held_about_somebody_is_in_the_file(lee, progress):
    held = json.loads("".join(privacy.as_json(lee)))
    assert held["account"]["name"] == f"Lee {MARKER}"
    assert held["account"]["name_in_statements"] == lee.actor_name
    assert held["affiliations"][0]["organisation__name"] == "Weaver Valley Hospitals"
    assert held["consents"][0]["wording"].startswith("Send me an email")
    assert held["registrations"][0]["course__title"] == "Course 1"
    assert held["progress"][0]["status"] == "completed"
    assert held["answers"][0]["is_right"] is True
    assert f"I saw the {MARKER}" in [row["text"] for row in held["reflections"]]
    assert held["certificates"][0]["code"] == Certificate.objects.get().code
    assert len(held["statements"]) == Statement.objects.count() > 3
    assert {"name.changed", "consent.given"} <= {row["act"] for row in held["acts"]}


def test_every_section_has_an_answer_for_somebody_who_has_done_nothing(sam):
    held = privacy.held_about(sam)
    assert held.keys() == privacy.SECTIONS.keys()
    assert held["statements"] == held["certificates"] == []


def test_nobody_elses_data_is_in_the_file(lee, progress, sam):
    file = "".join(privacy.as_json(sam))
    assert MARKER not in file
    assert lee.actor_name not in file


def test_what_packages_keep_about_a_learner_is_in_the_file_and_goes_with_them(lee, sam):
    for person in [lee, sam]:
        place = documents.Place("state", "https://example.org/package", agents.ifi(agents.account(person.actor_name)))
        documents.put(place, "bookmark", documents.Content(MARKER.encode(), "text/plain"), version="2.0.0")
        documents.put(place, "picture", documents.Content(b"\xff", "image/png"), version="2.0.0")
    held = json.loads("".join(privacy.as_json(lee)))["documents_of_the_record_store"]
    assert [(row["name"], row["content"]) for row in held] == [("bookmark", MARKER), ("picture", "/w==")]
    privacy.erase(lee, by=lee)
    assert {row.agent for row in Document.objects.all()} == {agents.ifi(agents.account(sam.actor_name))}


def test_no_secret_is_in_the_file(lee, second_factor, client):
    second_factor(client, lee)
    file = "".join(privacy.as_json(lee))
    assert "totp" in file
    assert "secret" not in file
    assert lee.password not in file


def test_the_file_is_sent_under_a_neutral_name(browser):
    assert browser.get(reverse("your_data")).status_code == 200
    answer = browser.post(reverse("your_data"))
    assert answer["Content-Disposition"] == 'attachment; filename="your-data.json"'
    assert "no-store" in answer["Cache-Control"]
    assert MARKER in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_session_alone_is_not_enough(client, home, lee, name):
    client.post(reverse("account_login"), {"login": lee.email, "password": PASSWORD})
    for ask in [client.get, client.post]:
        assert ask(reverse(name)).url.startswith(reverse("account_reauthenticate"))
    assert User.objects.filter(pk=lee.pk).exists()


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(client, db, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


# Another name ------------------------------------------------------------------------------------


def test_after_a_change_the_former_name_is_nowhere(browser, lee, progress):
    former, code = "Wren Formerly", Certificate.objects.get().code
    names.change(lee, former, by=lee)
    places = ["/account/", "/account/name/", "/learning/my/", f"/learning/check/{code}/"]
    assert [former in text(browser.get(place)) for place in places] == [True, True, True, True]
    assert former in dump()
    browser.post(reverse("account:name"), {"display_name": "Leah Okafor", "pronouns": "she/her"})
    assert former not in dump()
    assert "Leah Okafor" in text(browser.get(f"/learning/check/{code}/"))
    assert [former in text(browser.get(place)) for place in places] == [False] * 4
    lee.refresh_from_db()
    assert former not in "".join(privacy.as_json(lee))


# Gone --------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays_and_deletes_nothing(browser, lee):
    page = text(browser.get(reverse("delete_account")))
    assert "What goes" in page
    assert "What stays" in page
    assert User.objects.filter(pk=lee.pk).exists()


def test_after_erasure_no_word_of_theirs_is_in_the_database(browser, lee):
    actor, before = lee.actor_name, dump()
    assert MARKER in before
    answer = browser.post(reverse("delete_account"), follow=True)
    assert "Your account is deleted" in text(answer)
    after = dump()
    assert MARKER not in after
    assert PASSWORD not in after
    assert actor in after  # statements stay, under a key that leads nowhere
    assert not Pseudonym.objects.filter(actor=actor).exists()


def test_what_they_wrote_and_held_is_gone_and_the_bare_course_of_learning_stays(lee, progress, registration):
    privacy.erase(lee, by=lee)
    for model in [Certificate, Reflection, Attempt, UserSession]:
        assert not model.objects.exists(), model
    registration.refresh_from_db()
    assert registration.learner is None
    assert ModuleProgress.objects.get().status == "completed"


def test_what_was_counted_stays_counted_also_when_it_is_counted_anew(lee, progress):
    before = list(MonthlyCount.objects.order_by("pk").values())
    privacy.erase(lee, by=lee)
    assert list(MonthlyCount.objects.order_by("pk").values()) == before
    completion.rebuild()
    assert figures() == sorted_figures(before)
    assert not Certificate.objects.exists()


def test_erasure_signs_out_every_device(browser, lee, client):
    browser.post(reverse("delete_account"))
    assert not Session.objects.exists()
    assert browser.get(reverse("account:home")).url.startswith(reverse("account_login"))


def test_the_audit_trail_says_that_somebody_was_erased_and_not_who(lee, sam, progress):
    key = lee.audit_key
    privacy.erase(lee, by=sam)
    event = AuditEvent.objects.get(act="person.erased")
    assert (event.subject, event.actor) == (key, sam.audit_key)
    assert AuditEvent.objects.filter(subject=key, act="name.changed").exists()
    assert OutboxEvent.objects.last().name == "person.erased"


def test_nobody_else_loses_anything(lee, sam, progress, course, module, hospital, nurses):
    affiliations.set_affiliation(sam, hospital, nurses, by=sam)
    work_through(courses.register(sam, course, by=sam), module, sam)
    privacy.erase(lee, by=lee)
    assert Certificate.objects.get().registration.learner == sam
    assert Attempt.objects.exists()
    assert Registration.objects.filter(learner=None).count() == 1


def test_an_address_can_be_used_again_and_nothing_comes_back(lee, person, progress):
    address = lee.email
    privacy.erase(lee, by=lee)
    again = person("Lee Again", address)
    assert privacy.held_about(again)["registrations"] == []
    assert playing.latest_attempts(progress) == {}


def figure(row):
    return {name: value for name, value in row.items() if name != "id"}


def figures():
    return sorted_figures(MonthlyCount.objects.values())


def sorted_figures(rows):
    """By place, not by number: counting anew gives the cells other numbers."""
    return sorted(
        (figure(row) for row in rows),
        key=lambda row: [str(row[name]) for name in ["page_id", "month", "organisation", "staff_group"]],
    )


def test_a_browser_in_which_signing_up_was_never_finished_forgets_the_address_too(db, client):
    typed = {"display_name": "Lee", "email": "lee@example.com", "password1": PASSWORD}
    client.post(reverse("account_signup"), typed)
    Client().post(reverse("account_signup"), typed | {"email": "sam@example.com"})
    assert "lee@example.com" in dump()
    privacy.erase(User.objects.get(email="lee@example.com"), by=None)
    assert "lee@example.com" not in dump()
    assert "sam@example.com" in dump()


def test_files_of_mail_to_somebody_erased_are_gone_and_others_stay(
    lee, sam, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    (tmp_path / "lee.log").write_text(f"Subject: Hello\nTo: {lee.email.upper()}\n")
    (tmp_path / "sam.log").write_text(f"Subject: Hello\nTo: {sam.email}\n")
    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase(lee, by=lee)
    assert [path.name for path in tmp_path.iterdir()] == ["sam.log"]


# Panels -------------------------------------------------------------------------------------------


@pytest.fixture
def ona(person, campaign, kit, panel):
    """Ona, marked everywhere: she has applied, with an account and before it, and sits on a panel with all of it shown."""
    user = person(f"Ona {MARKER}", f"{MARKER}@example.com")
    recruitment.invite(make_campaign(panel, kit), f"Ona {MARKER}", user.email)
    application = recruitment.begin(campaign, by=user)
    texts = dict.fromkeys(campaign.questions.all(), f"I saw the {MARKER}")
    recruitment.write(application, texts, district=District.objects.first(), by=user)
    recruitment.submit(application, by=user)
    row = make_member(make_panel("Another Panel", coordinators=[kit]), user)
    membership.publish(row, name=True, district=False, about=True, text=f"Of the {MARKER}", by=user)
    attend(make_meeting(row.panel, kit), row, kit)
    return user


def test_what_was_written_by_a_link_before_there_was_an_account_is_in_the_file(browser, lee, campaign):
    recruitment.invite(campaign, "Lee", lee.email)
    answer = json.loads(b"".join(browser.post(reverse("your_data")).streaming_content))
    assert [row["campaign__title"] for row in answer["applications"]] == [campaign.title]


def test_what_is_held_about_an_applicant_and_member_is_in_the_file(ona, campaign):
    held = json.loads("".join(privacy.as_json(ona)))
    assert held["applications"][0]["campaign__title"] == campaign.title
    assert held["answers_in_applications"][0]["text"] == f"I saw the {MARKER}"
    assert held["offers"] == []
    assert held["memberships"][0]["about"] == f"Of the {MARKER}"
    assert held["meetings"][0]["meeting__panel__name"] == "Another Panel"


def test_an_applicant_and_member_is_erased_and_what_was_counted_stays_counted(ona):
    privacy.erase(ona, by=ona)
    assert MARKER not in dump()
    assert not Answer.objects.exists()
    assert Application.objects.filter(applicant=None).count() == 2
    row = Membership.objects.get()
    assert (row.person, row.status, row.attendances.count()) == (None, "ended", 1)
