"""How far a hand-out or its undo got, and how the one process that works on it takes hold of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.constructs import among_numbers, rows_lock
from domain.errors import Conflict, NotFound
from domain.handing.models import HandingBatch
from domain.people.rights import Actor
from domain.recycling.states import SILENT, BatchState, NotWorking

__all__ = ["BatchState", "NotWorking", "Progress", "Tell", "held", "lock_leads", "refuse", "state_of"]

ASSIGN, RELEASE, UNDO = "assign", "release", "handing_undo"
"""Kinds of batches, and of the history they and their undo write."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: leads done, of how many (None: of as many as there are)."""

    batch_id: int
    done: int
    total: int | None


Tell = Callable[[Progress], None]


def state_of(batch: HandingBatch, now: datetime) -> BatchState:
    """Where a batch stands at this moment: one that says it runs but does not move was killed."""
    state = BatchState(batch.state)
    if now - batch.touched_at <= SILENT:
        return state
    killed = {BatchState.RUNNING: BatchState.STOPPED, BatchState.UNDOING: BatchState.HALF_UNDONE}
    return killed.get(state, state)


def held(session: Session, *, actor: Actor, batch_id: int) -> HandingBatch:
    """A batch of this shop, locked.

    Raises:
        NotFound: there is none with this number.
    """
    found: HandingBatch | None = session.execute(
        select(HandingBatch)
        .where(col(HandingBatch.organisation_id) == actor.organisation_id, col(HandingBatch.id) == batch_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(
            f"Leads were never handed out or taken back under the number {batch_id}. "
            "See: dialdeck leads assign-batches",
            code="no_handing",
        )
    return found


def working(session: Session, *, actor: Actor, batch_id: int, state: BatchState) -> HandingBatch:
    """A batch that this process works on, locked.

    Raises:
        NotWorking: it was stopped, or somebody else goes on with it.
    """
    batch = held(session, actor=actor, batch_id=batch_id)
    if batch.state != state:
        raise NotWorking(f"Batch {batch_id} was stopped or continued elsewhere.", code="handing_stopped")
    return batch


def end(
    session: Session, *, actor: Actor, batch_id: int, of: BatchState, to: BatchState, now: datetime
) -> None:
    """The work came to its end, or stops here.

    Raises:
        NotWorking: it was stopped meanwhile.
    """
    batch = working(session, actor=actor, batch_id=batch_id, state=of)
    batch.state, batch.touched_at = to.value, now
    if to is BatchState.DONE:
        batch.finished_at = now


def refuse(batch: HandingBatch, state: BatchState, to: str) -> Conflict:
    """The error of a batch that stands where ``to`` is not possible."""
    why = {
        BatchState.RUNNING: "is being worked on",
        BatchState.STOPPED: "was stopped half-way",
        BatchState.DONE: "is finished",
        BatchState.UNDOING: "is being taken back",
        BatchState.HALF_UNDONE: "is taken back in part; finish that",
        BatchState.UNDONE: "was taken back already",
    }
    return Conflict(f"Batch {batch.id} {why[state]}: it cannot be {to}.", code="handing_state")


def lock_leads(session: Session, *, actor: Actor, lead_ids: list[int], wait: bool) -> list[int]:
    """Those of these leads nobody else is writing, locked in the order of their ids; with ``wait`` all of them.

    What is asked about them afterwards stays true until the end: nobody claims, blocks or hands them out meanwhile.
    """
    among = (col(Lead.organisation_id) == actor.organisation_id, among_numbers(col(Lead.id), lead_ids))
    if wait:
        leads = (
            select(col(Lead.id))
            .where(*among, rows_lock())
            .order_by(col(Lead.id))
            .with_for_update(key_share=True)
        )
        session.execute(select(func.count()).select_from(leads.subquery()))
        return lead_ids
    free = (
        select(col(Lead.id))
        .where(*among)
        .order_by(col(Lead.id))
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [int(number) for number in session.execute(free).scalars() if number is not None]
