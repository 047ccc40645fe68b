"""Drafts: the note being typed outlives the terminal; the outcome takes it along."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from domain.calling.models import Draft
from domain.constructs import upsert
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sql import affected


def save(session: Session, *, actor: Actor, lead_id: int, text: str, now: datetime) -> None:
    """Keep (or, when the text is empty, forget) the seller's draft for a lead. One statement."""
    require(actor, *SELLING_ROLES, to="take notes")
    if not text.strip():
        affected(
            session, delete(Draft).where(col(Draft.seller_id) == actor.user_id, col(Draft.lead_id) == lead_id)
        )
        return
    session.execute(
        upsert(Draft, keys=("organisation_id", "seller_id", "lead_id"), update=("text", "updated_at")).values(
            organisation_id=actor.organisation_id,
            seller_id=actor.user_id,
            lead_id=lead_id,
            text=text,
            updated_at=now,
        )
    )
