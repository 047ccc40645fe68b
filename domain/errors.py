"""The errors a use case may raise: a title, one clear line for the person, a stable code for programs.

Every door (screen, command, job) shows ``message`` and decides nothing from its wording; ``code`` is what
tests and scripts compare.
"""

from __future__ import annotations


class DomainError(Exception):
    """Something was refused or could not be done; the message says what, where and what to do next."""

    title = "Not done"
    default_code = "refused"

    def __init__(self, message: str, *, code: str | None = None, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        if title is not None:
            self.title = title

    def __str__(self) -> str:
        return self.message


class Invalid(DomainError):
    """The input cannot be used as it is."""

    title = "Check the input"
    default_code = "invalid"


class NotFound(DomainError):
    """What was named does not exist (or not for this person)."""

    title = "Not found"
    default_code = "not_found"


class NotAllowed(DomainError):
    """This person may not do that. ``refused`` says what, in words without anybody's data, for the audit log."""

    title = "Not allowed"
    default_code = "not_allowed"

    def __init__(
        self, message: str, *, code: str | None = None, title: str | None = None, refused: str = ""
    ) -> None:
        super().__init__(message, code=code, title=title)
        self.refused = refused


class Conflict(DomainError):
    """Somebody else was faster, or the thing changed meanwhile."""

    title = "Changed meanwhile"
    default_code = "conflict"


class Unavailable(DomainError):
    """The database, a file or a device cannot be used now."""

    title = "Not available"
    default_code = "unavailable"
