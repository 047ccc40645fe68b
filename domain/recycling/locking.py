"""What a chunk of a recycle or of its undo holds while it asks and writes, and what it takes out of the hopper.

Statements that are sent for every chunk, and so are put together once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import HopperEntry, Lead
from domain.campaigns.models import LeadList
from domain.codes import HopperState
from domain.constructs import among_listed, listed, rows_lock
from domain.people.rights import Actor
from domain.sql import CAMPAIGN, LISTED, ORGANISATION


def lock(session: Session, *, actor: Actor, campaign_id: int, lead_ids: Sequence[int]) -> None:
    """Hold the lists and these leads, in the order everybody who changes many takes them.

    What is asked about them afterwards stays true until the end: nobody claims, blocks or writes them, or pauses
    their list, meanwhile.
    """
    values = {
        "organisation": actor.organisation_id,
        "campaign": campaign_id,
        "listed": listed(lead_ids),
    }
    for each in (_LOCK_LISTS, _LOCK_LEADS):
        session.connection().execute(each, values)


def _locking(rows: Select[Any]) -> Select[int]:
    """Locks the rows and answers with nothing but how many they are."""
    return select(func.count()).select_from(rows.subquery())


_LOCK_LISTS = _locking(
    select(col(LeadList.id))
    .where(
        col(LeadList.organisation_id) == ORGANISATION,
        col(LeadList.campaign_id) == CAMPAIGN,
        rows_lock(),
    )
    .order_by(col(LeadList.id))
    .with_for_update(read=True)
)
_LOCK_LEADS = _locking(
    select(col(Lead.id))
    .where(col(Lead.organisation_id) == ORGANISATION, among_listed(col(Lead.id), LISTED), rows_lock())
    .order_by(col(Lead.id))
    .with_for_update(key_share=True)
)


def leave_hopper(session: Session, lead_ids: Sequence[int]) -> None:
    """The free entries of these leads go: they are chosen anew when the hopper is filled."""
    session.connection().execute(_LEAVE_HOPPER, {"listed": listed(lead_ids)})


_LEAVE_HOPPER = delete(metadata.tables["hopper_entry"]).where(
    among_listed(col(HopperEntry.lead_id), LISTED), col(HopperEntry.state) == HopperState.NEW.value
)
