"""Taking a person out of a seller's hands: a terminal died, or its seller went home with somebody on screen.

What a claim's end means stands in ``domain.calling.expiry``: this only brings it about now instead of later. An
outcome the seller still brings is kept as a late one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from domain.calling import expiry, history
from domain.calling.models import HeldNumber, HopperEntry
from domain.codes import HopperState
from domain.errors import Conflict, NotFound
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.people.teams import require_visible
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who is in nobody's hands any more; ``called``: they were dialled, so that they stand as outcome missing."""

    lead_id: int
    campaign_id: int
    called: bool


def from_seller(
    session: Session, *, actor: Actor, seller_id: int, now: datetime, even_calling: bool = False
) -> TakenBack:
    """End a seller's claim now, as if its lease were over (supervisors in their own teams, administrators).

    Args:
        even_calling: also where a call runs, as far as the database knows.

    Raises:
        NotFound: this seller has nobody in hand.  Conflict: a call runs.
        NotAllowed: a seller or auditor, or somebody else's team.
    """
    require(actor, *LEADING_ROLES, to="take people out of sellers' hands")
    require_visible(session, actor, [seller_id], to="take people out of their hands")
    entry: HopperEntry | None = session.execute(
        select(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.locked_by) == seller_id,
        )
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if entry is None or entry.id is None:
        raise NotFound("This seller has nobody in hand.", code="no_claim")
    if entry.state == HopperState.DIALING.value and not even_calling:
        raise Conflict(
            "This seller is on the telephone. Ask again to take the person all the same.", code="in_call"
        )
    ended = affected(
        session,
        update(HopperEntry)
        .where(
            col(HopperEntry.id) == entry.id,
            col(HopperEntry.locked_by) == seller_id,
            col(HopperEntry.state) == entry.state,
        )
        .values(expires_at=now),
    )
    if not ended:
        raise Conflict("This changed at this very moment; look again.", code="claim_moved")
    affected(session, update(HeldNumber).where(col(HeldNumber.entry_id) == entry.id).values(expires_at=now))
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="claim_taken_back",
        user_id=actor.author,
        lead_id=entry.lead_id,
        campaign_id=entry.campaign_id,
        call_id=entry.call_id,
        before={"seller_id": seller_id},
        after={"seller_id": None},
    )
    taken = TakenBack(entry.lead_id, entry.campaign_id, entry.call_id is not None)
    expiry.expire(session, organisation_id=actor.organisation_id, now=now)
    return taken
