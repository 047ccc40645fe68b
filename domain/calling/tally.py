"""How many leads stand where: the figures people look at all day, summed from the tally, never from the leads.

The database keeps the tally itself (``storage.triggers``); here it is read, drawn together and made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from sqlalchemy import case, delete, func, insert, literal, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.calling.tally_model import LeadTally
from domain.codes import QueueState

FOLD_AT_ONCE = 20_000
FOLD_FROM = 500
"""With fewer rows than this nothing is drawn together: reading them costs nothing."""


class Place(NamedTuple):
    """Where leads stand; ``list_id`` 0 is none, ``status`` '' is none, ``waits`` a ``QueueState`` (never IN_HOPPER)."""

    campaign_id: int
    list_id: int
    status: str
    waits: int
    segment: str
    exhausted: bool


_PLACE = tuple(
    getattr(LeadTally, name) for name in ("campaign_id", "list_id", "status", "waits", "segment", "exhausted")
)


def places(
    session: Session, *, organisation_id: int, campaign_id: int, list_id: int | None = None
) -> dict[Place, int]:
    """How many leads of a campaign (or of one of its lists) stand in each place. One statement."""
    of_list = [] if list_id is None else [col(LeadTally.list_id) == list_id]
    rows = session.execute(
        select(*_PLACE, func.sum(col(LeadTally.leads)))
        .where(
            col(LeadTally.organisation_id) == organisation_id,
            col(LeadTally.campaign_id) == campaign_id,
            *of_list,
        )
        .group_by(*_PLACE)
    )
    return {Place(*key): int(leads) for *key, leads in rows if leads}


def by_status(
    session: Session, *, organisation_id: int, campaign_id: int, list_id: int | None = None
) -> dict[str, int]:
    """How many leads have each status ('' for none). One statement."""
    of_list = [] if list_id is None else [col(LeadTally.list_id) == list_id]
    rows = session.execute(
        select(col(LeadTally.status), func.sum(col(LeadTally.leads)))
        .where(
            col(LeadTally.organisation_id) == organisation_id,
            col(LeadTally.campaign_id) == campaign_id,
            *of_list,
        )
        .group_by(col(LeadTally.status))
    )
    return {status: int(leads) for status, leads in rows if leads}


def fold(session: Session, *, organisation_id: int) -> int:
    """Draw rows of the same place together into one, up to ``FOLD_AT_ONCE``; returns how many rows that saved.

    Rows that are being written or drawn together elsewhere are left. Safe at any time, by any number at once.
    """
    rows = session.execute(
        select(func.count()).where(col(LeadTally.organisation_id) == organisation_id)
    ).scalar_one()
    if rows < FOLD_FROM:
        return 0
    taken = _take(session, organisation_id)
    sums: Counter[Place] = Counter()
    for place, leads in taken:
        sums[place] += leads
    kept = [
        {"organisation_id": organisation_id, **place._asdict(), "leads": leads}
        for place, leads in sums.items()
        if leads
    ]
    if kept:
        session.execute(insert(LeadTally), kept)
    return len(taken) - len(kept)


def fold_all(
    transaction: Callable[[], AbstractContextManager[Session]],
    *,
    organisation_id: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """As ``fold``, again and again in transactions of their own, until little is left to save."""
    saved = 0
    while not should_stop():
        with transaction() as session:
            step = fold(session, organisation_id=organisation_id)
        saved += step
        if step < FOLD_AT_ONCE // 2:
            break
    return saved


def _take(session: Session, organisation_id: int) -> list[tuple[Place, int]]:
    some = (
        select(col(LeadTally.id))
        .where(col(LeadTally.organisation_id) == organisation_id)
        .order_by(col(LeadTally.id))
        .limit(FOLD_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    statement = delete(LeadTally).where(col(LeadTally.id).in_(some)).returning(*_PLACE, col(LeadTally.leads))
    taken = session.execute(statement, execution_options={"synchronize_session": False})
    return [(Place(*key), int(leads)) for *key, leads in taken]


def counted(session: Session, *, organisation_id: int) -> dict[Place, int]:
    """The same figures counted from the leads themselves, at the price of reading them all. One statement."""
    waits = case(
        (col(Lead.queue_state) == QueueState.IN_HOPPER.value, literal(QueueState.READY.value)),
        else_=col(Lead.queue_state),
    )
    inner = (
        select(
            col(Lead.campaign_id).label("campaign_id"),
            func.coalesce(col(Lead.list_id), 0).label("list_id"),
            func.coalesce(col(Lead.status), "").label("status"),
            waits.label("waits"),
            col(Lead.segment).label("segment"),
            col(Lead.exhausted).label("exhausted"),
        )
        .where(col(Lead.organisation_id) == organisation_id)
        .subquery()
    )
    columns = [inner.c[name] for name in Place._fields]
    rows = session.execute(select(*columns, func.count()).group_by(*columns))
    return {Place(*key): int(leads) for *key, leads in rows}


def rebuild(session: Session, *, organisation_id: int) -> int:
    """Make the tally anew from the leads; the caller holds a transaction in which nobody changes leads.

    Returns:
        How many places differed before.
    """
    kept: Counter[Place] = Counter()
    for *key, leads in session.execute(
        delete(LeadTally)
        .where(col(LeadTally.organisation_id) == organisation_id)
        .returning(*_PLACE, col(LeadTally.leads)),
        execution_options={"synchronize_session": False},
    ):
        kept[Place(*key)] += leads
    true = counted(session, organisation_id=organisation_id)
    rows = [
        {"organisation_id": organisation_id, **place._asdict(), "leads": leads}
        for place, leads in true.items()
    ]
    if rows:
        session.execute(insert(LeadTally), rows)
    return sum(1 for place in kept.keys() | true.keys() if kept[place] != true.get(place, 0))
