"""Pictures that come with an experience: nothing but that, the teller's until two people agree, and gone with the words."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core import encryption, errors, uploads
from core.models import AuditEvent
from panels.experiences import erasing, moderating, pictures, telling
from panels.models import Experience, Picture
from tests.factories.experiences import SHOWN, make_draft, make_experience
from tests.factories.files import BOTH, NOT_TAKEN, pdf, picture
from website import retention

pytestmark = pytest.mark.django_db
WORDS = "A letter with a red stamp"
PASSPHRASE = "7777-7777-7777-7777"
PART = reverse("panels:tell_pictures")


@pytest.fixture(autouse=True)
def private(monkeypatch, tmp_path):
    """A folder of its own, as an installation has."""
    monkeypatch.setattr(Picture._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    return tmp_path


@pytest.fixture
def draft(db):
    return make_draft()


@pytest.fixture
def rae(home, draft):
    """The browser in which the draft is open."""
    return opened(draft)


@pytest.fixture
def published(uma, ola, stories_index):
    """With two pictures, of which one may be shown."""
    draft = make_draft()
    (first,) = pictures.add(draft, upload(), "Mine")
    pictures.add(draft, upload("black"))
    experience = moderating.take(telling.submit(draft), by=uma)
    moderating.show_pictures(experience, {first.key: WORDS}, by=uma)
    moderating.prepare(experience, SHOWN, by=uma)
    return moderating.publish(experience, by=ola)


@pytest.fixture
def heard(published, panel, member):
    """The same, for a panel to read."""
    published.panel = panel
    published.save()
    return published


@pytest.fixture
def moderator(client, uma, second_factor):
    second_factor(client, uma)
    return client


def opened(experience) -> Client:
    Experience.objects.filter(pk=experience.pk).update(passphrase_digest=telling._digest(PASSPHRASE))
    client = Client()
    client.cookies["telling"] = encryption.seal(f"{experience.reference} {PASSPHRASE}")
    return client


def upload(colour="white", size=(60, 90)) -> ContentFile:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return ContentFile(content.getvalue(), name="IMG_0001.jpg")


def files(private) -> list[str]:
    return sorted(path.name for path in private.rglob("*") if path.is_file())


def address(name: str, row: Picture) -> str:
    return reverse(f"panels:{name}", args=[row.key])


def text(response) -> str:
    return response.content.decode()


# Sending ------------------------------------------------------------------------------------------


def test_a_picture_is_kept_as_nothing_but_a_picture(draft, private):
    exif = Image.Exif()
    exif[0x010F] = "53.4808N-2.2426W"
    (row,) = pictures.add(draft, ContentFile(picture(exif=exif.tobytes()), name="../my-street.jpg"), f" {WORDS} ")
    kept = pictures.content(row)
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
    assert b"53.4808N" not in kept
    assert (row.description, row.is_shown) == (WORDS, False)
    (name,) = files(private)
    assert len(name) == 40  # a random key and its ending


def test_of_a_pdf_only_its_pages_are_kept_as_pictures(draft, private):
    content = io.BytesIO()
    pages = [Image.new("RGB", (90, 60), colour) for colour in ["white", "black", "red"]]
    pages[0].save(content, "PDF", save_all=True, append_images=pages[1:])
    assert len(pictures.add(draft, ContentFile(content.getvalue()))) == 3
    assert [name[-4:] for name in files(private)] == [".jpg"] * 3


def test_the_same_picture_twice_is_there_once(draft, private):
    assert pictures.add(draft, upload()) == pictures.add(draft, upload(), WORDS)
    assert draft.pictures.get().description == WORDS
    assert len(files(private)) == 1


def test_six_pictures_and_no_more(draft, private, monkeypatch):
    monkeypatch.setattr(pictures, "MOST", 2)
    rows = pictures.add(draft, upload("white")) + pictures.add(draft, upload("black"))
    with pytest.raises(errors.DomainError) as caught:
        pictures.add(draft, upload("red"))
    assert (caught.value.code, caught.value.field) == ("picture_too_many", "picture")
    assert pictures.add(draft, upload("white")) == rows[:1]  # is there already
    assert len(files(private)) == 2


def test_a_pdf_with_more_pages_than_there_is_room_for_is_refused_whole(draft, private, monkeypatch):
    monkeypatch.setattr(pictures, "MOST", 1)
    content = io.BytesIO()
    Image.new("RGB", (90, 60)).save(content, "PDF", save_all=True, append_images=[Image.new("RGB", (90, 60), "red")])
    with pytest.raises(errors.DomainError, match="room for one more picture, and this file has 2 pages"):
        pictures.add(draft, ContentFile(content.getvalue()))
    assert files(private) == []


def test_what_was_sent_is_neither_added_to_nor_taken_from(private):
    draft = make_draft()
    (row,) = pictures.add(draft, upload())
    telling.submit(draft)
    for act in [
        lambda: pictures.add(draft, upload("black")),
        lambda: pictures.remove(row),
        lambda: pictures.describe(draft, {row.key: "Another"}),
    ]:
        with pytest.raises(errors.WrongState):
            act()
    assert len(files(private)) == 1


def test_sending_a_picture_begins_the_time_of_a_draft_anew(draft):
    Experience.objects.update(changed_at=timezone.now() - timedelta(days=13))
    pictures.add(draft, upload())
    assert Experience.objects.get().changed_at > timezone.now() - timedelta(minutes=1)


def test_nothing_is_held_while_a_file_is_drawn(rae, monkeypatch):
    outside, depths = len(connection.savepoint_ids), []
    answer = uploads._answer
    monkeypatch.setattr(uploads, "_answer", lambda content: depths.append(len(connection.savepoint_ids)) or answer(content))
    rae.post(PART, {"picture": upload()})
    assert depths == [outside]


# The teller's page --------------------------------------------------------------------------------


def test_a_teller_sends_pictures_says_what_they_show_and_goes_on(rae, draft):
    page = text(rae.get(PART))
    assert 'enctype="multipart/form-data"' in page
    assert 'accept="image/*,application/pdf"' in page
    assert "capture" not in page
    assert rae.post(PART, {"picture": [upload("white"), upload("black")]}).url == PART
    page = text(rae.get(PART))
    assert "2 pictures are kept." in page
    first, second = draft.pictures.all()
    assert address("tell_picture", first) in page
    typed = {f"description_{first.key}": WORDS, f"description_{second.key}": ""}
    assert rae.post(PART, typed).url == reverse("panels:tell_agree")
    assert [row.description for row in draft.pictures.all()] == [WORDS, ""]
    assert WORDS in text(rae.get(reverse("panels:tell_check")))
    assert WORDS in text(rae.get(reverse("panels:tell_copy")))


def test_without_a_picture_one_goes_on(rae):
    assert rae.post(PART, {}).url == reverse("panels:tell_agree")
    assert rae.post(PART, {"back": "1"}).url == reverse("panels:tell_words", args=[5])
    assert rae.post(f"{PART}?check=1", {}).url == reverse("panels:tell_check")


def test_whoever_came_from_the_last_page_stays_on_the_way_back_to_it(rae):
    assert rae.post(f"{PART}?check=1", {"picture": upload()}).url == f"{PART}?check=1"


def test_a_picture_is_removed_and_what_was_typed_beside_it_stays(rae, draft, private, django_capture_on_commit_callbacks):
    (gone,), (stays,) = pictures.add(draft, upload("white")), pictures.add(draft, upload("black"))
    with django_capture_on_commit_callbacks(execute=True):
        answer = rae.post(PART, {"remove": str(gone.key), f"description_{stays.key}": WORDS})
    assert answer.url == PART
    assert draft.pictures.get().description == WORDS
    assert len(files(private)) == 1
    assert "The picture is removed." in text(rae.get(PART))


@pytest.mark.parametrize(("content", "why"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_no_picture_is_refused_kindly_and_nothing_is_lost(rae, draft, private, content, why):
    (row,) = pictures.add(draft, upload())
    sent = SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")
    answer = rae.post(PART, {"picture": sent, f"description_{row.key}": WORDS})
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["picture"][0].code == f"picture_{why or 'not_a_picture'}"
    assert draft.pictures.get().description == WORDS
    assert WORDS in text(answer)
    assert len(files(private)) == 1


@pytest.mark.parametrize("content", BOTH.values(), ids=BOTH)
def test_of_a_file_that_is_two_things_only_the_picture_is_kept(draft, content):
    (row,) = pictures.add(draft, ContentFile(content))
    assert b"script" not in pictures.content(row)


def test_a_good_picture_is_kept_beside_one_that_is_not_and_the_bad_one_is_named(rae, draft):
    bad = SimpleUploadedFile("letter.jpg", b"no picture")
    answer = rae.post(PART, {"picture": [upload(), bad]})
    assert answer.status_code == 422
    assert "letter.jpg: We cannot read this file." in text(answer)
    assert address("tell_picture", draft.pictures.get()) in text(answer)


def test_a_description_that_is_too_long_stays_in_its_box(rae, draft):
    (first,), (second,) = pictures.add(draft, upload("white")), pictures.add(draft, upload("black"))
    answer = rae.post(PART, {f"description_{first.key}": "x" * 501, f"description_{second.key}": WORDS})
    assert answer.status_code == 422
    assert "You have written 501" in text(answer)
    assert "x" * 501 in text(answer)
    assert [row.description for row in draft.pictures.all()] == ["", WORDS]
    with pytest.raises(errors.DomainError, match="501"):
        pictures.describe(draft, {first.key: "x" * 501})


def test_a_page_that_was_left_open_says_that_it_was_sent(rae, draft):
    (row,) = pictures.add(draft, upload())
    telling.submit(draft)
    assert rae.get(PART).url == reverse("panels:tell_status")
    for typed in [{"picture": upload("black")}, {"remove": str(row.key)}, {f"description_{row.key}": WORDS}]:
        answer = rae.post(PART, typed)
        assert answer.status_code == 422
        assert "You have sent this." in text(answer)
    assert draft.pictures.get().description == ""


def test_who_sends_too_many_from_one_connection_is_asked_to_wait(rae, draft, settings):
    settings.ACCOUNT_RATE_LIMITS = {"experience_picture": "1/m/ip"}
    rae.post(PART, {"picture": upload("white")})
    answer = rae.post(PART, {"picture": upload("black")})
    assert answer.status_code == 429
    assert draft.pictures.count() == 1


# Who sees it --------------------------------------------------------------------------------------


def test_nobody_but_the_teller_sees_the_picture_of_a_draft(client, rae, draft, second_factor, uma):
    (row,) = pictures.add(draft, upload())
    answer = rae.get(address("tell_picture", row))
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("image/jpeg", True)
    second_factor(client, uma)
    assert client.get(address("moderate_picture", row)).status_code == 404
    assert Client().get(address("story_picture", row)).status_code == 404
    assert Client().get(address("tell_picture", row)).status_code == 404


def test_a_teller_sees_no_picture_of_another(rae):
    (other,) = pictures.add(make_draft(), upload())
    assert rae.get(address("tell_picture", other)).status_code == 404
    rae.post(PART, {"remove": str(other.key), f"description_{other.key}": "Mine now"})
    assert Picture.objects.get().description == ""


def test_a_moderator_sees_a_picture_and_that_is_noted(client, second_factor, uma):
    draft = make_draft()
    (row,) = pictures.add(draft, upload())
    telling.submit(draft)
    second_factor(client, uma)
    answer = client.get(address("moderate_picture", row))
    assert answer.content == pictures.content(row)
    assert answer["Content-Disposition"] == 'inline; filename="picture.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.filter(act="experience.see_picture", subject=draft.key, actor=uma.audit_key).count() == 1


def test_strangers_find_no_picture_at_any_address(client, sam, kit, second_factor):
    draft = make_draft()
    (row,) = pictures.add(draft, upload())
    telling.submit(draft)
    addresses = [address(name, row) for name in ["tell_picture", "moderate_picture", "story_picture"]]
    addresses += [reverse("panels:moderate_pictures", args=[draft.key]), *[row.file.url, f"/media/{row.file.name}"]]
    assert [Client().get(each).status_code for each in addresses] == [404, 302, 404, 302, 404, 404]
    client.force_login(sam)
    assert {client.get(each).status_code for each in addresses} == {404}
    second_factor(client, kit)  # coordinates a panel
    assert {client.get(each).status_code for each in addresses} == {404}


# Choosing -----------------------------------------------------------------------------------------


@pytest.fixture
def reading(uma):
    draft = make_draft()
    pictures.add(draft, upload("white"), "Mine")
    pictures.add(draft, upload("black"))
    return moderating.take(telling.submit(draft), by=uma)


def test_a_moderator_ticks_what_may_be_shown_and_the_tellers_words_stay(client, reading, second_factor, uma):
    first, second = reading.pictures.all()
    second_factor(client, uma)
    here, one = reverse("panels:moderate_pictures", args=[reading.key]), reverse("panels:moderate_one", args=[reading.key])
    assert client.post(one, {"press": "pictures"}).url == here
    assert "As the person says:" in text(client.get(here))
    answer = client.post(here, {f"shown_{first.key}": "on", f"description_{first.key}": WORDS, f"description_{second.key}": "No"})
    assert answer.url == one
    rows = [(row.is_shown, row.shown_description, row.description) for row in reading.pictures.all()]
    assert rows == [(True, WORDS, "Mine"), (False, "", "")]
    assert WORDS in text(client.get(one))


def test_what_may_be_shown_is_described_for_whoever_does_not_see_it(client, reading, second_factor, uma):
    first, _second = reading.pictures.all()
    second_factor(client, uma)
    answer = client.post(reverse("panels:moderate_pictures", args=[reading.key]), {f"shown_{first.key}": "on"})
    assert answer.status_code == 422
    assert "Write what it shows, for whoever does not see it" in text(answer)
    assert not reading.pictures.filter(is_shown=True).exists()


def test_of_two_moderators_the_second_is_told_what_the_first_chose(client, reading, second_factor, uma, ola):
    first, _second = reading.pictures.all()
    second_factor(client, uma)
    here = reverse("panels:moderate_pictures", args=[reading.key])
    seen = client.get(here).context["seen"]
    client.get(address("moderate_picture", first))  # looking changes nothing
    moderating.show_pictures(reading, {}, by=ola)
    answer = client.post(here, {"seen": seen, f"shown_{first.key}": "on", f"description_{first.key}": WORDS})
    assert "This has changed since you opened it" in text(answer)
    assert not reading.pictures.filter(is_shown=True).exists()


def test_only_who_moderates_chooses_and_only_while_it_is_read(reading, sam, uma):
    with pytest.raises(errors.NotAllowed):
        moderating.show_pictures(reading, {}, by=sam)
    with pytest.raises(errors.NotAllowed):
        moderating.see(reading.pictures.first(), by=sam)
    moderating.prepare(reading, SHOWN, by=uma)
    with pytest.raises(errors.WrongState):
        moderating.show_pictures(reading, {}, by=uma)


def test_the_second_reader_sees_the_pictures_in_the_preview(client, reading, second_factor, uma, ola, stories_index):
    first, second = reading.pictures.all()
    moderating.show_pictures(reading, {first.key: WORDS}, by=uma)
    moderating.prepare(reading, SHOWN, by=uma)
    second_factor(client, ola)
    page = text(client.get(reverse("panels:moderate_preview", args=[reading.key])))
    assert address("moderate_picture", first) in page
    assert address("moderate_picture", second) not in page
    assert address("story_picture", first) not in page


# Shown --------------------------------------------------------------------------------------------


def test_a_story_shows_what_may_be_shown_with_words_for_whoever_does_not_see_it(published):
    shown, hidden = published.pictures.all()
    page = text(Client().get(published.page.url))
    assert address("story_picture", shown) in page
    assert f'alt="{WORDS}"' in page
    assert str(hidden.key) not in page
    assert "Mine" not in page
    assert Client().get(address("story_picture", hidden)).status_code == 404
    assert Client().get(reverse("panels:story_picture", args=[uuid.uuid4()])).status_code == 404


def test_whoever_keeps_a_copy_has_to_ask_again(published):
    row = published.shown_pictures[0]
    answer = Client().get(address("story_picture", row))
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "private, no-cache", "noindex")
    assert "Set-Cookie" not in answer
    again = Client().get(address("story_picture", row), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    telling.withdraw(published)
    assert Client().get(address("story_picture", row), headers={"If-None-Match": answer["ETag"]}).status_code == 404


def test_what_is_no_longer_published_is_not_shown(published, uma):
    row = published.shown_pictures[0]
    telling.agree(published, ["panel"])
    assert Client().get(address("story_picture", row)).status_code == 404


def test_what_is_taken_up_again_is_not_shown(published, uma):
    row = published.shown_pictures[0]
    moderating.take(published, by=uma)
    assert Client().get(address("story_picture", row)).status_code == 404


def test_a_picture_whose_file_is_gone_is_not_found(published, private):
    row = published.shown_pictures[0]
    (private / row.file.name).unlink()
    assert Client().get(address("story_picture", row)).status_code == 404


def test_a_panel_sees_the_pictures_that_everybody_may_see(client, heard, mo, kit, second_factor):
    shown, hidden = heard.pictures.all()
    for person, name in [(mo, "told"), (kit, "desk_told")]:
        page = text(second_factor(client, person).get(reverse(f"panels:{name}")))
        assert f'src="{address("story_picture", shown)}" alt="{WORDS}"' in page
        assert str(hidden.key) not in page


def test_a_panel_sees_no_picture_of_words_that_are_used_inside_only(client, heard, mo, uma, ola):
    """Tellers are promised so before they send one."""
    moderating.keep(moderating.prepare(moderating.take(heard, by=uma), SHOWN, by=uma), by=ola)
    client.force_login(mo)
    page = text(client.get(reverse("panels:told")))
    assert SHOWN["helped"] in page
    assert "<img" not in page.split("<main")[1]


def test_pictures_cost_a_panel_the_same_for_one_and_for_three(client, heard, mo, uma, ola, panel):
    client.force_login(mo)
    told = reverse("panels:told")
    client.get(told)
    with CaptureQueriesContext(connection) as one:
        client.get(told)
    for colour in ["red", "blue"]:
        more = make_draft(panel=panel)
        (kept,) = pictures.add(more, upload(colour))
        taken = moderating.take(telling.submit(more), by=uma)
        moderating.show_pictures(taken, {kept.key: WORDS}, by=uma)
        moderating.publish(moderating.prepare(taken, SHOWN, by=uma), by=ola)
    client.get(told)  # publishing has emptied what every page keeps of the site
    with CaptureQueriesContext(connection) as three:
        assert text(client.get(told)).count(WORDS) == 3
    assert len(three) == len(one)


# Going --------------------------------------------------------------------------------------------


def test_taken_back_file_row_and_address_are_gone(published, private, moderator, django_capture_on_commit_callbacks):
    rows, story = list(published.pictures.all()), published.page.url
    with django_capture_on_commit_callbacks(execute=True):
        telling.withdraw(published)
    assert files(private) == []
    assert not Picture.objects.exists()
    for row in rows:
        assert Client().get(address("story_picture", row)).status_code == 404
        assert moderator.get(address("moderate_picture", row)).status_code == 404
    assert Client().get(story).status_code == 404


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_runs_out_takes_its_pictures_along(is_sent, private, django_capture_on_commit_callbacks):
    draft = make_draft()
    pictures.add(draft, upload())
    if is_sent:
        telling.submit(draft)
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(timezone.now() + timedelta(days=5000), tick=False):
        erasing.clear_due()
    assert (files(private), Picture.objects.count()) == ([], 0)


def test_an_act_that_is_refused_loses_no_file(draft, private, monkeypatch, django_capture_on_commit_callbacks):
    pictures.add(draft, upload())
    monkeypatch.setattr(erasing.audit, "record", broken)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        telling.withdraw(draft)
    assert (len(files(private)), Picture.objects.count()) == (1, 1)


def test_what_a_broken_act_leaves_is_swept_after_a_day_and_nothing_else(draft, private, monkeypatch):
    pictures.add(draft, upload())
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(telling, "touch", broken)
        pictures.add(draft, upload("black"))
    assert (len(files(private)), Picture.objects.count()) == (2, 1)
    pictures.sweep()
    assert len(files(private)) == 2  # an act may still be under way
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        retention.forget_what_was_kept_by_law()
    assert files(private) == [draft.pictures.get().file.name.removeprefix("experiences/")]


def broken(*args, **kwargs):
    raise RuntimeError("the act breaks off")


def test_no_file_and_no_address_says_what_it_is_about(published):
    for row in published.pictures.all():
        said = f"{row.file.name} {address('story_picture', row)} {address('tell_picture', row)}"
        assert not any(word in said.lower() for word in ["panel", "lgbt", "img_0001"])


def test_an_experience_without_pictures_has_no_section_for_them(client, uma, second_factor):
    experience = moderating.take(make_experience(), by=uma)
    second_factor(client, uma)
    assert "moderate/pictures/" not in text(client.get(reverse("panels:moderate_one", args=[experience.key])))


def test_pages_of_a_pdf_that_look_alike_are_one_picture(draft):
    assert len(pictures.add(draft, ContentFile(pdf(2)))) == 1
