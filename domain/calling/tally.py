"""How many leads stand where: the figures people look at all day, summed from the tally, never from the leads.

The database keeps the tally itself (``storage.triggers``); here it is read, drawn together and made anew.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.calling.tally_model import LeadTally


class Place(NamedTuple):
    """Where leads stand; ``list_id`` 0 is none, ``status`` '' is none, ``waits`` a ``QueueState`` (never IN_HOPPER)."""

    campaign_id: int
    list_id: int
    status: str
    waits: int
    segment: str
    exhausted: bool


_PLACE = tuple(
    getattr(LeadTally, name) for name in ("campaign_id", "list_id", "status", "waits", "segment", "exhausted")
)


def places(
    session: Session, *, organisation_id: int, campaign_id: int, list_id: int | None = None
) -> dict[Place, int]:
    """How many leads of a campaign (or of one of its lists) stand in each place. One statement."""
    of_list = [] if list_id is None else [col(LeadTally.list_id) == list_id]
    rows = session.execute(
        select(*_PLACE, func.sum(col(LeadTally.leads)))
        .where(
            col(LeadTally.organisation_id) == organisation_id,
            col(LeadTally.campaign_id) == campaign_id,
            *of_list,
        )
        .group_by(*_PLACE)
    )
    return {Place(*key): int(leads) for *key, leads in rows if leads}


def by_status(
    session: Session, *, organisation_id: int, campaign_id: int, list_id: int | None = None
) -> dict[str, int]:
    """How many leads have each status ('' for none). One statement."""
    of_list = [] if list_id is None else [col(LeadTally.list_id) == list_id]
    rows = session.execute(
        select(col(LeadTally.status), func.sum(col(LeadTally.leads)))
        .where(
            col(LeadTally.organisation_id) == organisation_id,
            col(LeadTally.campaign_id) == campaign_id,
            *of_list,
        )
        .group_by(col(LeadTally.status))
    )
    return {status: int(leads) for status, leads in rows if leads}
