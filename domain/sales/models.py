"""Tables of products and sales. Money is in minor units with a currency."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from domain.base import BigId, Entity


class Product(Entity, table=True):
    """Something on offer, with its price in minor units of ``currency`` (ISO 4217)."""

    __tablename__: ClassVar[str] = "product"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: str
    price_minor: int
    currency: str = "USD"
    active: bool = True
    created_at: datetime


class Sale(Entity, table=True):
    """One sale made with a lead; ``cancelled_at`` is set when its outcome was undone."""

    __tablename__: ClassVar[str] = "sale"
    __table_args__ = (
        Index("ix_sale_lead", "lead_id"),
        Index("ix_sale_contact", "contact_id"),
        Index("ix_sale_campaign", "organisation_id", "campaign_id", "sold_at"),
    )

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId)
    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    product_id: int | None = Field(default=None, foreign_key="product.id", sa_type=BigId)
    call_id: int | None = Field(default=None, sa_type=BigId)
    quantity: int = 1
    price_minor: int = 0
    total_minor: int = 0
    currency: str = "USD"
    sold_at: datetime
    cancelled_at: datetime | None = None
