"""Reading the audit log, for administrators and auditors: newest first a page at a time, or all of it as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from domain.audit.models import AuditEvent
from domain.codes import Role
from domain.people.rights import Actor, require

if TYPE_CHECKING:
    from domain.recycling.pace import Transactions

AUDIT_READERS = (Role.ADMIN, Role.AUDITOR)
_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: ``kind`` is a whole code (``user.edit``) or its first part (``user``); times half-open."""

    user: str | None = None
    kind: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    refused: bool = False


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event. ``user`` is empty where nobody of the shop was meant; ``detail`` holds codes and numbers."""

    id: int
    at: datetime
    user: str
    kind: str
    target: str | None
    refused: bool
    detail: Mapping[str, object] = field(default_factory=dict)


def listing(
    session: Session,
    *,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    limit: int = 50,
    after: int | None = None,
) -> list[AuditLine]:
    """A page of events, newest first; ``after`` is the number of the last line of the page before.

    Raises:
        NotAllowed: neither administrator nor auditor.
    """
    require(actor, *AUDIT_READERS, to="read the audit log")
    statement = _chosen(actor, wanted).order_by(col(AuditEvent.id).desc()).limit(limit)
    if after is not None:
        statement = statement.where(col(AuditEvent.id) < after)
    return [_line(row) for row in session.scalars(statement)]


def kinds(session: Session, *, actor: Actor) -> list[str]:
    """The codes that occur, for a choice (administrators and auditors)."""
    require(actor, *AUDIT_READERS, to="read the audit log")
    found: list[str] = []
    while True:  # from one to the next along the index, however many events there are of each
        statement = select(col(AuditEvent.kind)).where(
            col(AuditEvent.organisation_id) == actor.organisation_id
        )
        if found:
            statement = statement.where(col(AuditEvent.kind) > found[-1])
        after = session.scalars(statement.order_by(col(AuditEvent.kind)).limit(1)).first()
        if after is None:
            return found
        found.append(after)


def stream(database: Transactions, *, actor: Actor, wanted: Wanted = EVERYTHING) -> Iterator[AuditLine]:
    """All events, oldest first, a page at a time; each page is a short transaction of its own.

    Raises:
        NotAllowed: neither administrator nor auditor.
    """
    require(actor, *AUDIT_READERS, to="export the audit log")
    last = 0
    while True:
        statement = _chosen(actor, wanted).where(col(AuditEvent.id) > last)
        with database.reading() as session:
            page = [
                _line(row) for row in session.scalars(statement.order_by(col(AuditEvent.id)).limit(_PAGE))
            ]
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _chosen(actor: Actor, wanted: Wanted) -> Select[AuditEvent]:
    statement = select(AuditEvent).where(col(AuditEvent.organisation_id) == actor.organisation_id)
    if wanted.user is not None:
        statement = statement.where(col(AuditEvent.name) == wanted.user)
    if wanted.kind is not None:
        parts = col(AuditEvent.kind).startswith(wanted.kind + ".", autoescape=True)
        statement = statement.where(or_(col(AuditEvent.kind) == wanted.kind, parts))
    if wanted.since is not None:
        statement = statement.where(col(AuditEvent.at) >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(col(AuditEvent.at) < wanted.before)
    if wanted.refused:
        statement = statement.where(col(AuditEvent.refused))
    return statement


def _line(row: AuditEvent) -> AuditLine:
    return AuditLine(
        id=row.id or 0,
        at=row.at,
        user=row.name,
        kind=row.kind,
        target=row.target,
        refused=row.refused,
        detail=row.detail or {},
    )
