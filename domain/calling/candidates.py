"""Who may come next for a seller: the tiers in front of the pool, and the pool itself.

Only looks, claims nothing; the tiers are one statement, the pool another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, TextClause, bindparam, case, or_, select, text
from sqlalchemy.sql.selectable import TextualSelect
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId
from domain.calling.desk import Desk
from domain.calling.models import HopperEntry
from domain.calling.pool_order import POOL_ORDER, overdue_since
from domain.campaigns.models import CampaignSegment
from domain.codes import HopperState, Shift
from domain.people.rights import Actor
from domain.prepared import Prepared
from domain.sql import CAMPAIGN, NOW, ORGANISATION

_TIERS = ("kept", "callback", "callback_any", "dropped", "assigned")
_AT_ONCE = 12
POOLED_AT_ONCE = 4
"""How many of the pool are looked at together where the first were not to be had."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be claimed; ``version`` is the one it was seen with, None where nobody looked."""

    lead_id: int
    source: str
    segment: str
    version: int | None = None


_NOT_HELD = """NOT EXISTS (SELECT 1 FROM hopper_entry h WHERE h.campaign_id = :campaign AND h.lead_id = l.id
 AND (h.locked_by IS NOT NULL AND h.locked_by <> :seller
 OR h.kept_until > :now AND (h.kept_for IS NULL OR h.kept_for <> :seller)))"""
_OPEN_LIST = "NOT EXISTS (SELECT 1 FROM lead_list w WHERE w.id = l.list_id AND NOT w.active)"
_NOT_FINAL = "(l.status IS NULL OR l.status NOT IN ('sale', 'not_interested', 'dnc', 'invalid', 'closed'))"

_IN_PLAY = "l.status IN ('new', 'no_answer', 'busy', 'failed', 'dropped', 'congestion', 'callback')"
"""Whoever stands in the queue has such a status; data from elsewhere may say otherwise."""

_CALLBACKS = f"""SELECT * FROM (SELECT {{tier}} AS tier, l.id AS lead_id, l.segment, l.version, a.due_at AS at, l.rank
 FROM activity a JOIN lead l ON l.id = a.lead_id WHERE a.state = 'pending' AND a.kind = 'callback'
 AND a.organisation_id = :organisation AND a.seller_id {{seller}} AND a.campaign_id = :campaign
 AND a.due_at <= :now {{open}} AND {_NOT_FINAL} AND {_OPEN_LIST} AND {_NOT_HELD}
 ORDER BY {{order}} LIMIT :few) AS callbacks_{{tier}}"""


def _tiers(only_open: bool) -> TextualSelect:
    """The statement behind ``waiting``; ``only_open`` asks for the segments of the parameter ``open`` alone."""
    part = "AND l.segment IN :open" if only_open else ""
    mine = _CALLBACKS.format(tier=1, seller="= :seller", order="a.due_at, a.id", open=part)
    anyones = _CALLBACKS.format(tier=2, seller="IS NULL", order="l.rank, a.due_at, a.id", open=part)
    sql = f"""SELECT * FROM (SELECT 0 AS tier, l.id AS lead_id, l.segment, l.version, h.kept_until AS at, 0 AS rank
 FROM hopper_entry h JOIN lead l ON l.id = h.lead_id
 WHERE h.organisation_id = :organisation AND h.kept_for = :seller AND h.campaign_id = :campaign
 AND h.state = 'new' AND h.kept_until > :now AND {_NOT_FINAL} ORDER BY h.kept_until DESC LIMIT :few) AS kept
 UNION ALL {mine}
 UNION ALL {anyones}
 UNION ALL SELECT * FROM (SELECT 3 AS tier, l.id AS lead_id, l.segment, l.version, l.next_attempt_at AS at, l.rank
 FROM lead l WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 4
 AND l.next_attempt_at <= :now {part} AND (l.owner_id IS NULL OR l.owner_id = :seller)
 AND {_IN_PLAY} AND {_NOT_HELD}
 ORDER BY l.rank, l.next_attempt_at, l.id LIMIT :few) AS dropped
 UNION ALL SELECT * FROM (SELECT 4 AS tier, l.id AS lead_id, l.segment, l.version, l.next_attempt_at AS at, l.rank
 FROM lead l WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 2
 AND l.owner_id = :seller AND l.next_attempt_at <= :now {part} AND {_IN_PLAY} AND {_NOT_HELD}
 ORDER BY l.rank, l.next_attempt_at, l.id LIMIT :few) AS assigned"""
    statement: TextClause = text(sql).bindparams(bindparam("now", type_=UTCDateTime()))
    if only_open:
        statement = statement.bindparams(bindparam("open", expanding=True))
    # Its indexes fit whatever the values are, and planning it takes four times as long as running it.
    return statement.columns(
        tier=Integer(), lead_id=BigId, segment=String(), version=Integer(), at=UTCDateTime(), rank=Integer()
    ).execution_options(planned_once=True)


_ALL_HOURS = Prepared(_tiers(False))
_OPEN_HOURS = _tiers(True)


