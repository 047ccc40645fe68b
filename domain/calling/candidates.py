"""Who may come next for a seller: the tiers in front of the pool, and the pool itself.

Only looks, claims nothing; the tiers are one statement, the pool another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, or_, select, text
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.desk import Desk
from domain.calling.models import HopperEntry
from domain.codes import HopperState, Shift
from domain.people.rights import Actor

_TIERS = ("kept", "callback", "callback_any", "dropped", "assigned")
_AT_ONCE = 12
_THOROUGH = 400
_POOLED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be claimed; ``entry_id`` where it is in the hopper already."""

    lead_id: int
    source: str
    segment: str
    entry_id: int | None


_NOT_HELD = """NOT EXISTS (SELECT 1 FROM hopper_entry h WHERE h.campaign_id = :campaign AND h.lead_id = l.id
 AND (h.locked_by IS NOT NULL AND h.locked_by <> :seller
 OR h.kept_until > :now AND (h.kept_for IS NULL OR h.kept_for <> :seller)))"""
_OPEN_LIST = "NOT EXISTS (SELECT 1 FROM lead_list w WHERE w.id = l.list_id AND NOT w.active)"
_NOT_FINAL = "(l.status IS NULL OR l.status NOT IN ('sale', 'not_interested', 'dnc', 'invalid', 'closed'))"

_CALLBACKS = f"""SELECT * FROM (SELECT {{tier}} AS tier, l.id AS lead_id, l.segment, a.due_at AS at, l.rank
 FROM activity a JOIN lead l ON l.id = a.lead_id WHERE a.state = 'pending' AND a.kind = 'callback'
 AND a.organisation_id = :organisation AND a.seller_id {{seller}} AND a.campaign_id = :campaign
 AND a.due_at <= :now AND {_NOT_FINAL} AND {_OPEN_LIST} AND {_NOT_HELD}
 ORDER BY a.due_at, a.id LIMIT :few) AS callbacks_{{tier}}"""

_TIERS_SQL = (
    text(
        f"""SELECT * FROM (SELECT 0 AS tier, l.id AS lead_id, l.segment, h.ready_at AS at, 0 AS rank
 FROM hopper_entry h JOIN lead l ON l.id = h.lead_id
 WHERE h.organisation_id = :organisation AND h.kept_for = :seller AND h.campaign_id = :campaign
 AND h.state = 'new' AND h.kept_until > :now AND {_NOT_FINAL} LIMIT :few) AS kept
 UNION ALL {_CALLBACKS.format(tier=1, seller="= :seller")}
 UNION ALL {_CALLBACKS.format(tier=2, seller="IS NULL")}
 UNION ALL SELECT * FROM (SELECT 3 AS tier, l.id AS lead_id, l.segment, l.next_attempt_at AS at, l.rank FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 4
 AND l.next_attempt_at <= :now AND (l.owner_id IS NULL OR l.owner_id = :seller) AND {_NOT_HELD}
 ORDER BY l.next_attempt_at LIMIT :few) AS dropped
 UNION ALL SELECT * FROM (SELECT 4 AS tier, l.id AS lead_id, l.segment, l.next_attempt_at AS at, l.rank FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 2
 AND l.owner_id = :seller AND l.next_attempt_at <= :now AND {_NOT_HELD}
 ORDER BY l.rank, l.next_attempt_at, l.id LIMIT :few) AS assigned"""
    )
    .bindparams(bindparam("now", type_=UTCDateTime()))
    .columns(at=UTCDateTime())
)


def waiting(
    session: Session, *, actor: Actor, desk: Desk, now: datetime, thorough: bool = False
) -> list[Candidate]:
    """Those who come before the pool, in order: kept, own callbacks, anyone's, dropped, own leads.

    Args:
        thorough: look further where the first ones cannot be called at this hour.
    """
    rows = session.execute(
        _TIERS_SQL,
        {
            "organisation": actor.organisation_id,
            "campaign": desk.policy.campaign_id,
            "seller": actor.user_id,
            "now": now,
            "few": _THOROUGH if thorough else _AT_ONCE,
        },
    ).all()
    calendar = desk.policy.calendar
    tiers: list[list[tuple[tuple[int, datetime, int], Candidate]]] = [[] for _ in _TIERS]
    for tier, lead_id, segment, at, rank in rows:
        if tier == 0 or calendar.is_open(now, segment):
            order = (rank if tier >= 3 else 0, at, lead_id)
            tiers[tier].append((order, Candidate(lead_id, _TIERS[tier], segment, None)))
    seen: set[int] = set()
    ordered: list[Candidate] = []
    for found in tiers:
        for _, candidate in sorted(found, key=lambda each: each[0]):
            if candidate.lead_id not in seen:
                seen.add(candidate.lead_id)
                ordered.append(candidate)
    return ordered


def pooled(
    session: Session, *, actor: Actor, desk: Desk, now: datetime, without: Iterable[int] = ()
) -> list[Candidate]:
    """The first free hopper entries for this seller, those of the seller's shift first.

    Entries wanted by the other shift are left to its sellers while one of them is at work.
    """
    entry_shift = col(HopperEntry.shift)
    others = {Shift.MORNING.value, Shift.AFTERNOON.value} - {actor.shift.value}
    blocked = others & desk.shifts_at_work
    statement = (
        select(col(HopperEntry.lead_id), col(HopperEntry.segment), col(HopperEntry.id))
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.campaign_id) == desk.policy.campaign_id,
            col(HopperEntry.state) == HopperState.NEW.value,
            col(HopperEntry.from_pool),
            or_(col(HopperEntry.kept_until).is_(None), col(HopperEntry.kept_until) <= now),
            or_(entry_shift.is_(None), entry_shift.not_in(blocked)),
            col(HopperEntry.lead_id).not_in(list(without)),
        )
        .order_by(
            case((entry_shift == actor.shift.value, 0), else_=1),
            col(HopperEntry.rank),
            col(HopperEntry.ready_at),
            col(HopperEntry.id),
        )
        .limit(_POOLED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    calendar = desk.policy.calendar
    return [
        Candidate(lead_id, "pool", segment, entry_id)
        for lead_id, segment, entry_id in session.execute(statement)
        if calendar.is_open(now, segment)
    ]
