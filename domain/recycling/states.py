"""How far a recycle got: its states, and how a batch is taken hold of by the one process that works on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from domain.campaigns.models import Campaign
from domain.errors import Conflict, NotFound
from domain.people.rights import Actor
from domain.recycling.models import RecycleBatch

SILENT: Final = timedelta(seconds=30)
"""After so long without a committed chunk nobody works on a batch any more: its process was killed."""


class BatchState(StrEnum):
    """Where a batch stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    HALF_UNDONE = "half undone"
    UNDONE = "undone"


class NotWorking(Conflict):
    """The batch was stopped, or taken over by somebody else, while this process worked on it."""

    default_code = "recycle_stopped"


def state_of(batch: RecycleBatch, now: datetime) -> BatchState:
    """Where a batch stands at this moment: one that says it runs but does not move was killed."""
    state = BatchState(batch.state)
    if now - batch.touched_at <= SILENT:
        return state
    killed = {BatchState.RUNNING: BatchState.STOPPED, BatchState.UNDOING: BatchState.HALF_UNDONE}
    return killed.get(state, state)


def held(session: Session, *, actor: Actor, batch_id: int) -> tuple[RecycleBatch, Campaign]:
    """A batch of this shop with its campaign, locked (raises as ``of_shop``)."""
    return of_shop(session, actor=actor, batch_id=batch_id, locked=True)


def of_shop(
    session: Session, *, actor: Actor, batch_id: int, locked: bool = False
) -> tuple[RecycleBatch, Campaign]:
    """A batch of this shop with its campaign.

    Raises:
        NotFound: there is none with this number.
    """
    statement = (
        select(RecycleBatch, Campaign)
        .join(Campaign, col(Campaign.id) == col(RecycleBatch.campaign_id))
        .where(col(RecycleBatch.organisation_id) == actor.organisation_id, col(RecycleBatch.id) == batch_id)
        .execution_options(populate_existing=True)
    )
    if locked:
        statement = statement.with_for_update(of=RecycleBatch, key_share=True)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no recycle {batch_id}. See: dialdeck leads recycle-batches", code="no_recycle"
        )
    return row[0], row[1]


def refuse(batch: RecycleBatch, state: BatchState, to: str) -> Conflict:
    """The error of a batch that stands where ``to`` is not possible."""
    why = {
        BatchState.RUNNING: "is running; stop it first",
        BatchState.STOPPED: "was stopped half-way",
        BatchState.DONE: "is finished",
        BatchState.UNDOING: "is being taken back",
        BatchState.HALF_UNDONE: "is taken back in part; finish that",
        BatchState.UNDONE: "was taken back already",
    }
    return Conflict(f"Recycle {batch.id} {why[state]}: it cannot be {to}.", code="recycle_state")
