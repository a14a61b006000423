"""Off until given, in words that are kept, and taken back at any time."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from core import errors, page_cache
from core.models import AuditEvent
from people import consent
from people.models import Consent


def test_nothing_is_agreed_to_by_having_an_account(lee):
    assert [consent.in_force(lee, name) for name in consent.PURPOSES] == [None, None]


def test_consent_is_given_in_the_words_of_the_day(lee):
    given = consent.give(lee, "news", by=lee)
    assert consent.in_force(lee, "news") == given
    assert given.wording_version == consent.PURPOSES["news"].version
    assert consent.in_force(lee, "research") is None


def test_giving_twice_is_giving_once(lee):
    assert consent.give(lee, "news", by=lee) == consent.give(lee, "news", by=lee)
    assert AuditEvent.objects.filter(act="consent.given").count() == 1


def test_consent_taken_back_is_not_in_force_and_is_remembered(lee):
    given = consent.give(lee, "news", by=lee)
    consent.withdraw(lee, "news", by=lee)
    consent.withdraw(lee, "news", by=lee)
    given.refresh_from_db()
    assert consent.in_force(lee, "news") is None
    assert given.withdrawn_at
    assert AuditEvent.objects.filter(act="consent.withdrawn", subject=given.key).count() == 1


def test_a_change_of_consent_makes_public_pages_old_and_nothing_else_does(lee):
    before = page_cache.generation()
    consent.withdraw(lee, "news", by=lee)
    assert page_cache.generation() == before
    consent.give(lee, "news", by=lee)
    given = page_cache.generation()
    assert given > before
    consent.give(lee, "news", by=lee)
    assert page_cache.generation() == given
    consent.withdraw(lee, "news", by=lee)
    assert page_cache.generation() > given


def test_a_new_wording_is_agreed_to_anew_and_the_old_consent_ends(lee, monkeypatch):
    old = consent.give(lee, "news", by=lee)
    more = consent.Purpose(consent.PURPOSES["news"].title, (*consent.PURPOSES["news"].wordings, gettext_lazy("Other words")))
    monkeypatch.setitem(consent.PURPOSES, "news", more)
    new = consent.give(lee, "news", by=lee)
    assert (old.wording_version, new.wording_version) == (1, 2)
    assert list(lee.consents.filter(withdrawn_at=None)) == [new]


def test_the_database_keeps_one_consent_in_force_per_purpose(lee):
    consent.give(lee, "news", by=lee)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(person=lee, purpose="news", wording_version=1)


@pytest.mark.parametrize("act", [consent.give, consent.withdraw])
def test_there_is_no_purpose_by_another_name(act, lee):
    with pytest.raises(errors.DomainError):
        act(lee, "advertising", by=lee)
