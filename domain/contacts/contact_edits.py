"""Changing a person: fields, tags, attributes and numbers, and what that means for their leads.

History keeps which fields were changed, by whom and when; never what stood in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from domain.calling import history, queue_state
from domain.calling.models import HeldNumber, HopperEntry, Lead
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import parse_segment, segment_key, zone_named
from domain.codes import HopperState
from domain.constructs import insert_ignore
from domain.contacts import contacts, details
from domain.contacts.contacts import ContactView
from domain.contacts.models import Contact, ContactPhone
from domain.contacts.numbering import kind_of
from domain.contacts.phones import InvalidPhone, normalise, time_zones
from domain.errors import Conflict, Invalid, NotFound
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.privacy import keyed
from domain.sql import affected

FIELDS = (
    "name",
    "first_name",
    "last_name",
    "company",
    "email",
    "address",
    "city",
    "state",
    "postal_code",
    "country",
    "language",
    "timezone",
    "notes",
    "external_id",
)


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """What is to be changed; an empty text empties a field, an empty attribute goes.

    fields: name to text, of ``FIELDS``. numbers are as people write them; ``region`` is for those without a
    country code. good and bad: numbers whose mark changes.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    add_phones: tuple[str, ...] = ()
    remove_phones: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    region: str | None = None


def edit(
    session: Session,
    *,
    actor: Actor,
    contact_id: int,
    changes: ContactChanges,
    now: datetime,
    language: str = "en",
) -> ContactView:
    """Change a contact; sellers those of their own leads.

    Raises:
        NotFound: no such contact or number.  NotAllowed: not this seller's.
        Invalid: an unknown field, zone, country or language, no e-mail address, an empty tag, a number nobody
            can call.
        Conflict: a number is changed while another seller has the person in hand; the person was erased, or a number
            belonged to somebody who was.
    """
    require(actor, *SELLING_ROLES, to="edit contacts")
    if changes.add_phones:
        added = _e164(changes.add_phones, changes.region)
        keyed.refuse_erased(session, organisation_id=actor.organisation_id, numbers=added)
    # Locked, so that nothing is written into somebody who is erased or merged at this moment.
    session.execute(
        select(col(Contact.id)).where(col(Contact.id) == contact_id).with_for_update(key_share=True)
    )
    contact = contacts.find(session, actor=actor, contact_id=contact_id)
    if contact.erased_at is not None:
        raise Conflict(f"Contact {contact_id} was erased and is not written to again.", code="erased")
    changed = _fields(contact, changes)
    numbers = _numbers(session, actor, contact_id, changes, now)
    if not changed and not numbers:
        return contacts.show(session, actor=actor, contact_id=contact_id, now=now, language=language)
    contact.updated_at = now
    session.add(contact)
    session.flush()
    if numbers or "timezone" in changed:
        requeue(session, actor, contact, now)
    _tell(session, actor, contact_id, [*changed, *numbers], now)
    return contacts.show(session, actor=actor, contact_id=contact_id, now=now, language=language)


def _tell(session: Session, actor: Actor, contact_id: int, fields: list[str], now: datetime) -> None:
    """One event; of somebody who leads, one for each lead of the person, whose histories people read.

    A seller's stands for none of them: the leads a seller has handled are the seller's own from then on.
    """
    leads: list[tuple[int | None, int | None]] = [(None, None)]
    if actor.leads_others:
        rows = session.execute(
            select(col(Lead.id), col(Lead.campaign_id))
            .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id) == contact_id)
            .order_by(col(Lead.id))
        )
        leads = [(lead_id, campaign_id) for lead_id, campaign_id in rows] or leads
    history.write_many(
        session,
        [
            {
                "organisation_id": actor.organisation_id,
                "at": now,
                "kind": "contact_edit",
                "user_id": actor.user_id,
                "lead_id": lead_id,
                "contact_id": contact_id,
                "campaign_id": campaign_id,
                "after": {"fields": fields},
            }
            for lead_id, campaign_id in leads
        ],
    )


_CHECKED: dict[str, Callable[[str], str]] = {
    "timezone": lambda text: zone_named(text).key,
    "email": details.email,
    "country": details.country,
    "language": details.language,
}


def _fields(contact: Contact, changes: ContactChanges) -> list[str]:
    """Set the plain fields, tags and attributes; returns the names of those that changed."""
    before = {name: getattr(contact, name) for name in (*FIELDS, "tags", "attributes")}
    for name, text in changes.fields.items():
        if name not in FIELDS:
            raise Invalid(f"There is no field {name}; use {', '.join(FIELDS)}.", code="contact_field")
        value = text.strip() or None
        if value is not None and value != before[name]:
            value = _CHECKED.get(name, str)(value)
        setattr(contact, name, value or "" if name == "name" else value)
    if not contact.name and not contact.company:
        raise Invalid("A contact needs a name or a company.", code="contact_name")
    if not all(tag.strip() for tag in changes.add_tags):
        raise Invalid("A tag needs a text.", code="tag")
    kept = [tag for tag in contact.tags if tag not in changes.remove_tags]
    contact.tags = list(dict.fromkeys([*kept, *changes.add_tags]))
    merged = {**contact.attributes, **changes.attributes}
    contact.attributes = {name: text for name, text in merged.items() if text}
    return [name for name, value in before.items() if getattr(contact, name) != value]


