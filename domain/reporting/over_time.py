"""A report's calls by day and by hour of the day, on the shop's clock, from counts by quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlmodel import Session

from domain.campaigns.segments import zone_named
from domain.people.rights import Actor
from domain.reporting import counts
from domain.reporting.chosen import QUARTER_SECONDS
from domain.reporting.counts import QuarterCount
from domain.reporting.figures import HourPoint, Point
from domain.reporting.filters import ReportFilters

HOURS = 24
_YEARS = 10
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


class OverTime(NamedTuple):
    """Calls by day and by hour; ``since``: how many there were from a moment asked for."""

    by_day: tuple[Point, ...]
    by_hour: tuple[HourPoint, ...]
    since: int


def over_time(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: ReportFilters,
    now: datetime,
    since: int | None,
) -> OverTime:
    """Every day from the first call to the last, those without a call as well; and all 24 hours. One statement.

    ``since``: seconds since 1970; None where none of the calls count for it.
    """
    found = session.execute(_statement(actor, campaign_id, filters, now, since)).all()
    days = {
        _FIRST + timedelta(days=int(place)): [int(each) for each in sums]
        for is_day, place, *sums in found
        if is_day and sums[0]
    }
    hours = {int(place): [int(each) for each in sums] for is_day, place, *sums in found if not is_day}
    for before, after in pairwise(sorted(days)):
        if after - before <= LONGEST_GAP:
            for ahead in range(1, (after - before).days):
                days[before + timedelta(days=ahead)] = [0, 0, 0, 0]
    nothing = [0, 0, 0, 0]
    return OverTime(
        tuple(Point(day, *days[day][:3]) for day in sorted(days)),
        tuple(HourPoint(hour, *hours.get(hour, nothing)[:3]) for hour in range(HOURS)),
        sum(sums[3] for sums in days.values()),
    )


def _statement(
    actor: Actor, campaign_id: int, filters: ReportFilters, now: datetime, since: int | None
) -> CompoundSelect[*tuple[Any, ...]]:
    """The quarters by day and by hour of the place's clock: the database sums, so that a year is some rows."""
    quarters = counts.quarters_statement(actor, campaign_id, filters).cte("quarters")
    at = quarters.c.quarter * literal_column(str(QUARTER_SECONDS), Integer())
    wanted: ColumnElement[int] = literal_column("0")
    if since is not None:
        first = since // QUARTER_SECONDS
        wanted = case((quarters.c.quarter >= first, quarters.c.attempts), else_=literal_column("0"))
    local = select(
        (at + _ahead(at, zone_named(actor.timezone), now)).label("local"),
        quarters.c.attempts,
        quarters.c.contacts,
        quarters.c.successes,
        wanted.label("since"),
    ).cte("local")
    sums = [func.sum(local.c[name]) for name in ("attempts", "contacts", "successes", "since")]
    day_seconds, hour_seconds = literal_column("86400", Integer()), literal_column("3600", Integer())
    day = local.c.local // day_seconds
    hour = (local.c.local - day * day_seconds) // hour_seconds
    return union_all(
        select(literal_column("1"), day, *sums).group_by(day),
        select(literal_column("0"), hour, *sums).group_by(hour),
    )


def _ahead(at: ColumnElement[int], place: ZoneInfo, now: datetime) -> ColumnElement[int]:
    """Seconds the clock of the place is ahead of UTC, by when it was changed within the last years."""
    changes = _changes(place.key, now.year)
    return (
        case(
            *((at >= moment, literal(offset)) for moment, offset in reversed(changes[1:])),
            else_=literal(changes[0][1]),
        )
        if len(changes) > 1
        else literal(changes[0][1])
    )


@lru_cache(maxsize=64)
def _changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """From which second on (since 1970) the clock of a zone was how far ahead of UTC, oldest first."""
    place = zone_named(zone)
    begin = int(datetime(year - _YEARS, 1, 1, tzinfo=UTC).timestamp()) // 3600
    end = int(datetime(year + 2, 1, 1, tzinfo=UTC).timestamp()) // 3600
    found = [(begin * 3600, _offset(begin, place))]
    for day in range(begin, end, 24):
        if _offset(day + 24, place) != _offset(day, place):
            hours = range(day, day + 24)
            found += [
                ((hour + 1) * 3600, _offset(hour + 1, place))
                for hour in hours
                if _offset(hour + 1, place) != _offset(hour, place)
            ]
    return tuple(found)
