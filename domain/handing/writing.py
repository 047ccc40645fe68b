"""Giving many leads a new owner at once, each its own, with a history row each and their callbacks along.

A fixed number of statements for any number of leads. Where a lead waits changes between *owned* and *in the pool*
only: its status, its next time and its callback stay what they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Insert,
    Text,
    Update,
    and_,
    bindparam,
    case,
    column,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId, Json, metadata
from domain.calling.models import Activity, HistoryEvent, Lead
from domain.campaigns.models import CampaignSegment
from domain.codes import QueueState
from domain.constructs import among_listed, among_numbers, insert_ignore, listed
from domain.handing.models import HandingBatch, HandingCallback
from domain.handing.targets import SHIFTS
from domain.json_sql import JsonRows, json_member, json_object
from domain.recycling.locking import leave_hopper
from domain.sql import LISTED, NOW, affected

TOLD: Final = (
    "organisation_id",
    "at",
    "user_id",
    "lead_id",
    "contact_id",
    "campaign_id",
    "kind",
    "before",
    "after",
    "batch_id",
)


class Move(NamedTuple):
    """Where a lead goes: to a seller, or with None to the pool, as a ``shift`` wants with this ``segment``."""

    owner_id: int | None
    shift: str | None = None
    segment: str | None = None


def waits(owner: ColumnElement[Any]) -> ColumnElement[int]:
    """Where a lead waits under this owner; its free entry in the hopper goes."""
    here = col(Lead.queue_state)
    pooled = (QueueState.READY.value, QueueState.IN_HOPPER.value)
    of_nobody = (QueueState.OWNED.value, QueueState.IN_HOPPER.value)
    return case(
        (and_(owner.is_not(None), here.in_(pooled)), literal(QueueState.OWNED.value)),
        (and_(owner.is_(None), here.in_(of_nobody)), literal(QueueState.READY.value)),
        else_=here,
    )


def give(
    session: Session,
    *,
    batch: HandingBatch,
    moves: Mapping[int, Move],
    at: datetime,
    user_id: int | None,
) -> int:
    """Write the moves of leads that are locked; returns how many callbacks went along."""
    if not moves:
        return 0
    with_shift = _to_shifts(batch)
    rows: list[dict[str, object]] = [
        {"id": lead_id, "owner": move.owner_id} for lead_id, move in moves.items()
    ]
    if with_shift:
        for row, move in zip(rows, moves.values(), strict=True):
            row |= {"shift": move.shift, "segment": move.segment}
    lead_ids = list(moves)
    values = {"moves": json.dumps(rows), "now": at, "who": user_id, "batch": batch.id}
    for statement in _giving(batch.kind, with_shift):
        session.connection().execute(statement, values)
    leave_hopper(session, lead_ids)
    if with_shift:
        _know_segments(session, lead_ids)
    return _take_callbacks(session, batch, lead_ids, at, user_id) if batch.move_callbacks else 0


@lru_cache(maxsize=8)
def _giving(kind: str, with_shift: bool) -> tuple[Insert, Update]:
    """The history and the change of leads that go where ``moves`` says: put together once, sent for every chunk."""
    moves = JsonRows(bindparam("moves", type_=Text()))
    planned = moves.table_valued(column("value", Json)).alias("planned")
    value = planned.c.value
    owner = json_member(value, "owner", Lead.owner_id)
    values: dict[str, ColumnElement[Any]] = {
        "owner_id": owner,
        "assigned_at": case((owner.is_not(None), NOW), else_=literal(None, UTCDateTime())),
        "queue_state": waits(owner),
        "version": col(Lead.version) + 1,
    }
    if with_shift:
        shift, segment = json_member(value, "shift", Lead.status), json_member(value, "segment", Lead.status)
        values["shift_wanted"] = case((shift.is_not(None), shift), else_=col(Lead.shift_wanted))
        values["segment"] = case((segment.is_not(None), segment), else_=col(Lead.segment))
    mine = json_member(value, "id", Lead.id) == col(Lead.id)
    told = select(
        col(Lead.organisation_id),
        NOW,
        bindparam("who", type_=BigId),
        col(Lead.id),
        col(Lead.contact_id),
        col(Lead.campaign_id),
        literal(kind),
        json_object({name: getattr(Lead, name) for name in values}),
        json_object(values),
        _BATCH,
    ).where(mine)
    return (
        insert(metadata.tables["history_event"]).from_select(TOLD, told),
        update(metadata.tables["lead"]).where(mine).values(**values, updated_at=NOW),
    )


_BATCH = bindparam("batch", type_=BigId)


def _to_shifts(batch: HandingBatch) -> bool:
    """Whether leads go to pools of shifts, too: of all its leads the history then keeps the shift wanted."""
    return not set(SHIFTS).isdisjoint(batch.wanted)


def _know_segments(session: Session, lead_ids: Sequence[int]) -> None:
    """The fill looks only for segments it knows."""
    pairs = (
        select(col(Lead.organisation_id), col(Lead.campaign_id), col(Lead.segment), col(Lead.rank))
        .where(among_numbers(col(Lead.id), lead_ids))
        .distinct()
    )
    session.execute(
        insert_ignore(CampaignSegment).from_select(
            ["organisation_id", "campaign_id", "segment", "rank"], pairs
        )
    )


# Callbacks ----------------------------------------------------------------------------------------------------


def _take_callbacks(
    session: Session, batch: HandingBatch, lead_ids: Sequence[int], at: datetime, user_id: int | None
) -> int:
    """Pending callbacks become those of the new owner, anyone's where there is none; whose they were is kept."""
    values = {"batch": batch.id, "listed": listed(lead_ids)}
    moved: int = session.connection().execute(_MOVING, values).rowcount
    if moved:
        change_callbacks(session, batch, lead_ids, at, user_id, back=False)
    return moved


