"""Tables of the people who work with Dialdeck."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.base import BigId, Entity, Json, partial_index


class Organisation(SQLModel, table=True):
    """A shop. An embedded database has exactly one and nobody sees the word.

    ``settings`` holds shop-wide settings (see ``domain.people.shop.ShopSettings``); ``demo`` marks a
    demonstration shop and says whether it was built to the end. ``login_role`` is the account of the shop's seats
    on a server that keeps several shops apart (``storage.access``).
    """

    __tablename__: ClassVar[str] = "organisation"

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    name: str = Field(unique=True)
    login_role: str | None = Field(default=None, unique=True)
    settings: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime


class Team(Entity, table=True):
    """Sellers who are led together; a user belongs to one team or to none."""

    __tablename__: ClassVar[str] = "team"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: str
    created_at: datetime


class TeamLead(Entity, table=True):
    """A supervisor who leads a team."""

    __tablename__: ClassVar[str] = "team_lead"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id", "team_id"),)

    team_id: int = Field(foreign_key="team.id", sa_type=BigId)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigId)


class User(Entity, table=True):
    """Somebody who signs in. ``name`` is what they type; ``role`` and ``shift`` are codes of ``domain.codes``.

    ``failed_sign_ins`` counts wrong passwords since the last right one; nobody gets in before ``locked_until``.
    """

    __tablename__: ClassVar[str] = "user_account"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: str
    full_name: str = ""
    role: str
    shift: str = "any"
    active: bool = True
    password_hash: str | None = None
    team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigId)
    failed_sign_ins: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    locked_until: datetime | None = None
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


class SellerPresence(Entity, table=True):
    """When a seller's open console last gave a sign of life: one row a seller, renewed while it is open."""

    __tablename__: ClassVar[str] = "seller_presence"
    __table_args__ = (UniqueConstraint("organisation_id", "seller_id"),)

    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    seen_at: datetime


class SellerMessage(Entity, table=True):
    """A line from somebody who leads to a seller; ``shown_at`` when the seller's console had it on screen."""

    __tablename__: ClassVar[str] = "seller_message"
    __table_args__ = (
        Index("ix_seller_message_recipient", "organisation_id", "recipient_id", "id"),
        partial_index(
            "ix_seller_message_unread", "organisation_id", "recipient_id", "id", where="shown_at IS NULL"
        ),
    )

    sender_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    recipient_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    text: str
    sent_at: datetime
    shown_at: datetime | None = None
