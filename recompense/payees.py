"""Where somebody's money goes: taken down as people write it, kept so that nobody can read it."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, encryption, errors, figures
from people.models import User
from recompense import emails
from recompense.models import Claim, Payee, Payment

SEPARATORS = re.compile(r"[\u2010-\u2015.-]")


@transaction.atomic
def change(person: User, *, name: str, sort_code: str, account_number: str, roll_number: str = "", by: User) -> Payee:
    """Keep somebody's account, and tell them that it changed. The messages are those of the GOV.UK pattern.

    The same account again changes nothing.
    """
    facts = {
        "name_on_account": as_name(name),
        "sort_code": as_sort_code(sort_code),
        "account_number": as_account_number(account_number),
        "roll_number": as_roll_number(roll_number),
    }
    index = account_index(facts["sort_code"], facts["account_number"])
    User.objects.select_for_update().get(pk=person.pk)
    present = Payee.objects.filter(person=person).first()
    if present and all(getattr(present, name) == value for name, value in facts.items()):
        return present
    row, is_new = Payee.objects.update_or_create(
        person=person, defaults={**facts, "account_index": index, "changed_at": timezone.now()}
    )
    audit.record("payee.add" if is_new else "payee.change", row, by=by)
    if not is_new:
        emails.account_changed(person)
    return row


def account_index(sort_code: str, account_number: str) -> str:
    return encryption.blind_index(f"{sort_code}{account_number.zfill(8)}", purpose="bank account")


def is_shared(payee: Payee) -> bool:
    """Whether somebody else is paid to the same account."""
    return Payee.objects.filter(account_index=payee.account_index).exclude(pk=payee.pk).exists()


def changed_since_last_payment(claim: Claim) -> bool:
    """Whether the account is another one than when its owner was last paid."""
    payee = Payee.objects.filter(person=claim.claimant_id).first()
    paid = Payment.objects.filter(claim__claimant=claim.claimant_id, run__paid_at__isnull=False).order_by("-run__paid_at").first()
    return bool(payee and paid and paid.run.paid_at and paid.run.paid_at < payee.changed_at)


# Each part as people write it, brought into one form. Forms ask these too, so that every mistake is shown at once.


def as_name(text: str) -> str:
    if not text.strip():
        raise errors.DomainError(_("Enter the name on the account"), code="no_name", field="name")
    if len(text.strip()) > 100:
        raise errors.DomainError(_("Name on the account must be 100 characters or fewer"), code="long_name", field="name")
    return text.strip()


def as_sort_code(text: str) -> str:
    _judge_letters(text, "sort_code", _("The sort code has the letter %(letter)s in it. Type the figure %(figure)s in its place"))
    digits = SEPARATORS.sub("", figures.plain(text))
    if not digits:
        raise errors.DomainError(_("Enter a sort code"), code="no_sort_code", field="sort_code")
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise errors.DomainError(_("Enter a valid sort code like 309430"), code="sort_code", field="sort_code")
    return digits


def as_account_number(text: str) -> str:
    _judge_letters(
        text, "account_number", _("The account number has the letter %(letter)s in it. Type the figure %(figure)s in its place")
    )
    digits = SEPARATORS.sub("", figures.plain(text))
    if not digits:
        raise errors.DomainError(_("Enter an account number"), code="no_account_number", field="account_number")
    if not re.fullmatch(r"[0-9]+", digits):
        raise errors.DomainError(_("Enter a valid account number like 00733445"), code="account_number", field="account_number")
    if not 6 <= len(digits) <= 8:
        message = _("Account number must be between 6 and 8 digits")
        raise errors.DomainError(message, code="account_number_length", field="account_number")
    return digits


def as_roll_number(text: str) -> str:
    if len(text.strip()) > 18:
        message = _("Roll number must be between 1 and 18 characters")
        raise errors.DomainError(message, code="roll_number_length", field="roll_number")
    if not re.fullmatch(r"[A-Za-z0-9 /.-]*", text.strip()):
        message = _("Roll number must only include letters a to z, numbers, hyphens, spaces, forward slashes and full stops")
        raise errors.DomainError(message, code="roll_number", field="roll_number")
    return text.strip()


def _judge_letters(text: str, field: str, message: str) -> None:
    """As for amounts, but what was typed is not repeated: bank details stand in no message."""
    if letter := figures.look_alike(text):
        raise errors.DomainError(message % {"letter": letter, "figure": figures.LOOK_ALIKES[letter]}, code=field, field=field)
