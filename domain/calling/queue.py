"""What a seller sees of the queue: who comes next and why, search in own leads, figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.calling import desk, finding, lines, lookup
from domain.calling.candidates import pool_order
from domain.calling.candidates import waiting as tiers
from domain.calling.models import Activity, HistoryEvent, HopperEntry, Lead
from domain.calling.queue_state import IN_POOL
from domain.calling.views import Figures, QueueLine
from domain.contacts.models import ContactPhone
from domain.people.rights import READING_ROLES, SELLING_ROLES, Actor, require

_OTHER = aliased(Lead)


def figures(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> Figures:
    """The seller's figures for the state bar (one statement)."""
    require(actor, *SELLING_ROLES, to="see a queue")
    return desk.look(session, actor=actor, campaign_id=campaign_id, now=now).figures


def upcoming(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, limit: int = 20
) -> list[QueueLine]:
    """Who comes next after the one on screen, and why, in the order ``next`` takes them.

    Own callbacks still to come stand behind them.
    """
    require(actor, *SELLING_ROLES, to="see a queue")
    at = desk.look(session, actor=actor, campaign_id=campaign_id, now=now)
    order = [(each.lead_id, each.source) for each in tiers(session, actor=actor, desk=at, now=now)]
    order.extend(
        (lead_id, "pool") for lead_id in pool_order(session, actor=actor, desk=at, now=now, limit=limit)
    )
    later = _later_callbacks(session, actor, campaign_id, now, limit)
    here = at.entry.lead_id if at.entry is not None else None
    wanted = dict([each for each in order if each[0] != here][:limit])
    due = {lead_id: moment for lead_id, moment in later if lead_id != here}
    lines = _lines(session, actor, [*wanted, *due])
    first = [_line(lines[lead_id], why, due=True) for lead_id, why in wanted.items() if lead_id in lines]
    then = [
        _line(lines[lead_id], "callback", at=moment)
        for lead_id, moment in due.items()
        if lead_id in lines and lead_id not in wanted
    ]
    return first + then


def _later_callbacks(
    session: Session, actor: Actor, campaign_id: int, now: datetime, limit: int
) -> list[tuple[int, datetime]]:
    rows = session.execute(
        select(col(Activity.lead_id), col(Activity.due_at))
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.seller_id) == actor.user_id,
            col(Activity.campaign_id) == campaign_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            col(Activity.due_at) > now,
        )
        .order_by(col(Activity.due_at))
        .limit(limit)
    )
    return [(lead_id, due_at) for lead_id, due_at in rows]


def _lines(session: Session, actor: Actor, lead_ids: list[int]) -> dict[int, QueueLine]:
    return {line.lead_id: line for line in _found(session, actor, col(Lead.id).in_(lead_ids), len(lead_ids))}


def _found(session: Session, actor: Actor, where: ColumnElement[bool], limit: int) -> list[QueueLine]:
    return lines.of(
        session,
        organisation_id=actor.organisation_id,
        where=where,
        order=(col(Lead.last_action_at).desc(), col(Lead.id)),
        limit=limit,
    )


def _line(line: QueueLine, why: str, *, at: datetime | None = None, due: bool = False) -> QueueLine:
    return QueueLine(
        lead_id=line.lead_id,
        name=line.name,
        why=why,
        at=at or line.at,
        status=line.status,
        resolution=line.resolution,
        phone=line.phone,
        campaign=line.campaign,
        attempts=line.attempts,
        due=due,
    )


def search(
    session: Session, *, actor: Actor, text: str, campaign_id: int | None = None, limit: int = 20
) -> list[QueueLine]:
    """Own leads whose name, company or number contains the text; supervisors and auditors search all.

    Own are leads the seller owns, has a callback for, has in hand, or has handled. For all see ``finding.search``.
    """
    require(actor, *SELLING_ROLES, *READING_ROLES, to="search leads")
    wanted = text.strip()
    if not wanted:
        return []
    if actor.role in READING_ROLES:
        asked = finding.Wanted(wanted, campaign_id=campaign_id)
        return list(finding.search(session, actor=actor, wanted=asked, limit=limit).lines)[:limit]
    there = [col(Lead.campaign_id) == campaign_id] if campaign_id is not None else []
    matches = list(lookup.names_contain(wanted))
    digits = lookup.parts_of_number(wanted)
    if digits:
        matches.append(
            exists(
                select(col(ContactPhone.id)).where(
                    col(ContactPhone.contact_id) == col(Lead.contact_id),
                    or_(*(col(ContactPhone.e164).contains(part) for part in digits)),
                )
            )
        )
    return _found(session, actor, and_(or_(*matches), own_leads(actor), *there), limit)


def own_leads(actor: Actor) -> ColumnElement[bool]:
    """The condition for a seller's own leads: owned, called back, in hand, or handled by them."""
    seller = actor.user_id
    owned = select(col(_OTHER.id)).where(
        col(_OTHER.organisation_id) == actor.organisation_id, col(_OTHER.owner_id) == seller
    )
    called_back = select(col(Activity.lead_id)).where(
        col(Activity.organisation_id) == actor.organisation_id,
        col(Activity.state) == "pending",
        col(Activity.seller_id) == seller,
    )
    in_hand = select(col(HopperEntry.lead_id)).where(
        col(HopperEntry.organisation_id) == actor.organisation_id, col(HopperEntry.locked_by) == seller
    )
    handled = select(col(HistoryEvent.lead_id)).where(
        col(HistoryEvent.organisation_id) == actor.organisation_id, col(HistoryEvent.user_id) == seller
    )
    # One list of numbers, so that only these leads are looked at.
    return col(Lead.id).in_(union(owned, called_back, in_hand, handled))


def waiting(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> int:
    """How many leads of the pool wait for their time (counted; ask in the background, not in the path of a call)."""
    require(actor, *SELLING_ROLES, to="see a queue")
    return int(
        session.execute(
            select(func.count())
            .select_from(Lead)
            .where(
                col(Lead.organisation_id) == actor.organisation_id,
                col(Lead.campaign_id) == campaign_id,
                IN_POOL,
                col(Lead.next_attempt_at) > now,
            )
        ).scalar_one()
    )