def _numbers(
    session: Session, actor: Actor, contact_id: int, changes: ContactChanges, now: datetime
) -> list[str]:
    """Add, remove and mark numbers; returns what was done, in words."""
    wanted = {
        "phone_added": changes.add_phones,
        "phone_removed": changes.remove_phones,
        "phone_good": changes.good,
        "phone_bad": changes.bad,
    }
    if not any(wanted.values()):
        return []
    entry = _in_hand(session, actor, contact_id, now)
    found = {
        phone.e164: phone
        for phone in session.execute(
            select(ContactPhone)
            .where(col(ContactPhone.contact_id) == contact_id)
            .order_by(col(ContactPhone.position))
        ).scalars()
    }
    for e164 in _e164(changes.remove_phones, changes.region):
        session.delete(_of(found, e164))
        del found[e164]
    for numbers, bad in ((changes.good, False), (changes.bad, True)):
        for e164 in _e164(numbers, changes.region):
            _of(found, e164).bad = bad
    position = max((phone.position for phone in found.values()), default=-1)
    for e164 in _e164(changes.add_phones, changes.region):
        if e164 in found:
            continue
        position += 1
        phone = ContactPhone(
            organisation_id=actor.organisation_id,
            contact_id=contact_id,
            e164=e164,
            kind=kind_of(e164),
            position=position,
        )
        session.add(phone)
        if entry is not None:
            _hold(session, actor, entry, e164, now)
    session.flush()
    return [name for name, numbers in wanted.items() if numbers]


def _e164(numbers: Sequence[str], region: str | None) -> list[str]:
    found = []
    for text in numbers:
        phone = normalise(text, region)
        if isinstance(phone, InvalidPhone):
            raise Invalid(f"{text}: {phone.message}.", code="phone")
        found.append(phone.e164)
    return found


def _of(found: Mapping[str, ContactPhone], e164: str) -> ContactPhone:
    if e164 not in found:
        raise NotFound(f"The contact has no number {e164}.", code="no_number")
    return found[e164]


def _in_hand(session: Session, actor: Actor, contact_id: int, now: datetime) -> HopperEntry | None:
    """The actor's own claim on one of the contact's leads; somebody else's is a conflict."""
    claims = session.execute(
        select(HopperEntry)
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(
            col(Lead.contact_id) == contact_id,
            col(HopperEntry.locked_by).is_not(None),
            col(HopperEntry.expires_at) > now,
        )
    ).scalars()
    own = None
    for entry in claims:
        if entry.locked_by != actor.user_id:
            raise Conflict(
                f"Another seller has contact {contact_id} in hand; change the numbers when it is free.",
                code="held",
            )
        own = entry
    return own


def _hold(session: Session, actor: Actor, entry: HopperEntry, e164: str, now: datetime) -> None:
    """A number added to the person in hand is in the same hands, or it is somebody else's at this moment."""
    affected(
        session, delete(HeldNumber).where(col(HeldNumber.e164) == e164, col(HeldNumber.expires_at) <= now)
    )
    held = affected(
        session,
        insert_ignore(HeldNumber).values(
            organisation_id=actor.organisation_id, e164=e164, entry_id=entry.id, expires_at=entry.expires_at
        ),
    )
    if not held:
        raise Conflict(f"Another seller has {e164} in hand at this moment.", code="held")


def requeue(session: Session, actor: Actor, contact: Contact, now: datetime) -> None:
    """Other numbers or another zone: the contact's leads wait where they belong now."""
    first = session.execute(
        select(col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id) == contact.id)
        .order_by(col(ContactPhone.bad), col(ContactPhone.position))
        .limit(1)
    ).scalar_one_or_none()
    zones = (contact.timezone,) if contact.timezone else time_zones(first) if first else ()
    rows = session.execute(
        select(Lead, Campaign)
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id) == contact.id)
        .execution_options(populate_existing=True)
    ).all()
    for lead, campaign in rows:
        shift = parse_segment(lead.segment).shift
        segment = segment_key(zones, shift, fallback=campaign.timezone)
        session.execute(
            insert_ignore(CampaignSegment).values(
                organisation_id=actor.organisation_id,
                campaign_id=campaign.id,
                segment=segment,
                rank=99 - lead.priority,
            )
        )
        same = col(Lead.id) == lead.id
        affected(session, update(Lead).where(same).values(segment=segment, updated_at=now))
        affected(
            session,
            delete(HopperEntry).where(
                col(HopperEntry.lead_id) == lead.id, col(HopperEntry.state) == HopperState.NEW.value
            ),
        )
        queue_state.recompute(
            session, organisation_id=actor.organisation_id, dialable=policy_of(campaign).dialable, where=same
        )
