"""The demonstration's experiences: eighty that nobody told, in every state, the same each time, and shown as far as agreed."""

import re
from collections import Counter

import pytest
from django.core import mail
from django.utils import timezone

from panels import themes
from panels.demo import experiences, pages
from panels.experiences import moderating, telling
from panels.experiences.agreeing import PURPOSES
from panels.models import Agreement, Experience, Panel, Passage, StoryPage, Theme
from people.models import District
from tests.panels.test_stories import LIST, see

pytestmark = pytest.mark.usefixtures("reference_data")
Status = Experience.Status
STATES = {"published": 40, "kept": 12, "received": 9, "reading": 6, "prepared": 5, "declined": 4, "withdrawn": 4}
PLACES = (
    "Academy|Baths|Bridge|Brow|Cars|Chambers|Close|Cross|General|Health Centre|High|Hospice|Hospital|Infirmary|Interchange|Lane|"
    "Library|Parade|Park|Road|Row|Royal|School|Square|Street|Surgery|Terrace|Way"
)
NAMED = rf"(?<!^)(?<![.?!“] )\b([A-Z][a-z’]+) (?:{PLACES})\b"
TITLED = r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sister|St|Nurse) ([A-Z]\.? ?[A-Za-z]*)"


@pytest.fixture
def opens(home, stories_index, uma, ola):
    themes.load()
    return experiences.load(pages.load(home), uma=uma, ola=ola)


@pytest.fixture
def loaded(opens):
    return Experience.objects.exclude(status=Status.WITHDRAWN).prefetch_related("passages", "agreements", "themes")


def words(row):
    return " ".join(experiences.told(row).values())


# The words as they stand in the files --------------------------------------------------------------


def test_there_are_eighty_and_two_thirds_were_guided():
    rows = experiences.rows()
    assert Counter(str(row["status"]) for row in rows) == STATES
    assert Counter(row.get("shape", "guided") for row in rows) == {"guided": 53, "free": 27}


def test_no_two_say_the_same_and_each_is_as_long_as_people_write():
    passages = [text for row in experiences.rows() for text in experiences.told(row).values()]
    assert len(set(passages)) == len(passages)
    for row in experiences.rows():
        assert 28 <= len(words(row).split()) <= 160, words(row)


def test_services_and_people_that_are_named_are_called_example():
    for row in experiences.rows():
        for text in experiences.told(row).values():
            assert set(re.findall(NAMED, text)) <= {"Example"}, text
            assert all("Example" in name for name in re.findall(TITLED, text)), text


def test_each_file_says_that_it_is_invented():
    for name in experiences.FILES:
        head = (pages.CONTENT / "experiences" / f"{name}.yaml").read_text(encoding="utf-8")
        assert head.startswith("# DEMONSTRATION CONTENT. Every word here is invented")


def test_numbers_and_addresses_to_reach_somebody_are_those_kept_for_examples():
    for row in experiences.rows():
        assert all(number.startswith("0161 496 0") for number in re.findall(r"\b0\d{3} \d{3} \d{4}", words(row)))
        assert "@" not in words(row)


# As they were loaded -------------------------------------------------------------------------------


def test_every_state_theme_district_panel_and_purpose_has_some(loaded):
    assert Counter(Experience.objects.values_list("status", flat=True)) == STATES
    published = loaded.filter(status=Status.PUBLISHED)
    assert set(published.values_list("themes", flat=True)) == set(Theme.objects.values_list("pk", flat=True))
    assert set(published.values_list("district", flat=True)) == set(District.objects.values_list("pk", flat=True))
    for panel in Panel.objects.all():
        assert panel.experiences.filter(status=Status.KEPT).agreed_to("panel").exists()
        assert panel.experiences.filter(status=Status.PUBLISHED).exists()
    assert loaded.filter(status=Status.RECEIVED).exclude(concern="").count() == 2
    assert set(Agreement.objects.values_list("purpose", flat=True)) == set(PURPOSES)
    assert len({frozenset(row.agreed) for row in loaded}) > 15


