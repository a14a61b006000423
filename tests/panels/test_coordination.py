"""Who is put in charge of a panel, by whom, and what it opens."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core import errors
from core.models import AuditEvent
from panels import coordination
from panels.models import Panel
from people import roles
from people.models import User


def fresh(person):
    return User.objects.get(pk=person.pk)


def in_charge_of(person):
    return [panel.name for panel in Panel.objects.coordinated_by(fresh(person))]


def test_being_in_charge_opens_nothing_without_the_role_and_the_role_nothing_without_a_panel(panel, sam, cora):
    coordination.assign(sam, panel, by=None)
    assert in_charge_of(sam) == in_charge_of(cora) == []
    coordination.assign(cora, panel, by=None)
    assert in_charge_of(cora) == [panel.name]


def test_putting_in_charge_twice_and_releasing_twice_is_noted_once(panel, cora, adi):
    for act in [coordination.assign, coordination.assign, coordination.release, coordination.release]:
        act(cora, panel, by=adi)
    noted = AuditEvent.objects.filter(act__startswith="panel.", actor=adi.audit_key).values_list("act", "before", "after")
    assert list(noted) == [("panel.assigned", "", str(cora.audit_key)), ("panel.released", str(cora.audit_key), "")]
    assert in_charge_of(cora) == []


def test_a_coordinator_puts_nobody_in_charge(panel, kit, cora):
    for act in [coordination.assign, coordination.release]:
        with pytest.raises(errors.NotAllowed):
            act(cora, panel, by=kit)


def test_somebody_is_found_by_their_address_in_any_case_and_only_with_the_role(cora, sam):
    assert coordination.find(f" {cora.email.upper()} ") == cora
    for address, code in [(sam.email, "not_a_coordinator"), ("nobody@example.com", "no_account")]:
        with pytest.raises(errors.DomainError) as refused:
            coordination.find(address)
        assert (refused.value.code, refused.value.field) == (code, "address")


def test_whoever_has_left_is_not_found(cora):
    User.objects.filter(pk=cora.pk).update(is_active=False)
    with pytest.raises(errors.DomainError):
        coordination.find(cora.email)


def test_holders_are_those_with_the_role(kit, cora, sam, val):
    assert set(coordination.holders()) == {kit, cora}
    roles.revoke(cora, "coordinator")
    assert set(coordination.holders()) == {kit}


# By the command -----------------------------------------------------------------------------------


def test_the_command_puts_in_charge_and_releases(panel, cora, capsys):
    call_command("coordinate", cora.email, panel.name.upper())
    assert in_charge_of(cora) == [panel.name]
    assert panel.name in capsys.readouterr().out
    call_command("coordinate", cora.email, panel.name, "--release")
    assert in_charge_of(cora) == []


def test_the_command_says_what_is_missing(panel, sam):
    with pytest.raises(CommandError, match=panel.name):
        call_command("coordinate", sam.email, "No such panel")
    with pytest.raises(CommandError, match=f"manage.py role {sam.email} coordinator"):
        call_command("coordinate", sam.email, panel.name)
