"""What a seller is doing (ready, talking, wrap-up, paused, away), kept as one row per change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.codes import SellerState
from domain.errors import Invalid
from domain.people.models import SellerStateEvent
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sql import add_row

PAUSE_CODES: tuple[tuple[str, str], ...] = (
    ("break", "Break"),
    ("lunch", "Lunch"),
    ("training", "Training"),
    ("meeting", "Meeting"),
    ("admin", "Paperwork"),
    ("technical", "Technical trouble"),
)


@dataclass(frozen=True, slots=True)
class StateView:
    """A seller's state since when; ``pause_code`` while paused."""

    state: SellerState
    since: datetime
    pause_code: str | None = None
    campaign_id: int | None = None


def enter(
    session: Session,
    *,
    actor: Actor,
    state: SellerState,
    now: datetime,
    campaign_id: int | None = None,
    lead_id: int | None = None,
    pause_code: str | None = None,
) -> StateView:
    """Record that the seller is in ``state`` from now on (one row; entering the same state again is a new row)."""
    require(actor, *SELLING_ROLES, to="work a queue")
    values = {
        "organisation_id": actor.organisation_id,
        "seller_id": actor.user_id,
        "campaign_id": campaign_id,
        "lead_id": lead_id,
        "state": state.value,
        "pause_code": pause_code,
        "at": now,
    }
    add_row(session, "seller_state_event", values)
    return StateView(state, now, pause_code, campaign_id)


def current(session: Session, *, actor: Actor) -> StateView | None:
    """The seller's latest state, or None for somebody who never worked."""
    statement = (
        select(SellerStateEvent)
        .where(
            SellerStateEvent.organisation_id == actor.organisation_id,
            SellerStateEvent.seller_id == actor.user_id,
        )
        .order_by(col(SellerStateEvent.at).desc(), col(SellerStateEvent.id).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    if row is None:
        return None
    return StateView(SellerState(row.state), row.at, row.pause_code, row.campaign_id)


def pause(
    session: Session, *, actor: Actor, code: str, now: datetime, campaign_id: int | None = None
) -> StateView:
    """Pause with a code; the person on screen stays in the seller's hands until the lease ends.

    Raises:
        Invalid: an unknown pause code.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    known = dict(PAUSE_CODES)
    if code not in known:
        raise Invalid(f"Unknown pause code {code!r}; use one of: {', '.join(known)}.", code="pause_code")
    return enter(
        session, actor=actor, state=SellerState.PAUSED, now=now, campaign_id=campaign_id, pause_code=code
    )


def resume(session: Session, *, actor: Actor, now: datetime, campaign_id: int | None = None) -> StateView:
    """Back to work after a pause."""
    return enter(session, actor=actor, state=SellerState.READY, now=now, campaign_id=campaign_id)
