"""The two campaigns of the demonstration shop, what they sell, and how they may call."""

from datetime import date, datetime
from importlib.resources import files
from typing import Final, NamedTuple

from domain.campaigns.hours import parse_hours
from domain.campaigns.models import Campaign
from domain.campaigns.retry import RetryRules
from domain.codes import RECYCLABLE_STATUSES
from domain.sales.models import Product
from storage.demo.staff import SHOP_ZONE
from storage.demo.story import MAX_ATTEMPTS, PROMOTION_DAYS

DEPOSITS: Final = "Term deposits 24h"
SUBSCRIPTIONS: Final = "Spring subscriptions"


class Offer(NamedTuple):
    """A product: name, price in minor units, currency (ISO 4217)."""

    name: str
    price_minor: int
    currency: str


DEPOSIT_OFFERS: Final = (
    Offer("Term deposit, 6 months", 100_000, "EUR"),
    Offer("Term deposit, 12 months", 250_000, "EUR"),
    Offer("Term deposit, 24 months", 500_000, "EUR"),
)
SUBSCRIPTION_OFFERS: Final = (
    Offer("Digital edition, 12 months", 9_600, "USD"),
    Offer("Weekend edition, 12 months", 14_400, "USD"),
    Offer("Print edition, 12 months", 21_600, "USD"),
)


def product(offer: Offer, *, organisation_id: int, created_at: datetime) -> Product:
    """The offer as a product of the shop."""
    return Product(
        organisation_id=organisation_id,
        name=offer.name,
        price_minor=offer.price_minor,
        currency=offer.currency,
        created_at=created_at,
    )


def deposits(*, organisation_id: int, created_at: datetime, starts: date, product_id: int) -> Campaign:
    """The large campaign: the people of the data, callable round the clock so that there is always work."""
    return Campaign(
        organisation_id=organisation_id,
        name=DEPOSITS,
        description=(
            "The real campaign of a Portuguese bank (45,211 people, made-up names, numbers reserved for fiction). "
            "May be called round the clock, because this is a demonstration."
        ),
        region="US",
        timezone=SHOP_ZONE,
        start_date=starts,
        hours=parse_hours("00:00-24:00").model_dump(mode="json"),
        retry=RetryRules().model_dump(mode="json"),
        recyclable=_recyclable(),
        max_attempts=MAX_ATTEMPTS,
        promotion_days=PROMOTION_DAYS,
        script=_script("script_deposits.md"),
        default_product_id=product_id,
        created_at=created_at,
        updated_at=created_at,
    )


def subscriptions(*, organisation_id: int, created_at: datetime, starts: date, product_id: int) -> Campaign:
    """The small campaign: it has just begun and keeps the hours of the contact's own clock, and holidays."""
    return Campaign(
        organisation_id=organisation_id,
        name=SUBSCRIPTIONS,
        description="Readers met at the fair. Keeps calling hours and holidays, each contact by the own clock.",
        region="US",
        timezone="America/New_York",
        start_date=starts,
        hours=parse_hours("mon-fri 09:00-20:00; sat 10:00-14:00").model_dump(mode="json"),
        holidays_country="US",
        retry=RetryRules().model_dump(mode="json"),
        recyclable=_recyclable(),
        max_attempts=4,
        cap_per_day=2,
        promotion_days=28,
        script=_script("script_subscriptions.md"),
        default_product_id=product_id,
        created_at=created_at,
        updated_at=created_at,
    )


def _recyclable() -> list[str]:
    return sorted(status.value for status in RECYCLABLE_STATUSES)


def _script(name: str) -> str:
    return (files("storage.demo") / name).read_text(encoding="utf-8")
