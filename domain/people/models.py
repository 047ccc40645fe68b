"""Tables of the people who work with Dialdeck."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.base import BigId, Entity, Json


class Organisation(SQLModel, table=True):
    """A shop. An embedded database has exactly one and nobody sees the word.

    ``settings`` holds shop-wide settings (see ``domain.people.shop.ShopSettings``); ``demo`` marks a
    demonstration shop and says whether it was built to the end.
    """

    __tablename__: ClassVar[str] = "organisation"

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    name: str = Field(unique=True)
    settings: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime


class User(Entity, table=True):
    """Somebody who signs in. ``name`` is what they type; ``role`` and ``shift`` are codes of ``domain.codes``."""

    __tablename__: ClassVar[str] = "user_account"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: str
    full_name: str = ""
    role: str
    shift: str = "any"
    active: bool = True
    password_hash: str | None = None
    created_at: datetime
    updated_at: datetime


class SellerStateEvent(Entity, table=True):
    """One change of what a seller is doing; a state lasts until the seller's next event.

    Append-only, so nothing has to be closed when a terminal dies: talk, wrap-up and pause times are the
    differences between neighbours.
    """

    __tablename__: ClassVar[str] = "seller_state_event"
    __table_args__ = (Index("ix_seller_state_event_seller", "organisation_id", "seller_id", "at"),)

    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=BigId)
    lead_id: int | None = Field(default=None, sa_type=BigId)
    state: str
    pause_code: str | None = None
    at: datetime
