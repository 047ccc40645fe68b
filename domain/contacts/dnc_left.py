"""Where the people of a number stand after it was taken off the do-not-call register.

For who took it off: whether they may be called again now, and what is in the way if not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.codes import FINAL_STATUSES
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.people.rights import LEADING_ROLES, Actor, require

AT_MOST = 20
"""So many people of one number are told about (a switchboard may have thousands)."""


@dataclass(frozen=True, slots=True)
class LeadLeft:
    """A lead of theirs. ``final``: it ended in its own right and is only called again when it is edited."""

    lead_id: int
    campaign: str
    status: str | None
    final: bool


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """Somebody with the number; ``registered`` are their other numbers that are on the register still."""

    contact_id: int
    name: str
    registered: tuple[str, ...]
    leads: tuple[LeadLeft, ...]


def people_of(session: Session, *, actor: Actor, number: str) -> list[PersonLeft]:
    """Everybody with this number (E.164), the first twenty, with what still holds them back and their leads.

    Raises:
        NotAllowed: a seller.
    """
    require(actor, *LEADING_ROLES, to="take a number off the register")
    shop = actor.organisation_id
    names = {
        row.id: row.name
        for row in session.execute(
            select(col(Contact.id), col(Contact.name))
            .join(ContactPhone, col(ContactPhone.contact_id) == col(Contact.id))
            .where(col(ContactPhone.organisation_id) == shop, col(ContactPhone.e164) == number)
            .group_by(col(Contact.id), col(Contact.name))
            .order_by(col(Contact.id))
            .limit(AT_MOST)
        )
    }
    numbers: dict[int, dict[str, None]] = defaultdict(dict)
    for contact_id, e164 in session.execute(
        select(col(ContactPhone.contact_id), col(ContactPhone.e164))
        .join(DoNotCall, col(DoNotCall.e164) == col(ContactPhone.e164))
        .where(
            col(ContactPhone.organisation_id) == shop,
            col(ContactPhone.contact_id).in_(names),
            col(DoNotCall.organisation_id) == shop,
            col(DoNotCall.removed_at).is_(None),
        )
        .order_by(col(ContactPhone.position))
    ):
        numbers[contact_id][e164] = None
    leads: dict[int, list[LeadLeft]] = defaultdict(list)
    for contact_id, lead_id, campaign, status in session.execute(
        select(col(Lead.contact_id), col(Lead.id), col(Campaign.name), col(Lead.status))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.organisation_id) == shop, col(Lead.contact_id).in_(names))
        .order_by(col(Lead.id))
    ):
        leads[contact_id].append(LeadLeft(lead_id, campaign, status, status in FINAL_STATUSES))
    return [
        PersonLeft(contact_id, name or "", tuple(numbers[contact_id]), tuple(leads[contact_id]))
        for contact_id, name in names.items()
    ]
