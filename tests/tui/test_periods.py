"""Days as people type them into a field."""

from __future__ import annotations

from datetime import date

import pytest

from tui import periods

THURSDAY = date(2025, 11, 20)


@pytest.mark.parametrize(
    ("typed", "begin", "end"),
    [
        ("", None, None),
        ("2025-11-03", date(2025, 11, 3), date(2025, 11, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("Today", THURSDAY, THURSDAY),
        ("ayer", date(2025, 11, 19), date(2025, 11, 19)),
        ("this week", date(2025, 11, 17), THURSDAY),
        ("last week", date(2025, 11, 10), date(2025, 11, 16)),
        ("last month", date(2025, 10, 1), date(2025, 10, 31)),
        ("last 7 days", date(2025, 11, 14), THURSDAY),
        ("30d", date(2025, 10, 22), THURSDAY),
        ("2025-11-01 to 2025-11-15", date(2025, 11, 1), date(2025, 11, 15)),
        ("2025-11-01..yesterday", date(2025, 11, 1), date(2025, 11, 19)),
        ("2025-09 – 2025-10", date(2025, 9, 1), date(2025, 10, 31)),
        ("2025-09 - 2025-10", date(2025, 9, 1), date(2025, 10, 31)),
        ("from 2025-11", date(2025, 11, 1), None),
        ("until 2025-10", None, date(2025, 10, 31)),
        ("2025-11-01 ..", date(2025, 11, 1), None),
    ],
)
def test_days_are_understood_and_said_back(typed: str, begin: date | None, end: date | None) -> None:
    assert periods.parse(typed, THURSDAY) == (begin, end)
    assert periods.parse(periods.shown(begin, end), THURSDAY) == (begin, end)


@pytest.mark.parametrize(
    "typed", ["soon", "2025-13", "2025-02-30", "2025-11-15 to 2025-11-01", "last 0 days", "[/x]", "0000"]
)
def test_what_is_no_day_is_refused_with_a_hint(typed: str) -> None:
    with pytest.raises(periods.NotADay, match=r"write 2026-11|comes before"):
        periods.parse(typed, THURSDAY)


def test_as_many_days_just_before_these() -> None:
    assert periods.before(date(2025, 11, 1), date(2025, 11, 15)) == (date(2025, 10, 17), date(2025, 10, 31))


def test_before_a_month_comes_the_month_before() -> None:
    assert periods.before(date(2026, 1, 1), date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert periods.shown(date(2025, 12, 1), date(2025, 12, 31)) == "2025-12"


def test_days_of_this_year_fit_above_a_column() -> None:
    today = THURSDAY
    assert periods.short(date(2025, 11, 10), date(2025, 11, 15), today) == "11-10–11-15"
    assert periods.short(date(2024, 12, 30), date(2025, 1, 5), today) == "2024-12-30 to 2025-01-05"
    assert periods.short(date(2025, 10, 1), date(2025, 10, 31), today) == "2025-10"
    assert periods.short(date(2025, 11, 19), date(2025, 11, 19), today) == "2025-11-19"
    assert periods.short(date(2025, 11, 19), None, today) == periods.shown(date(2025, 11, 19), None)
