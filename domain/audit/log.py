"""Writing the audit log: who signed in, what was refused, what administrators did. Rows are never changed.

Ids and codes only: names users sign in with, codes of what was done, numbers of rows; never a contact's data, a
password, or what somebody typed as a name that nobody has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from domain.audit.models import AuditEvent
from domain.errors import NotAllowed
from domain.people.rights import Actor
from domain.sql import add_row

SIGN_IN = "sign_in"
SIGN_IN_FAILED = "sign_in.failed"
REFUSED = "refused"


def record(
    session: Session,
    *,
    organisation_id: int,
    at: datetime,
    user_id: int | None,
    name: str,
    kind: str,
    target: str | None = None,
    detail: Mapping[str, object] | None = None,
    refused: bool = False,
) -> int:
    """Add one row (one statement) and return its number.

    Args:
        user_id: who, None for nobody of the shop (``name`` is empty then) and for the system.
        kind: a code of one or two parts, such as ``sign_in`` or ``user.edit``.
        target: what it was done to: a user's name, an action's code, the number of a row.
        detail: codes and numbers about it.
        refused: it was wanted, and did not happen.
    """
    values = {
        "organisation_id": organisation_id,
        "at": at,
        "user_id": user_id or None,
        "name": name,
        "kind": kind,
        "target": target,
        "detail": dict(detail) if detail else None,
        "refused": refused,
    }
    return add_row(session, AuditEvent.__tablename__, values)


def acted(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    kind: str,
    target: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> int:
    """Record an administrative act, in the transaction that does it."""
    return record(
        session,
        organisation_id=actor.organisation_id,
        at=at,
        user_id=actor.author,
        name=actor.name,
        kind=kind,
        target=target,
        detail=detail,
    )


def refusal(session: Session, actor: Actor, error: NotAllowed, *, at: datetime, place: str) -> int:
    """Record what was refused, in a transaction of its own: the one that was refused is rolled back.

    Args:
        place: the command or screen it was tried from.
    """
    return record(
        session,
        organisation_id=actor.organisation_id,
        at=at,
        user_id=actor.author,
        name=actor.name,
        kind=REFUSED,
        target=place,
        detail={"code": error.code, **({"to": error.refused} if error.refused else {})},
        refused=True,
    )
