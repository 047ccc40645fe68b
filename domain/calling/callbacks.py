"""Callbacks: pending activities with a time, a seller's own or anyone's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from domain.calling.models import Activity
from domain.campaigns.models import Campaign
from domain.contacts.models import Contact
from domain.people.models import User
from domain.people.rights import Actor


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """One pending callback."""

    id: int
    lead_id: int
    name: str
    campaign: str
    seller: str | None
    due_at: datetime
    due: bool
    note: str | None


def listing(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    campaign_id: int | None = None,
    everybody: bool = False,
    limit: int = 500,
) -> list[CallbackLine]:
    """Pending callbacks, earliest first: the actor's own and anyone's; with ``everybody`` all (supervisors)."""
    statement = (
        select(Activity, col(Contact.name), col(Campaign.name), col(User.name))
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .join(Campaign, col(Campaign.id) == col(Activity.campaign_id))
        .outerjoin(User, col(User.id) == col(Activity.seller_id))
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .order_by(col(Activity.due_at), col(Activity.id))
        .limit(limit)
    )
    if campaign_id is not None:
        statement = statement.where(col(Activity.campaign_id) == campaign_id)
    if not (everybody and actor.leads_others):
        statement = statement.where(
            or_(col(Activity.seller_id) == actor.user_id, col(Activity.seller_id).is_(None))
        )
    return [
        CallbackLine(
            id=activity.id or 0,
            lead_id=activity.lead_id or 0,
            name=name,
            campaign=campaign,
            seller=seller,
            due_at=activity.due_at or now,
            due=(activity.due_at or now) <= now,
            note=activity.notes,
        )
        for activity, name, campaign, seller in session.execute(statement)
    ]