_MOVING = (
    insert(metadata.tables["handing_callback"])
    .from_select(
        ["organisation_id", "batch_id", "lead_id", "activity_id", "former_seller_id", "seller_id"],
        select(
            col(Lead.organisation_id),
            _BATCH,
            col(Lead.id),
            col(Activity.id),
            col(Activity.seller_id),
            col(Lead.owner_id),
        )
        .join(Activity, col(Activity.lead_id) == col(Lead.id))
        .where(
            among_listed(col(Lead.id), LISTED),
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            col(Activity.seller_id).is_distinct_from(col(Lead.owner_id)),
        ),
    )
    .execution_options(preserve_rowcount=True)
)


def change_callbacks(
    session: Session,
    batch: HandingBatch,
    lead_ids: Sequence[int],
    at: datetime,
    user_id: int | None,
    *,
    back: bool,
) -> int:
    """Give the callbacks of these leads that a batch moved to whom it says, or ``back``, with a history row each.

    Those that are not pending any more, or somebody else's since, stay.
    """
    was, becomes = col(HandingCallback.former_seller_id), col(HandingCallback.seller_id)
    if back:
        was, becomes = becomes, was
    these = and_(
        col(HandingCallback.batch_id) == batch.id,
        among_numbers(col(HandingCallback.lead_id), lead_ids),
        col(Activity.id) == col(HandingCallback.activity_id),
        col(Activity.state) == "pending",
        or_(col(Activity.seller_id) == was, and_(col(Activity.seller_id).is_(None), was.is_(None))),
    )
    told = select(
        col(Activity.organisation_id),
        literal(at, UTCDateTime()),
        literal(user_id, BigId),
        col(Activity.lead_id),
        col(Activity.contact_id),
        col(Activity.campaign_id),
        literal("callback_moved"),
        json_object({"callback": Activity.id, "seller_id": was}),
        json_object({"callback": Activity.id, "seller_id": becomes}),
        literal(None, BigId),
    ).where(these)
    session.execute(insert(HistoryEvent).from_select(TOLD, told))
    return affected(session, update(Activity).where(these).values(seller_id=becomes))


# Taking it back -----------------------------------------------------------------------------------------------


def restore(
    session: Session,
    *,
    batch: HandingBatch,
    lead_ids: Sequence[int],
    only: Sequence[ColumnElement[bool]],
    at: datetime,
    user_id: int | None,
) -> list[int]:
    """Put leads back as they stood before a batch, with a history row each; returns those nobody touched since.

    The caller holds them locked.
    """
    then = metadata.tables["history_event"].alias("then")
    of_batch = (
        then.c.batch_id == batch.id,
        then.c.lead_id.between(min(lead_ids), max(lead_ids)),
        then.c.kind == batch.kind,
    )
    same = or_(col(Lead.version) == json_member(then.c.after, "version", Lead.version), _put_back_since(then))
    untouched = (
        select(col(Lead.id))
        .join(then, then.c.lead_id == col(Lead.id))
        .where(*of_batch, _is_among(then.c.lead_id, lead_ids), same, *only)
        .order_by(col(Lead.id))
    )
    ids = [int(number) for number in session.execute(untouched).scalars() if number is not None]
    if not ids:
        return []
    owner = json_member(then.c.before, "owner_id", Lead.owner_id)
    was: dict[str, ColumnElement[Any]] = {
        name: json_member(then.c.before, name, getattr(Lead, name)) for name in ("owner_id", "assigned_at")
    }
    was["queue_state"] = waits(owner)
    if _to_shifts(batch):
        was |= {
            name: json_member(then.c.before, name, getattr(Lead, name))
            for name in ("shift_wanted", "segment")
        }
    mine = (*of_batch, _is_among(then.c.lead_id, ids), col(Lead.id) == then.c.lead_id)
    version = json_member(then.c.before, "version", Lead.version)
    told = select(
        col(Lead.organisation_id),
        literal(at, UTCDateTime()),
        literal(user_id, BigId),
        col(Lead.id),
        col(Lead.contact_id),
        col(Lead.campaign_id),
        literal("handing_undo"),
        json_object({name: getattr(Lead, name) for name in (*was, "version")}),
        json_object({**was, "version": version}),
        then.c.id,
    ).where(*mine)
    session.execute(insert(HistoryEvent).from_select([*TOLD[:-1], "undoes"], told))
    affected(
        session,
        update(Lead).where(*mine).values(**was, version=col(Lead.version) + 1, updated_at=at),
    )
    leave_hopper(session, ids)
    if batch.callbacks:
        change_callbacks(session, batch, ids, at, user_id, back=True)
    return ids


def _is_among(lead_id: Any, numbers: Sequence[int]) -> ColumnElement[bool]:
    """As ``among_numbers``, but never the way by which rows are found: those of a batch lie together in its index."""
    return case((among_numbers(lead_id, numbers), literal(True)), else_=literal(False))


def _put_back_since(then: Any) -> ColumnElement[bool]:
    """A later hand-out of the lead was taken back: it stands again as the one before left it."""
    later = metadata.tables["history_event"].alias("later")
    return (
        select(later.c.id)
        .where(
            later.c.organisation_id == col(Lead.organisation_id),
            later.c.lead_id == col(Lead.id),
            later.c.kind == "handing_undo",
            json_member(later.c.after, "version", Lead.version)
            == json_member(then.c.after, "version", Lead.version),
            json_member(later.c.before, "version", Lead.version) + 1 == col(Lead.version),
        )
        .exists()
    )