def waiting(session: Session, *, actor: Actor, desk: Desk, now: datetime) -> list[Candidate]:
    """Those who come before the pool, in order: kept, own callbacks, anyone's, dropped, own leads.

    One statement; two more where so many sleep that nobody awake was among the first of their tier.
    """
    values: dict[str, object] = {
        "organisation": actor.organisation_id,
        "campaign": desk.policy.campaign_id,
        "seller": actor.user_id,
        "now": now,
        "few": _AT_ONCE,
    }
    rows: Sequence[Any] = _ALL_HOURS.all(session, values)
    calendar = desk.policy.calendar
    asleep = {row.segment for row in rows if row.tier > 0 and not calendar.is_open(now, row.segment)}
    seen = Counter(row.tier for row in rows)
    if asleep and max(seen.values()) >= _AT_ONCE:
        rows = session.execute(_OPEN_HOURS, {**values, "open": _open_segments(session, desk, now)}).all()
    tiers: list[list[tuple[tuple[float, float, int], Candidate]]] = [[] for _ in _TIERS]
    for tier, lead_id, segment, version, at, rank in rows:
        if tier == 0 or calendar.is_open(now, segment):
            tiers[tier].append(
                (_order(tier, rank, at, lead_id), Candidate(lead_id, _TIERS[tier], segment, version))
            )
    ordered: dict[int, Candidate] = {}
    for found in tiers:
        for _, candidate in sorted(found, key=lambda each: each[0]):
            ordered.setdefault(candidate.lead_id, candidate)
    return list(ordered.values())


def _order(tier: int, rank: int, at: datetime, lead_id: int) -> tuple[float, float, int]:
    """Kept: the last put back first; own callbacks: oldest first; the others: priority, then longest waiting."""
    moment = at.timestamp()
    if tier == 0:
        return (0, -moment, -lead_id)
    return (rank if tier > 1 else 0, moment, lead_id)


def _open_segments(session: Session, desk: Desk, now: datetime) -> list[str]:
    segments = session.execute(
        select(col(CampaignSegment.segment))
        .where(
            col(CampaignSegment.organisation_id) == desk.campaign.organisation_id,
            col(CampaignSegment.campaign_id) == desk.policy.campaign_id,
        )
        .distinct()
    ).scalars()
    return [segment for segment in segments if desk.policy.calendar.is_open(now, segment)]


_HALVES = (Shift.MORNING, Shift.AFTERNOON)
_NO_SHIFT = ""
_SHIFT = bindparam("shift", type_=String())
_FREE = (
    select(col(HopperEntry.lead_id), col(HopperEntry.segment))
    .where(
        col(HopperEntry.organisation_id) == ORGANISATION,
        col(HopperEntry.campaign_id) == CAMPAIGN,
        col(HopperEntry.state) == HopperState.NEW.value,
        col(HopperEntry.from_pool),
        or_(col(HopperEntry.kept_until).is_(None), col(HopperEntry.kept_until) <= NOW),
        or_(
            col(HopperEntry.shift).is_(None),
            col(HopperEntry.shift).not_in(
                [bindparam(f"blocked_{shift.value}", type_=String()) for shift in _HALVES]
            ),
        ),
    )
    .order_by(
        case((col(HopperEntry.shift) == _SHIFT, 0), else_=1),
        *POOL_ORDER,
    )
)
_FEW = _FREE.limit(bindparam("few", type_=Integer()))
_POOLED = Prepared(_FEW.with_for_update(skip_locked=True))
_POOLED_WITHOUT = _FEW.where(
    col(HopperEntry.lead_id).not_in(bindparam("without", expanding=True))
).with_for_update(skip_locked=True)


def pooled(
    session: Session,
    *,
    actor: Actor,
    desk: Desk,
    now: datetime,
    without: Iterable[int] = (),
    limit: int = POOLED_AT_ONCE,
) -> list[Candidate]:
    """The first free hopper entries for this seller, those of the seller's shift first.

    They are locked; those that others have locked are left out. Entries wanted by the other shift are left to its
    sellers while one of them is at work.
    """
    values = {**_values(actor, desk, now), "few": limit}
    tried = list(without)
    found: Sequence[Any] = (
        session.execute(_POOLED_WITHOUT, {**values, "without": tried}).all()
        if tried
        else _POOLED.all(session, values)
    )
    calendar = desk.policy.calendar
    return [
        Candidate(lead_id, "pool", segment) for lead_id, segment in found if calendar.is_open(now, segment)
    ]


def pool_order(session: Session, *, actor: Actor, desk: Desk, now: datetime, limit: int) -> list[int]:
    """The same leads in the same order, only to be looked at."""
    found = session.execute(_FREE.limit(limit), _values(actor, desk, now))
    return [lead_id for lead_id, segment in found if desk.policy.calendar.is_open(now, segment)]


def _values(actor: Actor, desk: Desk, now: datetime) -> dict[str, object]:
    return {
        "organisation": actor.organisation_id,
        "campaign": desk.policy.campaign_id,
        "shift": actor.shift.value,
        **{
            f"blocked_{shift.value}": shift.value
            if shift != actor.shift and shift.value in desk.shifts_at_work
            else _NO_SHIFT
            for shift in _HALVES
        },
        "now": now,
        **overdue_since(now),
    }
