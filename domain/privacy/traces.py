"""Where the database keeps text about a person, and emptying it: the one list erasing and merging go by.

History, figures and sales hold ids and codes only and are not touched. A test writes marks into every text column
there is and looks for them after a person was erased.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from domain.bulk.models import BulkEditLine
from domain.calling import expiry
from domain.calling.models import Activity, Call, Draft, HopperEntry, Lead
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Conflict, NotFound
from domain.people.models import User
from domain.people.rights import Actor
from domain.sql import affected

ERASED_NAME: Final = "(erased)"
MERGED_NAME: Final = "(merged)"
"""What lists show instead of a name."""

TEXTS: Final = (
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
"""The fields of a contact beside its name, tags and attributes."""


def lock_contacts(
    session: Session, *, actor: Actor, contact_ids: Collection[int], lock: bool = True
) -> dict[int, Contact]:
    """The contacts, locked in the order of their ids (unless they are only looked at).

    Raises:
        NotFound: there is no such contact.
    """
    statement = (
        select(Contact)
        .where(col(Contact.organisation_id) == actor.organisation_id, col(Contact.id).in_(contact_ids))
        .order_by(col(Contact.id))
        .execution_options(populate_existing=True)
    )
    rows = session.execute(statement.with_for_update(key_share=True) if lock else statement).scalars()
    found = {contact.id or 0: contact for contact in rows}
    for contact_id in contact_ids:
        if contact_id not in found:
            raise NotFound(f"There is no contact {contact_id}.", code="no_contact")
    return found


def lock_leads(
    session: Session, *, actor: Actor, contact_ids: Collection[int], lock: bool = True
) -> list[Lead]:
    """All leads of these contacts, locked in the order of their ids as everybody does who changes several."""
    statement = (
        select(Lead)
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id).in_(contact_ids))
        .order_by(col(Lead.id))
        .execution_options(populate_existing=True)
    )
    return list(session.execute(statement.with_for_update(key_share=True) if lock else statement).scalars())


def leave_hopper(session: Session, *, leads: Collection[Lead], now: datetime) -> None:
    """The leads (locked) leave the hopper; claims whose lease is over are written down as ended.

    Raises:
        Conflict: a seller has one of them in hand.
    """
    by_id = {lead.id or 0: lead for lead in leads}
    entries = session.execute(
        select(HopperEntry, col(User.name))
        .outerjoin(User, col(User.id) == func.coalesce(col(HopperEntry.locked_by), col(HopperEntry.kept_for)))
        .where(col(HopperEntry.lead_id).in_(list(by_id)))
        .execution_options(populate_existing=True)
    ).all()
    for entry, seller in entries:
        waits = entry.call_id is not None and entry.kept_until is not None and entry.kept_until > now
        if waits or (entry.locked_by is not None and (entry.expires_at or now) > now):
            raise Conflict(
                f"{seller} has lead {entry.lead_id} in hand; try again when it is free.", code="held"
            )
    for entry, _ in entries:
        if entry.locked_by is not None or entry.call_id is not None:
            expiry.note(session, entry=entry, lead=by_id[entry.lead_id], now=now)
    affected(session, delete(HopperEntry).where(col(HopperEntry.id).in_([entry.id for entry, _ in entries])))


def empty_contacts(
    session: Session, *, contact_ids: Collection[int], name: str, now: datetime, **values: object
) -> None:
    """Name, texts, tags, attributes and numbers of contacts go; ``name`` is what lists show from now on."""
    affected(
        session,
        update(Contact)
        .where(col(Contact.id).in_(contact_ids))
        .values(
            {"name": name, **dict.fromkeys(TEXTS), "tags": [], "attributes": {}, "updated_at": now, **values}
        ),
    )
    affected(session, delete(ContactPhone).where(col(ContactPhone.contact_id).in_(contact_ids)))
    # What a bulk edit would put back is put back to nobody.
    affected(session, delete(BulkEditLine).where(col(BulkEditLine.contact_id).in_(contact_ids)))


def empty_work(session: Session, *, contact_ids: Collection[int], lead_ids: Collection[int]) -> None:
    """What leads, calls, activities and drafts say about the person goes; their figures stay."""
    affected(session, delete(Draft).where(col(Draft.lead_id).in_(lead_ids)))
    affected(session, update(Lead).where(col(Lead.id).in_(lead_ids)).values(external_id=None, attributes={}))
    affected(
        session,
        update(Call).where(col(Call.contact_id).in_(contact_ids)).values(e164=None, external_id=None),
    )
    affected(session, update(Activity).where(col(Activity.contact_id).in_(contact_ids)).values(notes=None))
