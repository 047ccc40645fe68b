"""From the meanings in a typed time to the days and the time of day it may stand for.

``when`` picks the first of these days whose time is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Final

from domain.calling.when_words import (
    Clock,
    DayWord,
    LongNumber,
    Marker,
    Named,
    Number,
    NumericDate,
    Ordinal,
    Part,
    Token,
)

YEARS_AHEAD: Final = 2
"""How many years after this one are tried for a date without a year, and allowed for one with it."""

_PART_TIMES: Final = {Part.AFTERNOON: time(15), Part.EVENING: time(19), Part.NIGHT: time(20)}
_BEFORE_NOON: Final = (Part.AM, Part.MORNING)


class NotUnderstoodError(ValueError):
    """Why the meanings do not make a time; ``code`` is stable, for programs."""

    def __init__(self, why: str, code: str = "unclear_time") -> None:
        super().__init__(why)
        self.code = code


@dataclass
class Days:
    """The dates a text may mean, earliest first, and how it was said: decides what is told as assumed."""

    dates: list[date]
    kind: str
    weekday: int | None = None


@dataclass
class Reading:
    """The meanings not yet used, today's date, and what had to be assumed so far."""

    tokens: list[Token]
    today: date
    day_first: bool
    default_time: time
    assumed: list[str] = field(default_factory=list)

    def take(self, index: int) -> Token:
        """Remove and return the token at an index."""
        return self.tokens.pop(index)

    def index_of(self, *kinds: type[Token]) -> int | None:
        """Where the first token of one of these kinds stands."""
        return next((i for i, token in enumerate(self.tokens) if isinstance(token, kinds)), None)

    def at(self, index: int) -> Token | None:
        """The token at an index, None outside."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else None


def read_days(reading: Reading) -> Days:
    """Take every meaning that speaks of a date and return the days it may be."""
    _settle_names(reading)
    _settle_mornings(reading)
    _settle_dotted(reading)
    weekday, strictly_next, next_week = _take_weekday(reading)
    found = [
        days for days in (_numeric(reading), _month_day(reading), _day_word(reading)) if days is not None
    ]
    if not found and (days := _ordinal(reading, weekday)):
        found.append(days)
    if len(found) > 1 or reading.index_of(NumericDate, DayWord) is not None or _month_left(reading):
        raise NotUnderstoodError("it names more than one day")
    if found:
        found[0].weekday = weekday
        return found[0]
    today = reading.today
    if next_week:
        monday = today + timedelta(days=7 - today.weekday())
        if weekday is None:
            reading.assumed.append("the same day of next week")
        return Days(
            [today + timedelta(days=7) if weekday is None else monday + timedelta(days=weekday)], "day"
        )
    if weekday is not None:
        first = today + timedelta(days=(weekday - today.weekday()) % 7)
        coming = [first, first + timedelta(days=7)]
        return Days(coming[1:] if strictly_next and first == today else coming, "weekday")
    return Days([today, today + timedelta(days=1)], "time")


def read_time(reading: Reading) -> tuple[time | None, bool]:
    """Take every meaning that speaks of a time of day; with it whether it is midnight at the day's end.

    Returns None for the time where the text names none. Raises for two times, and for what is left over.
    """
    parts = [token for token in reading.tokens if isinstance(token, Part)]
    clocks = [token for token in reading.tokens if isinstance(token, Clock | Number | LongNumber | Ordinal)]
    if len(clocks) > 1 or len(set(parts)) > 2:
        raise NotUnderstoodError("it names more than one time")
    reading.tokens = [token for token in reading.tokens if token not in clocks and token not in parts]
    if any(token is not Marker.NEXT for token in reading.tokens):
        raise NotUnderstoodError("its parts do not fit together")
    if not clocks:
        return _time_of_part(reading, parts), False
    clock = _as_clock(clocks[0])
    hour = _hour(reading, clock, parts)
    if hour > 24 or clock.minute > 59 or clock.second > 59 or (hour == 24 and clock.minute + clock.second):
        raise NotUnderstoodError(f"there is no time {clock.hour}:{clock.minute:02d}", "impossible_time")
    return time(hour % 24, clock.minute, clock.second), hour == 24


def _time_of_part(reading: Reading, parts: list[Part]) -> time | None:
    if not parts:
        return None
    if len(parts) > 1 or parts[0] in (Part.AM, Part.PM):
        raise NotUnderstoodError("it says no hour")
    when = _PART_TIMES.get(parts[0], reading.default_time)
    reading.assumed.append(f"{parts[0]} is {when:%H:%M}")
    return when


def _as_clock(token: Token) -> Clock:
    if isinstance(token, Number):
        return Clock(token.value, padded=token.padded)
    if isinstance(token, LongNumber):
        return Clock(*divmod(token.value, 100))
    if isinstance(token, Clock):
        return token
    raise NotUnderstoodError("its parts do not fit together")


def _hour(reading: Reading, clock: Clock, parts: list[Part]) -> int:
    """The hour of 0-24 that is meant; a lone 3 is the afternoon, for nobody is called at night."""
    hour = clock.hour
    early = [part for part in parts if part in _BEFORE_NOON]
    late = [part for part in parts if part not in _BEFORE_NOON]
    if early and late:
        raise NotUnderstoodError("it is both before and after noon")
    if (early or late) and hour == 0 and not clock.padded:
        raise NotUnderstoodError("there is no hour 0 before or after noon", "impossible_time")
    if early and hour > 12:
        raise NotUnderstoodError(f"{hour} o'clock is not before noon", "impossible_time")
    if early:
        return hour % 12
    if late == [Part.NIGHT] and hour in (12, 24):
        return 24
    if late and 0 < hour < 12 and not (Part.NIGHT in late and hour < 5):
        return hour + 12
    if not late and not clock.padded and 1 <= hour <= 6:
        reading.assumed.append(f"{hour + 12}:{clock.minute:02d}, not {hour:02d}:{clock.minute:02d}")
        return hour + 12
    return hour


def _settle_names(reading: Reading) -> None:
    """Decide each word that may be a weekday or a month, such as "mar" (martes, March).

    It is the month next to a day of the month ("25 mar", "mar 25", "mar 5 10:00"), else the weekday; so
    "mar 15" is Tuesday at 15:00, as "vie 9" is Friday at 9.
    """
    for index, token in enumerate(reading.tokens):
        if not isinstance(token, Named) or token.weekday is None or token.month is None:
            continue
        before, after = reading.at(index - 1), reading.at(index + 1)
        later = reading.tokens[index + 1 :]
        if isinstance(before, Number | Ordinal):
            month = True
        elif any(isinstance(other, Named) and other.month is not None for other in later):
            month = False
        elif isinstance(after, Ordinal):
            month = True
        else:
            month = isinstance(after, Number) and (after.value > 23 or _says_time(reading.at(index + 2)))
            if isinstance(after, Number) and not month:
                reading.assumed.append(f'"{token.word}" is the day of the week')
        reading.tokens[index] = Named(
            token.word, None if month else token.weekday, token.month if month else None
        )


def _settle_mornings(reading: Reading) -> None:
    """Spanish "mañana" after a day is its morning: "lunes mañana", "mañana mañana"."""
    dated = False
    for index, token in enumerate(reading.tokens):
        if isinstance(token, DayWord) and token.morning and dated:
            reading.tokens[index] = Part.MORNING
        dated = dated or isinstance(token, DayWord | Named | NumericDate)


def _settle_dotted(reading: Reading) -> None:
    """9.30 is a time, but 25.11 is a date, and so is the first of two."""
    for index, token in enumerate(reading.tokens):
        if isinstance(token, Clock) and token.dotted:
            later = any(
                isinstance(other, Clock | Number | LongNumber) for other in reading.tokens[index + 1 :]
            )
            if later or token.hour > 24 or token.minute > 59:
                reading.tokens[index] = NumericDate(token.hour, token.minute)


def _says_time(token: Token | None) -> bool:
    return isinstance(token, Clock | Number | LongNumber)


def _take_weekday(reading: Reading) -> tuple[int | None, bool, bool]:
    """The weekday named, whether "next" was said with it, and whether "next week" was."""
    strictly_next = Marker.NEXT in reading.tokens
    next_week = Marker.NEXT_WEEK in reading.tokens
    markers = (Marker.NEXT, Marker.NEXT_WEEK)
    reading.tokens = [token for token in reading.tokens if token not in markers]
    weekday = None
    for index, token in enumerate(reading.tokens):
        if isinstance(token, Named) and token.weekday is not None:
            if weekday is not None:
                raise NotUnderstoodError("it names more than one day")
            weekday = token.weekday
            after = reading.at(index + 1)
            if isinstance(after, Number) and (after.value > 24 or _says_time(reading.at(index + 2))):
                reading.tokens[index + 1] = Ordinal(after.value)
    reading.tokens = [t for t in reading.tokens if not (isinstance(t, Named) and t.weekday is not None)]
    return weekday, strictly_next, next_week


def _month_left(reading: Reading) -> bool:
    return any(isinstance(token, Named) for token in reading.tokens)


def _numeric(reading: Reading) -> Days | None:
    index = reading.index_of(NumericDate)
    if index is None:
        return None
    token = reading.take(index)
    assert isinstance(token, NumericDate)
    day, month = (token.first, token.second)
    if not token.year_first:
        if not reading.day_first:
            day, month = month, day
        if month > 12 >= day:
            day, month = month, day
            reading.assumed.append(f"day {day}, month {month}")
        elif day <= 12 and day != month:
            reading.assumed.append(f"day {day}, month {month}")
    return _dated(reading, day, month, token.year, _as_typed(token))


def _as_typed(token: NumericDate) -> str:
    """A date in the order it was typed in, for a refusal."""
    if token.year_first:
        return f"{token.year}-{token.second:02d}-{token.first:02d}"
    return f"{token.first}/{token.second}" + ("" if token.year is None else f"/{token.year}")


def _month_day(reading: Reading) -> Days | None:
    index = next((i for i, t in enumerate(reading.tokens) if isinstance(t, Named) and t.month), None)
    if index is None:
        return None
    token = reading.take(index)
    assert isinstance(token, Named)
    assert token.month
    before, after = reading.at(index - 1), reading.at(index)
    if isinstance(before, Number | Ordinal):
        day = before.value
        reading.take(index - 1)
        index -= 1
    elif isinstance(after, Number | Ordinal):
        day = after.value
        reading.take(index)
    else:
        raise NotUnderstoodError("it names a month but no day of it")
    year = reading.at(index)
    if isinstance(year, LongNumber):
        reading.take(index)
    in_year = year.value if isinstance(year, LongNumber) else None
    said = f"{day} {token.word}" if in_year is None else f"{day} {token.word} {in_year}"
    return _dated(reading, day, token.month, in_year, said)


def _dated(reading: Reading, day: int, month: int, year: int | None, said: str) -> Days:
    """The dates of a day and month, in one year or in this and the coming ones; ``said`` is how to quote them."""
    this = reading.today.year
    if year is not None and year > this + YEARS_AHEAD:
        raise NotUnderstoodError(f"{year} is too far ahead", "too_far")
    dates = []
    for each in range(this, this + YEARS_AHEAD + 1) if year is None else (year,):
        try:
            dates.append(date(each, month, day))
        except ValueError:
            continue
    if not dates:
        raise NotUnderstoodError(f"there is no day {said}", "impossible_date")
    return Days(dates, "date" if year is None else "day")


def _day_word(reading: Reading) -> Days | None:
    index = reading.index_of(DayWord)
    if index is None:
        return None
    token = reading.take(index)
    assert isinstance(token, DayWord)
    return Days([reading.today + timedelta(days=token.days)], "day")


def _ordinal(reading: Reading, weekday: int | None) -> Days | None:
    """A day of the month without a month: the coming ones, where a weekday was said those that fall on it."""
    index = reading.index_of(Ordinal)
    if index is None:
        return None
    token = reading.take(index)
    assert isinstance(token, Ordinal)
    dates = []
    for month in range(reading.today.month - 1, reading.today.month + 12):
        try:
            day = date(reading.today.year + month // 12, month % 12 + 1, token.value)
        except ValueError:
            continue
        if day >= reading.today and weekday in (None, day.weekday()):
            dates.append(day)
    if not dates:
        raise NotUnderstoodError(f"there is no day {token.value} of a month", "impossible_date")
    return Days(dates, "date")
