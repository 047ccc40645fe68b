"""What a report is made of: figures that state their base, and the rows of its tables. Plain, frozen data.

A figure's key is also what its people are asked by (``domain.reporting.people``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.reporting.filters import ReportFilters


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        key: its name for programs, and what its people are asked by.
        value: numerator / denominator; None where the denominator is 0, or where it is no share of anything.
        denominator: None where it is a mere count.
        base: what the denominator counts, in words.
        people: whether the leads behind it can be listed.
    """

    key: str
    label: str
    value: float | None
    numerator: int
    denominator: int | None
    base: str
    people: bool = True


def share(
    key: str, label: str, numerator: int, denominator: int, base: str, *, people: bool = True
) -> Figure:
    """A figure that is a part of a whole; no part of nothing."""
    value = numerator / denominator if denominator else None
    return Figure(key, label, value, numerator, denominator, base, people)


@dataclass(frozen=True, slots=True)
class Base:
    """The leads a report is about: the campaign's, those with a seller, those without, those the filters leave."""

    leads: int
    assigned: int
    unassigned: int
    filtered: int


@dataclass(frozen=True, slots=True)
class ReasonFigure:
    """A reason under its resolution; ``reason`` is None for those without one. The share is of the resolution."""

    resolution: str
    reason: int | None
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class SellerRow:
    """What one seller did, by who acted when; only ``assigned`` is how things stand now.

    ``seller_id`` 0 is nobody (calls reported without a seller), None those of other teams together.
    ``calls`` to ``rejections`` count calls that were not taken back; times in seconds. ``rank`` is the place by
    conversion among those with enough contacts, None for the others.
    """

    seller_id: int | None
    name: str
    assigned: int
    calls: int
    contacts: int
    successes: int
    rejections: int
    talk_seconds: int
    wrap_seconds: int
    pause_seconds: int
    signed_in_seconds: int
    contact_rate: Figure
    conversion: Figure
    dials_per_hour: Figure
    rank: int | None = None

    @property
    def people_key(self) -> str:
        """What the people behind its counts are asked by, before the name of the count."""
        return f"seller:{self.seller_id}"


@dataclass(frozen=True, slots=True)
class Point:
    """The calls of one day of the shop."""

    day: date
    attempts: int
    contacts: int
    successes: int


@dataclass(frozen=True, slots=True)
class HourPoint:
    """The calls of one hour of the day (0 to 23) on the shop's clock, over all days."""

    hour: int
    attempts: int
    contacts: int
    successes: int


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """How many leads had so many attempts, and how many of them are successes."""

    attempts: int
    leads: int
    successes: int


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """Everything about one campaign. ``filters_in_words`` names seller and list; ``attempts_made`` is their sum.

    ``outcomes``: success, rejected, rejects without reason, ended without resolution.
    ``minimum``: with fewer contacts a seller has no rank.
    """

    campaign_id: int
    campaign: str
    as_of: datetime
    timezone: str
    filters: ReportFilters
    filters_in_words: str
    base: Base
    attempts_made: int
    progress: tuple[Figure, ...]
    resolutions: tuple[Figure, ...]
    outcomes: tuple[Figure, ...]
    reasons: tuple[ReasonFigure, ...]
    rates: tuple[Figure, ...]
    sellers: tuple[SellerRow, ...]
    by_day: tuple[Point, ...]
    by_hour: tuple[HourPoint, ...]
    attempts: tuple[AttemptRow, ...]
    minimum: int

    def figure(self, key: str) -> Figure:
        """The figure called ``key`` (KeyError where there is none)."""
        every = (
            *self.progress,
            *self.resolutions,
            *self.outcomes,
            *(each.figure for each in self.reasons),
            *self.rates,
        )
        return {each.key: each for each in every}[key]
