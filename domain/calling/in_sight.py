"""Whose leads somebody who leads may see and change: those of the own teams' sellers, and those nobody owns."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.people.rights import Actor
from domain.people.teams import visible_sellers


def in_sight(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions on ``Lead``; none for who sees everybody. One statement at most."""
    sellers = visible_sellers(session, actor)
    if sellers is None:
        return []
    return [or_(col(Lead.owner_id).is_(None), col(Lead.owner_id).in_(sorted(sellers)))]
