"""One person over all campaigns: fields, numbers, leads, history. For the commands and the screens of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from domain.calling import phones, queue_state
from domain.calling.dossier import timeline
from domain.calling.models import Lead
from domain.calling.queue import own_leads
from domain.calling.views import HistoryLine
from domain.campaigns.models import Campaign
from domain.contacts.models import Contact, DoNotCall
from domain.errors import NotAllowed, NotFound
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor


@dataclass(frozen=True, slots=True)
class ContactNumber:
    """One number of a contact, in the order of its list."""

    number: str
    kind: str
    bad: bool
    do_not_call: bool
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactLead:
    """The contact's place in one campaign."""

    lead_id: int
    campaign: str
    active: bool
    status: str | None
    campaign_status: int
    campaign_resolution: str | None
    seller: str | None
    attempts: int
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact with everything about it; history newest first.

    ``do_not_call_since`` and the reason are those of the latest entry of the register that is in force.
    """

    contact_id: int
    name: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    language: str | None
    timezone: str | None
    notes: str | None
    external_id: str | None
    tags: tuple[str, ...]
    attributes: dict[str, str]
    phones: tuple[ContactNumber, ...]
    leads: tuple[ContactLead, ...]
    history: tuple[HistoryLine, ...]
    created_at: datetime
    updated_at: datetime
    do_not_call_since: datetime | None
    do_not_call_reason: str | None


def show(
    session: Session, *, actor: Actor, contact_id: int, now: datetime, language: str = "en"
) -> ContactView:
    """One contact; sellers see those of their own leads only. Of one that was merged, the one it became.

    Raises:
        NotFound: no such contact.  NotAllowed: none of its leads is this seller's.
    """
    contact = find(session, actor=actor, contact_id=contact_id, follow=True)
    contact_id = contact.id or contact_id
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=contact_id, now=now
    )
    # The timeline of a contact as a whole is that of none of its leads.
    nobodys = Lead(
        id=0,
        organisation_id=actor.organisation_id,
        campaign_id=0,
        contact_id=contact_id,
        next_attempt_at=now,
        created_at=now,
        updated_at=now,
    )
    history, _, _ = timeline(session, organisation_id=actor.organisation_id, lead=nobodys, language=language)
    since, reason = _registered(session, actor, contact_id, [each.e164 for each in numbers])
    return ContactView(
        contact_id=contact_id,
        name=contact.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company=contact.company,
        email=contact.email,
        address=contact.address,
        city=contact.city,
        state=contact.state,
        postal_code=contact.postal_code,
        country=contact.country,
        language=contact.language,
        timezone=contact.timezone,
        notes=contact.notes,
        external_id=contact.external_id,
        tags=tuple(contact.tags),
        attributes=dict(contact.attributes),
        phones=tuple(
            ContactNumber(each.e164, each.kind, each.bad, each.do_not_call, each.answered_at)
            for each in numbers
        ),
        leads=_leads(session, actor, contact_id),
        history=history,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        do_not_call_since=since,
        do_not_call_reason=reason,
    )


def _registered(
    session: Session, actor: Actor, contact_id: int, numbers: Sequence[str]
) -> tuple[datetime | None, str | None]:
    """When the person, or one of their numbers, came on the register and why; nothing for who is not on it."""
    entry = col(DoNotCall.e164).in_(numbers) | (
        (col(DoNotCall.contact_id) == contact_id) & col(DoNotCall.e164).is_(None)
    )
    found = session.execute(
        select(col(DoNotCall.added_at), col(DoNotCall.reason))
        .where(
            col(DoNotCall.organisation_id) == actor.organisation_id,
            col(DoNotCall.removed_at).is_(None),
            entry,
        )
        .order_by(col(DoNotCall.id).desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found is not None else (None, None)


def find(session: Session, *, actor: Actor, contact_id: int, follow: bool = False) -> Contact:
    """The contact itself; raises as ``show``, and ``NotFound`` for one that was merged unless that is followed."""
    contact: Contact | None = session.execute(
        select(Contact)
        .where(col(Contact.organisation_id) == actor.organisation_id, col(Contact.id) == contact_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if contact is None:
        raise NotFound(f"There is no contact {contact_id}.", code="no_contact")
    if contact.merged_into is not None and follow:
        return find(session, actor=actor, contact_id=contact.merged_into)
    if contact.merged_into is not None:
        raise NotFound(f"Contact {contact_id} was merged into contact {contact.merged_into}.", code="merged")
    if actor.role in READING_ROLES:
        return contact
    mine = exists(select(col(Lead.id)).where(col(Lead.contact_id) == contact_id, own_leads(actor)))
    if not session.execute(select(mine)).scalar_one():
        raise NotAllowed(f"Contact {contact_id} is not one of yours.", code="not_yours")
    return contact


def _leads(session: Session, actor: Actor, contact_id: int) -> tuple[ContactLead, ...]:
    rows = session.execute(
        select(Lead, col(Campaign.name), col(Campaign.active), col(User.name))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id) == contact_id)
        .order_by(col(Lead.id))
    )
    return tuple(
        ContactLead(
            lead_id=lead.id or 0,
            campaign=campaign,
            active=active,
            status=lead.status or None,
            campaign_status=lead.campaign_status,
            campaign_resolution=lead.campaign_resolution,
            seller=seller,
            attempts=lead.dial_attempts,
            next_attempt_at=queue_state.next_attempt(lead),
        )
        for lead, campaign, active, seller in rows
    )