def test_nothing_stands_on_the_site_that_was_not_agreed_to(loaded):
    assert all("publish" in page.experience.agreed for page in StoryPage.objects.all())
    assert all(page.experience.status == Status.PUBLISHED for page in StoryPage.objects.all())
    hidden = [page for page in StoryPage.objects.published() if "district" not in page.experience.agreed]
    assert len(hidden) > 5
    assert not any(page.shown_district for page in hidden)
    assert all(row.email == "" for row in loaded if "contact" not in row.agreed)


def test_what_gives_somebody_away_was_taken_out_of_many_and_stays_in_what_was_told(loaded):
    passages = Passage.objects.filter(experience__status__in=[Status.PUBLISHED, Status.KEPT, Status.PREPARED])
    changed = {passage.experience_id for passage in passages if passage.words != passage.shown}
    assert len(changed) >= 40
    assert len(changed) < passages.values("experience").distinct().count()  # in some there was nothing to take out
    assert not [passage for passage in passages if re.search("Example|[{}|]", passage.shown)]
    assert not [passage for passage in Passage.objects.all() if re.search("[{}|]|  ", passage.words + passage.shown)]


def test_the_same_stories_have_the_same_numbers_each_time(loaded):
    rows = {row["number"]: experiences.shown(row) for row in experiences.rows() if "number" in row}
    stories = StoryPage.objects.published()
    assert {int(page.slug): {each.kind: each.shown for each in page.passages()} for page in stories} == rows
    page = stories.get(slug="482917")
    assert (page.title, page.url) == ("Story 482917", f"{LIST}482917/")
    assert page.experience.reference not in str(rows)


def test_each_was_told_before_it_was_published_and_nothing_lies_ahead(loaded):
    now = timezone.now()
    assert all(now - timezone.timedelta(days=366) < row.began_at < row.submitted_at < now for row in loaded)
    for page in StoryPage.objects.select_related("experience"):
        assert page.experience.submitted_at < page.first_published_at < now
    for row in loaded.exclude(year=None):
        assert row.year <= row.submitted_at.year


def test_two_people_went_over_whatever_is_used_and_each_has_some_to_read(loaded, uma, ola):
    prepared = loaded.filter(status=Status.PREPARED)
    assert set(prepared.values_list("prepared_by", flat=True)) == {uma.pk, ola.pk}
    assert all(row.note for row in prepared)
    assert all(row.reason for row in loaded.filter(status=Status.DECLINED))


def test_of_what_was_taken_back_no_word_is_left(opens):
    gone = Experience.objects.filter(status=Status.WITHDRAWN)
    assert gone.count() == 4
    assert not Passage.objects.filter(experience__in=gone).exists()
    assert not Agreement.objects.filter(experience__in=gone).exists()


def test_whoever_tries_it_can_come_back_to_one_that_is_published_and_take_it_back(opens):
    experience = telling.find(*opens)
    assert experience.status == Status.PUBLISHED
    address = experience.page.url
    see(address)
    telling.withdraw(experience)
    see(address, status=404)
    assert telling.find(*opens) is None


def test_the_stories_are_read_and_found(opens):
    assert "40 stories" in see(LIST)
    assert "482917" in see(f"{LIST}?words=twins")


def test_the_desk_has_work_that_can_be_done(loaded, uma, ola):
    for row in loaded.filter(status=Status.PREPARED):
        moderating.publish(row, by=ola if row.prepared_by == uma else uma)


def test_nobody_is_sent_a_letter(django_capture_on_commit_callbacks, home, stories_index, uma, ola):
    themes.load()
    with django_capture_on_commit_callbacks(execute=True):
        experiences.load(pages.load(home), uma=uma, ola=ola)
    assert mail.outbox == []
