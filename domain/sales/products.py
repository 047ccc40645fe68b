"""Products on offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.audit import log
from domain.campaigns.models import Campaign
from domain.errors import Conflict, Invalid
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.sales.models import Product


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as the sale prompt shows it; the price in minor units of ``currency``."""

    id: int
    name: str
    price_minor: int
    currency: str
    active: bool = True


def listing(session: Session, *, organisation_id: int, active_only: bool = True) -> list[ProductView]:
    """The shop's products by name."""
    statement = select(Product).where(Product.organisation_id == organisation_id)
    if active_only:
        statement = statement.where(col(Product.active))
    return [
        ProductView(row.id or 0, row.name, row.price_minor, row.currency, row.active)
        for row in session.exec(statement.order_by(Product.name)).all()
    ]


def default_of(session: Session, *, organisation_id: int, campaign_id: int) -> ProductView | None:
    """What a campaign sells by default, None where nothing is set (or it is not on offer any more)."""
    row = session.exec(
        select(Product)
        .join(Campaign, col(Campaign.default_product_id) == col(Product.id))
        .where(Campaign.organisation_id == organisation_id, Campaign.id == campaign_id, col(Product.active))
    ).first()
    if row is None:
        return None
    return ProductView(row.id or 0, row.name, row.price_minor, row.currency)


def add(
    session: Session, *, actor: Actor, name: str, price_minor: int, currency: str, now: datetime
) -> ProductView:
    """Add a product (supervisors and administrators).

    Raises:
        Invalid: no name, a price below zero or a currency that is not three letters.  Conflict: the name is taken.
    """
    require(actor, *LEADING_ROLES, to="add products")
    if not name.strip() or price_minor < 0 or len(currency) != 3 or not currency.isalpha():
        raise Invalid(
            "A product needs a name, a price of 0 or more and a currency such as EUR.", code="product"
        )
    taken = select(Product).where(Product.organisation_id == actor.organisation_id, Product.name == name)
    if session.exec(taken).first() is not None:
        raise Conflict(f"There is already a product called {name}.", code="product_exists")
    row = Product(
        organisation_id=actor.organisation_id,
        name=name,
        price_minor=price_minor,
        currency=currency.upper(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    log.acted(session, actor, at=now, kind="product.add", target=str(row.id))
    return ProductView(row.id or 0, row.name, row.price_minor, row.currency)
