"""A campaign's settings turned into the rules the queue asks: calendar, retry rules, limits."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.campaigns.hours import Calendar, CallingHours
from domain.campaigns.models import Campaign
from domain.campaigns.retry import RetryRules
from domain.campaigns.segments import zone_named
from domain.codes import DialStatus


@dataclass(frozen=True, eq=False)
class Policy:
    """The rules of one campaign at one version of its settings."""

    campaign_id: int
    name: str
    zone: str
    calendar: Calendar
    retry: RetryRules
    dialable: frozenset[str]
    max_attempts: int
    call_later: timedelta
    promotion_days: int
    close_exhausted: bool
    cap_per_day: int | None
    cap_in_days: int | None
    cap_days: int | None

    @property
    def capped(self) -> bool:
        """Whether calls to one number are limited (never in a campaign that may always call)."""
        limited = self.cap_per_day is not None or self.cap_in_days is not None
        return limited and not self.calendar.hours.always

    def counted_since(self, now: datetime) -> tuple[datetime, datetime]:
        """From when (UTC) calls count for the cap of a day, and for the cap of rolling days."""
        midnight = now.astimezone(zone_named(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.astimezone(UTC), now - timedelta(days=self.cap_days or 1)


_CACHE: OrderedDict[tuple[int, int], tuple[tuple[object, ...], Policy]] = OrderedDict()
_KEPT = 64
_SETTINGS = (
    "name",
    "timezone",
    "hours",
    "holidays_country",
    "holidays_subdivision",
    "start_date",
    "end_date",
    "retry",
    "recyclable",
    "max_attempts",
    "call_later_seconds",
    "promotion_days",
    "close_exhausted",
    "cap_per_day",
    "cap_in_days",
    "cap_days",
)
"""What of a campaign makes its policy."""


def policy_of(campaign: Campaign) -> Policy:
    """The rules of a campaign; built once and kept while its settings are the same (calendars are costly)."""
    assert campaign.id is not None
    key = (campaign.organisation_id, campaign.id)
    settings = tuple(getattr(campaign, name) for name in _SETTINGS)
    found = _CACHE.get(key)
    if found is None or found[0] != settings:
        found = _CACHE[key] = (settings, _build(campaign))
        while len(_CACHE) > _KEPT:
            _CACHE.popitem(last=False)
    return found[1]


def _build(campaign: Campaign) -> Policy:
    assert campaign.id is not None
    calendar = Calendar(
        CallingHours.model_validate(campaign.hours),
        campaign.timezone,
        holiday_country=campaign.holidays_country,
        holiday_subdivision=campaign.holidays_subdivision,
        starts_on=campaign.start_date,
        ends_on=campaign.end_date,
    )
    return Policy(
        campaign_id=campaign.id,
        name=campaign.name,
        zone=campaign.timezone,
        calendar=calendar,
        retry=RetryRules.model_validate(campaign.retry),
        dialable=frozenset({DialStatus.NEW.value, *campaign.recyclable}),
        max_attempts=campaign.max_attempts,
        call_later=timedelta(seconds=campaign.call_later_seconds),
        promotion_days=campaign.promotion_days,
        close_exhausted=campaign.close_exhausted,
        cap_per_day=campaign.cap_per_day,
        cap_in_days=campaign.cap_in_days,
        cap_days=campaign.cap_days,
    )
