"""Sales: what an outcome sold, at which price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from domain.errors import Invalid, NotFound
from domain.sales.models import Product, Sale
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class SaleInput:
    """What the seller entered; None takes the campaign's default product and the product's own price.

    ``price_minor`` is the price of one piece in minor units of the product's currency.
    """

    product_id: int | None = None
    quantity: int = 1
    price_minor: int | None = None


def record(
    session: Session,
    *,
    organisation_id: int,
    campaign_id: int,
    lead_id: int,
    contact_id: int,
    seller_id: int,
    call_id: int | None,
    default_product_id: int | None,
    sale: SaleInput | None,
    now: datetime,
) -> int:
    """Record one sale and return its number; without any product it is a sale of nothing in particular.

    Raises:
        Invalid: a quantity under 1 or a price under 0.  NotFound: the product is not on offer.
    """
    given = sale or SaleInput()
    if given.quantity < 1:
        raise Invalid("The quantity must be at least 1.", code="quantity")
    if given.price_minor is not None and given.price_minor < 0:
        raise Invalid("The price cannot be below zero.", code="price")
    product_id = given.product_id or default_product_id
    product = _product(session, organisation_id, product_id) if product_id is not None else None
    price = given.price_minor if given.price_minor is not None else (product.price_minor if product else 0)
    statement = insert(Sale).values(
        organisation_id=organisation_id,
        campaign_id=campaign_id,
        lead_id=lead_id,
        contact_id=contact_id,
        seller_id=seller_id,
        product_id=product_id,
        call_id=call_id,
        quantity=given.quantity,
        price_minor=price,
        total_minor=price * given.quantity,
        currency=product.currency if product else "USD",
        sold_at=now,
    )
    return int(session.execute(statement.returning(col(Sale.id))).scalar_one())


def _product(session: Session, organisation_id: int, product_id: int) -> Product:
    product: Product | None = session.execute(
        select(Product).where(col(Product.organisation_id) == organisation_id, col(Product.id) == product_id)
    ).scalar_one_or_none()
    if product is None:
        raise NotFound(f"There is no product number {product_id}.", code="no_product")
    return product


def cancel(session: Session, *, sale_id: int, now: datetime) -> None:
    """Mark a sale as cancelled (its outcome was undone)."""
    affected(session, update(Sale).where(col(Sale.id) == sale_id).values(cancelled_at=now))
