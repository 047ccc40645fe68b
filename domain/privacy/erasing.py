"""Erasing a person: text and identity go, figures and history stay, the register keeps a keyed hash of each number.

For administrators, at the person's request. What is left refers to a contact of whom nothing is known; it stands on
the register as a whole, so that none of its leads is opened again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, union, update
from sqlmodel import Session, col

from domain.audit import log as audit
from domain.base import metadata
from domain.calling import history, lead_status
from domain.calling.lead_status import Event
from domain.calling.models import Activity, Call, Lead
from domain.calling.status_table import Cause
from domain.codes import FINAL_STATUSES, DialStatus, QueueState, Role
from domain.constructs import among, insert_ignore
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.errors import Conflict
from domain.intake.batches import hold_imports
from domain.people.rights import Actor, require
from domain.privacy import finding, keyed, traces
from domain.privacy.finding import Person
from domain.sql import affected

_SOURCE = "erased"


@dataclass(frozen=True, slots=True)
class Erasing:
    """What erasing a person would mean (or meant): how much there is, and who else may be the same person.

    ``contact_ids``: the contact and those that were merged into it. ``closed``: the leads that had not ended.
    ``alike``: others with the same number or e-mail; they stay.
    """

    contact_id: int
    contact_ids: tuple[int, ...]
    name: str
    numbers: int
    leads: int
    closed: int
    calls: int
    activities: int
    alike: tuple[Person, ...]


def preview(session: Session, *, actor: Actor, contact_id: int) -> Erasing:
    """What erasing this person would mean; writes nothing. Raises as ``erase`` does."""
    _may(actor)
    contacts = _contacts(session, actor, contact_id)
    ids = sorted(contacts)
    statuses = session.execute(
        select(col(Lead.status)).where(
            col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id).in_(ids)
        )
    ).scalars()
    return _told(session, actor, contacts[contact_id], ids, list(statuses))


def erase(session: Session, *, actor: Actor, contact_id: int, now: datetime) -> Erasing:
    """Erase a person for good: some thirty statements, whatever there is about them.

    Raises:
        NotAllowed: anybody but an administrator.  NotFound: no such contact.
        Conflict: erased already (``erased``), merged into another contact (``merged``), or a seller has the person
            in hand at this moment (``held``).
    """
    _may(actor)
    # Whoever brings numbers in is waited for, and waits for us: otherwise this one could come in at this moment.
    hold_imports(session, actor.organisation_id)
    ids = sorted(_contacts(session, actor, contact_id))
    contact = traces.lock_contacts(session, actor=actor, contact_ids=ids)[contact_id]
    leads = traces.lock_leads(session, actor=actor, contact_ids=ids)
    told = _told(session, actor, contact, ids, [lead.status for lead in leads])
    traces.leave_hopper(session, leads=leads, now=now)
    _end(session, actor, leads, now)
    _register(session, actor, ids, now)
    traces.empty_contacts(session, contact_ids=ids, name=traces.ERASED_NAME, now=now, erased_at=now)
    traces.empty_work(session, contact_ids=ids, lead_ids=[lead.id or 0 for lead in leads])
    _write_down(session, actor, told, now)
    return told


def _may(actor: Actor) -> None:
    require(actor, Role.ADMIN, to="erase people")


def _contacts(session: Session, actor: Actor, contact_id: int) -> Mapping[int, Contact]:
    """The contact with those that were merged into it."""
    rows = session.execute(
        select(Contact)
        .where(
            col(Contact.organisation_id) == actor.organisation_id,
            or_(col(Contact.id) == contact_id, col(Contact.merged_into) == contact_id),
        )
        .execution_options(populate_existing=True)
    ).scalars()
    found = {contact.id or 0: contact for contact in rows}
    contact = found.get(contact_id)
    if contact is None:
        traces.lock_contacts(session, actor=actor, contact_ids=[contact_id])  # says that there is none
    elif contact.erased_at is not None:
        raise Conflict(f"Contact {contact_id} was erased on {contact.erased_at:%Y-%m-%d}.", code="erased")
    elif contact.merged_into is not None:
        raise Conflict(
            f"Contact {contact_id} was merged into contact {contact.merged_into}; erase that one.",
            code="merged",
        )
    return found


def _told(
    session: Session, actor: Actor, contact: Contact, ids: Sequence[int], statuses: Sequence[str | None]
) -> Erasing:
    """How much there is about a person, before it goes."""
    calls, activities = (
        int(session.execute(select(func.count()).where(contact_column.in_(ids))).scalar_one())
        for contact_column in (col(Call.contact_id), col(Activity.contact_id))
    )
    return Erasing(
        contact_id=contact.id or 0,
        contact_ids=tuple(ids),
        name=contact.name or contact.company or "",
        numbers=len(_numbers(session, ids)),
        leads=len(statuses),
        closed=sum(status not in FINAL_STATUSES for status in statuses),
        calls=calls,
        activities=activities,
        alike=finding.alike(session, actor=actor, contact_ids=ids),
    )


def _end(session: Session, actor: Actor, leads: Sequence[Lead], now: datetime) -> None:
    """Every lead ends, callbacks with it; one that ended before stays as it did, but cannot be brought back."""
    event = Event(kind=_SOURCE, user_id=actor.user_id)
    out = {"queue_state": QueueState.OUT.value}
    closed = {"status": DialStatus.CLOSED.value, "exhausted": False, **out}
    ended = [(lead, out, event) for lead in leads if lead.status in FINAL_STATUSES]
    opened = [(lead, closed, event) for lead in leads if lead.status not in FINAL_STATUSES]
    for changes in (ended, opened):
        lead_status.change_each(session, cause=Cause.EDIT, changes=changes, at=now)
    affected(
        session,
        update(Activity)
        .where(col(Activity.lead_id).in_([lead.id for lead in leads]), col(Activity.state) == "pending")
        .values(state="cancelled", completed_at=now),
    )


def _numbers(session: Session, ids: Collection[int]) -> set[str]:
    """All numbers that are known of the person: theirs, those that were called, those they gave the register."""
    parts = (
        (col(ContactPhone.e164), col(ContactPhone.contact_id)),
        (col(Call.e164), col(Call.contact_id)),
        (col(DoNotCall.e164), col(DoNotCall.contact_id)),
    )
    every = union(*(select(number).where(whose.in_(ids), number.is_not(None)) for number, whose in parts))
    return {e164 for e164 in session.execute(every).scalars() if e164}


def _register(session: Session, actor: Actor, ids: Sequence[int], now: datetime) -> None:
    """The register keeps a hash of each number instead of the number, and the contact as a whole.

    An entry that other people with the same number need stays, without a word about this person.
    """
    shop = actor.organisation_id
    numbers = sorted(_numbers(session, ids))
    key = keyed.make_key(session, organisation_id=shop, now=now)
    hashes = {e164: keyed.hashed(key, e164) for e164 in numbers}
    nothing = {"contact_id": None, "reason": None}
    mine = (col(DoNotCall.organisation_id) == shop,)
    affected(session, update(DoNotCall).where(*mine, col(DoNotCall.contact_id).in_(ids)).values(reason=None))
    named = (*mine, col(DoNotCall.contact_id).in_(ids), col(DoNotCall.e164).is_not(None))
    affected(session, update(DoNotCall).where(*named).values(**nothing))
    others = _needed_by_others(session, shop, ids, numbers)
    known = keyed.in_force(session, organisation_id=shop, hashes=list(hashes.values()))
    _hash_entries(
        session, shop, {e164: each for e164, each in hashes.items() if e164 not in others}, known, now
    )
    common = {"organisation_id": shop, "source": _SOURCE, "added_by": actor.author, "added_at": now}
    rows = [{**common, "contact_id": None, "number_hash": each} for each in hashes.values()]
    rows += [{**common, "contact_id": contact_id, "number_hash": None} for contact_id in ids]
    session.execute(insert_ignore(DoNotCall).values(rows))


def _needed_by_others(session: Session, shop: int, ids: Sequence[int], numbers: Sequence[str]) -> set[str]:
    return set(
        session.execute(
            select(col(ContactPhone.e164)).where(
                col(ContactPhone.organisation_id) == shop,
                among(col(ContactPhone.e164), numbers),
                col(ContactPhone.contact_id).not_in(ids),
            )
        ).scalars()
    )


def _hash_entries(
    session: Session, shop: int, hashes: Mapping[str, str], known: set[str], now: datetime
) -> None:
    """Entries of these numbers, in force or taken off, get the hash in place of the number.

    Where the hash is in force already the entry is one too many, and ends.
    """
    entry = metadata.tables["do_not_call"]
    for of_known in (False, True):
        rows = [{"of": e164, "hash": each} for e164, each in hashes.items() if (each in known) is of_known]
        if not rows:
            continue
        values: dict[str, Any] = {
            "e164": None,
            "reason": None,
            "contact_id": None,
            "number_hash": bindparam("hash"),
        }
        if of_known:
            values["removed_at"] = func.coalesce(entry.c.removed_at, now)
        session.connection().execute(
            update(entry)
            .where(entry.c.organisation_id == shop, entry.c.e164 == bindparam("of"))
            .values(values),
            rows,
        )


def _write_down(session: Session, actor: Actor, told: Erasing, now: datetime) -> None:
    """Who erased whom, and how much: ids and counts."""
    counts = {"numbers": told.numbers, "leads": told.leads, "closed": told.closed}
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="contact_erased",
        user_id=actor.user_id,
        contact_id=told.contact_id,
        after=counts,
    )
    audit.acted(session, actor, at=now, kind="contact.erase", target=str(told.contact_id), detail=counts)
