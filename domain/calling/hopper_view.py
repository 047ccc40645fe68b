"""The hopper as a supervisor sees it: who is in it, in the order they come, why each is there, and taking some out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, case, delete, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.calling import history
from domain.calling.models import HopperEntry, Lead
from domain.calling.phones import PUT_OFF
from domain.calling.pool_order import IS_OVERDUE, POOL_ORDER, overdue_since
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import HopperSource, HopperState, QueueState, status_label
from domain.constructs import among_numbers
from domain.contacts.models import Contact
from domain.errors import NotFound
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class HopperLine:
    """One entry. ``position`` counts from 1 over all of them: first those in sellers' hands, then who is next.

    ``state`` is ``new`` (free), ``locked`` or ``dialing``. ``why`` says in words why it is there and stands where
    it does. ``waiting_since`` is when the lead became due; ``claimed_by`` and ``until`` tell in whose hands (or
    put aside for whom) it is and how long.
    """

    position: int
    entry_id: int
    lead_id: int
    name: str
    e164: str | None
    state: str
    source: str
    why: str
    priority: int
    overdue: bool
    waiting_since: datetime
    claimed_by: str | None = None
    until: datetime | None = None


_HOLDER, _KEEPER = aliased(User), aliased(User)


def contents(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, after: int = 0, limit: int = 200
) -> list[HopperLine]:
    """A page of a campaign's hopper in the order sellers get it (supervisors and auditors); two statements.

    Args:
        after: the position of the last line seen.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.
    """
    require(actor, *READING_ROLES, to="look into the hopper")
    campaign: Campaign | None = session.execute(
        select(Campaign).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).scalar_one_or_none()
    if campaign is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    put_aside = and_(col(HopperEntry.kept_for).is_not(None), col(HopperEntry.kept_until) > now)
    group = case(
        (col(HopperEntry.state) != HopperState.NEW.value, 0),
        (put_aside, 1),
        (col(HopperEntry.kept_until) > now, 3),
        else_=2,
    )
    moment = case((group == 0, col(HopperEntry.locked_at)), (group != 2, col(HopperEntry.kept_until)))
    rows = session.execute(
        select(
            HopperEntry,
            col(Lead.status).label("status"),
            col(Lead.dial_attempts).label("attempts"),
            col(Lead.recycle_batch_id).label("batch"),
            col(Contact.name).label("name"),
            col(Contact.company).label("company"),
            _full(_HOLDER).label("holder"),
            _full(_KEEPER).label("keeper"),
            IS_OVERDUE.label("overdue"),
            group.label("place"),
        )
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .outerjoin(_HOLDER, col(_HOLDER.id) == col(HopperEntry.locked_by))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(HopperEntry.kept_for))
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.campaign_id) == campaign_id,
        )
        .order_by(group, moment, *POOL_ORDER)
        .offset(after)
        .limit(limit),
        overdue_since(now),
    )
    calendar = policy_of(campaign).calendar
    return [
        _line(row, position, calendar.is_open(now, row.HopperEntry.segment))
        for position, row in enumerate(rows, start=after + 1)
    ]


def _full(user: type[User]) -> ColumnElement[str]:
    return case((col(user.full_name) != "", col(user.full_name)), else_=col(user.name))


_IN_HAND, _ASIDE, _FREE, _PUT_OFF = range(4)


def _line(row: Row[tuple[object, ...]], position: int, is_open: bool) -> HopperLine:
    entry: HopperEntry = row.HopperEntry
    claimed = row.place == _IN_HAND
    return HopperLine(
        position=position,
        entry_id=entry.id or 0,
        lead_id=entry.lead_id,
        name=row.name or row.company or "(no name)",
        e164=entry.e164,
        state=entry.state,
        source=entry.source,
        why=_why(row, entry, is_open),
        priority=99 - entry.rank,
        overdue=bool(row.overdue) and row.place == _FREE,
        waiting_since=entry.ready_at,
        claimed_by=row.holder if claimed else row.keeper if row.place == _ASIDE else None,
        until=entry.expires_at if claimed else None if row.place == _FREE else entry.kept_until,
    )


def _why(row: Row[tuple[object, ...]], entry: HopperEntry, is_open: bool) -> str:
    """In words: what brought it here, then what holds or hastens it."""
    parts = [_ORIGIN[HopperSource(entry.source)]]
    if entry.source == HopperSource.RETRY and not row.attempts:
        parts = ["not called yet"]  # a seller's own person
    elif entry.source == HopperSource.RETRY:
        tries = f"{row.attempts} attempt{'' if row.attempts == 1 else 's'}"
        parts = [f"{status_label(row.status).lower()} after {tries}"]
    elif entry.source == HopperSource.RECYCLED and row.batch is not None:
        parts = [f"recycled by batch {row.batch}"]
    if row.place == _IN_HAND:
        parts.append("being called" if entry.state == HopperState.DIALING else "in a seller's hands")
    elif row.place == _ASIDE:
        parts.append("put aside for a moment")
    elif row.place == _PUT_OFF:
        parts.append("skipped")
    elif not is_open:
        parts.append("its calling hours are over")
    elif row.overdue:
        parts.append("overdue, so ahead of fresh leads")
    if entry.shift:
        parts.append(f"wants the {entry.shift}")
    return "; ".join(parts)


_ORIGIN = {
    HopperSource.FRESH: "not called yet",
    HopperSource.RETRY: "due again",
    HopperSource.CALLBACK: "to be called back",
    HopperSource.DROPPED: "the call was cut",
    HopperSource.RECYCLED: "recycled",
    HopperSource.MANUAL: "asked for by name",
}


def take_out(
    session: Session, *, actor: Actor, entry_ids: Sequence[int], now: datetime, until: datetime | None = None
) -> int:
    """Take free entries out of the hopper; their leads wait in the pool until ``until`` (twelve hours, if not told).

    Who is in somebody's hands at this moment, or put aside for somebody, stays. Recorded; four statements.

    Returns:
        How many were taken out.

    Raises:
        NotAllowed: a seller or an auditor.
    """
    require(actor, *LEADING_ROLES, to="take leads out of the hopper")
    back = until or now + PUT_OFF
    free = and_(
        col(HopperEntry.state) == HopperState.NEW.value,
        col(HopperEntry.from_pool),
        or_(col(HopperEntry.kept_for).is_(None), col(HopperEntry.kept_until) <= now),
    )
    found = session.execute(
        select(
            col(HopperEntry.id).label("entry"),
            col(Lead.id).label("lead"),
            col(Lead.contact_id),
            col(Lead.campaign_id),
            col(Lead.next_attempt_at),
        )
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            among_numbers(col(HopperEntry.id), entry_ids),
            free,
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    if not found:
        return 0
    affected(
        session, delete(HopperEntry).where(among_numbers(col(HopperEntry.id), [row.entry for row in found]))
    )
    affected(
        session,
        update(Lead)
        .where(among_numbers(col(Lead.id), [row.lead for row in found]))
        .values(queue_state=QueueState.READY.value, next_attempt_at=back),
    )
    history.write_many(
        session,
        [
            {
                "organisation_id": actor.organisation_id,
                "at": now,
                "kind": "hopper_taken_out",
                "user_id": actor.user_id,
                "lead_id": row.lead,
                "contact_id": row.contact_id,
                "campaign_id": row.campaign_id,
                "before": history.plain({"next_attempt_at": row.next_attempt_at}),
                "after": history.plain({"next_attempt_at": back}),
            }
            for row in found
        ],
    )
    return len(found)
