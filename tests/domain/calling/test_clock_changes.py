"""From a call to the next one over nights in which the clocks change, and over holidays, in the contact's zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.calling.calls import ReportedCall
from domain.campaigns.windows import parse_hours
from domain.codes import CallResult
from tests.support.floor import Floor

SECOND = timedelta(seconds=1)

# The evening before the clocks change, at the contact's: forward and back, by half an hour, at midnight.
NIGHTS = [
    ("Europe/Paris", "2026-03-28"),
    ("Europe/Paris", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Africa/Cairo", "2026-04-23"),
    ("America/Santiago", "2026-09-05"),
]


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(("zone", "evening"), NIGHTS, ids=[f"{zone} {day}" for zone, day in NIGHTS])
def test_who_was_busy_in_the_evening_is_called_when_the_clock_on_their_wall_says_nine(
    floor: Floor, zone: str, evening: str
) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.now = local(f"{evening} 20:45", zone)
    lead_id = floor.lead(zone=zone, next_attempt_at=floor.now)
    assert floor.next_id("eva") == lead_id
    floor.record("eva", lead_id, "busy")

    due = floor.row(lead_id).next_attempt_at
    wall = due.astimezone(ZoneInfo(zone))
    assert wall.time() == time(9)
    assert wall.date() == datetime.fromisoformat(evening).date() + timedelta(days=1)

    floor.now = due - SECOND
    assert floor.fill().added == 0
    assert floor.next_id("eva") is None
    floor.now = due
    assert floor.fill().added == 1
    assert floor.next_id("eva") == lead_id


@pytest.mark.parametrize(("zone", "evening"), NIGHTS, ids=[f"{zone} {day}" for zone, day in NIGHTS])
def test_a_wait_is_time_that_passes_whatever_the_clocks_do(floor: Floor, zone: str, evening: str) -> None:
    called = local(f"{evening} 23:00", zone)
    floor.now = called
    lead_id = floor.lead(zone=zone, next_attempt_at=called)
    floor.report(ReportedCall(lead_id, CallResult.NO_ANSWER, called))
    assert floor.row(lead_id).next_attempt_at - called == timedelta(hours=4)


@pytest.mark.parametrize(("zone", "evening"), NIGHTS, ids=[f"{zone} {day}" for zone, day in NIGHTS])
def test_nobody_ready_in_the_evening_is_handed_out_at_night(floor: Floor, zone: str, evening: str) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.now = local(f"{evening} 20:00", zone)
    lead_id = floor.lead(zone=zone, next_attempt_at=floor.now)
    assert floor.fill().size == 1
    opening = local(f"{datetime.fromisoformat(evening).date() + timedelta(days=1)} 09:00", zone)
    closing = local(f"{evening} 21:00", zone)
    for hours in range(15):
        moment = closing + timedelta(hours=hours)
        if moment < opening:
            floor.now = moment
            assert floor.next_id("eva") is None
    floor.now = opening
    assert floor.next_id("eva") == lead_id


def test_a_holiday_of_the_country_is_a_day_without_calls(floor: Floor) -> None:
    zone = "America/Montevideo"
    floor.set(hours=parse_hours("09:00-21:00"), holidays_country="UY", timezone=zone)
    floor.now = local("2026-08-24 20:50", zone)
    lead_id = floor.lead(zone=zone, next_attempt_at=floor.now)
    assert floor.next_id("eva") == lead_id
    floor.record("eva", lead_id, "busy")
    assert floor.row(lead_id).next_attempt_at == local("2026-08-26 09:00", zone)
    floor.now = local("2026-08-25 12:00", zone)
    assert floor.fill().added == 0
