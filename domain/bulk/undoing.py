"""Taking a bulk edit back: what nobody changed since is as it was before, the rest stays and is counted.

Works in chunks that each commit; asked for again it goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from domain.bulk import changes
from domain.bulk.applying import tell
from domain.bulk.batches import State, held
from domain.bulk.changes import Given
from domain.bulk.models import BulkEdit, BulkEditLine
from domain.bulk.selection import Change, Kind
from domain.calling.models import Lead
from domain.constructs import among_numbers
from domain.errors import Conflict
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling.applying import numbers
from domain.recycling.locking import lock
from domain.recycling.pace import Clock, Stop, Tell, Transactions, to_the_end
from domain.recycling.selection import in_hands
from domain.recycling.states import SILENT


@dataclass(frozen=True, slots=True)
class Undone:
    """How many leads stand as before, and how many stay: changed since, or in a seller's hands."""

    bulk_edit_id: int
    restored: int
    kept: int
    finished: bool


def undo(
    database: Transactions,
    *,
    actor: Actor,
    bulk_edit_id: int,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Undone:
    """Take a bulk edit back (supervisors), chunk after chunk.

    Raises:
        NotFound: no such bulk edit.  Conflict: it is running, or nothing of it is left to take back.
    """
    require(actor, *LEADING_ROLES, to="take a bulk edit back")
    with database.transaction() as session:
        batch = held(session, actor=actor, bulk_edit_id=bulk_edit_id)
        working = batch.state in (State.RUNNING, State.UNDOING)
        if working and clock() - batch.touched_at <= SILENT:
            raise Conflict(f"Bulk edit {bulk_edit_id} is running; stop it first.", code="bulk_edit_state")
        lines = select(col(BulkEditLine.lead_id)).where(col(BulkEditLine.bulk_edit_id) == bulk_edit_id)
        ids = numbers(session, lines.order_by(col(BulkEditLine.lead_id)))
        if not ids:
            raise Conflict(
                f"Nothing of bulk edit {bulk_edit_id} is left to take back.", code="bulk_edit_state"
            )
        batch.state, batch.touched_at = State.UNDOING.value, clock()
        batch.undone_at, batch.undone_by = clock(), actor.author

    def chunk(session: Session, part: Sequence[int]) -> int:
        return _step(session, actor, bulk_edit_id, part, clock)

    def end(session: Session, finished: bool) -> None:
        batch = held(session, actor=actor, bulk_edit_id=bulk_edit_id)
        left = select(func.count()).where(col(BulkEditLine.bulk_edit_id) == bulk_edit_id)
        batch.kept = session.execute(left.select_from(BulkEditLine)).scalar_one()
        batch.state = (State.UNDONE if finished else State.STOPPED).value
        batch.touched_at = clock()

    finished = to_the_end(
        database,
        chunk,
        end,
        batch_id=bulk_edit_id,
        ids=ids,
        clock=clock,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    with database.reading() as session:
        batch = session.get_one(BulkEdit, bulk_edit_id)
        return Undone(bulk_edit_id, batch.restored, batch.kept, finished)


def _step(session: Session, actor: Actor, bulk_edit_id: int, lead_ids: Sequence[int], clock: Clock) -> int:
    now = clock()
    batch = held(session, actor=actor, bulk_edit_id=bulk_edit_id)
    change = Change.from_json(batch.change)
    lock(session, actor=actor, campaign_id=batch.campaign_id, lead_ids=lead_ids)
    line = BulkEditLine
    statement = (
        select(col(line.lead_id), col(line.contact_id), col(line.former))
        .join(Lead, col(Lead.id) == col(line.lead_id))
        .where(col(line.bulk_edit_id) == bulk_edit_id, among_numbers(col(line.lead_id), lead_ids))
        .order_by(col(line.lead_id))
    )
    if change.kind in (Kind.PRIORITY, Kind.LIST):
        statement = statement.where(~in_hands())
    these = [Given(*row) for row in session.execute(statement)]
    back = changes.take_back(session, actor=actor, change=change, these=these, now=now)
    restored = [each for each in these if each.lead_id in back]
    tell(
        session,
        actor,
        batch,
        change,
        restored,
        {each.lead_id: dict(each.former) for each in restored},
        now,
        undo=True,
    )
    session.execute(
        delete(line)
        .where(col(line.bulk_edit_id) == bulk_edit_id, among_numbers(col(line.lead_id), sorted(back)))
        .execution_options(synchronize_session=False)
    )
    batch.restored += len(restored)
    batch.touched_at = now
    return len(restored)
