"""Taking a recycle back: the leads nobody touched since stand exactly as before, the others stay and are counted.

Works in chunks that each commit; one that was stopped or killed is simply asked for again. So is one that kept
leads: where a later recycle of theirs was taken back meanwhile, they stand again as this one left them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, not_, select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling import lead_status, queue_state
from domain.calling.lead_status import Restoring, WasThen
from domain.calling.models import HistoryEvent
from domain.calling.status_table import Cause
from domain.campaigns.policy import policy_of
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling import changes
from domain.recycling.applying import numbers
from domain.recycling.locking import leave_hopper, lock
from domain.recycling.models import RecycleBatch
from domain.recycling.pace import Clock, Stop, Tell, Transactions, to_the_end
from domain.recycling.selection import in_hands
from domain.recycling.states import BatchState, NotWorking, held, refuse, state_of

_UNDOABLE = frozenset({BatchState.DONE, BatchState.STOPPED, BatchState.HALF_UNDONE})


@dataclass(frozen=True, slots=True)
class Undone:
    """How many leads stand as before, and how many stay because somebody had to do with them since.

    finished: False where it was stopped before it came to the end; asked for again it goes on.
    """

    batch_id: int
    restored: int
    kept: int
    finished: bool


def undo(
    database: Transactions,
    *,
    actor: Actor,
    batch_id: int,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Undone:
    """Take a recycle back (supervisors), chunk after chunk; one that was undone in part is undone to the end.

    One that kept leads may be asked for again: those of them are put back whom nothing stands against any more.

    Kept are leads whose state changed since (called, edited, recycled again, registered) and leads in a seller's
    hands.

    Args:
        clock: the time, asked at each chunk.
        on_progress: told after each chunk. ``should_stop``: asked before each.

    Raises:
        NotAllowed: a seller or an auditor.  NotFound: no such batch.  Conflict: it runs, or was taken back already.
    """
    require(actor, *LEADING_ROLES, to="undo a recycle")
    with database.transaction() as session:
        cursor = begin(session, actor=actor, batch_id=batch_id, now=clock())
    with database.reading() as session:
        again = session.get_one(RecycleBatch, batch_id).restored > 0
        ids = _recycled_ids(session, actor, batch_id, after=cursor, some_are=again)

    def chunk(session: Session, part: Sequence[int]) -> int:
        return step(session, actor=actor, batch_id=batch_id, lead_ids=part, now=clock())

    def end(session: Session, finished: bool) -> None:
        _end(session, actor, batch_id, BatchState.UNDONE if finished else BatchState.HALF_UNDONE, clock())

    finished = to_the_end(
        database,
        chunk,
        end,
        batch_id=batch_id,
        ids=ids,
        clock=clock,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    with database.reading() as session:
        batch = session.get_one(RecycleBatch, batch_id)
    return Undone(batch_id, batch.restored, batch.kept, finished)


def begin(session: Session, *, actor: Actor, batch_id: int, now: datetime) -> int:
    """From now on the batch is being taken back; returns the last lead that was done already (0: none).

    Raises:
        NotFound: no such batch.  Conflict: it runs, or was taken back already.
    """
    require(actor, *LEADING_ROLES, to="undo a recycle")
    batch, _ = held(session, actor=actor, batch_id=batch_id)
    state = state_of(batch, now)
    again = state is BatchState.UNDONE and batch.kept > 0
    if state not in _UNDOABLE and not again:
        raise refuse(batch, state, "taken back")
    if state is not BatchState.HALF_UNDONE:
        batch.cursor, batch.kept = 0, 0  # whom it kept before is looked at anew
    batch.state, batch.touched_at = BatchState.UNDOING.value, now
    batch.undone_by, batch.undone_at = actor.user_id, now
    return batch.cursor


def step(session: Session, *, actor: Actor, batch_id: int, lead_ids: Sequence[int], now: datetime) -> int:
    """One chunk: put those of ``lead_ids`` (ascending, after the last chunk) back that nobody touched since.

    Returns:
        How many were put back. Eight statements, one more for each further kind of place in the queue.

    Raises:
        NotWorking: somebody else goes on with it.
    """
    require(actor, *LEADING_ROLES, to="undo a recycle")
    batch, campaign = held(session, actor=actor, batch_id=batch_id)
    if batch.state != BatchState.UNDOING or (lead_ids and batch.cursor >= lead_ids[0]):
        raise NotWorking(f"The undo of recycle {batch_id} was stopped or continued elsewhere.")
    if not lead_ids:
        return 0
    lock(session, actor=actor, campaign_id=batch.campaign_id, lead_ids=lead_ids)
    restored = lead_status.restore_many(
        session,
        restoring=_restoring(batch.reset_attempts, batch.include_final, policy_of(campaign).dialable),
        organisation_id=actor.organisation_id,
        batch_id=batch_id,
        lead_ids=lead_ids,
        at=now,
        user_id=actor.user_id,
    )
    if restored:
        leave_hopper(session, restored)
    batch.restored += len(restored)
    batch.kept += len(lead_ids) - len(restored)
    batch.cursor, batch.touched_at = lead_ids[-1], now
    return len(restored)


@lru_cache(maxsize=32)
def _restoring(reset_attempts: bool, include_final: bool, dialable: frozenset[str]) -> Restoring:
    """The statements that take back recycles of one kind."""

    def waits(was: WasThen) -> ColumnElement[int]:
        spent = was("exhausted") if reset_attempts else None
        return queue_state.as_sql(
            dialable, spent, status=was("status"), waited=was("queue_state"), in_hopper=False
        )

    return lead_status.restoring(
        columns=changes.columns(reset_attempts=reset_attempts, include_final=include_final),
        waits=waits,
        only=[not_(in_hands())],
    )


def _recycled_ids(
    session: Session, actor: Actor, batch_id: int, *, after: int, some_are: bool
) -> Sequence[int]:
    """The leads of a batch in order, but for those that were put back already."""
    back = metadata.tables["history_event"].alias("back")
    put_back = exists(
        select(back.c.id).where(
            back.c.organisation_id == col(HistoryEvent.organisation_id),
            back.c.lead_id == col(HistoryEvent.lead_id),
            back.c.id > col(HistoryEvent.id),
            back.c.kind == Cause.RECYCLE_UNDO.value,
            back.c.undoes == col(HistoryEvent.id),
        )
    )
    statement = (
        select(col(HistoryEvent.lead_id))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.batch_id) == batch_id,
            col(HistoryEvent.kind) == Cause.RECYCLE.value,
            col(HistoryEvent.lead_id) > after,
            *([~put_back] if some_are else []),
        )
        .order_by(col(HistoryEvent.lead_id))
    )
    return numbers(session, statement)


def _end(session: Session, actor: Actor, batch_id: int, state: BatchState, now: datetime) -> None:
    batch, _ = held(session, actor=actor, batch_id=batch_id)
    if batch.state != BatchState.UNDOING:
        raise NotWorking(f"The undo of recycle {batch_id} was ended elsewhere.")
    batch.state, batch.touched_at = state.value, now
