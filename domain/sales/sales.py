"""Sales: what an outcome sold, at which price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, select, true, update
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId
from domain.errors import Invalid, NotFound
from domain.sales.models import Product, Sale
from domain.sales.money import LARGEST
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
    """Record one sale (one statement); without any product it is a sale of nothing in particular.

    Raises:
        Invalid: a quantity under 1, a price under 0, or a total too high to be kept.
        NotFound: the product is not on offer.
    """
    given = sale or SaleInput()
    _check(given)
    product_id = given.product_id if given.product_id is not None else default_product_id
    product = (
        col(Product.organisation_id) == organisation_id,
        col(Product.id) == product_id,
        col(Product.active),
    )
    priced = col(Product.price_minor) <= LARGEST // given.quantity if given.price_minor is None else true()
    price = literal(given.price_minor) if given.price_minor is not None else col(Product.price_minor)
    if product_id is None:
        price = literal(given.price_minor or 0)
    values: dict[str, SQLCoreOperations[object]] = {
        "organisation_id": literal(organisation_id),
        "campaign_id": literal(campaign_id),
        "lead_id": literal(lead_id),
        "contact_id": literal(contact_id),
        "seller_id": literal(seller_id),
        "product_id": literal(product_id, BigId),
        "call_id": literal(call_id, BigId),
        "quantity": literal(given.quantity),
        "price_minor": price,
        "total_minor": price * given.quantity,
        "currency": col(Product.currency) if product_id is not None else literal("USD"),
        "sold_at": literal(now, UTCDateTime()),
    }
    sold = select(*values.values())
    if product_id is not None:
        sold = sold.where(*product, priced)
    sale_id: int | None = session.execute(
        insert(Sale).from_select(list(values), sold).returning(col(Sale.id))
    ).scalar_one_or_none()
    if sale_id is None:
        if session.execute(select(col(Product.id)).where(*product)).first() is not None:
            raise _too_high(given.quantity)
        raise NotFound(f"There is no product number {product_id} on offer.", code="no_product")
    return sale_id


def _check(given: SaleInput) -> None:
    if given.quantity < 1:
        raise Invalid("The quantity must be at least 1.", code="quantity")
    if given.price_minor is not None and given.price_minor < 0:
        raise Invalid("The price cannot be below zero.", code="price")
    if given.quantity > LARGEST or (given.price_minor or 0) * given.quantity > LARGEST:
        raise _too_high(given.quantity)


def _too_high(quantity: int) -> Invalid:
    return Invalid(f"{quantity} at this price is more than one sale can be; record several.", code="total")


def cancel(session: Session, *, sale_id: int, now: datetime) -> None:
    """Mark a sale as cancelled (its outcome was undone)."""
    affected(session, update(Sale).where(col(Sale.id) == sale_id).values(cancelled_at=now))
