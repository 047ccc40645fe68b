"""Past hand-outs and releases: who, when, what to whom, how many, and whether it was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.calling.models import HistoryEvent, Lead
from domain.campaigns.models import Campaign, LeadList
from domain.handing import states
from domain.handing.models import HandingBatch
from domain.handing.states import RELEASE, BatchState
from domain.json_sql import json_member
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling.selection import Filters


@dataclass(frozen=True, slots=True)
class Got:
    """What one target got: ``name`` is a seller's, a shift, or the pool. ``wanted`` None: as many as there were."""

    key: str
    name: str
    wanted: int | None
    leads: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """One hand-out (``kind`` assign) or release. ``filters`` says in words which leads; '' where all.

    ``restored`` and ``kept`` tell of an undo (``undone_at`` by ``undone_by``). ``callbacks`` went along.
    """

    id: int
    kind: str
    campaign: str | None
    at: datetime
    who: str | None
    filters: str
    got: tuple[Got, ...]
    leads: int
    callbacks: int
    move_callbacks: bool
    state: BatchState
    undone_at: datetime | None
    undone_by: str | None
    restored: int
    kept: int


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
    """Past hand-outs and releases, newest first (supervisors and auditors). Three statements, whatever the page.

    Args:
        campaign_id: those of this campaign, and those about all; None for all there are.
        before: the last number of the page before. ``only``: just this batch.
    """
    require(actor, *READING_ROLES, to="see who handed out leads")
    statement = (
        select(HandingBatch, col(Campaign.name))
        .outerjoin(Campaign, col(Campaign.id) == col(HandingBatch.campaign_id))
        .where(col(HandingBatch.organisation_id) == actor.organisation_id)
        .order_by(col(HandingBatch.id).desc())
        .limit(limit)
    )
    if campaign_id is not None:
        here = col(HandingBatch.campaign_id)
        statement = statement.where((here == campaign_id) | here.is_(None))
    if before is not None:
        statement = statement.where(col(HandingBatch.id) < before)
    if only is not None:
        statement = statement.where(col(HandingBatch.id) == only)
    rows = [(batch, name) for batch, name in session.execute(statement)]
    chosen = [Filters.from_json(batch.filters) for batch, _ in rows]
    people = _people(session, actor, [batch for batch, _ in rows], chosen)
    lists = _lists(session, actor, chosen)
    return [
        _view(batch, name, filters, people, lists, now)
        for (batch, name), filters in zip(rows, chosen, strict=True)
    ]


def _view(
    batch: HandingBatch,
    campaign: str | None,
    chosen: Filters,
    people: dict[int, str],
    lists: dict[int, str],
    now: datetime,
) -> BatchView:
    assert batch.id is not None
    return BatchView(
        id=batch.id,
        kind=batch.kind,
        campaign=campaign,
        at=batch.created_at,
        who=people.get(batch.user_id or 0),
        filters=chosen.in_words(
            list_name=lists.get(chosen.list_id or 0), seller=people.get(chosen.seller_id or 0)
        ),
        got=tuple(
            Got(key, people.get(int(key), key) if key.isdecimal() else key, wanted, batch.given.get(key, 0))
            for key, wanted in sorted(batch.wanted.items())
        ),
        leads=batch.leads,
        callbacks=batch.callbacks,
        move_callbacks=batch.move_callbacks,
        state=states.state_of(batch, now),
        undone_at=batch.undone_at,
        undone_by=people.get(batch.undone_by or 0),
        restored=batch.restored,
        kept=batch.kept,
    )


def _people(
    session: Session, actor: Actor, found: Sequence[HandingBatch], chosen: Sequence[Filters]
) -> dict[int, str]:
    ids = {each for batch in found for each in (batch.user_id, batch.undone_by)}
    ids |= {each.seller_id for each in chosen}
    ids |= {int(key) for batch in found for key in batch.wanted if key.isdecimal()}
    return names(session, actor=actor, seller_ids=[each for each in ids if each is not None])


def _lists(session: Session, actor: Actor, chosen: Sequence[Filters]) -> dict[int, str]:
    ids = [each.list_id for each in chosen if each.list_id is not None]
    rows = session.execute(
        select(col(LeadList.id), col(LeadList.name)).where(
            col(LeadList.organisation_id) == actor.organisation_id, col(LeadList.id).in_(ids)
        )
    )
    return {number: name for number, name in rows if number is not None}


def taken_from(session: Session, *, actor: Actor, batch_id: int) -> dict[str, int]:
    """How many leads of a release were whose, by name (supervisors and auditors). One statement."""
    require(actor, *READING_ROLES, to="see who had which leads")
    owner = json_member(col(HistoryEvent.before), "owner_id", Lead.owner_id)
    rows = session.execute(
        select(col(User.name), func.count())
        .select_from(HistoryEvent)
        .join(User, col(User.id) == owner)
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.batch_id) == batch_id,
            col(HistoryEvent.kind) == RELEASE,
        )
        .group_by(col(User.name))
        .order_by(col(User.name))
    )
    return {name: leads for name, leads in rows}  # noqa: C416 - rows are no pairs to mypy


def names(session: Session, *, actor: Actor, seller_ids: Iterable[int]) -> dict[int, str]:
    """The names of people by their numbers. One statement."""
    rows = session.execute(
        select(col(User.id), col(User.name)).where(
            col(User.organisation_id) == actor.organisation_id, col(User.id).in_(list(seller_ids))
        )
    )
    return {number: name for number, name in rows if number is not None}
