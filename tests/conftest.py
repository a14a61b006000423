"""Who's who in the tests, and the rooms they stand in."""

import importlib
import json
import time

import hypothesis
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection
from django.test import override_settings
from django.urls import clear_url_caches
from pytest_django.plugin import blocking_manager_key
from wagtail.signal_handlers import disable_reference_index_auto_update

from core import audit
from learning import courses
from learning.demo import course as demo_course
from learning.models import CoursePage
from people import affiliations, demo, reference, roles
from people.models import Organisation, StaffGroup, User
from tests.factories.experiences import make_stories_index
from tests.factories.home import make_home
from tests.factories.learning import module_facts, outline_facts
from tests.factories.panels import make_campaign, make_member, make_panel
from tests.factories.recompense import make_card

# How long a machine takes to think of an example says nothing about what is tested.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

# the house ---------------------------------------------------------------------------------------


def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="Renew docs/permissions.md instead of comparing it.")


@pytest.hookimpl(trylast=True)  # after pytest-django has put what commits last
def pytest_collection_modifyitems(items):
    """One journey goes first: it loads the demonstration while the other worker has something else to do."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/journeys/test_author.py"))


@pytest.fixture(autouse=True)
def empty_caches():
    """Rows of one test are gone in the next; what was cached of them must go too."""
    for name in ["default", "pages"]:
        caches[name].clear()


AT_FIRST = pytest.StashKey[str]()  # the rows that a new database holds, as JSON
IS_EMPTIED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True, scope="session")
def flush_lifts_the_audit_triggers(pytestconfig):
    """The one place where the audit trail is emptied: between tests that commit."""
    handle = flush.Command.handle

    def handle_without_triggers(self, **options):
        pytestconfig.stash[IS_EMPTIED] = True
        with audit.triggers_lifted(options["database"]):
            return handle(self, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle_without_triggers)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig):
    """What nearly every test needs is there from the beginning."""
    with django_db_blocker.unblock():
        roles.sync()
        reference.load()
        rows = json.loads(connection.creation.serialize_db_to_string())
        rows.sort(key=lambda row: row["model"] != "contenttypes.contenttype")  # else what is saved before makes them anew
        pytestconfig.stash[AT_FIRST] = json.dumps(rows)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A test that commits empties the database: whoever comes next and does not commit finds it as it was at first."""
    marker = item.get_closest_marker("django_db")
    is_wanted = not marker.kwargs.get("transaction") if marker else "db" in item.fixturenames
    if not is_wanted or not item.config.stash.get(IS_EMPTIED, False):
        return
    with item.config.stash[blocking_manager_key].unblock():
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False, inhibit_post_migrate=True)
        ContentType.objects.clear_cache()
        connection.creation.deserialize_db_from_string(item.config.stash[AT_FIRST])
    item.config.stash[IS_EMPTIED] = False


# people ------------------------------------------------------------------------------------------
# Lee learns, Sam is a stranger with an account, Ed writes and publishes courses, Val reads statistics.

PASSWORD = "a-lantern-on-the-canal-42"


