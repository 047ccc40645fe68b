"""Lead lists: the batches leads came in with; pausing one takes its leads out of the queue at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.calling import history, queue_state
from domain.calling.models import Lead
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.errors import Invalid, NotFound
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require

_LONGEST_ID = 18
"""Digits every row number of both databases has room for; more of them can only be a name."""

_MOST_CANDIDATES = 5
"""Lists of one name that an error line tells apart; more would hide what it says."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """A lead list with its counts."""

    id: int
    name: str
    campaign: str
    active: bool
    state: str
    leads: int
    source: str | None
    counts: dict[str, int]
    created_at: datetime


def listing(session: Session, *, actor: Actor, campaign_id: int | None = None) -> list[ListLine]:
    """All lists, newest first."""
    require(actor, *READING_ROLES, to="see the lead lists")
    return _lines(session, actor, campaign_id, None)


def show(session: Session, *, actor: Actor, name_or_id: str) -> ListLine:
    """One list, by number or by name.

    Raises:
        NotFound: no such list.  Invalid: the name stands for several; use the number.
    """
    require(actor, *READING_ROLES, to="see the lead lists")
    row = find(session, actor=actor, name_or_id=name_or_id)
    return _lines(session, actor, None, row.id)[0]


def find(session: Session, *, actor: Actor, name_or_id: str, campaign_id: int | None = None) -> LeadList:
    """A list by number or by name (raises as ``show``).

    ``campaign_id`` decides between lists of one name; the caller says what a list of another campaign means.
    """
    same = col(LeadList.name) == name_or_id
    if name_or_id.isdecimal() and len(name_or_id) <= _LONGEST_ID:
        same = same | (col(LeadList.id) == int(name_or_id))
    rows: Sequence[tuple[LeadList, str]] = [
        (row, campaign)
        for row, campaign in session.execute(
            select(LeadList, col(Campaign.name))
            .join(Campaign, col(Campaign.id) == col(LeadList.campaign_id))
            .where(col(LeadList.organisation_id) == actor.organisation_id, same)
            .order_by(col(LeadList.id))
        )
    ]
    exact = [row for row, _ in rows if str(row.id) == name_or_id]
    if exact:
        return exact[0]
    rows = [each for each in rows if each[0].campaign_id == campaign_id] or rows
    if not rows:
        raise NotFound(f"There is no lead list {name_or_id}. See: dialdeck lists list", code="no_list")
    if len(rows) > 1:
        raise Invalid(
            f"Several lists are called {name_or_id}; use a number: {_candidates(rows)}.", code="list_name"
        )
    return rows[0][0]


def _candidates(rows: Sequence[tuple[LeadList, str]]) -> str:
    """``12 (campaign Spring), 15 (campaign Autumn)``: the newest lists of one name, so that one can be chosen."""
    newest = rows[::-1]
    named = ", ".join(f"{row.id} (campaign {campaign})" for row, campaign in newest[:_MOST_CANDIDATES])
    more = len(newest) - _MOST_CANDIDATES
    return f"{named} and {more:,} older; see: dialdeck lists list" if more > 0 else named


def require_in(session: Session, *, actor: Actor, campaign_id: int, name: str) -> None:
    """Refuse a list name this campaign does not have; where another has it, say which."""
    rows = session.execute(
        select(col(Campaign.id), col(Campaign.name))
        .join(LeadList, col(LeadList.campaign_id) == col(Campaign.id))
        .where(col(LeadList.organisation_id) == actor.organisation_id, col(LeadList.name) == name)
        .order_by(col(LeadList.id).desc())
    )
    having: dict[int, str] = {number or 0: campaign for number, campaign in rows}
    if campaign_id in having:
        return
    others = ", ".join(list(having.values())[:_MOST_CANDIDATES])
    hint = f"; there is one in: {others}." if others else ". See: dialdeck lists list"
    raise NotFound(f"There is no lead list {name} in this campaign{hint}", code="no_list")


def _lines(session: Session, actor: Actor, campaign_id: int | None, list_id: int | None) -> list[ListLine]:
    counts = (
        select(col(Lead.list_id).label("list_id"), func.count().label("leads"))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.list_id).is_not(None))
        .group_by(col(Lead.list_id))
        .subquery()
    )
    statement = (
        select(LeadList, col(Campaign.name), func.coalesce(counts.c.leads, 0))
        .join(Campaign, col(Campaign.id) == col(LeadList.campaign_id))
        .outerjoin(counts, counts.c.list_id == col(LeadList.id))
        .where(col(LeadList.organisation_id) == actor.organisation_id)
        .order_by(col(LeadList.id).desc())
    )
    if campaign_id is not None:
        statement = statement.where(col(LeadList.campaign_id) == campaign_id)
    if list_id is not None:
        statement = statement.where(col(LeadList.id) == list_id)
    return [
        ListLine(
            id=row.id or 0,
            name=row.name,
            campaign=campaign,
            active=row.active,
            state=row.state,
            leads=leads,
            source=row.source,
            counts={name: count for name, count in row.counts.items() if not name.startswith("earlier_")},
            created_at=row.created_at,
        )
        for row, campaign, leads in session.execute(statement)
    ]


def set_active(session: Session, *, actor: Actor, name_or_id: str, active: bool, now: datetime) -> ListLine:
    """Pause or resume a list: its leads leave or re-enter the queue in the same transaction."""
    require(actor, *LEADING_ROLES, to="pause or resume lead lists")
    row = find(session, actor=actor, name_or_id=name_or_id)
    if row.active != active:
        row.active = active
        session.add(row)
        session.flush()
        campaign = session.get_one(Campaign, row.campaign_id)
        queue_state.recompute(
            session,
            organisation_id=actor.organisation_id,
            dialable=policy_of(campaign).dialable,
            where=col(Lead.list_id) == row.id,
        )
        history.write(
            session,
            organisation_id=actor.organisation_id,
            at=now,
            kind="list_resumed" if active else "list_paused",
            user_id=actor.user_id,
            campaign_id=row.campaign_id,
            after={"list_id": row.id},
        )
    return _lines(session, actor, None, row.id)[0]
