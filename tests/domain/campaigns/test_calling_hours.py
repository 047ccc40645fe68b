"""Calling hours as a supervisor types them, keeps them and reads them back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.campaigns.hours import ALWAYS, DEFAULT_HOURS, CallingHours, Window, parse_hours
from domain.campaigns.windows import hours_of
from domain.codes import Shift
from domain.errors import DomainError, Invalid


def windows() -> st.SearchStrategy[Window]:
    opening = st.integers(0, 1439)
    return opening.flatmap(
        lambda opens: st.integers(opens + 1, 1440).map(lambda closes: Window(opens, closes))
    )


def some_hours() -> st.SearchStrategy[CallingHours]:
    week = st.lists(st.lists(windows(), max_size=3), min_size=7, max_size=7)
    return week.filter(any).map(hours_of)


def test_plain_hours_hold_on_every_day() -> None:
    hours = parse_hours("09:00-21:00")
    assert hours == DEFAULT_HOURS
    assert all(day == (Window(540, 1260),) for day in hours.week)


def test_days_and_breaks_are_understood() -> None:
    hours = parse_hours("mon-fri 09:00-13:00,14:00-20:00; sat 10:00-14:00")
    assert hours.fri == (Window(540, 780), Window(840, 1200))
    assert hours.sat == (Window(600, 840),)
    assert hours.sun == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9-21", "09:00-21:00"),
        ("Monday - Friday 9-13, 14-20", "mon-fri 09:00-13:00,14:00-20:00"),
        ("mon,wed,fri 9-12", "mon,wed,fri 09:00-12:00"),
        ("sat-mon 9-12", "mon,sat-sun 09:00-12:00"),
        ("09:00-13:00,13:00-21:00", "09:00-21:00"),
        ("mon 9-12; mon 11-15; sun 9-10", "mon 09:00-15:00; sun 09:00-10:00"),
        ("20:00-00:00", "20:00-24:00"),
        ("mon–sun 0:00–24:00", "00:00-24:00"),
    ],
)
def test_loose_spelling_has_one_meaning(typed: str, meant: str) -> None:
    assert parse_hours(typed).describe() == meant


def test_the_whole_day_every_day_means_always_callable() -> None:
    assert parse_hours("00:00-24:00") == ALWAYS
    assert parse_hours("00:00-24:00").always
    assert not parse_hours("00:00-23:59").always
    assert not parse_hours("mon-sat 00:00-24:00").always


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ";",
        "often",
        "mon",
        "mo 9-10",
        "mon-tue-wed 9-10",
        "9-9",
        "25:00-26:00",
        "9:75-10",
        "9-10 11-12",
        "mon 9-10 tue 11-12",
        "9-10,,11-12",
        "24:00-24:00",
        "-9",
    ],
)
def test_hours_that_make_no_sense_are_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_hours(typed)
    assert "09:00-21:00" in refused.value.message
    assert "\n" not in refused.value.message


def test_hours_over_midnight_are_refused_and_the_two_windows_named() -> None:
    with pytest.raises(Invalid) as refused:
        parse_hours("20:00-02:00")
    assert refused.value.code == "hours_over_midnight"
    assert "20:00-24:00" in refused.value.message
    assert "00:00-02:00" in refused.value.message


@given(some_hours())
def test_hours_survive_text_and_json(hours: CallingHours) -> None:
    assert parse_hours(hours.describe()) == hours
    assert CallingHours.model_validate_json(hours.model_dump_json()) == hours
    assert CallingHours.model_validate(hours.model_dump(mode="json")) == hours
    assert hash(CallingHours.model_validate_json(hours.model_dump_json())) == hash(hours)


def test_stored_hours_that_are_damaged_are_not_read_as_something_else() -> None:
    with pytest.raises(Invalid):
        CallingHours.model_validate({"mon": ["9 to 5"]})
    with pytest.raises(ValidationError):
        CallingHours.model_validate({"monday": ["09:00-17:00"]})


@given(st.text(alphabet="0123456789:-,; monfrisatun–²٣", max_size=40) | st.text(max_size=40))
def test_any_text_is_either_hours_or_refused(text: str) -> None:
    try:
        hours = parse_hours(text)
    except DomainError:
        return
    assert parse_hours(hours.describe()) == hours


@given(some_hours(), st.integers(0, 6), st.integers(0, 1439))
def test_the_two_shifts_share_the_day_at_one_o_clock(hours: CallingHours, day: int, minute: int) -> None:
    def holds(which: CallingHours) -> bool:
        return any(w.opens <= minute < w.closes for w in which.week[day])

    morning, afternoon = hours.for_shift(Shift.MORNING), hours.for_shift(Shift.AFTERNOON)
    if any(w.opens < 780 for d in hours.week for w in d):
        assert holds(morning) == (holds(hours) and minute < 780)
    else:
        assert morning == hours
    if any(w.closes > 780 for d in hours.week for w in d):
        assert holds(afternoon) == (holds(hours) and minute >= 780)
    else:
        assert afternoon == hours
    assert hours.for_shift(Shift.ANY) == hours
