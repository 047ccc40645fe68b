"""When a lead that was not reached comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.campaigns.hours import ALWAYS, Calendar, parse_hours, segment_key
from domain.campaigns.retry import (
    LONGEST_WAIT,
    RETRIED_STATUSES,
    RetryRule,
    RetryRules,
    due_after,
    next_attempt,
    parse_duration,
    parse_retry_rules,
)
from domain.codes import RECYCLABLE_STATUSES, DialStatus
from domain.errors import DomainError, Invalid

MONTEVIDEO = "America/Montevideo"
OFFICE = Calendar(parse_hours("09:00-21:00"), MONTEVIDEO)
DEFAULTS = RetryRules()


def local(text: str, zone: str = MONTEVIDEO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def rules() -> st.SearchStrategy[RetryRule]:
    return st.builds(
        lambda wait, growth, more: RetryRule(
            wait_seconds=wait,
            growth=growth,
            max_seconds=None if more is None else min(wait + more, LONGEST_WAIT),
        ),
        st.integers(0, LONGEST_WAIT),
        st.sampled_from([1.0, 1.5, 2.0, 100.0]) | st.floats(1, 100),
        st.none() | st.integers(0, LONGEST_WAIT),
    )


def rule_sets() -> st.SearchStrategy[RetryRules]:
    return st.builds(
        RetryRules, no_answer=rules(), busy=rules(), congestion=rules(), failed=rules(), dropped=rules()
    )


@pytest.mark.parametrize(
    ("status", "comes_back"),
    [
        (DialStatus.NO_ANSWER, "14:00"),
        (DialStatus.FAILED, "14:00"),
        (DialStatus.BUSY, "10:30"),
        (DialStatus.CONGESTION, "10:30"),
        (DialStatus.DROPPED, "10:02"),
    ],
)
def test_each_status_has_its_own_wait(status: DialStatus, comes_back: str) -> None:
    due = next_attempt(
        DEFAULTS,
        status,
        attempts=3,
        dropped_before=False,
        now=local("2026-11-24 10:00"),
        calendar=OFFICE,
        segment=MONTEVIDEO,
    )
    assert due == local(f"2026-11-24 {comes_back}")
    assert due.tzinfo is UTC


def test_a_call_dropped_twice_waits_as_long_as_a_busy_one() -> None:
    assert DEFAULTS.rule(DialStatus.DROPPED, dropped_before=False).wait(1) == timedelta(minutes=2)
    assert DEFAULTS.rule(DialStatus.DROPPED, dropped_before=True) == DEFAULTS.busy
    assert DEFAULTS.rule(DialStatus.NO_ANSWER, dropped_before=True) == DEFAULTS.no_answer


def test_a_wait_that_ends_at_night_ends_with_the_next_opening() -> None:
    due = next_attempt(
        DEFAULTS,
        DialStatus.NO_ANSWER,
        attempts=1,
        dropped_before=False,
        now=local("2026-11-24 18:30"),
        calendar=OFFICE,
        segment=MONTEVIDEO,
    )
    assert due == local("2026-11-25 09:00")


def test_a_wait_that_ends_after_the_campaign_keeps_its_time_in_case_it_is_prolonged() -> None:
    calendar = Calendar(parse_hours("09:00-21:00"), MONTEVIDEO, ends_on=date(2026, 11, 24))
    due = due_after(4 * 3600, now=local("2026-11-24 20:00"), calendar=calendar, segment=MONTEVIDEO)
    assert due == local("2026-11-25 00:00")


def test_the_wait_is_elapsed_time_when_the_clocks_change() -> None:
    always = Calendar(ALWAYS, "Europe/Madrid")
    before = local("2026-03-28 22:00", "Europe/Madrid")  # the next night 02:00 becomes 03:00
    due = due_after(8 * 3600, now=before, calendar=always, segment="Europe/Madrid")
    assert due - before == timedelta(hours=8)
    assert due == local("2026-03-29 07:00", "Europe/Madrid")


def test_waits_grow_with_every_attempt_up_to_the_maximum() -> None:
    rule = parse_retry_rules("busy=30m*2<=4h").busy
    assert [rule.wait(n) // timedelta(minutes=1) for n in range(1, 7)] == [30, 60, 120, 240, 240, 240]
    assert parse_retry_rules("busy=30m").busy.wait(9) == timedelta(minutes=30)


def test_every_recyclable_status_but_the_callback_has_a_rule() -> None:
    assert RECYCLABLE_STATUSES - {DialStatus.CALLBACK} == RETRIED_STATUSES
    for status in set(DialStatus) - RETRIED_STATUSES:
        with pytest.raises(ValueError, match=status.value):
            DEFAULTS.rule(status, dropped_before=False)


@given(rules(), st.integers(0, 10_000), st.integers(1, 50))
def test_waits_never_shrink_nor_pass_their_maximum(rule: RetryRule, attempts: int, more: int) -> None:
    assert rule.wait(1) == timedelta(seconds=rule.wait_seconds)
    assert rule.wait(attempts) <= rule.wait(attempts + more)
    longest = LONGEST_WAIT if rule.max_seconds is None else rule.max_seconds
    assert rule.wait(attempts) <= timedelta(seconds=longest)


@settings(max_examples=200, deadline=None)
@given(
    rule_sets(),
    st.sampled_from(sorted(RETRIED_STATUSES)),
    st.integers(1, 12),
    st.booleans(),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["09:00-21:00", "mon-fri 09:00-13:00,14:00-20:00", "sun 02:15-02:45", "00:00-24:00"]),
    st.sampled_from([MONTEVIDEO, "America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_the_next_attempt_is_the_first_open_instant_after_the_wait(
    every: RetryRules,
    status: DialStatus,
    attempts: int,
    dropped_before: bool,
    now: datetime,
    hours: str,
    zone: str,
) -> None:
    calendar = Calendar(parse_hours(hours), MONTEVIDEO, holiday_country="UY")
    segment = segment_key([zone])
    due = next_attempt(
        every,
        status,
        attempts=attempts,
        dropped_before=dropped_before,
        now=now,
        calendar=calendar,
        segment=segment,
    )
    earliest = now + every.rule(status, dropped_before=dropped_before).wait(attempts)
    assert due.tzinfo is UTC
    assert calendar.is_open(due, segment)
    assert due == earliest if calendar.is_open(earliest, segment) else due > earliest
    samples = (earliest + (due - earliest) * n / 20 for n in range(20))
    assert due == earliest or not any(calendar.is_open(moment, segment) for moment in samples)


@given(rule_sets())
def test_rules_survive_text_and_json(every: RetryRules) -> None:
    assert parse_retry_rules(every.describe()) == every
    assert RetryRules.model_validate_json(every.model_dump_json()) == every


def test_rules_that_are_not_named_stay_as_they_were() -> None:
    base = parse_retry_rules("busy=1h30m")
    changed = parse_retry_rules("No-Answer = 1 d; failed=10m x1.5 ≤ 2h", base)
    assert changed.busy.wait_seconds == 5400
    assert changed.no_answer.wait_seconds == 86_400
    assert changed.failed == RetryRule(wait_seconds=600, growth=1.5, max_seconds=7200)
    assert changed.dropped == DEFAULTS.dropped
    assert parse_retry_rules("") == DEFAULTS
    assert DEFAULTS.describe() == "no_answer=4h, busy=30m, congestion=30m, failed=4h, dropped=2m"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("no_anser=4h", "did you mean no_answer"),
        ("callback=4h", "own time"),
        ("sale=4h", "has no retry rule"),
        ("busy", "which status"),
        ("busy<=4h", "which status"),
        ("busy=", "not understood"),
        ("busy=30", "not understood"),
        ("busy=30x", "no duration"),
        ("busy=30m*0.5", "growth"),
        ("busy=4h<=30m", "shorter"),
        ("busy=91d", "90 days"),
        ("busy=99999999999999d", "too long"),
        ("busy=1h,busy=2h", "twice"),
    ],
)
def test_rules_that_make_no_sense_are_refused_in_one_clear_line(typed: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        parse_retry_rules(typed)
    assert "\n" not in refused.value.message


def test_durations_are_said_in_days_hours_minutes_and_seconds() -> None:
    assert parse_duration("1d 2h 3m 4s") == 93_784
    with pytest.raises(Invalid):
        parse_duration("soon")


def test_stored_rules_that_are_damaged_are_not_read_as_something_else() -> None:
    for damaged in ({"busy": {"wait_seconds": -1}}, {"buzy": {"wait_seconds": 60}}, {"busy": {"growth": 2}}):
        with pytest.raises(ValidationError):
            RetryRules.model_validate(damaged)
    with pytest.raises(ValidationError):
        RetryRule(wait_seconds=60, max_seconds=30)


@given(st.text(alphabet="busyno_answer=0123456789mhds*x<=, .", max_size=30) | st.text(max_size=30))
def test_any_text_is_either_rules_or_refused(text: str) -> None:
    try:
        every = parse_retry_rules(text)
    except DomainError:
        return
    assert parse_retry_rules(every.describe()) == every
