"""Two people go over what was told, and nothing is shown that its teller has not agreed to."""

import pytest
from wagtail.models import PageLogEntry, ReferenceIndex, Revision

from core import errors
from core.models import AuditEvent, OutboxEvent
from panels import coordination, versions
from panels.experiences import moderating, telling
from panels.models import Experience, Passage, StoryPage
from tests.factories.experiences import (
    MARKER,
    SHOWN,
    WORDS,
    make_draft,
    make_experience,
    make_kept,
    make_prepared,
    make_published,
)
from tests.factories.panels import make_member, make_panel

pytestmark = pytest.mark.django_db
Status = Experience.Status


def test_the_original_stays_beside_what_is_shown(uma):
    make_prepared(uma)
    assert {row.kind: row.words for row in Passage.objects.all()} == WORDS
    assert {row.kind: row.shown for row in Passage.objects.all()} == {**dict.fromkeys(WORDS, ""), **SHOWN}


def test_nobody_publishes_what_they_prepared(uma, ola, stories_index):
    experience = make_prepared(uma)
    with pytest.raises(errors.NotAllowed, match="You prepared this"):
        moderating.publish(experience, by=uma)
    assert moderating.publish(experience, by=ola).status == Status.PUBLISHED


def test_a_story_is_a_page_with_a_number_for_a_name(uma, ola, stories_index):
    page = make_published(uma, ola).page
    assert page.title == f"Story {page.slug}"
    assert page.slug.isdigit()
    assert page.live
    assert MARKER in page.words()
    assert WORDS["barrier"] not in page.words()


def test_nothing_that_wagtail_keeps_holds_a_word(uma, ola, stories_index):
    make_published(uma, ola)
    kept = [*Revision.objects.values(), *PageLogEntry.objects.values(), *ReferenceIndex.objects.values()]
    assert MARKER not in str(kept)


def test_nothing_is_published_that_nobody_agreed_to(uma, ola, stories_index):
    experience = make_prepared(uma, agreed=["panel"])
    with pytest.raises(errors.DomainError) as refused:
        moderating.publish(experience, by=ola)
    assert refused.value.code == "not_agreed"
    assert moderating.keep(experience, by=ola).status == Status.KEPT


def test_nothing_is_used_inside_that_nobody_agreed_to(uma, ola):
    with pytest.raises(errors.DomainError) as refused:
        make_kept(uma, ola, agreed=["publish"])
    assert refused.value.code == "not_agreed"


def test_nothing_is_published_while_somebody_may_be_in_danger(uma, ola, stories_index):
    experience = make_prepared(uma)
    moderating.refer(experience, "danger", "Rang the duty team at 10:20.", by=uma)
    with pytest.raises(errors.DomainError) as refused:
        moderating.publish(experience, by=ola)
    assert refused.value.code == "danger"
    moderating.refer(experience, "", "", by=uma)
    assert moderating.publish(experience, by=ola).status == Status.PUBLISHED


def test_a_concern_wants_to_be_acted_on(uma):
    with pytest.raises(errors.DomainError) as refused:
        moderating.refer(make_experience(), "crime", " ", by=uma)
    assert refused.value.field == "referral"


def test_something_must_be_shown(uma):
    experience = moderating.take(make_experience(), by=uma)
    with pytest.raises(errors.DomainError) as refused:
        moderating.prepare(experience, {"happened": " "}, by=uma)
    assert refused.value.code == "nothing_shown"


def test_a_second_reader_can_send_it_back(uma, ola):
    experience = moderating.send_back(make_prepared(uma), "The ward is named.", by=ola)
    assert (experience.status, experience.note) == (Status.READING, "The ward is named.")


def test_declining_says_why(uma):
    experience = moderating.take(make_experience(), by=uma)
    with pytest.raises(errors.DomainError):
        moderating.decline(experience, "", by=uma)
    assert moderating.decline(experience, "It is about a court case.", by=uma).reason == "It is about a court case."


