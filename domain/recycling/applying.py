"""Putting the chosen leads back into play: a batch record first, then chunks that each commit.

Sellers go on meanwhile; a lead they changed in between is looked at as it is then. A batch that was stopped, or
whose process was killed, goes on after its last committed chunk (``resume``), or is taken back (``undoing``).
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from domain.calling import lead_status
from domain.calling.models import Lead
from domain.calling.status_table import Cause
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.constructs import among_listed, listed
from domain.json_sql import json_numbers
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling import changes
from domain.recycling.locking import leave_hopper, lock
from domain.recycling.models import RecycleBatch
from domain.recycling.pace import Clock, Stop, Tell, Transactions, to_the_end
from domain.recycling.preview import campaign_of
from domain.recycling.selection import Filters, check, chosen, left_out, status_key
from domain.recycling.states import BatchState, NotWorking, held, refuse, state_of
from domain.sql import LISTED, NOW

_READ_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Recycled:
    """What a recycle did: ``by_status`` counts the recycled leads by the status they had (``no_status``: none).

    finished: False where it was stopped before it came to the end.
    """

    batch_id: int
    selected: int
    recycled: int
    by_status: dict[str, int]
    finished: bool


def run(
    database: Transactions,
    *,
    actor: Actor,
    campaign_id: int,
    filters: Filters,
    target: str = "new",
    reset_attempts: bool = False,
    include_final: bool = False,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Recycled:
    """Recycle the chosen leads (supervisors), chunk after chunk.

    Args:
        clock: the time, asked at each chunk.
        on_progress: told after each chunk. ``should_stop``: asked before each.

    Raises:
        NotAllowed: a seller or an auditor.  NotFound: no such campaign.  Invalid: as ``selection.check``.
    """
    require(actor, *LEADING_ROLES, to="recycle leads")
    check(filters, target)
    with database.reading() as session:
        campaign_of(session, actor=actor, campaign_id=campaign_id)
        ids = _chosen_ids(session, actor, campaign_id, filters, after=0)
    with database.transaction() as session:
        batch_id = begin(
            session,
            actor=actor,
            campaign_id=campaign_id,
            filters=filters,
            target=target,
            reset_attempts=reset_attempts,
            include_final=include_final,
            selected=len(ids),
            now=clock(),
        )
    return _work(database, actor, batch_id, ids, clock, on_progress, should_stop)


def resume(
    database: Transactions,
    *,
    actor: Actor,
    batch_id: int,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Recycled:
    """Go on with a batch that was stopped, or whose process was killed (supervisors).

    Raises:
        NotFound: no such batch.  Conflict: it is finished, running, or was taken back.
    """
    require(actor, *LEADING_ROLES, to="recycle leads")
    with database.transaction() as session:
        batch, _ = held(session, actor=actor, batch_id=batch_id)
        state = state_of(batch, clock())
        if state is not BatchState.STOPPED:
            raise refuse(batch, state, "continued")
        batch.state, batch.touched_at = BatchState.RUNNING.value, clock()
    with database.reading() as session:
        ids = _chosen_ids(
            session, actor, batch.campaign_id, Filters.from_json(batch.filters), after=batch.cursor
        )
    return _work(database, actor, batch_id, ids, clock, on_progress, should_stop)


def begin(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: Filters,
    target: str = "new",
    reset_attempts: bool = False,
    include_final: bool = False,
    selected: int | None = None,
    now: datetime,
) -> int:
    """Write down who recycles what, before any lead is touched; returns the number of the batch.

    Args:
        selected: how many leads were chosen, where the caller has counted them.
    """
    require(actor, *LEADING_ROLES, to="recycle leads")
    check(filters, target)
    campaign_of(session, actor=actor, campaign_id=campaign_id)
    if selected is None:
        of = chosen(organisation_id=actor.organisation_id, campaign_id=campaign_id, filters=filters)
        selected = session.execute(select(func.count()).select_from(Lead).where(*of)).scalar_one()
    batch = RecycleBatch(
        organisation_id=actor.organisation_id,
        campaign_id=campaign_id,
        user_id=actor.user_id,
        target=target,
        reset_attempts=reset_attempts,
        include_final=include_final,
        filters=filters.as_json(),
        state=BatchState.RUNNING.value,
        selected=selected,
        created_at=now,
        touched_at=now,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    return batch.id


def step(session: Session, *, actor: Actor, batch_id: int, lead_ids: Sequence[int], now: datetime) -> int:
    """One chunk: recycle those of ``lead_ids`` (ascending, after the last chunk) that still are to be.

    Returns:
        How many were recycled. Seven statements, two more for each further kind of place in the queue.

    Raises:
        NotWorking: the batch was stopped, or somebody else goes on with it.
    """
    require(actor, *LEADING_ROLES, to="recycle leads")
    batch, campaign = held(session, actor=actor, batch_id=batch_id)
    if batch.state != BatchState.RUNNING or (lead_ids and batch.cursor >= lead_ids[0]):
        raise NotWorking(f"Recycle {batch_id} was stopped or continued elsewhere.")
    if not lead_ids:
        return 0
    lock(session, actor=actor, campaign_id=batch.campaign_id, lead_ids=lead_ids)
    counted = Counter(batch.by_status)
    recycled: list[int] = []
    for (place, at_once), groups in _still_wanted(session, batch, campaign, lead_ids, now).items():
        ids = [lead_id for group in groups for lead_id in group.lead_ids]
        _put_back(session, actor, batch, ids, place, at_once, now)
        for group in groups:
            counted[group.status] += len(group.lead_ids)
        recycled.extend(ids)
    if recycled:
        leave_hopper(session, recycled)
    batch.by_status = dict(sorted(counted.items()))
    batch.recycled += len(recycled)
    batch.cursor, batch.touched_at = lead_ids[-1], now
    return len(recycled)


def stop(session: Session, *, actor: Actor, batch_id: int, now: datetime) -> None:
    """Stop a running batch after its current chunk, wherever it runs (supervisors); it can be continued.

    Raises:
        NotFound: no such batch.  NotWorking: it does not run.
    """
    require(actor, *LEADING_ROLES, to="stop a recycle")
    batch, _ = held(session, actor=actor, batch_id=batch_id)
    if batch.state != BatchState.RUNNING:
        raise NotWorking(f"Recycle {batch_id} does not run.")
    batch.state, batch.touched_at = BatchState.STOPPED.value, now


def finish(session: Session, *, actor: Actor, batch_id: int, now: datetime) -> None:
    """All chunks are done.

    Raises:
        NotWorking: the batch was stopped meanwhile.
    """
    batch, _ = held(session, actor=actor, batch_id=batch_id)
    if batch.state != BatchState.RUNNING:
        raise NotWorking(f"Recycle {batch_id} was stopped meanwhile.")
    batch.state, batch.touched_at, batch.finished_at = BatchState.DONE.value, now, now


def _chosen_ids(
    session: Session, actor: Actor, campaign_id: int, filters: Filters, *, after: int
) -> Sequence[int]:
    """The chosen leads in order."""
    statement = (
        select(col(Lead.id))
        .where(
            *chosen(organisation_id=actor.organisation_id, campaign_id=campaign_id, filters=filters),
            col(Lead.id) > after,
        )
        .order_by(col(Lead.id))
    )
    return numbers(session, statement)


def numbers(session: Session, statement: Select[int] | Select[int | None]) -> Sequence[int]:
    """The one column of a statement as plain numbers: a million of them take eight megabytes."""
    found = array("q")
    rows = session.connection().execute(statement, execution_options={"yield_per": _READ_AT_ONCE})
    for part in rows.partitions():
        found.extend([row[0] for row in part if row[0] is not None])
    return found


class _Group(NamedTuple):
    """Leads that are recycled alike: what becomes of their place in the queue, and the status they had."""

    place: int | None
    at_once: bool
    status: str
    lead_ids: list[int]


def _still_wanted(
    session: Session, batch: RecycleBatch, campaign: Campaign, lead_ids: Sequence[int], now: datetime
) -> dict[tuple[int | None, bool], list[_Group]]:
    """Those that are as they were chosen and that nothing speaks against, with their status.

    By what becomes of their place in the queue (see ``changes.values``): its indexes are the dearest to write, and
    most leads stand there already as they should. The database puts them together, for a row each would cost more.
    """
    statement = _asking(
        batch.organisation_id,
        batch.campaign_id,
        Filters.from_json(batch.filters),
        batch.target,
        batch.reset_attempts,
        batch.include_final,
        policy_of(campaign).dialable,
    )
    rows = session.connection().execute(statement, {"listed": listed(lead_ids), "now": now})
    groups: dict[tuple[int | None, bool], list[_Group]] = {}
    for status, waited, waits, at_once, ids in rows:
        group = _Group(None if waits == waited else waits, bool(at_once), status, json.loads(ids))
        groups.setdefault((group.place, group.at_once), []).append(group)
    return groups


@lru_cache(maxsize=32)
def _asking(
    organisation_id: int,
    campaign_id: int,
    filters: Filters,
    target: str,
    reset_attempts: bool,
    include_final: bool,
    dialable: frozenset[str],
) -> Select[*tuple[Any, ...]]:
    """What ``_still_wanted`` asks of each chunk of a batch: putting it together takes as long as its answer."""
    of = chosen(organisation_id=organisation_id, campaign_id=campaign_id, filters=filters)
    each = (
        select(
            col(Lead.id).label("id"),
            status_key().label("status"),
            col(Lead.queue_state).label("waited"),
            changes.waits(target=target, reset_attempts=reset_attempts, dialable=dialable).label("waits"),
            changes.sooner(target=target, reset_attempts=reset_attempts, now=NOW).label("at_once"),
        )
        .where(among_listed(col(Lead.id), LISTED), *of, left_out(include_final=include_final) == "")
        .subquery()
    )
    alike = (each.c.status, each.c.waited, each.c.waits, each.c.at_once)
    return select(*alike, json_numbers(each.c.id)).group_by(*alike)


def _put_back(
    session: Session,
    actor: Actor,
    batch: RecycleBatch,
    lead_ids: list[int],
    place: int | None,
    at_once: bool,
    now: datetime,
) -> None:
    lead_status.change_many(
        session,
        cause=Cause.RECYCLE,
        organisation_id=actor.organisation_id,
        lead_ids=lead_ids,
        values=changes.values(
            target=batch.target,
            reset_attempts=batch.reset_attempts,
            include_final=batch.include_final,
            place=place,
            at_once=at_once,
            now=now,
        ),
        at=now,
        user_id=actor.user_id,
        batch_id=batch.id,
        locked=True,
    )


def _work(
    database: Transactions,
    actor: Actor,
    batch_id: int,
    ids: Sequence[int],
    clock: Clock,
    on_progress: Tell | None,
    should_stop: Stop | None,
) -> Recycled:
    def chunk(session: Session, part: Sequence[int]) -> int:
        return step(session, actor=actor, batch_id=batch_id, lead_ids=part, now=clock())

    def end(session: Session, finished: bool) -> None:
        (finish if finished else stop)(session, actor=actor, batch_id=batch_id, now=clock())

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
    return Recycled(batch_id, batch.selected, batch.recycled, dict(batch.by_status), finished)
