"""Past recycles: who, when, which leads, how many, whether it was taken back, and what came of them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import Call, HistoryEvent
from domain.calling.status_table import Cause
from domain.campaigns.models import Campaign, LeadList
from domain.codes import CallResult
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling.models import RecycleBatch
from domain.recycling.selection import Filters
from domain.recycling.states import BatchState, state_of
from domain.sales.models import Sale

__all__ = ["BatchState", "BatchView", "batches"]

_REACHED = (CallResult.ANSWERED.value, CallResult.IN_PROGRESS.value)


@dataclass(frozen=True, slots=True)
class BatchView:
    """One recycle. ``at`` is when it began; ``filters`` which leads it was about, in words.

    selected: the leads chosen. recycled: those put back, ``by_status`` by the status they had. ``restored`` and
    ``kept`` tell of an undo (``undone_at`` by ``undone_by``).
    called, contacted, sold: how many of them were called, answered and bought since, until they were recycled
    again or the batch was taken back.
    """

    id: int
    campaign: str
    at: datetime
    who: str | None
    filters: str
    chosen: Filters
    target: str
    reset_attempts: bool
    include_final: bool
    selected: int
    recycled: int
    by_status: dict[str, int]
    state: BatchState
    undone_at: datetime | None
    undone_by: str | None
    restored: int
    kept: int
    called: int
    contacted: int
    sold: int


def batches(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    now: datetime,
    limit: int = 20,
    before: int | None = None,
    only: int | None = None,
) -> list[BatchView]:
    """Past recycles, newest first (supervisors and auditors). Six statements at most, whatever the page.

    Args:
        campaign_id: None for those of all campaigns.
        before: the last number of the page before. ``only``: just this batch.
    """
    require(actor, *READING_ROLES, to="see the recycles")
    statement = (
        select(RecycleBatch, col(Campaign.name))
        .join(Campaign, col(Campaign.id) == col(RecycleBatch.campaign_id))
        .where(col(RecycleBatch.organisation_id) == actor.organisation_id)
        .order_by(col(RecycleBatch.id).desc())
        .limit(limit)
    )
    if campaign_id is not None:
        statement = statement.where(col(RecycleBatch.campaign_id) == campaign_id)
    if before is not None:
        statement = statement.where(col(RecycleBatch.id) < before)
    if only is not None:
        statement = statement.where(col(RecycleBatch.id) == only)
    rows = [(batch, campaign) for batch, campaign in session.execute(statement)]
    if not rows:
        return []
    found = [batch for batch, _ in rows]
    chosen = {batch.id: Filters.from_json(batch.filters) for batch in found}
    people = _users(session, actor, found, list(chosen.values()))
    lists = _lists(session, actor, list(chosen.values()))
    calls = _calls(session, actor, found)
    sales = _sales(session, actor, found)
    return [
        _view(batch, campaign, chosen[batch.id], people, lists, calls, sales, now) for batch, campaign in rows
    ]


def _view(
    batch: RecycleBatch,
    campaign: str,
    chosen: Filters,
    people: dict[int, str],
    lists: dict[int, str],
    calls: dict[int, tuple[int, int]],
    sales: dict[int, int],
    now: datetime,
) -> BatchView:
    assert batch.id is not None
    called, contacted = calls.get(batch.id, (0, 0))
    return BatchView(
        id=batch.id,
        campaign=campaign,
        at=batch.created_at,
        who=people.get(batch.user_id or 0),
        filters=chosen.in_words(
            list_name=lists.get(chosen.list_id or 0), seller=people.get(chosen.seller_id or 0)
        ),
        chosen=chosen,
        target=batch.target,
        reset_attempts=batch.reset_attempts,
        include_final=batch.include_final,
        selected=batch.selected,
        recycled=batch.recycled,
        by_status=dict(batch.by_status),
        state=state_of(batch, now),
        undone_at=batch.undone_at,
        undone_by=people.get(batch.undone_by or 0),
        restored=batch.restored,
        kept=batch.kept,
        called=called,
        contacted=contacted,
        sold=sales.get(batch.id, 0),
    )


def _users(
    session: Session, actor: Actor, found: Sequence[RecycleBatch], chosen: Sequence[Filters]
) -> dict[int, str]:
    ids = {each for batch in found for each in (batch.user_id, batch.undone_by)}
    ids |= {each.seller_id for each in chosen}
    rows = session.execute(
        select(col(User.id), col(User.name)).where(
            col(User.organisation_id) == actor.organisation_id,
            col(User.id).in_([each for each in ids if each is not None]),
        )
    )
    return {number: name for number, name in rows if number is not None}


def _lists(session: Session, actor: Actor, chosen: Sequence[Filters]) -> dict[int, str]:
    ids = [each.list_id for each in chosen if each.list_id is not None]
    if not ids:
        return {}
    rows = session.execute(
        select(col(LeadList.id), col(LeadList.name)).where(
            col(LeadList.organisation_id) == actor.organisation_id, col(LeadList.id).in_(ids)
        )
    )
    return {number: name for number, name in rows if number is not None}


# What came of them -------------------------------------------------------------------------------------------


def _since(model: type[Call] | type[Sale], at: Any) -> list[ColumnElement[bool]]:
    """Conditions that a call or a sale is of a batch's lead, and lies between this recycle and what ended it."""
    again = metadata.tables["history_event"].alias("again")
    ended = exists(
        select(again.c.id).where(
            again.c.organisation_id == col(HistoryEvent.organisation_id),
            again.c.lead_id == col(HistoryEvent.lead_id),
            again.c.id > col(HistoryEvent.id),
            again.c.kind.in_((Cause.RECYCLE.value, Cause.RECYCLE_UNDO.value)),
            again.c.at <= at,
        )
    )
    return [
        col(model.lead_id) == col(HistoryEvent.lead_id),
        at >= col(HistoryEvent.at),
        ~ended,
    ]


