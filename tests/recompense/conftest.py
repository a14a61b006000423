"""A claim of Mo's in each of the states that it goes through, and a second hand for each thing that is done with it."""

import pytest

from people import roles
from tests.factories import recompense as make
from tests.factories.panels import make_member


@pytest.fixture
def ash(person, synced_roles):
    """Somebody small organisations have: holds all three roles."""
    user = person("Ash Everything")
    for role in ["claims checker", "claims approver", "finance officer"]:
        roles.grant(user, role)
    return user


@pytest.fixture
def bo(person, panel):
    """Another member, with an account of their own."""
    user = person("Bo Other")
    make.make_payee(user, account_number="00009999")
    return make_member(panel, user)


@pytest.fixture
def submitted(card, member, kit):
    return make.make_submitted(member, kit)


@pytest.fixture
def checked(card, member, kit, cas):
    return make.make_checked(member, kit, cas)


@pytest.fixture
def approved(card, member, kit, cas, pat):
    return make.make_approved(member, kit, cas, pat)
