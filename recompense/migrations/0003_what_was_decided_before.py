from django.db import migrations
from django.db.models import F

UNDECIDED = ["submitted", "checked"]
UNPAID = [*UNDECIDED, "approved", "in_run"]


def count_first_miles(apps, schema_editor):
    """Miles that were sent are counted as they were: all of them before the limit, until the limit."""
    lines = apps.get_model("recompense", "Line").objects
    lines.filter(amount__isnull=False, rate__miles_at_amount__isnull=False).update(first_miles=F("quantity"))


def bind_approvers(apps, schema_editor):
    """Who lowered a line was not written on it: no approver raises one that was lowered."""
    lines = apps.get_model("recompense", "Line").objects
    lines.filter(allowed__isnull=False, claim__status__in=UNDECIDED).update(allowed_at_check=F("allowed"))


def note_lowerings(apps, schema_editor):
    """From the trail: who lowered what is not paid yet, and whether it was checked by then."""
    for claim in apps.get_model("recompense", "Claim").objects.filter(status__in=UNPAID, lines__allowed__isnull=False).distinct():
        for actor, relation in _lowered(apps, claim):
            _note(apps, claim, actor, relation)


def _lowered(apps, claim):
    found, state = set(), ""
    for event in apps.get_model("core", "AuditEvent").objects.filter(subject=claim.key).order_by("pk"):
        if event.act == "claim.lower":
            found.add((event.actor, "lowered_approving" if state == "checked" else "lowered_checking"))
        else:
            state = event.after or state
        found = set() if state == "returned" else found
    return found


def _note(apps, claim, actor, relation):
    pseudonym = apps.get_model("people", "Pseudonym").objects.filter(key=actor).first()
    if pseudonym:
        lowerings = apps.get_model("recompense", "Lowering").objects
        lowerings.get_or_create(claim=claim, person_id=pseudonym.person_id, relation=relation)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0001_initial"),
        ("people", "0001_initial"),
        ("recompense", "0002_hands_miles_and_refusals"),
    ]

    operations = [
        migrations.RunPython(step, migrations.RunPython.noop) for step in [count_first_miles, bind_approvers, note_lowerings]
    ]
