"""Outcomes that come late, or for a lead that is not in the seller's hands: accepted, kept aside, or refused.

Source: the calling specification, section 2 "getting a lead": an outcome after expiry is accepted if nobody
took the lead since; otherwise call and note are stored and the seller is told who has it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from domain.calling.models import Activity, HistoryEvent, HopperEntry, Lead
from domain.campaigns.segments import zone_named
from domain.errors import Conflict, NotAllowed
from domain.people.models import User
from domain.people.rights import Actor


def without_claim(
    session: Session, *, actor: Actor, lead: Lead, entry: HopperEntry | None, now: datetime
) -> str | None:
    """Whether an outcome without a claim may be recorded.

    Returns:
        None where it may; else why only call and note can be kept ("is in ben's hands now").

    Raises:
        NotAllowed: the lead is not this seller's.  Conflict: somebody else has it in hand.
    """
    held = entry is not None and entry.locked_by is not None and (entry.expires_at or now) > now
    last = _last_event(session, lead)
    was_mine = last is not None and last[0].kind == "claim_expired" and last[0].user_id == actor.user_id
    had_it = was_mine or _had_claim(session, lead, actor)
    if held:
        assert entry is not None
        holder = session.execute(select(col(User.name)).where(col(User.id) == entry.locked_by)).scalar_one()
        if had_it:
            return f"is in {holder}'s hands now"
        raise Conflict(f"{holder} has lead {lead.id} in hand.", code="held")
    if was_mine:
        return None
    if had_it:
        return f"was {handled(session, lead, actor=actor)}"
    if actor.leads_others or lead.owner_id == actor.user_id or _own_callback(session, lead, actor):
        return None
    raise NotAllowed(
        f"Lead {lead.id} is not in your hands; take the next one with: dialdeck leads next", code="no_claim"
    )


def _own_callback(session: Session, lead: Lead, actor: Actor) -> bool:
    mine = exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == lead.id,
            col(Activity.state) == "pending",
            col(Activity.seller_id) == actor.user_id,
        )
    )
    return bool(session.execute(select(mine)).scalar_one())


def _had_claim(session: Session, lead: Lead, actor: Actor) -> bool:
    """Whether a claim of this seller on the lead expired and they have not recorded an outcome for it since."""
    row = session.execute(
        select(col(HistoryEvent.kind))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.lead_id) == lead.id,
            col(HistoryEvent.user_id) == actor.user_id,
            col(HistoryEvent.kind).in_(("claim_expired", "outcome", "outcome_refused")),
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return row == "claim_expired"


def _last_event(session: Session, lead: Lead) -> tuple[HistoryEvent, str | None] | None:
    row = session.execute(
        select(HistoryEvent, col(User.name))
        .outerjoin(User, col(User.id) == col(HistoryEvent.user_id))
        .where(
            col(HistoryEvent.organisation_id) == lead.organisation_id, col(HistoryEvent.lead_id) == lead.id
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def handled(session: Session, lead: Lead, *, actor: Actor) -> str:
    """Who changed the lead last and when, in the shop's time: "already handled by ana at 10:32"."""
    last = _last_event(session, lead)
    if last is None:
        return "changed meanwhile"
    event, name = last
    when = event.at.astimezone(zone_named(actor.timezone))
    return f"already handled by {name or 'the system'} at {when:%H:%M}"
