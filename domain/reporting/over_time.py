"""A report's calls by day and by hour of the day, on the shop's clock, from counts by quarter of an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.campaigns.segments import zone_named
from domain.reporting.chosen import QUARTER_SECONDS
from domain.reporting.counts import QuarterCount
from domain.reporting.figures import HourPoint, Point

HOURS = 24
_QUARTERS = 4

LONGEST_GAP = timedelta(days=400)
"""Days without a call are shown as such, unless a gap is longer than this: then a date was wrong."""


def local_hours(quarters: Sequence[QuarterCount], zone: str) -> list[tuple[date, int, QuarterCount]]:
    """Each quarter with its day and hour on the shop's clock."""
    place = zone_named(zone)
    known: dict[int, int] = {}  # by hour: within one, no clock is changed
    days: dict[int, date] = {}
    found = []
    for each in quarters:
        hour = each.quarter // _QUARTERS
        if hour not in known:
            known[hour] = _offset(hour, place)
        number, within = divmod(each.quarter * QUARTER_SECONDS + known[hour], 86_400)
        if number not in days:
            days[number] = _FIRST + timedelta(days=number)
        found.append((days[number], within // 3600, each))
    return found


_FIRST = date(1970, 1, 1)


def _offset(hour: int, place: ZoneInfo) -> int:
    """Seconds the clock of the place is ahead of UTC in an hour since 1970."""
    shift = datetime.fromtimestamp(hour * 3600, UTC).astimezone(place).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def over_time(quarters: Sequence[QuarterCount], zone: str) -> tuple[tuple[Point, ...], tuple[HourPoint, ...]]:
    """Every day from the first call to the last, those without a call as well; and all 24 hours of the day."""
    days: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    hours = [[0, 0, 0] for _ in range(HOURS)]
    for day, hour, each in local_hours(quarters, zone):
        _add(days[day], each)
        _add(hours[hour], each)
    for before, after in pairwise(sorted(days)):
        if after - before <= LONGEST_GAP:
            for ahead in range(1, (after - before).days):
                days[before + timedelta(days=ahead)] = [0, 0, 0]
    return (
        tuple(Point(day, *days[day]) for day in sorted(days)),
        tuple(HourPoint(hour, *each) for hour, each in enumerate(hours)),
    )


def _add(sums: list[int], each: QuarterCount) -> None:
    sums[0] += each.attempts
    sums[1] += each.contacts
    sums[2] += each.successes
