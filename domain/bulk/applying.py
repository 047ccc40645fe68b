"""A bulk edit: shown beforehand, then written in chunks that each commit; sellers go on meanwhile.

A chunk asks once more about its leads, locked, so that what changed since the preview counts. One that was stopped
leaves what it did: the same edit asked again finds those changed already, an undo takes them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from domain.bulk import changes
from domain.bulk.batches import State, held
from domain.bulk.changes import Former, Given
from domain.bulk.models import BulkEdit, BulkEditLine
from domain.bulk.selection import Change, Kind, LeftOut, Selection, check, chosen, left_out
from domain.calling import history
from domain.calling.in_sight import in_sight
from domain.calling.models import Lead
from domain.constructs import among_numbers
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.recycling.applying import numbers
from domain.recycling.locking import lock
from domain.recycling.pace import Clock, Stop, Tell, Transactions, to_the_end
from domain.recycling.preview import campaign_of
from domain.recycling.states import NotWorking


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk edit would do now: of ``selected`` leads ``changed`` ones, the others left as they are."""

    selected: int
    changed: int
    same: int
    in_hands: int
    no_number: int


@dataclass(frozen=True, slots=True)
class Edited:
    """What a bulk edit did. finished: False where it was stopped before it came to the end."""

    bulk_edit_id: int
    selected: int
    changed: int
    finished: bool


def preview(session: Session, *, actor: Actor, selection: Selection, change: Change) -> Preview:
    """What would become of how many leads (those who lead, and auditors); two statements.

    Raises:
        NotFound: no such campaign or list.  Invalid: as ``selection.check``.
    """
    require(actor, *READING_ROLES, to="edit many leads")
    campaign_of(session, actor=actor, campaign_id=selection.campaign_id)
    change = check(session, actor=actor, selection=selection, change=change)
    why = left_out(change).label("why")
    of = [*chosen(organisation_id=actor.organisation_id, selection=selection), *in_sight(session, actor)]
    rows = select(why).select_from(Lead).where(*of).subquery()
    counted: dict[str, int] = {
        row[0]: row[1] for row in session.execute(select(rows.c.why, func.count()).group_by(rows.c.why))
    }
    return Preview(
        selected=sum(counted.values()),
        changed=counted.get("", 0),
        same=counted.get(LeftOut.SAME.value, 0),
        in_hands=counted.get(LeftOut.IN_HANDS.value, 0),
        no_number=counted.get(LeftOut.NO_NUMBER.value, 0),
    )


def run(
    database: Transactions,
    *,
    actor: Actor,
    selection: Selection,
    change: Change,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Edited:
    """Change the chosen leads (supervisors), chunk after chunk.

    Args:
        on_progress: told after each chunk. ``should_stop``: asked before each.

    Raises:
        NotAllowed: a seller or an auditor.  NotFound: no such campaign or list.  Invalid: as ``selection.check``.
    """
    require(actor, *LEADING_ROLES, to="edit many leads")
    with database.reading() as session:
        campaign_of(session, actor=actor, campaign_id=selection.campaign_id)
        change = check(session, actor=actor, selection=selection, change=change)
        of = [*chosen(organisation_id=actor.organisation_id, selection=selection), *in_sight(session, actor)]
        ids = numbers(session, select(col(Lead.id)).where(*of).order_by(col(Lead.id)))
    with database.transaction() as session:
        batch_id = _begin(session, actor, selection, change, len(ids), clock())

    def chunk(session: Session, part: Sequence[int]) -> int:
        return step(session, actor=actor, bulk_edit_id=batch_id, lead_ids=part, now=clock())

    def end(session: Session, finished: bool) -> None:
        batch = held(session, actor=actor, bulk_edit_id=batch_id)
        batch.state, batch.touched_at = (State.DONE if finished else State.STOPPED).value, clock()

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
        batch = session.get_one(BulkEdit, batch_id)
        return Edited(batch_id, batch.selected, batch.changed, finished)


def _begin(
    session: Session, actor: Actor, selection: Selection, change: Change, selected: int, now: datetime
) -> int:
    batch = BulkEdit(
        organisation_id=actor.organisation_id,
        campaign_id=selection.campaign_id,
        user_id=actor.author,
        change=change.as_json(),
        chosen=selection.as_json(),
        state=State.RUNNING.value,
        selected=selected,
        created_at=now,
        touched_at=now,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    return batch.id


def step(session: Session, *, actor: Actor, bulk_edit_id: int, lead_ids: Sequence[int], now: datetime) -> int:
    """One chunk; how many leads it changed.

    Raises:
        NotWorking: the edit was stopped or is being taken back.
    """
    require(actor, *LEADING_ROLES, to="edit many leads")
    batch = held(session, actor=actor, bulk_edit_id=bulk_edit_id)
    if batch.state != State.RUNNING:
        raise NotWorking(f"Bulk edit {bulk_edit_id} was stopped.")
    change = Change.from_json(batch.change)
    lock(session, actor=actor, campaign_id=batch.campaign_id, lead_ids=lead_ids)
    rows = session.execute(
        select(col(Lead.id), col(Lead.contact_id))
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            among_numbers(col(Lead.id), lead_ids),
            left_out(change) == "",
            *in_sight(session, actor),
        )
        .order_by(col(Lead.id))
    )
    these = [Given(lead_id, contact_id, {}) for lead_id, contact_id in rows]
    if these:
        former = changes.apply(session, actor=actor, change=change, these=these, now=now)
        _write_down(
            session, actor, batch, change, [each for each in these if each.lead_id in former], former, now
        )
        batch.changed += len(former)
    batch.touched_at = now
    return len(these)


def _write_down(
    session: Session,
    actor: Actor,
    batch: BulkEdit,
    change: Change,
    these: Sequence[Given],
    former: dict[int, Former],
    now: datetime,
) -> None:
    if not these:
        return
    session.execute(
        insert(BulkEditLine),
        [
            {
                "organisation_id": actor.organisation_id,
                "bulk_edit_id": batch.id,
                "lead_id": each.lead_id,
                "contact_id": each.contact_id,
                "former": former[each.lead_id],
            }
            for each in these
        ],
    )
    tell(session, actor, batch, change, these, former, now)


def tell(
    session: Session,
    actor: Actor,
    batch: BulkEdit,
    change: Change,
    these: Sequence[Given],
    former: dict[int, Former],
    now: datetime,
    *,
    undo: bool = False,
) -> None:
    """History rows: codes and numbers only, never a tag or a reason."""
    name = {Kind.PRIORITY: "priority", Kind.LIST: "list_id"}.get(change.kind)
    rows: list[dict[str, object]] = []
    for each in these:
        before = {name: former[each.lead_id].get(name)} if name else {}
        after: dict[str, object] = {name: int(change.value)} if name else {}
        if undo:
            before, after = after, before
        rows.append(
            {
                "organisation_id": actor.organisation_id,
                "at": now,
                "user_id": actor.author,
                "lead_id": each.lead_id,
                "contact_id": each.contact_id,
                "campaign_id": batch.campaign_id,
                "kind": "bulk_edit_undo" if undo else "bulk_edit",
                "action": change.kind.value,
                "before": before,
                "after": {**after, "bulk_edit": batch.id},
            }
        )
    history.write_many(session, rows)
