"""A name can change, and the old one is nowhere."""

import pytest

from core import errors, page_cache
from core.models import AuditEvent, OutboxEvent
from people import names


def test_a_name_changes_in_one_place(lee):
    names.change(lee, "Leah Okafor", by=lee, pronouns="she/her")
    lee.refresh_from_db()
    assert (lee.display_name, lee.pronouns) == ("Leah Okafor", "she/her")


def test_pronouns_stay_when_nothing_is_said_about_them(lee):
    names.change(lee, "Lee Okafor", by=lee, pronouns="they/them")
    names.change(lee, "Leah Okafor", by=lee)
    assert lee.pronouns == "they/them"


def test_the_audit_trail_knows_that_a_name_changed_and_neither_of_the_names(lee):
    names.change(lee, "Leah Okafor", by=lee)
    event = AuditEvent.objects.get(act="name.changed")
    assert (event.subject, event.actor) == (lee.audit_key, lee.audit_key)
    assert "Okafor" not in str(AuditEvent.objects.filter(pk=event.pk).values())


def test_higher_rooms_hear_of_it_by_an_id(lee):
    names.change(lee, "Leah Okafor", by=lee)
    event = OutboxEvent.objects.last()
    assert (event.name, event.ids) == ("person.renamed", {"person": lee.pk})


def test_public_pages_forget_the_old_name_at_once(lee):
    before = page_cache.generation()
    names.change(lee, "Leah Okafor", by=lee)
    assert page_cache.generation() > before


def test_the_same_name_again_is_no_change(lee):
    names.change(lee, " Lee   Okafor ", by=lee)
    assert not AuditEvent.objects.filter(act="name.changed").exists()


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t"])
def test_nobody_is_without_a_name(lee, nothing):
    with pytest.raises(errors.DomainError) as refused:
        names.change(lee, nothing, by=lee)
    assert refused.value.field == "display_name"


@pytest.mark.parametrize("name", ["王小明", "O’Brien-Núñez", "ﻣﺤﻤﺪ", "X", "Zoë 🌈"])
def test_every_name_is_a_name(lee, name):
    names.change(lee, name, by=lee)
    lee.refresh_from_db()
    assert lee.display_name == name
