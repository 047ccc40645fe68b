"""The people of one seller, as those who lead see them: in hand, promised a call, or kept for this seller."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, select, union
from sqlmodel import Session, col

from domain.calling import queue_state
from domain.calling.leads import LeadLine
from domain.calling.models import Activity, HopperEntry, Lead
from domain.campaigns.models import LeadList
from domain.codes import QueueState
from domain.contacts.models import Contact, ContactPhone
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.people.teams import require_visible


def of_seller(
    session: Session, *, actor: Actor, seller_id: int, limit: int = 200, after: int = 0
) -> list[LeadLine]:
    """A page of a seller's own queue in all campaigns, in the order of the leads' numbers; two statements at most.

    Args:
        after: the last number of the page before.

    Raises:
        NotAllowed: a seller, or a supervisor who leads others.
    """
    require(actor, *READING_ROLES, to="look into sellers' queues")
    require_visible(session, actor, [seller_id], to="look into their queues")
    here = actor.organisation_id
    theirs: CompoundSelect[Any] = union(
        select(col(HopperEntry.lead_id)).where(
            col(HopperEntry.organisation_id) == here, col(HopperEntry.locked_by) == seller_id
        ),
        select(col(Activity.lead_id)).where(
            col(Activity.organisation_id) == here,
            col(Activity.seller_id) == seller_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        ),
        select(col(Lead.id)).where(
            col(Lead.organisation_id) == here,
            col(Lead.owner_id) == seller_id,
            col(Lead.queue_state) != QueueState.OUT.value,
        ),
    )
    phone = (
        select(col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id) == col(Lead.contact_id))
        .order_by(col(ContactPhone.bad), col(ContactPhone.position))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Lead, col(Contact.name), col(Contact.company), phone, col(User.name), col(LeadList.name))
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .outerjoin(LeadList, col(LeadList.id) == col(Lead.list_id))
        .where(col(Lead.organisation_id) == here, col(Lead.id).in_(theirs), col(Lead.id) > after)
        .order_by(col(Lead.id))
        .limit(limit)
    )
    return [
        LeadLine(
            lead_id=lead.id or 0,
            name=name or company or "",
            phone=e164,
            status=lead.status,
            campaign_status=lead.campaign_status,
            campaign_resolution=lead.campaign_resolution,
            seller=owner,
            attempts=lead.dial_attempts,
            next_attempt_at=queue_state.next_attempt(lead),
            list_name=list_name,
        )
        for lead, name, company, e164, owner, list_name in rows
    ]
