"""The file for the bank: what stands in it, and what can never stand in it, whatever people are called."""

import csv
import io
import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from panels.models import Panel
from recompense import documents, payment_file, payments
from recompense.models import Payment
from tests.factories.panels import make_member
from tests.factories.recompense import make_approved, make_payee, make_run

CARRIED = re.compile(r"(?:[A-Z0-9](?:[A-Z0-9.&/ -]{0,16}[A-Z0-9.&/-])?)?")
NAMES = {
    "Zoë O’Connor-Núñez": "ZOE OCONNOR-NUNEZ",
    "D'Arcy ‘Dee’ O´Brien": "DARCY DEE OBRIEN",
    "Åse Øygård-Sæther": "ASE OYGARD-SAETHER",
    "Łukasz Żółć": "LUKASZ ZOLC",
    "Weiß Straße": "WEISS STRASSE",
    "Þóra Ðórðardóttir": "THORA DORDARDOTTIR",
    "Mary‑Jane–Smith": "MARY-JANE-SMITH",
    "Bartholomew Featherstonehaugh-Cholmondeley": "BARTHOLOMEW FEATHE",
    "Amal  &  Sons Ltd.": "AMAL & SONS LTD",
    "محمد علي": "",
    "\u202eמשה": "",
    "王小明 Wang": "WANG",
    "Sam 🌈 Star": "SAM STAR",
    "=1+1": "1 1",
    "+44 SUM": "44 SUM",
    '@cmd|" /C calc"!A0': "CMD /C CALC A0",
    "-2+3": "2 3",
    'Robert"); DROP,\r\nTABLE': "ROBERT DROP TABLE",
    "\tTab\x00 Null": "TAB NULL",
    " . - / & ": "",
}


@pytest.mark.parametrize(("name", "carried"), NAMES.items(), ids=[ascii(name) for name in NAMES])
def test_a_name_becomes_what_a_bank_can_carry(name, carried):
    assert payment_file.carried(name) == carried


@given(st.text(max_size=80))
def test_no_text_at_all_breaks_out_of_its_cell(text):
    carried = payment_file.carried(text)
    assert CARRIED.fullmatch(carried), ascii(carried)
    assert payment_file.carried(carried) == carried


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("ascii"))))


@pytest.fixture
def run(card, panel, person, kit, cas, pat, fin):
    """A payment for each awkward name."""
    for number, name in enumerate(NAMES):
        user = person(f"P{number}")
        make_payee(user, name=name.replace("\x00", " ").strip() or "X", account_number=f"{number:06}", roll_number="AB/12 34")
        make_approved(make_member(panel, user), kit, cas, pat)
    return make_run(fin)


def test_the_file_has_a_row_for_each_payment_and_says_the_same_each_time(run, fin):
    content = payments.export(run, by=fin)
    assert payments.download(run, by=fin) == payments.download(run, by=fin) == content
    rows = rows_of(content)
    assert list(rows[0]) == payment_file.HEADER
    assert len(rows) == run.count == len(NAMES)
    for row, payment in zip(rows, run.payments.order_by("pk"), strict=True):
        assert row["sort code"] == "309430"
        assert row["account number"] == payment.account_number.zfill(8)
        assert row["account name"] == (payment_file.carried(payment.name_on_account) or "ACCOUNT HOLDER")
        assert (row["amount"], row["reference"]) == ("82.50", payment.reference)
        assert row["payment date"] == f"{run.pays_on:%d/%m/%Y}"
        assert row["roll number"] == "AB/12 34"


def test_the_file_is_ascii_with_the_line_ends_of_banks_and_no_formula(run, fin):
    content = payments.export(run, by=fin)
    assert content.isascii()
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r") == run.count + 1
    assert b'"' not in content
    for row in rows_of(content):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row.values())


def test_neither_the_file_nor_its_name_nor_the_letter_names_a_panel(run, fin):
    telling = [panel.name.encode() for panel in Panel.objects.all()] + [b"panel", b"claim", b"meeting"]
    content = payments.export(run, by=fin)
    letter = documents.file_name(Payment.objects.first())
    for text in [content, payment_file.file_name(run).encode(), letter.encode()]:
        assert not any(word.lower() in text.lower() for word in telling)
    assert re.fullmatch(r"payments-[0-9A-Z]{8}\.csv", payment_file.file_name(run))


def test_what_the_document_says_of_the_columns_is_what_there_is():
    text = (settings.BASE_DIR / "recompense" / "README.md").read_text().partition("## The file for the bank")[2]
    assert re.findall(r"^\| `([a-z ]+)` \|", text, re.MULTILINE) == payment_file.HEADER
