"""The shop's reasons under each resolution: listed, added and edited by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.audit import log
from domain.calling.actions import LAST_POSITION, label_of
from domain.calling.models import Reason
from domain.codes import Resolution, Role
from domain.errors import Conflict, Invalid, NotFound
from domain.people.rights import Actor, require


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason. ``position`` is its place in the list of digits; inactive ones are not offered."""

    resolution: str
    code: int
    label: str
    active: bool
    position: int


def listing(
    session: Session, *, actor: Actor, language: str = "en", resolution: Resolution | None = None
) -> list[ReasonLine]:
    """All reasons by resolution, in the order they are offered, inactive ones included."""
    statement = select(Reason).where(Reason.organisation_id == actor.organisation_id)
    if resolution is not None:
        statement = statement.where(Reason.resolution == resolution.value)
    rows = session.exec(statement.order_by(Reason.resolution, col(Reason.position), col(Reason.code))).all()
    return [_line(row, language) for row in rows]


def _line(row: Reason, language: str) -> ReasonLine:
    label = label_of(row.labels, language, str(row.code))
    return ReasonLine(row.resolution, row.code, label, row.active, row.position)


def _find(session: Session, actor: Actor, resolution: Resolution, code: int) -> Reason | None:
    return session.exec(
        select(Reason).where(
            Reason.organisation_id == actor.organisation_id,
            Reason.resolution == resolution.value,
            Reason.code == code,
        )
    ).first()


def add(
    session: Session,
    *,
    actor: Actor,
    resolution: Resolution,
    code: int,
    labels: Mapping[str, str],
    now: datetime,
    language: str = "en",
) -> ReasonLine:
    """Add a reason under a resolution, as the last of its list.

    Args:
        labels: text by language.

    Raises:
        NotAllowed: no administrator.  Invalid: a code below 1, or no text.  Conflict: the code is taken.
    """
    require(actor, Role.ADMIN, to="add reasons")
    if code < 1:
        raise Invalid("The code of a reason is a number from 1.", code="reason_code")
    if not labels or not all(text.strip() for text in labels.values()):
        raise Invalid("A reason needs a text.", code="reason_label")
    if _find(session, actor, resolution, code) is not None:
        raise Conflict(
            f"{resolution} has a reason {code} already; change it with: dialdeck reasons edit",
            code="reason_exists",
        )
    last = max((line.position for line in listing(session, actor=actor, resolution=resolution)), default=-1)
    row = Reason(
        organisation_id=actor.organisation_id,
        resolution=resolution.value,
        code=code,
        labels=dict(labels),
        position=last + 1,
    )
    session.add(row)
    session.flush()
    log.acted(session, actor, at=now, kind="reason.add", target=f"{resolution.value} {code}")
    return _line(row, language)


def edit(
    session: Session,
    *,
    actor: Actor,
    resolution: Resolution,
    code: int,
    now: datetime,
    labels: Mapping[str, str] | None = None,
    active: bool | None = None,
    position: int | None = None,
    language: str = "en",
) -> ReasonLine:
    """Change a reason's texts, whether it is offered, or its place; None leaves a value as it is.

    Raises:
        NotAllowed: no administrator.  NotFound: no such reason.  Invalid: an empty text, a place below 0.
    """
    require(actor, Role.ADMIN, to="edit reasons")
    row = _find(session, actor, resolution, code)
    if row is None:
        raise NotFound(
            f"{resolution} has no reason {code}. See: dialdeck reasons list", code="unknown_reason"
        )
    if not all(text.strip() for text in (labels or {}).values()):
        raise Invalid("A reason needs a text.", code="reason_label")
    if position is not None and not 0 <= position <= LAST_POSITION:
        raise Invalid(f"The place of a reason is a number from 0 to {LAST_POSITION}.", code="position")
    row.labels = {**row.labels, **(labels or {})}
    row.active = row.active if active is None else active
    row.position = row.position if position is None else position
    session.add(row)
    session.flush()
    given = {"labels": labels, "active": active, "position": position}
    changed = [name for name, value in given.items() if value is not None]
    log.acted(
        session,
        actor,
        at=now,
        kind="reason.edit",
        target=f"{resolution.value} {code}",
        detail={"changed": changed},
    )
    return _line(row, language)
