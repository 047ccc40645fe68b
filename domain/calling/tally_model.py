"""The table of how many leads stand where."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index, SmallInteger
from sqlmodel import Field

from domain.base import BigId, Entity

PLACE = ("organisation_id", "campaign_id", "list_id", "status", "waits", "segment", "exhausted")
"""The columns that make a place."""


class LeadTally(Entity, table=True):
    """A change of how many leads stand in one place; the sum of all rows of a place is what stands there now.

    The database writes these rows itself in the transaction that changes leads (``storage.triggers``). A server
    adds only ever new ones, so that no two sellers wait for one row; ``storage.figures.fold`` draws them together.
    A file, where one writes at a time, keeps one row a place.
    A place is list (0 for none), status ('' for none), where it waits (a ``QueueState``, where the hopper counts
    as the pool), segment, and whether the attempts are used up.
    """

    __tablename__: ClassVar[str] = "lead_tally"
    __table_args__ = (
        Index("ix_lead_tally_campaign", "organisation_id", "campaign_id"),
        Index("uq_lead_tally_place", *PLACE, unique=True, info={"only": "sqlite"}).ddl_if(dialect="sqlite"),
    )

    campaign_id: int = Field(sa_type=BigId)
    list_id: int = Field(default=0, sa_type=BigId)
    status: str = ""
    waits: int = Field(default=0, sa_type=SmallInteger)
    segment: str = ""
    exhausted: bool = False
    leads: int
