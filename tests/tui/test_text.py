"""Text in a terminal: cells, clipping, times, phones, and data that is never markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui import text

NOON = datetime(2025, 11, 20, 15, 0, tzinfo=UTC)
MONTEVIDEO = ZoneInfo("America/Montevideo")


@given(st.text(), st.integers(0, 40))
def test_a_clipped_text_never_needs_more_cells_than_there_are(value: str, width: int) -> None:
    assert cell_len(text.clip(value, width)) <= width


@given(st.text(), st.integers(1, 40))
def test_a_fitted_text_has_exactly_its_cells(value: str, width: int) -> None:
    assert cell_len(text.fit(value, width)) == width


def test_wide_letters_count_two_and_the_cut_is_marked() -> None:
    assert text.clip("李小龙李小龙", 7) == "李小龙…"
    assert text.clip("María", 5) == "María"
    assert text.fit("7", 3, right=True) == "  7"


def test_control_characters_of_data_never_reach_the_terminal() -> None:
    assert text.clean("a\x1b[31mb\r\nc\x07") == "a [31mb  c "


def test_data_keeps_its_brackets() -> None:
    assert text.data("[/x] [Bob]", "bold").plain == "[/x] [Bob]"


def test_two_ends_of_a_line_share_its_width() -> None:
    line = text.spread(Content("a long left end"), Content("right"), 12)
    assert line.plain == "a lon… right"
    assert text.spread(Content("l"), Content("r"), 5).plain == "l   r"


@pytest.mark.parametrize(
    ("away", "shown"),
    [
        (timedelta(hours=2), "today 14:00"),
        (timedelta(days=1), "tomorrow 12:00"),
        (timedelta(days=-1), "yesterday 12:00"),
        (timedelta(days=3), "Sun 12:00"),
        (timedelta(days=-2), "Tue 12:00"),
        (timedelta(days=30), "20 Dec 12:00"),
        (timedelta(days=-400), "16 Oct 2024 12:00"),
    ],
)
def test_a_moment_is_told_on_the_readers_clock(away: timedelta, shown: str) -> None:
    assert text.moment(NOON + away, NOON, MONTEVIDEO) == shown


def test_days_are_told_in_the_readers_language() -> None:
    assert text.day(NOON + timedelta(days=3), NOON, MONTEVIDEO, "es") == "dom"


@pytest.mark.parametrize(
    ("away", "shown"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=5), "in 5 min"),
        (timedelta(hours=-2), "2 h ago"),
        (timedelta(days=3), "in 3 days"),
    ],
)
def test_distances_are_rough(away: timedelta, shown: str) -> None:
    assert text.ago(NOON + away, NOON) == shown


def test_a_duration_is_a_clock() -> None:
    assert text.duration(161) == "02:41"
    assert text.duration(3761.9) == "1:02:41"
    assert text.duration(-5) == "00:00"


def test_a_phone_number_is_shown_as_people_read_it() -> None:
    assert text.phone("+12125550123") == "+1 212-555-0123"
    assert text.phone("not a number\x1b") == "not a number "
