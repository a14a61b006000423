"""What may go wrong by the rules, as sentences to a reader with a code for machines.

A form shows the sentence beside `field`; the API answers with problem JSON that carries the code.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An act was refused. `message` is for people, `code` for machines, `field` names the form field if there is one."""

    code: str = "refused"
    message: object = _("This cannot be done.")

    def __init__(self, message: object = None, code: str = "", field: str | None = None) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.field = field
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class WrongState(DomainError):
    """The act does not follow from the state that the row is in."""

    code = "wrong_state"
    message = _("This cannot be done in the present state.")


class NotAllowed(DomainError):
    """The person may see this but not do that."""

    code = "not_allowed"
    message = _("You are not allowed to do this.")


class Conflict(DomainError):
    """Somebody else, or an earlier request, has already said something different."""

    code = "conflict"
    message = _("This has been changed by somebody else in the meantime. Load the page again.")


class TooLarge(DomainError):
    """More was sent at once than we take."""

    code = "too_large"
    message = _("This is too large. Send less at once.")
