"""How somebody may be reached changes through one door."""

import pytest

from core import errors
from core.models import AuditEvent
from people import contact

NUMBER = "01614960000"


def reach(person, **changes):
    now = {"contact_by": person.contact_by, "phone": person.phone, "language": person.language}
    return contact.change(person, by=person, **{**now, **changes})


def test_the_way_to_reach_somebody_changes(lee):
    reach(lee, contact_by="text", phone=NUMBER, language="ur")
    lee.refresh_from_db()
    assert (lee.contact_by, lee.phone, lee.language) == ("text", NUMBER, "ur")


def test_the_audit_trail_knows_that_it_changed_and_not_to_what(lee):
    reach(lee, phone=NUMBER, language="pl")
    event = AuditEvent.objects.get(act="contact.changed")
    assert (event.subject, event.actor) == (lee.audit_key, lee.audit_key)
    assert (event.before, event.after) == ("", "")


def test_the_same_again_is_no_change(lee):
    reach(lee)
    assert not AuditEvent.objects.filter(act="contact.changed").exists()


@pytest.mark.parametrize("way", ["phone", "text"])
def test_whoever_wants_to_be_rung_or_texted_needs_a_number(lee, way):
    with pytest.raises(errors.DomainError) as refused:
        reach(lee, contact_by=way)
    assert (refused.value.code, refused.value.field) == ("phone_missing", "phone")
    lee.refresh_from_db()
    assert lee.contact_by == "email"


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(lee):
    """The row is read anew under its lock: a name that changed in another tab stays."""
    type(lee).objects.filter(pk=lee.pk).update(display_name="Leah Okafor")
    reach(lee, language="pl")
    lee.refresh_from_db()
    assert lee.display_name == "Leah Okafor"
