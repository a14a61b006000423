"""The mail box of a demonstration."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend


@pytest.fixture
def box(tmp_path, settings):
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def send(box, subject, text):
    letter = EmailMultiAlternatives(subject, text, "hello@alongside.example", ["lee@people.example"])
    letter.attach_alternative("<p>HTML</p>", "text/html")
    EmailBackend(file_path=box).send_messages([letter])


def test_without_the_demonstration_there_is_no_mail_box(client, home, settings):
    settings.DEMO = False
    assert client.get("/demo/mail/").status_code == 404


def test_a_letter_is_shown_with_its_text_and_nothing_in_it_is_run(client, home, box):
    send(
        box,
        "Your <code>",
        "Hello Lee,\n\nyour code is 123456 <script>alert(1)</script> at http://127.0.0.1:8000/account/\n" + "£" * 90,
    )
    page = client.get("/demo/mail/").content.decode()
    assert "Your &lt;code&gt;" in page
    assert "your code is 123456 &lt;script&gt;" in page
    assert 'href="http://127.0.0.1:8000/account/"' in page
    assert "lee@people.example" in page
    assert "<script>alert" not in page


def test_several_letters_in_one_file_are_several(client, home, box):
    backend = EmailBackend(file_path=box)
    for number in range(3):
        backend.send_messages([EmailMultiAlternatives(f"Letter {number}", "Text", "a@b.example", ["c@d.example"])])
    page = client.get("/demo/mail/").content.decode()
    assert [f"Letter {number}" in page for number in range(3)] == [True, True, True]


def test_an_empty_box_says_so(client, home, box):
    assert "No mail yet" in client.get("/demo/mail/").content.decode()
