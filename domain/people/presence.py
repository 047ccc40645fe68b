"""Signs of life of a seller's open console, so that a terminal that died is never taken for somebody at work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from domain.constructs import upsert
from domain.people.models import SellerPresence
from domain.people.rights import SELLING_ROLES, Actor, require

BEAT: Final = timedelta(seconds=60)
"""How often an open console gives a sign."""
SILENCE: Final = 3 * BEAT
"""Without a sign for so long its seller is away, whatever was said last."""


def beat(session: Session, *, actor: Actor, now: datetime) -> None:
    """The seller's console is open at this moment (one statement)."""
    require(actor, *SELLING_ROLES, to="work a queue")
    session.execute(
        upsert(SellerPresence, keys=("organisation_id", "seller_id"), update=("seen_at",)).values(
            organisation_id=actor.organisation_id, seller_id=actor.user_id, seen_at=now
        )
    )
