"""The one error of the validator."""

from __future__ import annotations

from core import errors


class Invalid(errors.DomainError):
    """A rule is broken. `path` says where, such as `context.contextActivities.parent[0].id`; `message` is a sentence."""

    code = "invalid_statement"
    longest = 300  # characters of a path: a key may be as long as a statement

    def __init__(self, path: str, message: object) -> None:
        self.path = path = path if len(path) <= self.longest else path[: self.longest] + "…"
        super().__init__(message, field=path)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else str(self.message)
