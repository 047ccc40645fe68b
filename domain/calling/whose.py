"""Whose a lead is: which ones a seller may open, who has one in hand, whom a seller handled last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlmodel import Session, col

from domain.calling.models import Activity, HeldNumber, HistoryEvent, HopperEntry, Lead
from domain.codes import HopperState
from domain.contacts.models import ContactPhone
from domain.people.models import User
from domain.people.rights import Actor
from domain.sql import CAMPAIGN, LEAD, ORGANISATION, SELLER


def may_open(session: Session, *, actor: Actor, lead: Lead) -> bool:
    """Whether a lead is a seller's own: owner, own callback, handled before; or free in the hopper."""
    if lead.owner_id == actor.user_id:
        return True
    values = {
        "organisation": actor.organisation_id,
        "seller": actor.user_id,
        "lead": lead.id,
        "campaign": lead.campaign_id,
    }
    return bool(session.execute(_MAY_OPEN, values).scalar_one())


_MAY_OPEN = select(
    or_(
        exists(
            select(col(Activity.id)).where(
                col(Activity.lead_id) == LEAD,
                col(Activity.state) == "pending",
                or_(col(Activity.seller_id) == SELLER, col(Activity.seller_id).is_(None)),
            )
        ),
        exists(
            select(col(HistoryEvent.id)).where(
                col(HistoryEvent.organisation_id) == ORGANISATION,
                col(HistoryEvent.lead_id) == LEAD,
                col(HistoryEvent.user_id) == SELLER,
            )
        ),
        exists(
            select(col(HopperEntry.id)).where(
                col(HopperEntry.campaign_id) == CAMPAIGN,
                col(HopperEntry.lead_id) == LEAD,
                col(HopperEntry.state) == HopperState.NEW.value,
                or_(col(HopperEntry.kept_for).is_(None), col(HopperEntry.kept_for) == SELLER),
            )
        ),
    )
)


def holder_name(session: Session, *, lead: Lead, now: datetime) -> str | None:
    """Who has this lead, or one of its contact's numbers, in hand."""
    numbers = select(col(HeldNumber.entry_id)).where(
        col(HeldNumber.organisation_id) == lead.organisation_id,
        col(HeldNumber.expires_at) > now,
        col(HeldNumber.e164).in_(
            select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id) == lead.contact_id)
        ),
    )
    return session.execute(
        select(col(User.name))
        .join(HopperEntry, col(HopperEntry.locked_by) == col(User.id))
        .where(
            col(HopperEntry.organisation_id) == lead.organisation_id,
            or_(col(HopperEntry.lead_id) == lead.id, col(HopperEntry.id).in_(numbers)),
        )
        .order_by(col(HopperEntry.lead_id) != lead.id)
        .limit(1)
    ).scalar_one_or_none()


def last_handled(session: Session, *, actor: Actor, campaign_id: int) -> int | None:
    """The lead this seller handled or skipped last in a campaign, other than the one in hand."""
    in_hand = select(col(HopperEntry.lead_id)).where(
        col(HopperEntry.organisation_id) == actor.organisation_id, col(HopperEntry.locked_by) == actor.user_id
    )
    return session.execute(
        select(col(HistoryEvent.lead_id))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.user_id) == actor.user_id,
            col(HistoryEvent.campaign_id) == campaign_id,
            col(HistoryEvent.kind).in_(("outcome", "skip")),
            col(HistoryEvent.lead_id).not_in(in_hand),
        )
        .order_by(col(HistoryEvent.at).desc(), col(HistoryEvent.id).desc())
        .limit(1)
    ).scalar_one_or_none()
