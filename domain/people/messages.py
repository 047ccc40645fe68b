"""A line from somebody who leads to a seller: it appears on the seller's console, and tells when it was seen there.

The words live here and nowhere else, so that they can be erased; sending is no history of any lead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.constructs import among_numbers
from domain.errors import Invalid, NotAllowed, NotFound
from domain.people.models import SellerMessage, User
from domain.people.rights import LEADING_ROLES, READING_ROLES, SELLING_ROLES, Actor, require
from domain.people.teams import require_visible, visible_sellers
from domain.sql import affected

LONGEST: Final = 140
"""Letters of a message: what a seller takes in beside a call."""
UNREAD_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Message:
    """A message: ``sender`` and ``recipient`` by name; ``shown_at`` empty until it was on the seller's console."""

    id: int
    sender: str
    recipient: str
    text: str
    sent_at: datetime
    shown_at: datetime | None = None


def send(session: Session, *, actor: Actor, recipient_id: int, text: str, now: datetime) -> Message:
    """Send a line to somebody who sells (supervisors to their own teams, administrators).

    Raises:
        Invalid: nothing in it, or too long.  NotFound: no such user, or one who left.
        NotAllowed: a seller or auditor; or to one who does not sell, or is led by somebody else.
    """
    require(actor, *LEADING_ROLES, to="send messages to sellers")
    words = " ".join(text.split())
    if not words:
        raise Invalid("An empty message says nothing; write a line.", code="empty_message")
    if len(words) > LONGEST:
        raise Invalid(
            f"A message has at most {LONGEST} letters, this one {len(words)}; make it shorter.",
            code="long_message",
        )
    found: User | None = session.execute(
        select(User).where(
            col(User.organisation_id) == actor.organisation_id, col(User.id) == recipient_id, col(User.active)
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such seller. See: dialdeck users list", code="no_user")
    if found.role not in set(SELLING_ROLES):
        raise NotAllowed(f"{found.name} sells nothing and has no console to read a message on.")
    require_visible(session, actor, [recipient_id], to="send them messages")
    row = SellerMessage(
        organisation_id=actor.organisation_id,
        sender_id=actor.user_id,
        recipient_id=recipient_id,
        text=words,
        sent_at=now,
    )
    session.add(row)
    session.flush()
    return Message(row.id or 0, _called(actor.full_name, actor.name), found.name, words, now)


def unread(session: Session, *, actor: Actor) -> tuple[Message, ...]:
    """The messages for this person that were not on their screen yet, the oldest first. One statement."""
    require(actor, *SELLING_ROLES, to="read messages on a console")
    rows = session.execute(
        select(SellerMessage, col(User.name), col(User.full_name))
        .join(User, col(User.id) == col(SellerMessage.sender_id))
        .where(
            col(SellerMessage.organisation_id) == actor.organisation_id,
            col(SellerMessage.recipient_id) == actor.user_id,
            col(SellerMessage.shown_at).is_(None),
        )
        .order_by(col(SellerMessage.id))
        .limit(UNREAD_AT_ONCE)
    )
    return tuple(
        Message(row.id or 0, _called(full_name, name), actor.name, row.text, row.sent_at)
        for row, name, full_name in rows
    )


def shown(session: Session, *, actor: Actor, message_ids: Collection[int], now: datetime) -> int:
    """The person had these messages on screen now; returns how many had not been there. One statement."""
    require(actor, *SELLING_ROLES, to="read messages on a console")
    return affected(
        session,
        update(SellerMessage)
        .where(
            col(SellerMessage.organisation_id) == actor.organisation_id,
            col(SellerMessage.recipient_id) == actor.user_id,
            among_numbers(col(SellerMessage.id), message_ids),
            col(SellerMessage.shown_at).is_(None),
        )
        .values(shown_at=now),
    )


def listing(session: Session, *, actor: Actor, limit: int = 50, unread: bool = False) -> tuple[Message, ...]:
    """Messages, newest first: a seller's own; for those who lead or look, those to the sellers they see."""
    sender, recipient = aliased(User), aliased(User)
    statement = (
        select(SellerMessage, col(sender.name), col(sender.full_name), col(recipient.name))
        .join(sender, col(sender.id) == col(SellerMessage.sender_id))
        .join(recipient, col(recipient.id) == col(SellerMessage.recipient_id))
        .where(col(SellerMessage.organisation_id) == actor.organisation_id)
        .order_by(col(SellerMessage.id).desc())
        .limit(limit)
    )
    visible = visible_sellers(session, actor) if actor.role in READING_ROLES else {actor.user_id}
    if visible is not None:
        statement = statement.where(among_numbers(col(SellerMessage.recipient_id), sorted(visible)))
    if unread:
        statement = statement.where(col(SellerMessage.shown_at).is_(None))
    return tuple(
        Message(row.id or 0, _called(full_name, name), to, row.text, row.sent_at, row.shown_at)
        for row, name, full_name, to in session.execute(statement)
    )


def _called(full_name: str, name: str) -> str:
    return full_name or name
