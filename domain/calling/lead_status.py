"""The one writer of a lead's status, whoever asks: seller, call log, job, recycle, repair, import, undo.

``domain.calling.status_table`` says which change each of them may make. What is written carries a history row, a
new version and, where the status changes, the time of that. A test holds that nobody else sets ``lead.status``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    SmallInteger,
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId, metadata
from domain.calling import history
from domain.calling.models import HistoryEvent, Lead
from domain.calling.status_table import ALLOWED, ANY_STATUS, EVERY_STATUS, Cause, allows
from domain.codes import status_label
from domain.constructs import among_listed, among_numbers, listed
from domain.errors import Conflict
from domain.json_sql import json_member, json_numbers, json_object
from domain.prepared import Prepared
from domain.sql import LISTED, NOW, ORGANISATION, affected


class RefusedChange(Conflict):
    """A status change the table does not allow."""

    title = "Status not changed"
    default_code = "status_refused"


_LEAD = metadata.tables["lead"]
_CHANGE = (
    update(_LEAD).where(_LEAD.c.id == bindparam("row", type_=BigId)).execution_options(writes_status=True)
)
_CHANGE_ONE = Prepared(_CHANGE)


@dataclass(frozen=True, slots=True)
class Event:
    """How a change stands in history, where it is not simply its cause: ids, the action, the event it undoes."""

    kind: str | None = None
    user_id: int | None = None
    call_id: int | None = None
    action: str | None = None
    undoes: int | None = None
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


def change(
    session: Session,
    *,
    cause: Cause,
    lead: Lead,
    values: Mapping[str, object],
    at: datetime,
    event: Event | None = None,
) -> int:
    """Set columns of one lead, its status among them, and append that to its history: two statements.

    Args:
        lead: as it was read, locked. ``values``: the columns to set; ``version`` and times of change follow.

    Returns:
        The number of the history event.

    Raises:
        RefusedChange: the table does not let ``cause`` do this; nothing is written.
    """
    written, told = _checked(cause, lead, values, at, event or Event())
    _CHANGE_ONE.affect(session, {"row": lead.id, **written})
    return history.write(session, **told)  # type: ignore[arg-type]  # the names are those of history.write


def change_each(
    session: Session,
    *,
    cause: Cause,
    changes: Sequence[tuple[Lead, Mapping[str, object], Event]],
    at: datetime,
) -> None:
    """As ``change`` for some leads, each with its own values (of the same columns): two statements."""
    checked = [_checked(cause, lead, values, at, event) for lead, values, event in changes]
    if checked:
        rows = [
            {"row": lead.id, **written} for (lead, _, _), (written, _) in zip(changes, checked, strict=True)
        ]
        session.connection().execute(_CHANGE, rows)
        history.write_many(session, [told for _, told in checked])


def _checked(
    cause: Cause, lead: Lead, values: Mapping[str, object], at: datetime, event: Event
) -> tuple[dict[str, object], dict[str, object]]:
    """The columns to write and the history row."""
    written: dict[str, object] = {"version": lead.version + 1, "updated_at": at, **values}
    if "status" in written and (written["status"] or None) != (lead.status or None):
        status = written["status"]
        if not allows(cause, lead.status, None if status is None else str(status)):
            raise RefusedChange(
                f"Lead {lead.id} is {status_label(lead.status)} and stays so: "
                f"{cause.value.replace('_', ' ')} may not make it {status_label(str(status or ''))}."
            )
        written.setdefault("last_status_change", at)
        written.setdefault("recycle_batch_id", None)
    former = {name: getattr(lead, name) for name in written if name not in _NOT_TOLD}
    before, after = history.changed(
        history.plain(former), history.plain({k: v for k, v in written.items() if k not in _NOT_TOLD})
    )
    told: dict[str, object] = {
        "organisation_id": lead.organisation_id,
        "at": at,
        "kind": event.kind or cause.value,
        "user_id": event.user_id,
        "lead_id": lead.id,
        "contact_id": lead.contact_id,
        "campaign_id": lead.campaign_id,
        "call_id": event.call_id,
        "action": event.action,
        "before": {**event.before, **before},
        "after": {**event.after, **after},
        "undoes": event.undoes,
    }
    return written, told


_NOT_TOLD: Final = frozenset({"version", "updated_at"})


WasThen = Callable[[str], ColumnElement[Any]]
"""What a column of a lead was before a recycle, as an expression."""

Waits = Callable[[WasThen], ColumnElement[int]]

# Many at once -------------------------------------------------------------------------------------------------


def change_many(
    session: Session,
    *,
    cause: Cause,
    organisation_id: int,
    lead_ids: Sequence[int],
    values: Mapping[str, Any],
    at: datetime,
    user_id: int | None = None,
    batch_id: int | None = None,
    locked: bool = False,
) -> list[int]:
    """Set columns of many leads, the status among them, with a history row each: three statements.

    Leads that another is writing are waited for; those the table does not let ``cause`` change are left out, as
    are those ``lead_ids`` does not name. Some thousands a call: the caller commits between.

    Args:
        values: constants or expressions over ``Lead``, by column; ``status`` must be among them.
        batch_id: the recycle this is part of.
        locked: the caller has locked these very leads and asked the table (``may_become``) itself.

    Returns:
        The leads that were changed.
    """
    status = values["status"]
    written: dict[str, Any] = {**values, "last_status_change": at}
    written["recycle_batch_id"] = batch_id if cause is Cause.RECYCLE else None
    ids = list(lead_ids)
    if not locked:
        free = (
            select(col(Lead.id))
            .where(
                col(Lead.organisation_id) == organisation_id,
                among_numbers(col(Lead.id), lead_ids),
                may_become(cause, status),
            )
            .order_by(col(Lead.id))
            .with_for_update(key_share=True)
        )
        ids = list(session.execute(free).scalars())
    if not ids:
        return []
    these = among_numbers(col(Lead.id), ids)
    after = {**written, "version": col(Lead.version) + 1}
    before = {name: getattr(Lead, name) for name in after}
    _append(session, cause, these, before, after, at, user_id, batch_id)
    affected(
        session,
        update(Lead)
        .where(these)
        .values(**written, version=col(Lead.version) + 1, updated_at=at)
        .execution_options(writes_status=True),
    )
    return ids


_TOLD: Final = (
    "organisation_id",
    "at",
    "user_id",
    "lead_id",
    "contact_id",
    "campaign_id",
    "kind",
    "before",
    "after",
)
"""What a history row of many says, beside its batch or the event it undoes."""


def may_become(cause: Cause, status: Any) -> ColumnElement[bool]:
    """Whether the table lets ``cause`` give a lead this status (a constant, or an expression: any status)."""
    asked = ANY_STATUS if isinstance(status, ColumnElement) else frozenset({status})
    before = [each for each in EVERY_STATUS if asked <= ALLOWED[cause][each]]
    known = col(Lead.status).in_([each for each in before if each is not None])
    return or_(known, col(Lead.status).is_(None), col(Lead.status) == "") if None in before else known


def _append(
    session: Session,
    cause: Cause,
    these: ColumnElement[bool],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: datetime,
    user_id: int | None,
    batch_id: int | None,
) -> None:
    rows = select(
        col(Lead.organisation_id),
        literal(at, UTCDateTime()),
        literal(user_id, BigId),
        col(Lead.id),
        col(Lead.contact_id),
        col(Lead.campaign_id),
        literal(cause.value),
        json_object(before),
        json_object(after),
        literal(batch_id, BigId),
    ).where(these)
    session.execute(insert(HistoryEvent).from_select([*_TOLD, "batch_id"], rows))


@dataclass(frozen=True, slots=True)
class Restoring:
    """What is asked and written of each chunk of a recycle that is taken back; see ``restoring``."""

    asked: Select[*tuple[Any, ...]]
    told: Insert
    stay: Update
    move: Update


def restoring(*, columns: Sequence[str], waits: Waits, only: Sequence[ColumnElement[bool]] = ()) -> Restoring:
    """Put the statements of ``restore_many`` together: for a chunk, that takes half as long as their answers.

    Args:
        columns: those the recycle set, ``queue_state`` and ``next_attempt_at`` among them (where it set these).
        waits: where a lead waits then, as an expression over ``lead`` and what its columns were.
        only: conditions on ``lead`` beside that it is as the recycle left it.
    """
    then = metadata.tables["history_event"].alias("then")
    # From the first to the last, too: before a server has counted a new batch it would read all of it each time.
    # Whether it is one of the chunk is asked of each row that was read, never the way by which rows are found: a
    # server that takes a new batch for one row would read the whole list again for each lead it finds.
    these = (
        then.c.batch_id == bindparam("batch", type_=BigId),
        then.c.lead_id.between(bindparam("first", type_=BigId), bindparam("final", type_=BigId)),
        then.c.kind == Cause.RECYCLE.value,
        case((among_listed(then.c.lead_id, LISTED), true()), else_=literal(False)),
    )
    was: dict[str, ColumnElement[Any]] = {
        name: json_member(then.c.before, name, getattr(Lead, name)) for name in (*columns, *_WITH_STATUS)
    }
    told = select(
        then.c.organisation_id,
        NOW,
        bindparam("who", type_=BigId),
        then.c.lead_id,
        then.c.contact_id,
        then.c.campaign_id,
        literal(Cause.RECYCLE_UNDO.value),
        then.c.after,
        then.c.before,
        then.c.id,
    ).where(*these)
    change = (
        update(_LEAD)
        .where(*these, _LEAD.c.id == then.c.lead_id)
        .values(
            {name: value for name, value in was.items() if name not in _QUEUE}
            | {"version": _LEAD.c.version + 1, "updated_at": NOW}
        )
        .execution_options(writes_status=True)
    )
    return Restoring(
        asked=_as_they_were(then, these, was, only, waits),
        told=insert(metadata.tables["history_event"]).from_select([*_TOLD, "undoes"], told),
        stay=change,
        move=change.values(
            queue_state=bindparam("place", type_=SmallInteger()),
            next_attempt_at=func.coalesce(was["next_attempt_at"], _LEAD.c.next_attempt_at),
        ),
    )


def restore_many(
    session: Session,
    *,
    restoring: Restoring,
    organisation_id: int,
    batch_id: int,
    lead_ids: Sequence[int],
    at: datetime,
    user_id: int | None = None,
) -> list[int]:
    """Put leads back as they stood before a recycle, with a history row each: a few statements.

    Only leads that nobody touched since (their version is that of the recycle) are put back. The caller holds them
    locked.

    Returns:
        The leads that are as they were.
    """
    if not lead_ids:
        return []
    send = session.connection().execute
    chunk = {"batch": batch_id, "first": min(lead_ids), "final": max(lead_ids), "now": at}
    rows = send(restoring.asked, {**chunk, "organisation": organisation_id, "listed": listed(lead_ids)})
    groups: dict[int | None, list[int]] = {}
    for here, there, same_time, numbers in rows:
        groups.setdefault(None if same_time and here == there else there, []).extend(json.loads(numbers))
    ids = sorted(lead_id for group in groups.values() for lead_id in group)
    if not ids:
        return []
    send(restoring.told, {**chunk, "who": user_id, "listed": listed(ids)})
    for place, group in groups.items():
        values = {**chunk, "listed": listed(group)}
        if place is None:
            send(restoring.stay, values)
        else:
            send(restoring.move, {**values, "place": place})
    return ids


def _as_they_were(
    then: Any,
    these: Sequence[ColumnElement[bool]],
    was: Mapping[str, ColumnElement[Any]],
    only: Sequence[ColumnElement[bool]],
    waits: Waits,
) -> Select[*tuple[Any, ...]]:
    """The leads nobody touched since, by where they will wait and whether their place in the queue stays.

    The indexes of the queue are the dearest to write: most leads were due before the recycle, and stand there still.
    """
    place = waits(lambda name: func.coalesce(was[name], getattr(Lead, name)) if name in _QUEUE else was[name])
    each = (
        select(
            col(Lead.id).label("id"),
            col(Lead.queue_state).label("here"),
            place.label("there"),
            was["next_attempt_at"].is_(None).label("same_time"),
        )
        .join(then, then.c.lead_id == col(Lead.id))
        .where(
            col(Lead.organisation_id) == ORGANISATION,
            *these,
            or_(
                col(Lead.version) == json_member(then.c.after, "version", Lead.version), _put_back_since(then)
            ),
            *only,
        )
        .subquery()
    )
    alike = (each.c.here, each.c.there, each.c.same_time)
    return select(*alike, json_numbers(each.c.id)).group_by(*alike)


def _put_back_since(then: Any) -> ColumnElement[bool]:
    """A later recycle of the lead was taken back: it stands again as the one before left it."""
    later = metadata.tables["history_event"].alias("later")
    return exists(
        select(later.c.id).where(
            later.c.organisation_id == col(Lead.organisation_id),
            later.c.lead_id == col(Lead.id),
            later.c.kind == Cause.RECYCLE_UNDO.value,
            json_member(later.c.after, "version", Lead.version)
            == json_member(then.c.after, "version", Lead.version),
            json_member(later.c.before, "version", Lead.version) + 1 == col(Lead.version),
        )
    )


_WITH_STATUS: Final = ("last_status_change", "recycle_batch_id")
"""What changes along with a status."""

_QUEUE: Final = frozenset({"queue_state", "next_attempt_at"})
"""What the indexes of the queue hold."""
