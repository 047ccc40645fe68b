"""Do-not-call for a person as a whole: on with a reason, and off again, all numbers at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling import history
from domain.contacts import contacts, dnc_release, do_not_call
from domain.contacts.models import ContactPhone
from domain.errors import NotFound
from domain.people.rights import LEADING_ROLES, Actor, require


def block(
    session: Session, *, actor: Actor, contact_id: int, now: datetime, reason: str | None = None
) -> int:
    """Put a person and all their numbers on the register (supervisors); their leads end everywhere.

    Returns:
        How many leads were blocked.

    Raises:
        NotFound: no such contact.
    """
    require(actor, *LEADING_ROLES, to="register a person")
    contacts.find(session, actor=actor, contact_id=contact_id)
    done = do_not_call.register(
        session,
        actor=actor,
        numbers=_numbers(session, contact_id),
        contact_id=contact_id,
        now=now,
        source="manual",
        reason=(reason or "").strip() or None,
    )
    return len(done.blocked)


def release(session: Session, *, actor: Actor, contact_id: int, now: datetime) -> int:
    """Take all numbers of a person off the register (supervisors); leads these alone had ended are as before.

    Returns:
        How many entries were taken off.

    Raises:
        NotFound: no such contact, or none of their numbers is on the register.
    """
    require(actor, *LEADING_ROLES, to="take a person off the register")
    contacts.find(session, actor=actor, contact_id=contact_id)
    removed = sum(
        dnc_release.release(session, actor=actor, number=number, now=now)
        for number in _numbers(session, contact_id)
    )
    if not removed:
        raise NotFound(f"No number of contact {contact_id} is on the register.", code="not_registered")
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="do_not_call_removed",
        user_id=actor.author,
        contact_id=contact_id,
        after={"entries": removed},
    )
    return removed


def _numbers(session: Session, contact_id: int) -> list[str]:
    return list(
        session.execute(
            select(col(ContactPhone.e164))
            .where(col(ContactPhone.contact_id) == contact_id)
            .order_by(col(ContactPhone.position))
        ).scalars()
    )