def test_what_is_taken_up_again_goes_off_the_site(uma, ola, stories_index):
    experience = make_published(uma, ola)
    moderating.take(experience, by=uma)
    assert not StoryPage.objects.exists()


def test_each_reading_of_the_words_leaves_a_trace(uma, kit):
    experience = make_experience()
    assert [row.words for row in moderating.read(experience, by=uma)] == list(WORDS.values())
    assert AuditEvent.objects.filter(act="experience.read", subject=experience.key, actor=uma.audit_key).count() == 1
    with pytest.raises(errors.NotAllowed):
        moderating.read(experience, by=kit)


def test_a_moderator_sees_what_was_sent_and_no_draft(uma, sam):
    make_draft()
    sent = make_experience()
    gone = make_experience()
    telling.withdraw(gone)
    assert list(Experience.objects.visible_to(uma)) == [sent]
    assert not Experience.objects.visible_to(sam).exists()


def test_a_panel_sees_what_its_teller_shares_with_it_and_no_more(uma, ola, kit, panel, mo, member, cora, sam):
    other = make_panel("Another", coordinators=[cora])
    shared = make_kept(uma, ola, panel=panel)
    make_kept(uma, ola, panel=panel, agreed=["quote"])
    make_kept(uma, ola, panel=other)
    make_experience(panel=panel)
    make_member(other, sam)
    for person in [kit, mo]:
        assert list(Experience.objects.visible_to(person)) == [shared]
    coordination.release(kit, panel, by=None)
    assert not Experience.objects.visible_to(kit).exists()


def test_news_of_it_holds_ids_and_nothing_else(uma, ola, stories_index):
    make_published(uma, ola)
    assert MARKER not in str(list(OutboxEvent.objects.values()))


@pytest.mark.parametrize("act", ["take", "prepare", "publish", "keep", "decline"])
def test_a_stranger_does_none_of_it(act, sam, uma):
    experience = make_prepared(uma)
    words = {"prepare": [SHOWN], "decline": ["no"]}.get(act, [])
    with pytest.raises(errors.NotAllowed):
        getattr(moderating, act)(experience, *words, by=sam)


def test_what_is_saved_is_not_passed_on(uma):
    experience = moderating.take(make_experience(), by=uma)
    moderating.save(experience, SHOWN, note="Who is meant?", by=uma)
    assert (Experience.objects.get().status, Experience.objects.get().note) == (Status.READING, "Who is meant?")
    assert Passage.objects.get(kind="happened").shown == SHOWN["happened"]


def test_saving_what_is_saved_leaves_no_trace(uma):
    experience = moderating.take(make_experience(), by=uma)
    for _press in range(2):
        moderating.save(experience, SHOWN, by=uma)
    assert AuditEvent.objects.filter(act="experience.save").count() == 1


def test_danger_ends_every_use_at_once(uma, ola, stories_index, panel, member, mo):
    published, kept = make_published(uma, ola), make_kept(uma, ola, panel=panel)
    for experience in [published, kept]:
        assert moderating.refer(experience, "danger", "Rang the duty team.", by=uma).status == Status.READING
    assert not StoryPage.objects.exists()
    assert not Experience.objects.visible_to(mo).exists()


def test_a_decision_on_what_was_changed_meanwhile_is_refused_and_looking_is_no_change(uma, ola):
    experience = make_prepared(uma)
    seen = versions.of(experience)
    moderating.read(experience, by=uma)
    assert versions.of(experience) == seen
    telling.agree(experience, ["panel"])
    with pytest.raises(errors.Conflict):
        moderating.keep(experience, by=ola, seen=seen)
    assert moderating.keep(experience, by=ola, seen=versions.of(experience)).status == Status.KEPT


def test_a_moderator_is_led_first_to_danger_and_never_to_what_they_prepared(uma, ola):
    prepared, received = make_prepared(uma), make_experience()
    assert list(Experience.objects.to_read_by(uma)) == [received]
    moderating.refer(received, "danger", "Rang.", by=uma)
    assert list(Experience.objects.to_read_by(ola)) == [received, prepared]
