"""Tables of handing out and taking back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from domain.base import BigId, Entity, Json


class HandingBatch(Entity, table=True):
    """One time leads were handed out or taken back: who asked for what, how far it got, whether it was undone.

    ``kind`` is ``assign`` or ``release``; ``wanted`` says how many each target was to get (None: as many as there
    are), ``given`` how many each got, both by ``domain.handing.targets.Target.key``. ``filters`` has the shape of
    ``domain.recycling.selection.Filters``, ``state`` is a code of ``domain.recycling.states.BatchState``.
    What became of each lead stands in its history (``HistoryEvent.batch_id`` with this kind), before and after;
    ``cursor`` is the last lead an undo has looked at. ``campaign_id`` is empty where it was about all of them.
    """

    __tablename__: ClassVar[str] = "handing_batch"
    __table_args__ = (Index("ix_handing_batch_campaign", "organisation_id", "campaign_id", "id"),)

    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=BigId)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    kind: str
    wanted: dict[str, int | None] = Field(default_factory=dict, sa_type=Json)
    given: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    filters: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    move_callbacks: bool = True
    state: str = "running"
    cursor: int = Field(default=0, sa_type=BigId)
    leads: int = 0
    callbacks: int = 0
    created_at: datetime
    touched_at: datetime
    finished_at: datetime | None = None
    undone_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    undone_at: datetime | None = None
    restored: int = 0
    kept: int = 0


class HandingCallback(Entity, table=True):
    """A pending callback that moved along with its lead: whose it was, and whose it became (none: anyone's)."""

    __tablename__: ClassVar[str] = "handing_callback"
    __table_args__ = (Index("ix_handing_callback_batch", "batch_id", "lead_id"),)

    batch_id: int = Field(foreign_key="handing_batch.id", sa_type=BigId)
    lead_id: int = Field(sa_type=BigId)
    activity_id: int = Field(sa_type=BigId)
    former_seller_id: int | None = Field(default=None, sa_type=BigId)
    seller_id: int | None = Field(default=None, sa_type=BigId)
