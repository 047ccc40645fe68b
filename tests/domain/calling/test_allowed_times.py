"""Which times may be promised to a contact, and what is offered instead of the others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calling.when import OutsideHours, validate
from domain.campaigns.hours import Calendar, parse_hours, segment_key

MONTEVIDEO = "America/Montevideo"


def local(text: str, zone: str = MONTEVIDEO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOW = local("2026-11-24 14:32")  # a Tuesday
CALENDAR = Calendar(
    parse_hours("mon-fri 09:00-21:00"), MONTEVIDEO, holiday_country="UY", ends_on=date(2026, 12, 28)
)


def refused(at: datetime, calendar: Calendar = CALENDAR, reader: str | None = None) -> OutsideHours:
    with pytest.raises(OutsideHours) as error:
        validate(at, now=NOW, calendar=calendar, segment=MONTEVIDEO, reader_zone=reader)
    assert "\n" not in error.value.message
    return error.value


def test_a_time_within_the_hours_is_accepted_in_utc() -> None:
    at = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo(MONTEVIDEO))
    kept = validate(at, now=NOW, calendar=CALENDAR, segment=MONTEVIDEO)
    assert kept == at
    assert kept.tzinfo is UTC


def test_before_the_opening_the_opening_is_offered() -> None:
    error = refused(local("2026-11-25 07:00"))
    assert error.code == "outside_hours"
    assert error.nearest == local("2026-11-25 09:00")
    assert error.message == (
        "tomorrow 07:00 is outside the contact's calling hours; the nearest allowed time is tomorrow 09:00."
    )


def test_just_after_closing_the_same_evening_is_nearer_than_the_next_morning() -> None:
    error = refused(local("2026-11-25 21:30"))
    assert error.before == error.nearest == local("2026-11-25 20:45")
    assert error.after == local("2026-11-26 09:00")


def test_a_time_that_has_passed_is_refused_with_the_next_allowed_one() -> None:
    error = refused(local("2026-11-24 10:00"))
    assert error.code == "past_time"
    assert error.nearest is not None
    assert timedelta(0) < error.nearest - NOW <= timedelta(minutes=1)
    assert error.before is None


def test_a_holiday_is_named_as_the_reason() -> None:
    error = refused(local("2026-12-25 10:00"))
    assert error.code == "holiday"
    assert error.nearest == local("2026-12-24 20:45")


def test_beyond_the_end_of_the_campaign_its_last_time_is_offered() -> None:
    error = refused(local("2027-01-15 10:00"))
    assert error.code == "outside_dates"
    assert "after the campaign ends" in error.message
    assert error.nearest == local("2026-12-28 20:45")
    assert error.after is None


def test_before_a_campaign_starts_its_first_time_is_offered() -> None:
    calendar = Calendar(parse_hours("09:00-21:00"), MONTEVIDEO, starts_on=date(2026, 12, 1))
    error = refused(local("2026-11-25 10:00"), calendar)
    assert error.code == "outside_dates"
    assert error.nearest == local("2026-12-01 09:00")


def test_when_the_campaign_is_over_nothing_is_offered() -> None:
    calendar = Calendar(parse_hours("09:00-21:00"), MONTEVIDEO, ends_on=date(2026, 11, 20))
    error = refused(local("2026-11-25 10:00"), calendar)
    assert error.nearest is None
    assert "no allowed time left" in error.message


def test_times_are_offered_in_the_readers_time_too() -> None:
    error = refused(local("2026-11-25 07:00"), reader="Europe/Madrid")
    assert "tomorrow 09:00 (13:00 your time)" in error.message


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-3 * 24 * 60, 60 * 24 * 60),
    st.sampled_from(["09:00-21:00", "mon-fri 09:00-13:00,14:00-20:00", "sun 10:00-10:10", "00:00-24:00"]),
    st.sampled_from([(), (MONTEVIDEO,), ("Europe/Madrid",), ("America/New_York", "America/Los_Angeles")]),
    st.none() | st.integers(-5, 40),
)
def test_what_is_offered_may_be_promised(
    minutes: int, hours: str, zones: tuple[str, ...], ends_in: int | None
) -> None:
    ends = None if ends_in is None else NOW.date() + timedelta(days=ends_in)
    calendar = Calendar(parse_hours(hours), MONTEVIDEO, holiday_country="UY", ends_on=ends)
    segment, at = segment_key(zones), NOW + timedelta(minutes=minutes)
    try:
        validate(at, now=NOW, calendar=calendar, segment=segment)
    except OutsideHours as error:
        assert at <= NOW or not calendar.is_open(at, segment)
        for offered in filter(None, (error.nearest, error.before, error.after)):
            assert validate(offered, now=NOW, calendar=calendar, segment=segment) == offered
        if error.nearest is None:
            assert calendar.next_open(NOW + timedelta(minutes=1), segment) is None
    else:
        assert at > NOW
        assert calendar.is_open(at, segment)