@pytest.fixture
def person(db):
    """`person(name, **fields)` makes somebody with an account, a confirmed address and the password above."""

    def make(name: str, email: str = "", **fields) -> User:
        user = User.objects.create_user(email or f"{name.split()[0].lower()}@example.com", PASSWORD, display_name=name, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def reference_data(db):
    """Districts, staff groups and the organisation that stands for "Not listed"."""
    if not StaffGroup.objects.exists():
        reference.load()


@pytest.fixture
def hospital(reference_data):
    return Organisation.objects.create(name="Weaver Valley Hospitals", kind=Organisation.Kind.NHS_TRUST)


@pytest.fixture
def nurses(reference_data):
    return StaffGroup.objects.get(name="Nursing and midwifery")


@pytest.fixture
def lee(person, hospital, nurses):
    """A learner with an affiliation."""
    user = person("Lee Okafor")
    affiliations.set_affiliation(user, hospital, nurses, by=user)
    return user


@pytest.fixture
def sam(person):
    """A stranger with an account."""
    return person("Sam Stranger")


@pytest.fixture
def roles_without_pages(db):
    """For roles that write no pages. Whoever comes after a test that emptied the database writes them again."""
    if not Group.objects.filter(name="coordinator").exists():
        roles.sync()


@pytest.fixture
def synced_roles(db):
    roles.sync()


@pytest.fixture
def ed(person, synced_roles):
    """An author, and so a member of staff."""
    user = person("Ed Editor")
    roles.grant(user, "author")
    return user


@pytest.fixture
def val(person, roles_without_pages):
    """A statistics officer, and so a member of staff."""
    user = person("Val Counts")
    roles.grant(user, "statistics officer")
    return user


@pytest.fixture
def second_factor(db):
    """`second_factor(client, user)`: logged in, with password and second factor in the session's own record."""

    def log_in(client, user):
        if not demo.has_secret(user):
            demo.give_secret(user)
        client.force_login(user)
        session = client.session
        records = [{"method": "password", "at": time.time()}, {"method": "mfa", "at": time.time(), "type": "totp"}]
        session[AUTHENTICATION_METHODS_SESSION_KEY] = records
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
        return client

    return log_in


ADDRESSES = ["people.urls", "allauth.mfa.urls", "allauth.urls", "config.urls"]


def read_addresses_again():
    for name in ADDRESSES:
        importlib.reload(importlib.import_module(name))
    clear_url_caches()


@pytest.fixture
def passkeys(settings):
    """The addresses as they are where BASE_URL's host is a name: passkeys have some."""
    with override_settings(MFA_SUPPORTED_TYPES=[*settings.MFA_SUPPORTED_TYPES, "webauthn"]):
        read_addresses_again()
        yield
    read_addresses_again()


# panels and recompense ---------------------------------------------------------------------------
# Ana applies, Mo is a member, Kit coordinates, Uma and Ola moderate, Cas checks, Pat approves, Fin pays.


@pytest.fixture
def ana(person, reference_data):
    return person("Ana Applies")


def holding(role):
    """A fixture of somebody with a role."""

    def make(person, roles_without_pages):
        user = person(f"{role[0]} {role[1].title()}")
        roles.grant(user, role[1])
        return user

    return pytest.fixture(make, name=role[0].lower())


kit = holding(("Kit", "coordinator"))
cora = holding(("Cora", "coordinator"))  # of another panel
adi = holding(("Adi", "administrator"))
uma = holding(("Uma", "moderator"))
ola = holding(("Ola", "moderator"))  # the second reader
cas = holding(("Cas", "claims checker"))
pat = holding(("Pat", "claims approver"))
fin = holding(("Fin", "finance officer"))


@pytest.fixture
def panel(kit, reference_data):
    return make_panel(coordinators=[kit])


@pytest.fixture
def campaign(panel, kit):
    return make_campaign(panel, kit)


@pytest.fixture
def mo(person, reference_data):
    return person("Mo Member")


@pytest.fixture
def member(panel, mo):
    """Mo's membership."""
    return make_member(panel, mo)


@pytest.fixture
def stories_index(home):
    return make_stories_index(home)


@pytest.fixture
def card(db):
    return make_card()


# learning ----------------------------------------------------------------------------------------
# A course of two full modules and an outline, and a shorter one in which every module is full.


@pytest.fixture
def home(db):
    return make_home()


@pytest.fixture
def learning_index(home):
    return demo_course.load_index(home)


@pytest.fixture
def make_course(learning_index):
    """`make_course(first, full=2, outlines=1)`: a published course whose modules are numbered from `first`."""

    @disable_reference_index_auto_update()
    def make(first: int = 1, full: int = 2, outlines: int = 1) -> CoursePage:
        page = CoursePage(title=f"Course {first}", slug=f"course-{first}", summary="A course", lead="For everyone.")
        learning_index.add_child(instance=page)
        page.save_revision().publish()
        for number in range(first, first + full):
            demo_course.load_module(page, module_facts(number))
        for number in range(first + full, first + full + outlines):
            demo_course.load_module(page, outline_facts(number))
        return CoursePage.objects.get(pk=page.pk)

    return make


@pytest.fixture
def course(make_course):
    """Two full modules and an outline: it cannot be completed yet."""
    return make_course()


@pytest.fixture
def full_course(make_course):
    """Two modules, both full."""
    return make_course(50, full=2, outlines=0)


@pytest.fixture
def registration(lee, course):
    return courses.register(lee, course, by=lee)
