"""The demonstration's accounts: kept where only the owner of the files can read them."""

import pytest

from website.management.commands import demo

MADE = [
    ("Lee Learner", "lee@demo.example", "quiet-lake-four", "learns"),
    ("Ed Author", "ed@demo.example", "tall-oak-six", "writes"),
]


@pytest.fixture
def file(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    return tmp_path / "demo-accounts.txt"


def test_the_accounts_are_kept_as_they_are_printed_and_for_the_owner_alone(file):
    text = demo.write_accounts(MADE)
    assert file.read_text() == text
    assert file.stat().st_mode & 0o777 == 0o600
    for row in MADE:
        assert all(word in text for word in row)


def test_the_text_says_how_to_get_a_code_and_where_mail_is_read(file, settings):
    settings.BASE_URL = "http://127.0.0.1:9000"
    text = demo.write_accounts(MADE)
    assert "manage.py demo_code ed" in text
    assert "http://127.0.0.1:9000/demo/mail/" in text


def test_an_older_file_is_replaced_whoever_could_read_it(file):
    file.write_text("old passwords")
    file.chmod(0o644)
    demo.write_accounts(MADE)
    assert "old passwords" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_each_account_has_a_password_of_its_own():
    assert len({demo.new_password() for _account in range(50)}) == 50
