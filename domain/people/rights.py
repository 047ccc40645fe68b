"""Who may do what: checked by every use case, whatever door it was called through.

A seller sees and acts on own work only; a supervisor runs campaigns, lists and queues; an administrator
also users, actions and the database; an auditor only reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.codes import Role, Shift
from domain.errors import NotAllowed

SELLING_ROLES = (Role.SELLER, Role.SUPERVISOR, Role.ADMIN)
LEADING_ROLES = (Role.SUPERVISOR, Role.ADMIN)
READING_ROLES = (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in user a use case acts for. ``timezone`` is the shop's, for "today"."""

    user_id: int
    organisation_id: int
    name: str
    full_name: str
    role: Role
    shift: Shift = Shift.ANY
    timezone: str = "UTC"

    @property
    def leads_others(self) -> bool:
        """True where this person may see and change other sellers' work."""
        return self.role in LEADING_ROLES

    @property
    def author(self) -> int | None:
        """Who is written down as having done it; nobody where the system did."""
        return self.user_id or None


def system(organisation_id: int, *, timezone: str = "UTC") -> Actor:
    """The system itself, for background jobs: may do everything, is nobody in history."""
    return Actor(
        user_id=0,
        organisation_id=organisation_id,
        name="system",
        full_name="Dialdeck",
        role=Role.ADMIN,
        timezone=timezone,
    )


def require(actor: Actor, *roles: Role, to: str = "do that") -> None:
    """Refuse everyone whose role is not among ``roles``.

    Raises:
        NotAllowed: with one line naming the user, the role and what was refused.
    """
    if actor.role not in roles:
        needed = " or ".join(roles)
        raise NotAllowed(
            f"{actor.name} is {_with_article(actor.role)} and may not {to}; ask {_with_article(needed)}.",
            refused=to,
        )


def _with_article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
