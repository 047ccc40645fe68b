"""When jobs are due: the same for every process, and once a day whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.jobs import schedules
from domain.jobs.schedules import Daily, Every

ZONES = (
    "UTC",
    "America/Montevideo",
    "America/New_York",  # 02:00 is missing in March; 01:00 to 02:00 comes twice in November
    "Europe/Paris",  # 02:00 to 03:00 is missing in March and comes twice in October
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # clocks move by half an hour, at two in the morning
    "America/Havana",  # midnight comes twice
    "Africa/Cairo",  # midnight is missing
    "America/Santiago",
    "Asia/Kolkata",
)
FAR = timedelta(days=4)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
days_near_changes = st.sampled_from(
    [
        datetime(year, month, day, tzinfo=UTC)
        for year in (2026, 2027)
        for month, days in ((3, range(7, 31)), (4, range(1, 9)), (10, range(1, 31)), (11, range(1, 9)))
        for day in days
    ]
)


@given(zone=st.sampled_from(ZONES), start=days_near_changes, clock=st.just(time(2, 0)) | clocks)
def test_a_daily_job_runs_exactly_once_every_local_day(zone: str, start: datetime, clock: time) -> None:
    schedule, found, moment = Daily(clock, zone), [], start - timedelta(days=2)
    while moment < start + FAR:
        moment = schedule.after(moment)
        found.append(moment.astimezone(ZoneInfo(zone)).date())
    assert found == [found[0] + timedelta(days=number) for number in range(len(found))]


@given(zone=st.sampled_from(ZONES), day=days_near_changes)
def test_it_runs_when_the_clock_first_shows_its_time_or_would_have(zone: str, day: datetime) -> None:
    at = Daily(time(2, 0), zone).after(day)
    local = at.astimezone(ZoneInfo(zone))
    assert local.fold == 0
    assert local.hour == 2 or (local - timedelta(hours=2)).hour in (0, 1)
    before = (at - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert (before.hour, before.minute) < (2, 0) or before.date() < local.date()


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/New_York", "2027-03-14T00:00-05:00", "2027-03-14T07:00Z"),  # 02:00 does not exist
        ("Europe/Paris", "2026-10-25T00:00+02:00", "2026-10-25T00:00Z"),  # 02:00 exists twice
        ("Europe/Paris", "2026-10-25T02:10+02:00", "2026-10-26T01:00Z"),  # between the two
        ("Australia/Sydney", "2026-04-05T00:00+11:00", "2026-04-04T15:00Z"),
    ],
)
def test_two_in_the_morning_when_clocks_change(zone: str, day: str, expected: str) -> None:
    assert Daily(time(2, 0), zone).after(datetime.fromisoformat(day)) == datetime.fromisoformat(expected)


@given(
    moment=moments,
    schedule=st.builds(Daily, clocks, st.sampled_from(ZONES))
    | st.builds(
        Every,
        st.timedeltas(schedules.SHORTEST, schedules.LONGEST).map(lambda d: d - d % timedelta(seconds=1)),
    ),
)
def test_the_latest_and_the_next_occurrence_are_neighbours(moment: datetime, schedule: Daily | Every) -> None:
    latest, following = schedule.latest(moment), schedule.after(moment)
    assert latest <= moment < following
    assert schedule.after(latest) == following
    assert schedule.latest(following) == following
    assert schedules.parse(str(schedule)) == schedule


def test_every_five_minutes_is_the_same_for_every_process() -> None:
    at = datetime(2026, 3, 10, 12, 3, 20, tzinfo=UTC)
    assert schedules.parse("every 5m").after(at) == datetime(2026, 3, 10, 12, 5, tzinfo=UTC)
    assert schedules.parse("every 5m").latest(at) == datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("text", "spelt"), [("90s", "90s"), ("60s", "1m"), ("120 m", "2h"), ("24h", "1d")])
def test_lengths_have_one_spelling(text: str, spelt: str) -> None:
    assert schedules.duration_text(schedules.duration(text)) == spelt


@pytest.mark.parametrize(
    "text",
    ["", "every", "every 0s", "every 8d", "every x", "at 25:00 UTC", "at 02:00 Mars/X", "at 2", "daily"],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        schedules.parse(text)
