"""Tables of bulk edits."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from domain.base import BigId, Entity, Json


class BulkEdit(Entity, table=True):
    """One change of many leads: who asked for what, how far it got, and whether it was taken back.

    ``change`` has the shape of ``domain.bulk.selection.Change``, ``chosen`` that of ``Selection``; ``state`` is a
    code of ``domain.bulk.batches.State``. ``touched_at`` is when the last chunk was committed.
    """

    __tablename__: ClassVar[str] = "bulk_edit"

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId, index=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    change: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    chosen: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    state: str = "running"
    selected: int = 0
    changed: int = 0
    created_at: datetime
    touched_at: datetime
    undone_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    undone_at: datetime | None = None
    restored: int = 0
    kept: int = 0


class BulkEditLine(Entity, table=True):
    """One lead a bulk edit changed, with what stood there before: ids and codes only; gone once it is back."""

    __tablename__: ClassVar[str] = "bulk_edit_line"
    __table_args__ = (UniqueConstraint("bulk_edit_id", "lead_id"),)

    bulk_edit_id: int = Field(foreign_key="bulk_edit.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId, ondelete="CASCADE")
    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId, ondelete="CASCADE")
    former: dict[str, object] = Field(default_factory=dict, sa_type=Json)
