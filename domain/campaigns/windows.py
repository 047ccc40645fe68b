"""The hours of the week in which a campaign may call, as a value.

``CallingHours`` is written by a supervisor as text, kept in the campaign as JSON, read by ``hours.Calendar``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, field_validator

from domain.codes import Shift
from domain.errors import Invalid

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_IN_DAY: Final = 24 * 60
MIDDAY: Final = 13 * 60
"""Minutes after midnight at which the afternoon shift takes over from the morning shift."""

_EXAMPLES: Final = 'write for example "09:00-21:00" or "mon-fri 09:00-13:00,14:00-20:00; sat 10:00-14:00"'


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """Half-open local hours of one day: minutes after midnight, ``opens`` included, ``closes`` excluded."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_IN_DAY:
            raise ValueError(f"not the hours of one day: {self.opens} to {self.closes} minutes")

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"

    def within(self, low: int, high: int) -> Window:
        """The part of the window between two times (minutes); the two must overlap."""
        return Window(max(self.opens, low), min(self.closes, high))

    @property
    def opening(self) -> time:
        """Local wall time at which the window opens."""
        return time(*divmod(self.opens, 60))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


Day = tuple[Window, ...]


def _day_from_json(value: object) -> object:
    if isinstance(value, list):
        return tuple(_parse_window(item) if isinstance(item, str) else item for item in value)
    return value


def _merged(windows: Iterable[Window]) -> Day:
    """Windows in order, those that overlap or touch made one."""
    merged: list[Window] = []
    for window in sorted(windows):
        if merged and window.opens <= merged[-1].closes:
            merged[-1] = Window(merged[-1].opens, max(merged[-1].closes, window.closes))
        else:
            merged.append(window)
    return tuple(merged)


JsonDay = Annotated[Day, BeforeValidator(_day_from_json), PlainSerializer(lambda day: [str(w) for w in day])]


class CallingHours(BaseModel):
    """Per weekday the local hours in which calling is allowed.

    JSON form: ``{"mon": ["09:00-13:00", "14:00-20:00"], …}``; a day without hours is an empty list.
    Equal hours are equal values: windows are kept in order and merged where they touch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mon: JsonDay = ()
    tue: JsonDay = ()
    wed: JsonDay = ()
    thu: JsonDay = ()
    fri: JsonDay = ()
    sat: JsonDay = ()
    sun: JsonDay = ()

    @field_validator(*DAY_NAMES)
    @classmethod
    def _in_order(cls, day: Day) -> Day:
        return _merged(day)

    @property
    def week(self) -> tuple[Day, ...]:
        """The seven days, Monday first."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)

    @property
    def always(self) -> bool:
        """Every hour of every day: then holidays do not narrow the hours either (nor caps, for who asks)."""
        return all(day == (Window(0, MINUTES_IN_DAY),) for day in self.week)

    def for_shift(self, shift: Shift) -> CallingHours:
        """These hours narrowed to a shift: opening to 13:00, or 13:00 to closing.

        Where the whole week has no such half (a campaign that opens at 14:00 has no morning) the hours stay
        as they are, so that a lead moved there is not lost.
        """
        if shift is Shift.ANY:
            return self
        low, high = (0, MIDDAY) if shift is Shift.MORNING else (MIDDAY, MINUTES_IN_DAY)
        week = [
            tuple(w.within(low, high) for w in day if w.opens < high and w.closes > low) for day in self.week
        ]
        return hours_of(week) if any(week) else self

    def describe(self) -> str:
        """The hours as text that ``parse_hours`` reads back to the same value."""
        if all(day == self.mon for day in self.week):
            return day_text(self.mon)
        groups: dict[Day, list[int]] = {}
        for number, day in enumerate(self.week):
            if day:
                groups.setdefault(day, []).append(number)
        return "; ".join(f"{_days_text(numbers)} {day_text(day)}" for day, numbers in groups.items())


