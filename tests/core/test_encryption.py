"""What is encrypted is never plain in the database, and keys can be changed."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import isolate_apps
from django.utils import timezone

from core import encryption
from core.encryption import EncryptedTextField
from core.management.commands import rotate_keys

PLAIN = "Jamie said: I am not out at work. 🌈"


@pytest.fixture
def letter_model(db):
    """A model with an encrypted field, for these tests only."""
    with isolate_apps("core"):

        class Letter(models.Model):
            text = EncryptedTextField(null=True)
            subject = models.CharField(max_length=40, default="")

            class Meta:
                app_label = "core"

            def __str__(self):
                return self.subject

        key = "serial" if connection.vendor == "postgresql" else "integer"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE core_letter (id {key} PRIMARY KEY, text text, subject varchar(40))")
        yield Letter


def at_rest():
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM core_letter ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def write_create(model):
    model.objects.create(text=PLAIN)


def write_bulk_create(model):
    model.objects.bulk_create([model(text=PLAIN)])


def write_update(model):
    model.objects.create()
    model.objects.update(text=PLAIN)


def write_value(model):
    model.objects.create()
    model.objects.update(text=Value(PLAIN, output_field=EncryptedTextField()))


def write_bulk_update(model):
    row = model.objects.create()
    row.text = PLAIN
    model.objects.bulk_update([row], ["text"])


@pytest.mark.parametrize("write", [write_create, write_bulk_create, write_update, write_value, write_bulk_update])
def test_no_way_of_writing_leaves_it_plain(letter_model, write):
    write(letter_model)
    (token,) = at_rest()
    assert "Jamie" not in token
    assert token.startswith("gAAAA")
    assert letter_model.objects.get().text == PLAIN
    assert letter_model.objects.values_list("text", flat=True).get() == PLAIN


def test_equal_texts_look_different_and_nothing_stays_nothing(letter_model):
    for text in [PLAIN, PLAIN, "", None]:
        letter_model.objects.create(text=text)
    first, second, empty, nothing = at_rest()
    assert first != second
    assert empty.startswith("gAAAA")
    assert nothing is None
    assert list(letter_model.objects.order_by("pk").values_list("text", flat=True)) == [PLAIN, PLAIN, "", None]


@pytest.mark.parametrize("lookup", ["text", "text__contains", "text__in", "text__gt", "text__startswith", "text__length"])
def test_it_cannot_be_searched(letter_model, lookup):
    with pytest.raises(FieldError):
        letter_model.objects.filter(**{lookup: PLAIN})


def test_it_can_be_asked_for_nothing(letter_model):
    letter_model.objects.create(text=None)
    letter_model.objects.create(text=PLAIN)
    assert letter_model.objects.filter(text__isnull=True).count() == 1


@pytest.mark.parametrize("expression", [F("subject"), Concat(F("subject"), Value("!"))])
def test_another_column_is_not_copied_into_it_in_the_clear(letter_model, expression):
    letter_model.objects.create(subject=PLAIN)
    with pytest.raises(TypeError):
        letter_model.objects.update(text=expression)


def test_migrations_name_it_by_its_path():
    _, path, args, kwargs = EncryptedTextField(blank=True).deconstruct()
    assert (path, args, kwargs) == ("core.encryption.EncryptedTextField", [], {"blank": True})


def test_old_keys_read_and_the_newest_writes(letter_model, settings):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    letter_model.objects.create(text=PLAIN)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert letter_model.objects.get().text == PLAIN
    letter_model.objects.create(text="newer")
    assert [encryption.is_newest(token) for token in at_rest()] == [False, True]


def test_without_its_key_a_value_cannot_be_read(letter_model, settings):
    letter_model.objects.create(text=PLAIN)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(encryption.Unreadable):
        letter_model.objects.get()


def test_rotation_reaches_every_value_and_may_be_run_again(letter_model, settings):
    for number in range(5):
        letter_model.objects.create(text=f"{PLAIN} {number}")
    letter_model.objects.create(text=None)
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    assert rotate_keys.rotate(letter_model, "text", batch=2) == (5, 5)
    once = at_rest()
    assert rotate_keys.rotate(letter_model, "text", batch=2) == (5, 0)
    assert at_rest() == once
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert letter_model.objects.order_by("pk")[4].text == f"{PLAIN} 4"


def test_the_command_goes_through_every_encrypted_field_and_counts(db):
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    fields = [f"{model._meta.label}.{field}" for model, field in rotate_keys.encrypted_fields()]
    assert fields
    assert all(f"{field}: 0 of 0" in out.getvalue() for field in fields)


def test_a_blind_index_is_the_same_for_the_same_and_tells_purposes_apart(settings):
    index = encryption.blind_index("20-00-00", purpose="sort code")
    assert len(index) == 64
    assert index == encryption.blind_index("20-00-00", purpose="sort code")
    assert index != encryption.blind_index("20-00-00", purpose="account")
    assert encryption.blind_index("b", purpose="a:1") != encryption.blind_index("1:b", purpose="a")
    settings.BLIND_INDEX_KEY = "another-key-another-key-another-key"
    assert index != encryption.blind_index("20-00-00", purpose="sort code")


def test_what_was_sealed_too_long_ago_opens_nothing():
    now = timezone.now()
    token = encryption.seal(PLAIN)
    with time_machine.travel(now + timedelta(minutes=2), tick=False):
        assert encryption.unseal(token) == PLAIN
        with pytest.raises(encryption.Unreadable):
            encryption.unseal(token, within=60)
