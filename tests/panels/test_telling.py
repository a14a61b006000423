"""Telling an experience, coming back to it, and what is agreed to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from panels import answers
from panels.experiences import agreeing, erasing, telling
from panels.models import Agreement, Experience, Passage, StoryPage
from tests.factories.experiences import MARKER, WORDS, make_draft, make_experience, make_kept, make_published

pytestmark = pytest.mark.django_db


def test_reference_and_passphrase_open_it_however_they_are_typed():
    experience, passphrase = telling.begin()
    typed = passphrase.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert telling.find(experience.reference.lower(), f" {typed} ") == experience
    assert telling.find(experience.reference.replace("-", ""), passphrase.replace("-", "")) == experience


def test_a_wrong_passphrase_or_reference_opens_nothing():
    experience, passphrase = telling.begin()
    other, others = telling.begin()
    assert telling.find(experience.reference, others) is None
    assert telling.find("XXXX-XXXX", passphrase) is None
    assert telling.find("", "") is None
    assert telling.find(other.reference, "") is None


def test_only_a_digest_of_the_passphrase_is_kept():
    experience, passphrase = telling.begin()
    assert passphrase not in str(vars(experience))


def test_nothing_is_agreed_to_until_somebody_says_so():
    experience, _passphrase = telling.begin()
    assert experience.agreed == set()
    assert Agreement.objects.count() == 0


def test_a_draft_keeps_what_was_typed_and_is_sent_once():
    draft = make_draft()
    assert {row.kind: row.words for row in draft.passages.all()} == WORDS
    sent = telling.submit(draft)
    assert telling.submit(draft).submitted_at == sent.submitted_at
    assert AuditEvent.objects.filter(act="experience.submit").count() == 1


def test_without_a_word_it_cannot_be_sent():
    with pytest.raises(errors.DomainError) as refused:
        telling.submit(make_draft(words={"happened": "  "}))
    assert refused.value.field == "happened"


def test_what_was_sent_is_not_rewritten():
    experience = make_experience()
    with pytest.raises(errors.WrongState):
        telling.write(experience, {"happened": "Another thing"})


def test_a_part_that_is_too_long_says_how_long_it_may_be():
    draft = make_draft()
    with pytest.raises(errors.DomainError, match="You have written 20001"):
        telling.write(draft, {"effect": "x" * 20_001})


def test_of_two_tabs_the_second_does_not_write_over_the_first_unsaid():
    draft = make_draft(words={"happened": "First."})
    seen = {"happened": answers.version("First.")}
    telling.write(draft, {"happened": "Newer."}, seen=seen)
    with pytest.raises(errors.Conflict) as refused:
        telling.write(draft, {"happened": "Older."}, seen=seen)
    assert (refused.value.code, refused.value.field) == ("changed", "happened")
    telling.write(draft, {"happened": "Newer."}, seen=seen)
    assert Passage.objects.get().words == "Newer."


def test_an_address_is_kept_only_with_leave_to_write_to_it():
    draft = make_draft(agreed=[])
    telling.agree(draft, ["panel"], email="rae@example.com")
    assert Experience.objects.get().email == ""
    with pytest.raises(errors.DomainError) as refused:
        telling.agree(draft, ["contact"], email=" ")
    assert refused.value.field == "email"


def test_agreements_say_which_wording_and_when_they_ended():
    draft = make_draft(agreed=["panel", "publish"])
    telling.agree(draft, ["panel"])
    ended = Agreement.objects.get(purpose="publish")
    assert ended.wording_version == agreeing.PURPOSES["publish"].version
    assert ended.withdrawn_at is not None
    assert Experience.objects.get().agreed == {"panel"}


def test_a_purpose_that_nobody_wrote_is_refused():
    with pytest.raises(errors.DomainError):
        make_draft(agreed=["sell"])


def test_taking_back_leave_to_publish_takes_the_page_down_at_once(uma, ola, stories_index):
    experience = make_published(uma, ola)
    telling.agree(experience, ["panel"])
    assert not StoryPage.objects.exists()
    assert Experience.objects.get().status == Experience.Status.READING


def test_taking_back_leave_to_be_used_inside_ends_it(uma, ola, panel):
    experience = make_kept(uma, ola, panel=panel)
    assert telling.agree(experience, ["panel", "quote"]).status == Experience.Status.KEPT
    telling.agree(experience, ["publish"])
    assert Experience.objects.get().status == Experience.Status.READING


def test_withdrawing_erases_everything_and_leaves_a_row_to_count(uma, ola, stories_index, panel, reference_data):
    experience = make_published(uma, ola, agreed=["publish", "contact"], panel=panel, season="spring", year=2026, whose="own")
    telling.withdraw(experience)
    left = Experience.objects.get()
    assert left.status == Experience.Status.WITHDRAWN
    kept = (left.email, left.panel, left.season, left.year, left.prepared_by, left.passphrase_digest)
    assert kept == ("", None, "", None, None, "")
    assert not Passage.objects.exists()
    assert not Agreement.objects.exists()
    assert not StoryPage.objects.exists()


def test_withdrawing_twice_is_the_same_as_once(uma, ola, stories_index):
    experience = make_published(uma, ola)
    telling.withdraw(experience)
    telling.withdraw(experience)
    assert AuditEvent.objects.filter(act="experience.withdraw").count() == 1


def test_what_was_taken_back_is_opened_by_nothing():
    experience, passphrase = telling.begin()
    telling.write(experience, WORDS)
    telling.submit(experience)
    telling.withdraw(experience)
    assert telling.find(experience.reference, passphrase) is None
    with pytest.raises(errors.WrongState):
        telling.agree(experience, ["publish"])


def test_a_draft_that_is_taken_back_goes_whole():
    telling.withdraw(make_draft())
    assert not Experience.objects.exists()


def test_a_draft_that_nobody_comes_back_to_goes_by_itself():
    left, touched = make_draft(), make_draft()
    Experience.objects.filter(pk=left.pk).update(changed_at=timezone.now() - timedelta(days=15))
    erasing.clear_due()
    assert list(Experience.objects.all()) == [touched]


def test_what_was_sent_goes_when_its_time_is_over(uma, ola, stories_index, settings):
    old, young = make_published(uma, ola), make_published(uma, ola)
    months = settings.RETENTION_EXPERIENCE_MONTHS
    Experience.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=31 * months))
    erasing.clear_due()
    erasing.clear_due()
    old.refresh_from_db()
    assert old.status == Experience.Status.EXPIRED
    assert [page.experience for page in StoryPage.objects.all()] == [young]
    assert not Passage.objects.filter(experience=old).exists()


def test_no_audit_row_holds_a_word(uma, ola, stories_index):
    telling.withdraw(make_published(uma, ola))
    assert MARKER not in str(list(AuditEvent.objects.values()))
