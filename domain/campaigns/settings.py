"""What can be set of a campaign, and what is refused.

For creating and editing campaigns.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from domain.campaigns.holiday_dates import check_holiday_place
from domain.campaigns.hours import CallingHours
from domain.campaigns.models import Campaign
from domain.campaigns.retry import RetryRules
from domain.campaigns.segments import zone_named
from domain.codes import RECYCLABLE_STATUSES
from domain.errors import Invalid, NotFound
from domain.sales.models import Product


@dataclass(frozen=True, slots=True)
class CampaignSettings:
    """Settings of a campaign; None leaves a value as it is (or as a new campaign has it).

    ``clear`` names settings to empty (dates, holidays, caps, product). Times are seconds or minutes as named.
    """

    description: str | None = None
    region: str | None = None
    timezone: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    hours: CallingHours | None = None
    holidays_country: str | None = None
    holidays_subdivision: str | None = None
    retry: RetryRules | None = None
    recyclable: tuple[str, ...] | None = None
    max_attempts: int | None = None
    hopper_level: int | None = None
    hopper_auto: bool | None = None
    cap_per_day: int | None = None
    cap_in_days: int | None = None
    cap_days: int | None = None
    call_later_seconds: int | None = None
    callback_overdue_minutes: int | None = None
    close_exhausted: bool | None = None
    promotion_days: int | None = None
    script: str | None = None
    default_product: str | None = None
    clear: tuple[str, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the settings that are changed by these, in order."""
        set_here = {each.name for each in fields(self) if getattr(self, each.name) is not None} - {"clear"}
        return tuple(sorted(set_here | set(self.clear)))


LONGEST_NAME = 80


def checked_name(name: str) -> str:
    """A campaign's name as it is kept: one line of at most ``LONGEST_NAME`` characters; raises `Invalid` else."""
    name = name.strip()
    if not name:
        raise Invalid("A campaign needs a name.", code="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"The name of a campaign has at most {LONGEST_NAME} characters.", code="name")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in name):
        raise Invalid("The name of a campaign is one line, without control characters.", code="name")
    return name


def apply(session: Session, row: Campaign, settings: CampaignSettings) -> None:
    """Give a campaign its settings; raises `Invalid` or `NotFound` for one that cannot be used."""
    for name in _PLAIN:
        value = getattr(settings, name)
        if value is not None:
            setattr(row, name, value)
    if settings.hopper_level is not None and settings.hopper_auto is None:
        row.hopper_auto = False  # a level somebody names is that level
    for name in settings.clear:
        if name not in _CLEARABLE:
            raise Invalid(f"{name} cannot be cleared.", code="setting")
        if getattr(settings, _GIVEN_AS.get(name, name)) is not None:
            raise Invalid(f"{_said(name)} is set and cleared at once; say which.", code="setting")
        setattr(row, _CLEARABLE[name], None)
    if settings.hours is not None:
        row.hours = settings.hours.model_dump(mode="json")
    if settings.retry is not None:
        row.retry = settings.retry.model_dump(mode="json")
    if settings.recyclable is not None:
        row.recyclable = _recyclable(settings.recyclable)
    if settings.default_product is not None:
        row.default_product_id = _product_id(session, row.organisation_id, settings.default_product)
    _check(row)
    if settings.cap_days is not None and row.cap_in_days is None:
        raise Invalid(
            "cap days counts nothing without cap in days: say how many calls too.", code="cap_in_days"
        )


_PLAIN = (
    "description",
    "region",
    "timezone",
    "start_date",
    "end_date",
    "holidays_country",
    "holidays_subdivision",
    "max_attempts",
    "hopper_level",
    "hopper_auto",
    "cap_per_day",
    "cap_in_days",
    "cap_days",
    "call_later_seconds",
    "callback_overdue_minutes",
    "close_exhausted",
    "promotion_days",
    "script",
)
_CLEARABLE = {
    "start_date": "start_date",
    "end_date": "end_date",
    "holidays_country": "holidays_country",
    "holidays_subdivision": "holidays_subdivision",
    "cap_per_day": "cap_per_day",
    "cap_in_days": "cap_in_days",
    "cap_days": "cap_days",
    "default_product": "default_product_id",
    "default_product_id": "default_product_id",
}


_GIVEN_AS = {"default_product_id": "default_product"}


def _said(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _recyclable(statuses: tuple[str, ...]) -> list[str]:
    known = {status.value for status in RECYCLABLE_STATUSES}
    unknown = sorted(set(statuses) - known)
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} cannot be recyclable; use {', '.join(sorted(known))}.", code="recyclable"
        )
    return sorted(set(statuses))


def _product_id(session: Session, organisation_id: int, name: str) -> int:
    product_id: int | None = session.execute(
        select(col(Product.id)).where(
            col(Product.organisation_id) == organisation_id, col(Product.name) == name
        )
    ).scalar_one_or_none()
    if product_id is None:
        raise NotFound(f"There is no product called {name}.", code="no_product")
    return product_id


def _check(row: Campaign) -> None:
    """Refuse settings that cannot be worked with."""
    import phonenumbers

    row.region = row.region.upper()
    if row.region not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid(
            f"{row.region} is no region with telephone numbers; use a two-letter country code such as UY.",
            code="region",
        )
    zone_named(row.timezone)
    if row.holidays_country is not None:
        row.holidays_country, row.holidays_subdivision = check_holiday_place(
            row.holidays_country, row.holidays_subdivision
        )
    if row.start_date and row.end_date and row.end_date < row.start_date:
        raise Invalid("The campaign would end before it starts.", code="dates")
    for name, least, most in _LIMITS:
        value = getattr(row, name)
        if value is not None and not least <= value <= most:
            raise Invalid(f"{name.replace('_', ' ')} must be between {least} and {most}.", code=name)


_LIMITS = (
    ("max_attempts", 1, 1000),
    ("hopper_level", 1, 10_000),
    ("cap_per_day", 1, 1000),
    ("cap_in_days", 1, 1000),
    ("cap_days", 1, 366),
    ("call_later_seconds", 60, 90 * 86400),
    ("callback_overdue_minutes", 1, 10_080),
    ("promotion_days", 0, 366),
)
