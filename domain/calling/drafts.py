"""Drafts: the note being typed outlives the terminal; the outcome takes it along."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, delete, literal, select
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId
from domain.calling.models import Draft, Lead
from domain.constructs import upsert
from domain.contacts.models import Contact
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sql import affected


def save(session: Session, *, actor: Actor, lead_id: int, text: str, now: datetime) -> None:
    """Keep (or, when the text is empty, forget) the seller's draft for a lead. One statement.

    Of a person who was erased meanwhile nothing is kept.
    """
    require(actor, *SELLING_ROLES, to="take notes")
    if not text.strip():
        affected(
            session, delete(Draft).where(col(Draft.seller_id) == actor.user_id, col(Draft.lead_id) == lead_id)
        )
        return
    row = (
        select(
            col(Lead.organisation_id),
            literal(actor.user_id, BigId),
            col(Lead.id),
            literal(text, Text()),
            literal(now, UTCDateTime()),
        )
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.id) == lead_id,
            col(Contact.erased_at).is_(None),
        )
    )
    columns = ("organisation_id", "seller_id", "lead_id", "text", "updated_at")
    session.execute(upsert(Draft, keys=columns[:3], update=columns[3:]).from_select(columns, row))
