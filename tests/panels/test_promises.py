"""What tellers were promised, tried by somebody who means them no good."""

import time
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from api.panels.telling import StandingSerializer
from core import errors
from core.models import AuditEvent
from panels.experiences import comparing, moderating, pictures, telling
from panels.models import Experience
from tests.factories.experiences import make_draft, make_experience, make_prepared, make_published
from tests.factories.together import at_once

pytestmark = pytest.mark.django_db
PICTURES = "/be-heard/pictures/"


@pytest.fixture
def rae(home):
    """A browser in which a draft is open, with an id that a proxy gave its requests."""
    client = Client(headers={"X-Request-Id": str(uuid.uuid4())})
    assert client.post("/be-heard/begin/", {"shape": "free"}).status_code == 302
    return client


def one() -> Experience:
    return Experience.objects.get()


def test_an_act_of_a_teller_leads_to_no_request(rae):
    rae.post("/be-heard/words/1/", {"text": "The lift was out."})
    rae.post("/be-heard/agree/", {"publish": "on"})
    rae.post("/be-heard/check/")
    rae.post("/be-heard/take-back/")
    ids = dict(AuditEvent.objects.filter(subject=one().key).values_list("act", "request_id"))
    assert ids.keys() >= {"experience.submit", "experience.withdraw"}
    assert set(ids.values()) == {""}


def test_no_address_stands_in_the_keys_of_the_cache():
    cache.set("allauth:rl:experience_submit:ip:203.0.113.77", [1.0])
    assert cache.get("allauth:rl:experience_submit:ip:203.0.113.77") == [1.0]
    assert "203.0.113.77" not in "".join(cache._cache)


def test_the_feed_says_the_month_and_no_day(uma, ola, stories_index):
    story = make_published(uma, ola).page
    feed = Client().get("/stories/feed/").content.decode()
    assert f"{timezone.localtime(story.first_published_at):%Y-%m}-01T00:00:00" in feed
    assert f"{story.first_published_at:%H:%M:%S}" not in feed


def test_stories_that_only_some_may_read_are_read_by_them(uma, ola, sam, stories_index, client):
    story = make_published(uma, ola).page
    PageViewRestriction.objects.create(page=stories_index, restriction_type="login")
    assert client.get(story.get_url()).status_code == 302
    client.force_login(sam)
    assert client.get(story.get_url()).status_code == 200


def test_what_was_erased_in_another_tab_is_refused_in_words(rae):
    draft = one()
    telling.withdraw(one())
    for act in [
        lambda: telling.write(draft, {"happened": "More"}),
        lambda: telling.submit(draft),
        lambda: telling.agree(draft, []),
        lambda: pictures.describe(draft, {}),
    ]:
        with pytest.raises(errors.WrongState, match="taken back"):
            act()


def test_a_reason_that_no_longer_holds_is_not_told(uma, ola):
    experience = moderating.decline(moderating.take(make_experience(), by=uma), "Too short", by=uma)
    assert StandingSerializer(experience).data["reason"] == "Too short"
    assert StandingSerializer(moderating.take(experience, by=ola)).data["reason"] == ""


# Somebody who wants to keep us busy ----------------------------------------------------------------


@pytest.mark.parametrize("word", ["a ", "a\n", "I was "])
def test_words_that_are_all_alike_are_compared_at_once(word):
    told = word * (telling.LONGEST // len(word))
    began = time.perf_counter()
    left, right = comparing.compare(told, told[: len(told) // 2] + "new")
    assert time.perf_counter() - began < 3
    assert "".join(stretch.text for stretch in left).split() == told.split()
    assert "".join(stretch.text for stretch in right).split() == (told[: len(told) // 2] + "new").split()
    assert left[0].stays


def files(number: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{name}.jpg", str(name).encode()) for name in range(number)]


def test_of_many_files_at_once_no_more_are_begun_than_there_can_be(rae):
    said = rae.post(PICTURES, {"picture": files(9)}).content.decode()
    assert "5.jpg" in said
    assert "6.jpg" not in said
    assert "pictures at once" in said


def test_each_file_is_counted(rae, settings):
    settings.ACCOUNT_RATE_LIMITS = {"experience_picture": "2/m/ip"}
    response = rae.post(PICTURES, {"picture": files(3)})
    assert response.status_code == 429
    assert "2.jpg" not in response.content.decode()


# At the same moment --------------------------------------------------------------------------------


@pytest.mark.postgres
class TestAtOnce:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_what_is_published_and_taken_back_at_once_leaves_the_list_whole(self, uma, ola, stories_index):
        out = [make_published(uma, ola) for _ in range(3)]
        rows = [make_prepared(uma) for _ in range(4)]
        publishing = [lambda row=row: moderating.publish(row, by=ola) for row in rows]
        taking_back = [lambda row=row: telling.withdraw(row) for row in out]
        assert at_once(*publishing, *taking_back) == []
        stories_index.refresh_from_db()
        assert stories_index.numchild == stories_index.get_descendants().count() == 4

    def test_an_agreement_is_taken_back_while_it_is_published(self, uma, ola, stories_index):
        for _ in range(4):
            row = make_prepared(uma)
            at_once(lambda row=row: moderating.publish(row, by=ola), lambda row=row: telling.agree(row, []))
            row.refresh_from_db()
            assert row.status in {"prepared", "reading"}
            assert not hasattr(row, "page")

    def test_it_is_taken_back_while_it_is_published_and_taken_up(self, uma, ola, stories_index):
        for _ in range(4):
            row = make_published(uma, ola)
            at_once(lambda row=row: telling.withdraw(row), lambda row=row: moderating.take(row, by=ola))
            row.refresh_from_db()
            assert row.status == "withdrawn"
            assert row.passages.count() == 0

    def test_a_draft_that_is_erased_and_sent_at_once_is_gone_or_whole(self, uma, ola):
        for _ in range(4):
            row = make_draft()
            ends = at_once(lambda row=row: telling.withdraw(row), lambda row=row: telling.submit(row))
            assert all(isinstance(end, errors.DomainError) for end in ends)
            left = Experience.objects.filter(pk=row.pk).first()
            assert left is None or left.status == "withdrawn"
