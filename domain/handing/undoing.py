"""Taking a hand-out or a release back: leads nobody touched since are whose they were before, the others stay.

Works in chunks that each commit; one that was stopped or killed is simply asked for again, and so is one that kept
leads, where what stood against them is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, not_, select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import HistoryEvent
from domain.handing import states, writing
from domain.handing.models import HandingBatch
from domain.handing.states import UNDO, BatchState, Progress, Tell
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling.applying import numbers
from domain.recycling.pace import Clock, Stop, Transactions, to_the_end
from domain.recycling.pace import Progress as Step
from domain.recycling.selection import in_hands
from domain.recycling.undoing import Undone

_UNDOABLE = frozenset({BatchState.DONE, BatchState.STOPPED, BatchState.HALF_UNDONE})


def undo(
    database: Transactions,
    *,
    actor: Actor,
    batch_id: int,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Undone:
    """Take a hand-out or a release back (supervisors), chunk after chunk; callbacks go back with their leads.

    Kept are leads that changed since (called, edited, recycled, handed on) and leads in a seller's hands.

    Raises:
        NotAllowed: a seller or an auditor.  NotFound: no such batch.  Conflict: it runs, or was taken back already.
    """
    require(actor, *LEADING_ROLES, to="undo a hand-out")
    with database.transaction() as session:
        batch = states.held(session, actor=actor, batch_id=batch_id)
        _begin(batch, actor, clock)
        cursor, kind, again = batch.cursor, batch.kind, batch.restored > 0
    with database.reading() as session:
        ids = _leads(session, actor, batch_id, kind, after=cursor, some_are_back=again)

    def chunk(session: Session, part: Sequence[int]) -> int:
        return _step(session, actor, batch_id, part, clock)

    def end(session: Session, finished: bool) -> None:
        to = BatchState.UNDONE if finished else BatchState.HALF_UNDONE
        states.end(session, actor=actor, batch_id=batch_id, of=BatchState.UNDOING, to=to, now=clock())

    def tell(step: Step) -> None:
        if on_progress is not None:
            on_progress(Progress(batch_id, step.done, step.total))

    finished = to_the_end(
        database,
        chunk,
        end,
        batch_id=batch_id,
        ids=ids,
        clock=clock,
        on_progress=tell,
        should_stop=should_stop,
    )
    with database.reading() as session:
        batch = session.get_one(HandingBatch, batch_id)
        return Undone(batch_id, batch.restored, batch.kept, finished)


def _begin(batch: HandingBatch, actor: Actor, clock: Clock) -> None:
    now = clock()
    state = states.state_of(batch, now)
    if state not in _UNDOABLE and not (state is BatchState.UNDONE and batch.kept > 0):
        raise states.refuse(batch, state, "taken back")
    if state is not BatchState.HALF_UNDONE:
        batch.cursor, batch.kept = 0, 0  # whom it kept before is looked at anew
    batch.state, batch.touched_at = BatchState.UNDOING.value, now
    batch.undone_by, batch.undone_at = actor.author, now


def _step(session: Session, actor: Actor, batch_id: int, lead_ids: Sequence[int], clock: Clock) -> int:
    """One chunk: put those of ``lead_ids`` (ascending) back that nobody touched since. Ten statements at most."""
    now = clock()
    batch = states.working(session, actor=actor, batch_id=batch_id, state=BatchState.UNDOING)
    if not lead_ids:
        return 0
    if batch.cursor >= lead_ids[0]:
        raise states.NotWorking(f"The undo of batch {batch_id} goes on elsewhere.", code="handing_stopped")
    states.lock_leads(session, actor=actor, lead_ids=list(lead_ids), wait=True)
    back = writing.restore(
        session, batch=batch, lead_ids=lead_ids, only=[not_(in_hands())], at=now, user_id=actor.author
    )
    batch.restored += len(back)
    batch.kept += len(lead_ids) - len(back)
    batch.cursor, batch.touched_at = lead_ids[-1], now
    return len(back)


def _leads(
    session: Session, actor: Actor, batch_id: int, kind: str, *, after: int, some_are_back: bool
) -> Sequence[int]:
    """The leads of a batch in order, but for those that were put back already."""
    back = metadata.tables["history_event"].alias("back")
    put_back = exists(
        select(back.c.id).where(
            back.c.organisation_id == col(HistoryEvent.organisation_id),
            back.c.lead_id == col(HistoryEvent.lead_id),
            back.c.id > col(HistoryEvent.id),
            back.c.kind == UNDO,
            back.c.undoes == col(HistoryEvent.id),
        )
    )
    statement = (
        select(col(HistoryEvent.lead_id))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.batch_id) == batch_id,
            col(HistoryEvent.kind) == kind,
            col(HistoryEvent.lead_id) > after,
            *([~put_back] if some_are_back else []),
        )
        .order_by(col(HistoryEvent.lead_id))
    )
    return numbers(session, statement)
