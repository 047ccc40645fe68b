"""The table of the audit log: rows are added and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from domain.base import BigId, Entity, Json, partial_index


class AuditEvent(Entity, table=True):
    """One thing somebody did, or was refused. It holds ids and codes only.

    ``name`` is the user's, as typed to sign in; empty where nobody of the shop was meant. ``kind`` is a code in
    two parts (``user.add``, ``sign_in.failed``), ``target`` what it was done to, ``detail`` codes about it.
    """

    __tablename__: ClassVar[str] = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "organisation_id", "at"),
        Index("ix_audit_event_user", "organisation_id", "user_id", "id"),
        Index("ix_audit_event_kind", "organisation_id", "kind", "id"),
        partial_index("ix_audit_event_refused", "organisation_id", "id", where="refused"),
    )

    at: datetime
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    name: str = ""
    kind: str
    target: str | None = None
    detail: dict[str, object] | None = Field(default=None, sa_type=Json)
    refused: bool = False
