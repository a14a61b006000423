"""What of the record goes by itself: documents that nobody writes any more, statements of others after their time, files.

Audited by number: who it was about stands nowhere.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Model, QuerySet

from core import audit
from learning.lrs.models import Credential, Document, Statement

BATCH = 500  # rows in one transaction


def forget_documents(before: datetime) -> None:
    """States and agent profiles that were last written before then. What is kept about an activity alone stays."""
    about_people = Document.objects.exclude(kind=Document.Kind.ACTIVITY_PROFILE)
    _forget("documents.forget", about_people.filter(updated__lt=before), Document())


def forget_statements(before: datetime) -> None:
    """What others said, and was stored before then. What counts for a learner stays: progress is derived from it."""
    said = Statement.objects.filter(stored__lt=before)
    _forget("statements.forget", said.filter(source=Statement.Source.IMPORTED), Statement())
    for credential in Credential.objects.all():
        _forget("statements.forget", said.filter(source=Statement.Source.CREDENTIAL, credential=credential), credential)


def _forget(act: str, rows: QuerySet, subject: Model) -> None:
    """Some at a time, so that nobody waits long, and what is broken off goes on the next day."""
    while pks := list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.filter(pk__in=pks).delete()
            audit.record(act, subject, after=str(len(pks)))
