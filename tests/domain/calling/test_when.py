"""Times the way sellers type them, in English and Spanish."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.calling.when import is_day_first, parse_when, settled
from domain.campaigns.hours import Calendar, parse_hours

MONTEVIDEO = "America/Montevideo"
NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 24, 14, 32, 10, tzinfo=ZoneInfo(MONTEVIDEO))  # a Tuesday


def typed(text: str, *, day_first: bool = True) -> str:
    """What a seller in Montevideo on Tuesday 24 November 2026 at 14:32 means by a text."""
    when = parse_when(text, now=NOW, zone=MONTEVIDEO, day_first=day_first)
    assert when.local.astimezone(UTC) == when.at_utc
    assert when.at_utc.tzinfo is UTC
    return f"{when.local:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow 10", "2026-11-25 10:00"),
        ("Tomorrow at 10:30", "2026-11-25 10:30"),
        ("mañana 10", "2026-11-25 10:00"),
        ("MANANA A LAS 10", "2026-11-25 10:00"),
        ("10 tomorrow", "2026-11-25 10:00"),
        ("pasado mañana 10", "2026-11-26 10:00"),
        ("day after tomorrow 10", "2026-11-26 10:00"),
        ("today 18", "2026-11-24 18:00"),
        ("hoy a las 18", "2026-11-24 18:00"),
        ("mañana por la mañana", "2026-11-25 09:00"),
        ("mañana a la tarde", "2026-11-25 15:00"),
        ("tomorrow afternoon", "2026-11-25 15:00"),
        ("esta noche", "2026-11-24 20:00"),
        ("mañana 9 de la noche", "2026-11-25 21:00"),
        ("mañana a las 15 hs", "2026-11-25 15:00"),
    ],
)
def test_days_from_today(text: str, meant: str) -> None:
    assert typed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("+2h", "2026-11-24 16:32"),
        ("+30m", "2026-11-24 15:02"),
        ("+1h30", "2026-11-24 16:02"),
        ("+1h30m", "2026-11-24 16:02"),
        ("+1.5h", "2026-11-24 16:02"),
        ("+1d", "2026-11-25 14:32"),
        ("+1d 10:00", "2026-11-25 10:00"),
        ("+1w", "2026-12-01 14:32"),
        ("in 2 hours", "2026-11-24 16:32"),
        ("2 hours", "2026-11-24 16:32"),
        ("in an hour", "2026-11-24 15:32"),
        ("en 2 horas", "2026-11-24 16:32"),
        ("dentro de media hora", "2026-11-24 15:02"),
        ("en 3 días a las 9", "2026-11-27 09:00"),
        ("next month 10:00", "2026-12-24 10:00"),
        ("2h", "2026-11-24 16:32"),
        ("2 hs", "2026-11-24 16:32"),
        ("1h30", "2026-11-24 16:02"),
        ("1.5h", "2026-11-24 16:02"),
        ("1,5 h", "2026-11-24 16:02"),
        ("6h", "2026-11-24 20:32"),
        ("48h", "2026-11-26 14:32"),
        ("90m", "2026-11-24 16:02"),
        ("in 8h", "2026-11-24 22:32"),
        ("in two hours", "2026-11-24 16:32"),
        ("two hours from now", "2026-11-24 16:32"),
        ("in 20 minutes", "2026-11-24 14:52"),
        ("in twenty-five minutes", "2026-11-24 14:57"),
        ("in half an hour", "2026-11-24 15:02"),
        ("in an hour and a half", "2026-11-24 16:02"),
        ("in a couple of hours", "2026-11-24 16:32"),
        ("in 3 days 2h", "2026-11-27 16:32"),
        ("en dos horas", "2026-11-24 16:32"),
        ("en media hora", "2026-11-24 15:02"),
        ("en una hora y media", "2026-11-24 16:02"),
        ("dentro de dos horas y media", "2026-11-24 17:02"),
        ("en veinticinco minutos", "2026-11-24 14:57"),
        ("en treinta y cinco minutos", "2026-11-24 15:07"),
        ("en un cuarto de hora", "2026-11-24 14:47"),
        ("dentro de tres días a las diez", "2026-11-27 10:00"),
        ("now", "2026-11-24 14:33"),
        ("ahora mismo", "2026-11-24 14:33"),
    ],
)
def test_distances_from_now(text: str, meant: str) -> None:
    assert typed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fri 9", "2026-11-27 09:00"),
        ("vie 9", "2026-11-27 09:00"),
        ("friday 9am", "2026-11-27 09:00"),
        ("el viernes a las 9 de la mañana", "2026-11-27 09:00"),
        ("viernes 21:15", "2026-11-27 21:15"),
        ("sáb 10", "2026-11-28 10:00"),
        ("next monday 10", "2026-11-30 10:00"),
        ("lunes que viene", "2026-11-30 09:00"),
        ("el próximo lunes a las 10", "2026-11-30 10:00"),
        ("lunes de mañana", "2026-11-30 09:00"),
        ("thursday next week 10", "2026-12-03 10:00"),
        ("tuesday 15", "2026-11-24 15:00"),
        ("tuesday 14", "2026-12-01 14:00"),
        ("next tuesday 15", "2026-12-01 15:00"),
        ("tuesday", "2026-12-01 09:00"),
        ("fri 27 9:00", "2026-11-27 09:00"),
        ("vie 25", "2026-12-25 09:00"),
    ],
)
def test_weekdays_are_the_coming_ones(text: str, meant: str) -> None:
    assert typed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mar 15:30", "2026-11-24 15:30"),
        ("mar 15", "2026-11-24 15:00"),
        ("mar 9", "2026-12-01 09:00"),
        ("mar 5 pm", "2026-11-24 17:00"),
        ("mar", "2026-12-01 09:00"),
        ("25 mar 9", "2027-03-25 09:00"),
        ("mar 25 9", "2027-03-25 09:00"),
        ("mar 25", "2027-03-25 09:00"),
        ("mar 5 10:00", "2027-03-05 10:00"),
        ("mar 2 mar 10:00", "2027-03-02 10:00"),
        ("mar 1 dic 10:00", "2026-12-01 10:00"),
    ],
)
def test_mar_is_a_month_only_next_to_a_day_of_the_month(text: str, meant: str) -> None:
    assert typed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("25/11 9:00", "2026-11-25 09:00"),
        ("25-11-2026 9:00", "2026-11-25 09:00"),
        ("25.11 9", "2026-11-25 09:00"),
        ("25.11.26 9.30", "2026-11-25 09:30"),
        ("11/25 9:00", "2026-11-25 09:00"),
        ("5/12 9", "2026-12-05 09:00"),
        ("1/2 9", "2027-02-01 09:00"),
        ("29/2 9", "2028-02-29 09:00"),
        ("25 nov 9:00", "2026-11-25 09:00"),
        ("nov 25 9", "2026-11-25 09:00"),
        ("Nov. 25th, 9 a.m.", "2026-11-25 09:00"),
        ("25 de noviembre a las 9", "2026-11-25 09:00"),
        ("wed 25 nov 2026 9:00", "2026-11-25 09:00"),
        ("1 setiembre 10", "2027-09-01 10:00"),
        ("el 25 a las 9", "2026-11-25 09:00"),
        ("25th 9", "2026-11-25 09:00"),
        ("2026-11-25", "2026-11-25 09:00"),
        ("2026-11-25 09:00", "2026-11-25 09:00"),
        ("2026-11-25 03:00", "2026-11-25 03:00"),
        ("2026-11-25T09:00:00", "2026-11-25 09:00"),
        ("2026-11-25T09:00Z", "2026-11-25 06:00"),
        ("2026-11-25T09:00:00+01:00", "2026-11-25 05:00"),
    ],
)
def test_dates(text: str, meant: str) -> None:
    assert typed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9:30", "2026-11-25 09:30"),
        ("16:30", "2026-11-24 16:30"),
        ("15.30", "2026-11-24 15:30"),
        ("1530", "2026-11-24 15:30"),
        ("15h", "2026-11-24 15:00"),
        ("3pm", "2026-11-24 15:00"),
        ("3", "2026-11-24 15:00"),
        ("3am", "2026-11-25 03:00"),
        ("03:00", "2026-11-25 03:00"),
        ("12am", "2026-11-25 00:00"),
        ("12 pm", "2026-11-25 12:00"),
        ("noon", "2026-11-25 12:00"),
        ("mediodía", "2026-11-25 12:00"),
        ("midnight", "2026-11-25 00:00"),
        ("24:00", "2026-11-25 00:00"),
        ("7h", "2026-11-25 07:00"),
        ("15h30", "2026-11-24 15:30"),
        ("23 hs", "2026-11-24 23:00"),
        ("09h", "2026-11-25 09:00"),
        ("9.30h", "2026-11-25 09:30"),
        ("a las 3h", "2026-11-24 15:00"),
        ("tomorrow 2h", "2026-11-25 14:00"),
        ("vie 3h30", "2026-11-27 15:30"),
        ("3h de la tarde", "2026-11-24 15:00"),
        ("half past 3", "2026-11-24 15:30"),
        ("half past three", "2026-11-24 15:30"),
        ("quarter to five", "2026-11-24 16:45"),
        ("a quarter past three", "2026-11-24 15:15"),
        ("ten to four", "2026-11-24 15:50"),
        ("quarter to one", "2026-11-25 12:45"),
        ("tres y cuarto", "2026-11-24 15:15"),
        ("a las cinco menos cuarto", "2026-11-24 16:45"),
        ("las cinco menos diez", "2026-11-24 16:50"),
        ("a la una y media", "2026-11-25 13:30"),
        ("3 y media", "2026-11-24 15:30"),
    ],
)
def test_a_time_alone_is_today_or_tomorrow_when_past(text: str, meant: str) -> None:
    assert typed(text) == meant


def test_month_comes_first_where_people_write_it_so() -> None:
    assert typed("5/12 9") == "2026-12-05 09:00"
    assert typed("12/5 9", day_first=False) == "2026-12-05 09:00"
    assert typed("25/11 9", day_first=False) == "2026-11-25 09:00"
    assert typed("2026-12-05 9", day_first=False) == "2026-12-05 09:00"
    assert [is_day_first(language) for language in ("es", "en_GB", "en_US", "es-UY", "xx")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_a_time_the_clocks_skip_moves_on_and_says_so() -> None:
    now = datetime(2026, 3, 7, 12, 0, tzinfo=ZoneInfo(NEW_YORK))
    when = parse_when("tomorrow 02:30", now=now, zone=NEW_YORK)
    assert f"{when.local:%H:%M}" == "03:30"
    assert when.assumed == ("03:30, for 02:30 is skipped when the clocks change",)


def test_a_time_the_clocks_repeat_is_the_first_still_to_come() -> None:
    before = datetime(2026, 10, 31, 12, 0, tzinfo=ZoneInfo(NEW_YORK))
    when = parse_when("tomorrow 01:30", now=before, zone=NEW_YORK)
    assert when.at_utc == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert when.assumed == ("the first 01:30, for the clocks repeat it",)
    between = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)
    assert parse_when("01:30", now=between, zone=NEW_YORK).at_utc == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_hours_are_elapsed_and_days_keep_the_time_of_day_when_the_clocks_change() -> None:
    now = datetime(2026, 3, 7, 20, 0, tzinfo=ZoneInfo(NEW_YORK))
    assert parse_when("+24h", now=now, zone=NEW_YORK).local.hour == 21
    assert parse_when("+1d", now=now, zone=NEW_YORK).local.hour == 20


def test_a_day_without_a_time_can_be_settled_at_its_opening() -> None:
    calendar = Calendar(parse_hours("mon-fri 10:00-18:00"), MONTEVIDEO)
    friday = parse_when("friday", now=NOW, zone=MONTEVIDEO)
    assert not friday.has_time
    opening = settled(friday, calendar=calendar, segment=MONTEVIDEO)
    assert opening.astimezone(ZoneInfo(MONTEVIDEO)).time() == time(10)
    sunday = parse_when("sunday", now=NOW, zone=MONTEVIDEO)
    assert settled(sunday, calendar=calendar, segment=MONTEVIDEO) == sunday.at_utc
    exact = parse_when("friday 9:00", now=NOW, zone=MONTEVIDEO)
    assert settled(exact, calendar=calendar, segment=MONTEVIDEO) == exact.at_utc
