"""Who's who in the tests, and the rooms they stand in."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.models import EmailAddress

from people import affiliations, demo, reference, roles
from people.models import Organisation, StaffGroup, User

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
def synced_roles(db):
    roles.sync()


@pytest.fixture
def ed(person, synced_roles):
    """An author, and so a member of staff."""
    user = person("Ed Editor")
    roles.grant(user, "author")
    return user


@pytest.fixture
def val(person, synced_roles):
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
