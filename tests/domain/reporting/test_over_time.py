"""Clocks that are changed: the day and hour of a call are those people read on the wall that day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.reporting.counts import QuarterCount
from domain.reporting.over_time import _changes, local_hours


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "Europe/Lisbon",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Montevideo",
        "UTC",
    ],
)
def test_every_change_of_the_clock_is_known(zone: str) -> None:
    changes = _changes(zone, 2026)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    while at.year < 2027:
        second = int(at.timestamp())
        known = [offset for moment, offset in changes if moment <= second][-1]
        ahead = at.astimezone(ZoneInfo(zone)).utcoffset()
        assert ahead is not None
        assert known == ahead.total_seconds(), at
        at += timedelta(hours=1)


def test_the_hour_that_comes_twice_is_one_hour_of_the_day() -> None:
    """On 1 November 2026 New York has half past one twice: at 05:30 and at 06:30 UTC."""
    quarters = [
        QuarterCount(int(datetime(2026, 11, 1, hour, 30, tzinfo=UTC).timestamp()) // 900, 1, 0, 0)
        for hour in (3, 5, 6)
    ]
    found = [(str(day), hour) for day, hour, _each in local_hours(quarters, "America/New_York")]
    assert found == [("2026-10-31", 23), ("2026-11-01", 1), ("2026-11-01", 1)]