def hours_of(week: Iterable[Iterable[Window]]) -> CallingHours:
    """Calling hours from the windows of seven days, Monday first."""
    return CallingHours(**dict(zip(DAY_NAMES, (tuple(day) for day in week), strict=True)))


def day_text(day: Day) -> str:
    """The windows of a day as ``parse_hours`` reads them; empty for a closed one."""
    return ",".join(str(window) for window in day)


def _days_text(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(
        DAY_NAMES[run[0]] if len(run) == 1 else f"{DAY_NAMES[run[0]]}-{DAY_NAMES[run[-1]]}" for run in runs
    )


ALWAYS: Final = hours_of([[Window(0, MINUTES_IN_DAY)]] * 7)
DEFAULT_HOURS: Final = hours_of([[Window(9 * 60, 21 * 60)]] * 7)

_WINDOW = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*-\s*(\d{1,2})(?::(\d{2}))?")
_PART = re.compile(r"(?P<days>[a-z][a-z\s,-]*)?(?P<hours>\d[\d:\s,-]*)")


def _bad(text: str, why: str, code: str = "bad_hours") -> Invalid:
    message = f'Calling hours "{text}": {why}; {_EXAMPLES}.'
    return Invalid(message, code=code, title="Calling hours not understood")


def _minutes(text: str, hours: str, minutes: str | None) -> int:
    value = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or value > MINUTES_IN_DAY:
        raise _bad(text, f"there is no time {hours}:{minutes or '00'}")
    return value


def _parse_window(text: str) -> Window:
    match = _WINDOW.fullmatch(text.strip())
    if not match:
        raise _bad(text, "a window is an opening and a closing time")
    opens = _minutes(text, match[1], match[2])
    closes = _minutes(text, match[3], match[4])
    if closes == 0 and opens > 0:
        closes = MINUTES_IN_DAY
    if opens == closes:
        raise _bad(text, "it opens and closes at the same time (00:00-24:00 is the whole day)")
    if opens > closes:
        raise _bad(
            text,
            f"it runs over midnight, write {_clock(opens)}-24:00 and for the next day 00:00-{_clock(closes)}",
            code="hours_over_midnight",
        )
    return Window(opens, closes)


def _parse_day(text: str, word: str) -> int:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hits = [number for number, name in enumerate(full) if len(word) >= 3 and name.startswith(word)]
    if len(hits) != 1:
        raise _bad(text, f'"{word}" is no day of the week ({", ".join(DAY_NAMES)})')
    return hits[0]


def _parse_days(text: str, days: str) -> set[int]:
    found: set[int] = set()
    for part in days.split(","):
        ends = [_parse_day(text, word.strip()) for word in part.split("-")]
        if len(ends) > 2:
            raise _bad(text, f'"{part.strip()}" is no range of days')
        length = (ends[-1] - ends[0]) % 7
        found.update((ends[0] + step) % 7 for step in range(length + 1))
    return found


def parse_hours(text: str) -> CallingHours:
    """Calling hours from what a person types.

    Parts are separated by ";", each ``[days] windows``: days are names or ranges joined by "," (without them:
    every day), windows are ``open-close`` joined by ",", with 24:00 allowed as close. "00:00-24:00" means
    always callable. Parts add up; windows that overlap become one. Raises ``Invalid``; windows over midnight
    are refused.
    """
    week: list[list[Window]] = [[] for _ in DAY_NAMES]
    tidy = text.strip().lower().replace("–", "-")
    for part in filter(None, (p.strip() for p in tidy.split(";"))):
        match = _PART.fullmatch(part)
        if not match:
            raise _bad(text, f'"{part}" is not understood' if part != tidy else "not understood")
        days = _parse_days(text, match["days"].strip()) if match["days"] else set(range(7))
        windows = [_parse_window(window) for window in match["hours"].rstrip(" ,").split(",")]
        for day in days:
            week[day].extend(windows)
    if not any(week):
        raise _bad(text, "at least one window is needed")
    return hours_of(week)
