"""The file that goes to the bank: one payment a row, in the letters that Bacs can carry, with neutral references.

recompense/README.md lists the columns.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from recompense.models import Payment, PaymentRun

HEADER = ["sort code", "account number", "account name", "amount", "reference", "payment date", "roll number"]
LENGTH = 18  # places that Bacs has for a name or a reference
# What Unicode does not take apart by itself.
FOLDED = str.maketrans(
    {"ß": "SS", "ẞ": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L"}
    | {"Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "Ħ": "H", "ħ": "H", "ı": "I", "Ə": "E", "ə": "E"}
    | dict.fromkeys("'’‘ʼʻ`´′", "")
    | dict.fromkeys("‐‑‒–—−", "-")
)


def write(run: PaymentRun) -> bytes:
    """The same run always gives the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(run))
    return text.getvalue().encode("ascii")


def file_name(run: PaymentRun) -> str:
    """Neutral: it is seen in a list of downloads."""
    return f"payments-{run.reference.replace('-', '')}.csv"


def carried(text: str) -> str:
    """Text as Bacs can carry it: A–Z, 0–9 and . & / - in 18 places. What it has no letter for becomes a space.

    It begins with a letter or figure, so that no program for tables takes it for a formula.
    """
    plain = unicodedata.normalize("NFKD", text.translate(FOLDED)).translate(FOLDED)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()
    allowed = re.sub(r"[^A-Z0-9.&/ -]", " ", letters)
    return re.sub(r" +", " ", allowed).strip(" -.&/")[:LENGTH].strip()


def _rows(run: PaymentRun) -> Iterator[list[str]]:
    day = f"{run.pays_on:%d/%m/%Y}"
    for payment in run.payments.order_by("pk").iterator(chunk_size=500):
        yield [
            payment.sort_code,
            payment.account_number.zfill(8),
            _payee(payment),
            f"{payment.amount:.2f}",
            payment.reference,
            day,
            carried(payment.roll_number),
        ]


def _payee(payment: Payment) -> str:
    """Where no letter of a name can be carried, its owner's bank knows the account by number."""
    return carried(payment.name_on_account) or "ACCOUNT HOLDER"
