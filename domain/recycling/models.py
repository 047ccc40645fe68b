"""Tables of recycling."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from domain.base import BigId, Entity, Json


class RecycleBatch(Entity, table=True):
    """One recycle: who asked for what, how far it got, what it did, and whether it was taken back.

    What became of each lead stands in its history (``HistoryEvent.batch_id``), before and after, so that an undo
    restores exactly that. ``filters`` has the shape of ``domain.recycling.selection.Filters``; ``state`` is a code
    of ``domain.recycling.batches.BatchState``. ``cursor`` is the last lead of the chunks that are committed: a
    batch that was stopped goes on after it. ``touched_at`` is when the last chunk was committed.
    """

    __tablename__: ClassVar[str] = "recycle_batch"
    __table_args__ = (Index("ix_recycle_batch_campaign", "organisation_id", "campaign_id", "id"),)

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    target: str
    reset_attempts: bool = False
    include_final: bool = False
    filters: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    state: str = "running"
    cursor: int = Field(default=0, sa_type=BigId)
    selected: int = 0
    recycled: int = 0
    by_status: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime
    touched_at: datetime
    finished_at: datetime | None = None
    undone_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    undone_at: datetime | None = None
    restored: int = 0
    kept: int = 0