def _recycled(actor: Actor, found: Sequence[RecycleBatch]) -> list[ColumnElement[bool]]:
    return [
        col(HistoryEvent.organisation_id) == actor.organisation_id,
        col(HistoryEvent.batch_id).in_([batch.id for batch in found if batch.recycled]),
        col(HistoryEvent.kind) == Cause.RECYCLE.value,
    ]


def _calls(session: Session, actor: Actor, found: Sequence[RecycleBatch]) -> dict[int, tuple[int, int]]:
    """Per batch how many of its leads were called since, and how many of those answered."""
    reached = or_(col(Call.result).in_(_REACHED), col(Call.answered_at).is_not(None))
    lead = col(HistoryEvent.lead_id)
    rows = session.execute(
        select(
            col(HistoryEvent.batch_id),
            func.count(lead.distinct()),
            func.count(case((reached, lead)).distinct()),
        )
        .select_from(HistoryEvent)
        .join(Call, and_(*_since(Call, col(Call.started_at))))
        .where(*_recycled(actor, found), col(Call.undone_at).is_(None))
        .group_by(col(HistoryEvent.batch_id))
    )
    return {batch: (called, contacted) for batch, called, contacted in rows if batch is not None}


def _sales(session: Session, actor: Actor, found: Sequence[RecycleBatch]) -> dict[int, int]:
    """Per batch how many of its leads bought since."""
    rows = session.execute(
        select(col(HistoryEvent.batch_id), func.count(col(HistoryEvent.lead_id).distinct()))
        .select_from(HistoryEvent)
        .join(Sale, and_(*_since(Sale, col(Sale.sold_at))))
        .where(*_recycled(actor, found), col(Sale.cancelled_at).is_(None))
        .group_by(col(HistoryEvent.batch_id))
    )
    return {batch: sold for batch, sold in rows if batch is not None}
