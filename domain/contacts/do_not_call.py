"""The do-not-call register: adding, removing, and what that does to leads in every campaign.

Registering makes every lead with such a number *do not call* unless it has ended already; the database of
history knows exactly what one entry changed, so that an undo takes back exactly that.
Source: the calling specification, section 2 "do not call".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select, update
from sqlmodel import Session, col

from domain.base import BigId
from domain.calling import history, lead_status
from domain.calling.lead_status import Event
from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.status_table import Cause
from domain.codes import FINAL_STATUSES, DialStatus, HopperState, QueueState
from domain.constructs import insert_ignore
from domain.contacts import dnc_release
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.errors import NotFound
from domain.people.rights import LEADING_ROLES, READING_ROLES, SELLING_ROLES, Actor, require
from domain.privacy import keyed
from domain.sql import affected

BLOCKED_VALUES = ("status", "queue_state", "last_status_change", "recycle_batch_id")
"""What blocking changes in a lead, beside its version."""

_FINAL = frozenset(status.value for status in FINAL_STATUSES)


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration made and changed: ids only."""

    entry_ids: tuple[int, ...] = ()
    blocked: tuple[tuple[int, int, dict[str, object]], ...] = ()
    """Leads that became *do not call*: lead, its version afterwards, its values before."""
    cancelled_callbacks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One entry in force. ``erased``: a number of an erased person, of which only a hash is kept."""

    id: int
    number: str | None
    contact: str | None
    reason: str | None
    source: str
    added_at: datetime
    erased: bool = False


def add(
    session: Session, *, actor: Actor, numbers: Sequence[str], now: datetime, reason: str | None = None
) -> Registered:
    """Put numbers (E.164) on the register; the leads that have them are blocked at once.

    Numbers that are on it already are left as they are.
    """
    require(actor, *SELLING_ROLES, to="register a do-not-call")
    return register(
        session, actor=actor, numbers=numbers, contact_id=None, now=now, source="manual", reason=reason
    )


def register(
    session: Session,
    *,
    actor: Actor,
    numbers: Iterable[str],
    contact_id: int | None,
    now: datetime,
    source: str,
    reason: str | None = None,
    except_lead: int | None = None,
) -> Registered:
    """Register numbers (and a contact as a whole) and block their leads. A fixed number of statements.

    Args:
        except_lead: a lead the caller changes itself (the one whose outcome this is).
    """
    wanted = sorted(set(numbers))
    leads = _open_leads(session, actor, wanted, contact_id, except_lead)
    rows: list[dict[str, object]] = [_row(actor, now, source, reason, e164, contact_id) for e164 in wanted]
    if contact_id is not None:
        rows.append(_row(actor, now, source, reason, None, contact_id))
    entry_ids: list[int] = []
    if rows:
        entry_ids = list(
            session.execute(insert_ignore(DoNotCall).values(rows).returning(col(DoNotCall.id))).scalars()
        )
    if entry_ids and source != "outcome":
        history.write(
            session,
            organisation_id=actor.organisation_id,
            at=now,
            kind="do_not_call_added",
            user_id=actor.user_id,
            contact_id=contact_id,
            action=source,
            after={"entries": len(entry_ids)},
        )
    blocked, cancelled = _block(session, actor, leads, now)
    return Registered(tuple(entry_ids), tuple(blocked), tuple(cancelled))


def registered(session: Session, *, actor: Actor, numbers: Iterable[str]) -> set[str]:
    """Those of the numbers (E.164) that are on the register."""
    rows = session.execute(
        select(col(DoNotCall.e164)).where(
            col(DoNotCall.organisation_id) == actor.organisation_id,
            col(DoNotCall.e164).in_(list(numbers)),
            col(DoNotCall.removed_at).is_(None),
        )
    ).scalars()
    return {e164 for e164 in rows if e164 is not None}


def _row(
    actor: Actor, now: datetime, source: str, reason: str | None, e164: str | None, contact_id: int | None
) -> dict[str, object]:
    return {
        "organisation_id": actor.organisation_id,
        "e164": e164,
        "contact_id": contact_id,
        "reason": reason,
        "source": source,
        "added_by": actor.user_id,
        "added_at": now,
    }


def lock_leads(session: Session, *, actor: Actor, lead_id: int) -> None:
    """Lock a lead and all leads with one of its contact's numbers, in the order of their ids.

    For a caller that will register those numbers: whoever changes many leads takes them in this order, so that
    nobody waits for somebody who waits for them.
    """
    person = select(col(Lead.contact_id)).where(col(Lead.id) == lead_id)
    theirs = select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id) == person.scalar_subquery())
    sharing = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == actor.organisation_id, col(ContactPhone.e164).in_(theirs)
    )
    session.execute(
        select(col(Lead.id))
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.contact_id).in_(sharing.union(person)),  # one list of people, see _open_leads
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True)
    ).all()


def _open_leads(
    session: Session,
    actor: Actor,
    numbers: Sequence[str],
    contact_id: int | None,
    except_lead: int | None,
) -> Sequence[Lead]:
    """The leads with these numbers that have not ended.

    All with these numbers are locked, in the order of their ids: one that has ended may be on its way back.
    """
    with_number = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == actor.organisation_id, col(ContactPhone.e164).in_(numbers)
    )
    # One list of people: with an OR between the two PostgreSQL would look at every lead.
    same_person = col(Lead.contact_id).in_(with_number.union(select(literal(contact_id, BigId))))
    leads = session.execute(
        select(Lead)
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            same_person,
            col(Lead.id) != (except_lead or 0),
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalars()
    return [lead for lead in leads if lead.status not in _FINAL]


def on_register() -> ColumnElement[bool]:
    """Whether the contact of ``Lead`` has a number on the register, or stands there as a whole."""
    in_force = select(col(DoNotCall.id)).where(
        col(DoNotCall.organisation_id) == col(Lead.organisation_id), col(DoNotCall.removed_at).is_(None)
    )
    number = (
        in_force.join(ContactPhone, col(ContactPhone.e164) == col(DoNotCall.e164))
        .where(col(ContactPhone.contact_id) == col(Lead.contact_id))
        .correlate(Lead)
    )
    person = in_force.where(col(DoNotCall.e164).is_(None), col(DoNotCall.contact_id) == col(Lead.contact_id))
    return or_(exists(number), exists(person.correlate(Lead)))


def block_again(session: Session, *, actor: Actor, lead_ids: Sequence[int], now: datetime) -> set[int]:
    """Leads that are open again (an undo) though a number of theirs came on the register meanwhile are blocked.

    The caller has locked them. Returns which they were.
    """
    leads = session.execute(
        select(Lead)
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id).in_(lead_ids), on_register())
        .order_by(col(Lead.id))
        .execution_options(populate_existing=True)
    ).scalars()
    back = [lead for lead in leads if lead.status not in _FINAL]
    _block(session, actor, back, now)
    return {lead.id for lead in back if lead.id is not None}


def _block(
    session: Session, actor: Actor, leads: Sequence[Lead], now: datetime
) -> tuple[list[tuple[int, int, dict[str, object]]], list[int]]:
    """The leads become *do not call*, leave the hopper, lose their callbacks.

    Only their dial status changes: how far a campaign got with the person, and why, stays what it was.
    """
    if not leads:
        return [], []
    ids = [lead.id or 0 for lead in leads]
    before = {lead.id or 0: history.lead_values(lead) for lead in leads}
    event = Event(user_id=actor.user_id)
    blocked = {"status": DialStatus.DNC.value, "queue_state": QueueState.OUT.value}
    changes = [(lead, blocked, event) for lead in leads]
    lead_status.change_each(session, cause=Cause.DO_NOT_CALL, changes=changes, at=now)
    cancelled = list(
        session.execute(
            update(Activity)
            .where(
                col(Activity.lead_id).in_(ids),
                col(Activity.state) == "pending",
                col(Activity.kind) == "callback",
            )
            .values(state="cancelled", completed_at=now)
            .returning(col(Activity.id)),
            execution_options={"synchronize_session": False},
        ).scalars()
    )
    affected(
        session,
        delete(HopperEntry).where(
            col(HopperEntry.lead_id).in_(ids), col(HopperEntry.state) == HopperState.NEW.value
        ),
    )
    return [(lead.id or 0, lead.version + 1, before[lead.id or 0]) for lead in leads], cancelled


def remove(session: Session, *, actor: Actor, number: str, now: datetime) -> int:
    """Take a number off the register (supervisors); leads it alone had ended are as they were before.

    Returns:
        How many entries were taken off.

    Raises:
        NotAllowed: a seller.  NotFound: the number is not on the register.
    """
    require(actor, *LEADING_ROLES, to="take a number off the register")
    removed = dnc_release.release(session, actor=actor, number=number, now=now)
    if not removed:
        raise NotFound(f"{number} is not on the register.", code="not_registered")
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="do_not_call_removed",
        user_id=actor.user_id,
        after={"entries": removed},
    )
    return removed


def listing(
    session: Session, *, actor: Actor, limit: int = 500, after: int = 0, number: str | None = None
) -> list[RegisterLine]:
    """Entries in force, oldest first, a page at a time (``after`` is the last id of the page before)."""
    require(actor, *READING_ROLES, to="read the whole register")
    statement = (
        select(DoNotCall, col(Contact.name))
        .outerjoin(Contact, col(Contact.id) == col(DoNotCall.contact_id))
        .where(
            col(DoNotCall.organisation_id) == actor.organisation_id,
            col(DoNotCall.removed_at).is_(None),
            col(DoNotCall.id) > after,
        )
        .order_by(col(DoNotCall.id))
        .limit(limit)
    )
    if number is not None:
        key = keyed.key_of(session, organisation_id=actor.organisation_id)
        hashes = [keyed.hashed(key, number)] if key is not None else []
        statement = statement.where(
            or_(col(DoNotCall.e164) == number, col(DoNotCall.number_hash).in_(hashes))
        )
    return [
        RegisterLine(
            row.id or 0,
            row.e164,
            name,
            row.reason,
            row.source,
            row.added_at,
            erased=row.number_hash is not None,
        )
        for row, name in session.execute(statement)
    ]
