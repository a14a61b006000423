"""The file that goes to the bank: one payment a row, in the letters that Bacs can carry, with neutral references."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from recompense.models import Payment, PaymentRun

HEADER = ["sort code", "account number", "account name", "amount", "reference", "payment date"]
NAME_LENGTH = 18
FOLDED = str.maketrans(
    {"ß": "SS", "Æ": "AE", "æ": "AE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L", "Đ": "D", "đ": "D", "’": "", "'": ""}
)


def write(run: PaymentRun) -> bytes:
    """The same run always gives the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(run))
    return text.getvalue().encode("ascii")


def bank_name(name: str) -> str:
    """A name as Bacs can carry it: A–Z, 0–9 and . & / - in 18 places. What it has no letter for becomes a space."""
    plain = unicodedata.normalize("NFKD", name.translate(FOLDED))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()
    allowed = re.sub(r"[^A-Z0-9.&/ -]", " ", letters)
    return re.sub(r" +", " ", allowed).strip(" -.&/")[:NAME_LENGTH].strip()


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
        ]


def _payee(payment: Payment) -> str:
    """Where no letter of a name can be carried, its owner's bank knows the account by number."""
    return bank_name(payment.name_on_account) or "ACCOUNT HOLDER"
