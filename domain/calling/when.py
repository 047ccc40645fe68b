"""Times the way people type them, English and Spanish: "tomorrow 10", "+2h", "vie 9", "25/11 9:00".

For the console and every ``--at``: what was understood and what had to be assumed is part of the answer, so that
it can be shown while typing. ``allowed`` says whether the moment may be promised, ``when_text`` writes it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.calling.allowed import OutsideHours, validate
from domain.calling.when_dates import YEARS_AHEAD, Days, NotUnderstoodError, Reading, read_days, read_time
from domain.calling.when_phrases import plain
from domain.calling.when_text import day_text, describe, is_day_first
from domain.calling.when_words import Marker, Step, Token, UnknownWordError, tokens_of
from domain.campaigns.hours import Calendar
from domain.campaigns.segments import zone_named
from domain.errors import Invalid

__all__ = ["OutsideHours", "When", "describe", "is_day_first", "parse_when", "settled", "validate"]

DEFAULT_TIME: Final = time(9)
_LONGEST: Final = 120
_EXAMPLES: Final = "write for example tomorrow 10, +2h, vie 9:30, 25/11 9:00 or 2026-11-25 09:00"
_WITH_OFFSET = re.compile(
    r"(\d{4}-\d\d-\d\d)[t ](\d\d:?\d\d(?::?\d\d(?:\.\d{1,6})?)?) ?(z|[+-]\d\d(?::?\d\d)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class When:
    """A typed time as it was understood.

    at_utc: the instant. local: the same in the zone it was typed for. understood: as text, in that zone.
    assumed: what the text left open and how it was taken, one short phrase each. has_time: False where only a
    day was said and the default time stands in (a caller may prefer the opening of that day).
    """

    at_utc: datetime
    local: datetime
    understood: str
    assumed: tuple[str, ...] = ()
    has_time: bool = True


def parse_when(
    text: str,
    *,
    now: datetime,
    zone: str | ZoneInfo,
    day_first: bool = True,
    default_time: time = DEFAULT_TIME,
    language: str = "en",
) -> When:
    """The moment a person means.

    now: aware. zone: where the clock of the text hangs (the contact's). day_first: 5/11 is 5 November; 11/25 is
    understood either way (see ``is_day_first``). default_time: for a day without a time. language: of
    ``understood`` only, the text may always be English or Spanish.

    A time alone is today's, or tomorrow's once past; a weekday or date without a year is the coming one. A lone
    hour of 1-6 without a leading zero is the afternoon. "2h" alone is two hours from now, as "48h" is; 7h to 23h
    are times of day, and so is any next to a day ("tomorrow 2h"). "now" is the coming minute. "mar" is the month
    next to a day of the month, else martes ("mar 15:30", "mar 15" = Tuesday 15:00, "25 mar", "mar 5 10:00").
    "+1d" keeps the time of day, "+2h" is elapsed time. Skipped local times move on by the gap, repeated ones are
    the first still to come.
    Raises ``Invalid`` in one line: empty, not understood, impossible, past (``past_time``), over two years off.
    """
    place = zone if isinstance(zone, ZoneInfo) else zone_named(zone)
    if not text.strip():
        raise _bad("No time given", "no_time")
    if len(text) > _LONGEST:
        raise _bad("That is too long for a time", "unclear_time")
    shown, here = f'"{_shown(text)}"', now.astimezone(place)
    try:
        at, has_time, assumed = _moment_of(plain(text), here, place, day_first, default_time)
        local = at.astimezone(place)
        _require_to_come(local, here)
    except UnknownWordError as error:
        near = f", did you mean {error.near}" if error.near else ""
        raise _bad(f'{shown}: "{_shown(error.piece)}" is not understood{near}', "unclear_time") from None
    except NotUnderstoodError as error:
        raise _bad(f"{shown}: {error}", error.code) from None
    except OverflowError:
        raise _bad(f"{shown}: it is too far away", "too_far") from None
    understood = describe(at, now=now, contact_zone=place.key, language=language)
    return When(at, local, understood, tuple(assumed), has_time)


def _require_to_come(local: datetime, here: datetime) -> None:
    """Refuse a moment that is not after ``here`` (both local), or more than two years on."""
    # Compared in UTC: two local times of one zone compare by the clock on the wall, wrong in a repeated hour.
    if local.astimezone(UTC) <= here.astimezone(UTC):
        raise NotUnderstoodError(f"{day_text(local.date())} {local:%H:%M} has passed", "past_time")
    if local.year > here.year + YEARS_AHEAD:
        raise NotUnderstoodError("it is too far away", "too_far")


def settled(when: When, *, calendar: Calendar, segment: str) -> datetime:
    """The instant of a typed time; where only a day was said, its first open one from the default time on.

    On a day without calls it stays as it is, for ``validate`` to refuse and to offer another.
    """
    if when.has_time:
        return when.at_utc
    opening = calendar.next_open(when.at_utc, segment)
    same_day = opening is not None and opening.astimezone(when.local.tzinfo).date() == when.local.date()
    return opening if opening is not None and same_day else when.at_utc


def _bad(why: str, code: str) -> Invalid:
    return Invalid(f"{why}; {_EXAMPLES}.", code=code, title="Time not understood")


def _shown(text: str) -> str:
    """A text as it can be quoted in one line."""
    printable = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return printable if len(printable) <= 40 else f"{printable[:39]}…"


def _moment_of(
    text: str, now: datetime, zone: ZoneInfo, day_first: bool, default_time: time
) -> tuple[datetime, bool, list[str]]:
    """The instant in UTC, whether a time of day was said, and what was assumed. now: local to the zone."""
    exact = _WITH_OFFSET.fullmatch(text)
    if exact:
        return _exact(exact), True, []
    reading = Reading(tokens_of(text), now.date(), day_first, default_time)
    distance, reading.tokens = _distance_in(reading)
    if distance:
        return _at_distance(reading, distance, now, zone), True, reading.assumed
    nothing_said = not reading.tokens
    days = read_days(reading)
    clock, at_end = read_time(reading)
    if nothing_said or (clock is None and days.kind == "time"):
        raise NotUnderstoodError("it names neither a day nor a time")
    has_time = clock is not None
    if clock is None:
        clock = default_time
        reading.assumed.append(f"at {default_time:%H:%M}")
        if days.kind == "weekday" and days.dates[0] == reading.today:
            del days.dates[0]
    return _first_to_come(reading, days, clock, at_end, now, zone), has_time, reading.assumed


def _distance_in(reading: Reading) -> tuple[list[Step], list[Token]]:
    """The distances from now among the meanings, and the other meanings."""
    distance: list[Step] = []
    others: list[Token] = []
    for token in reading.tokens:
        if token is Marker.NEXT_MONTH:
            distance.append(Step(months=1))
        elif isinstance(token, Step):
            distance.append(token)
        elif token is not Marker.NOW:
            others.append(token)
    if others:
        others = [
            token.clock if isinstance(token, Step) and token.clock else token
            for token in reading.tokens
            if token in others or (isinstance(token, Step) and token.clock)
        ]
        distance = [step for step in distance if step.clock is None]
    elif len(distance) == 1 and (clock := distance[0].clock):
        reading.assumed.append(f"from now, not at {clock.hour}:{clock.minute:02d}")
    if not distance and Marker.NOW in reading.tokens:
        reading.assumed.append("now is the coming minute")
        distance = [Step(minutes=1)]
    return distance, others


def _exact(match: re.Match[str]) -> datetime:
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3].upper()}").astimezone(UTC)
    except ValueError:
        raise NotUnderstoodError("there is no such date or time", "impossible_date") from None


def _at_distance(reading: Reading, steps: list[Step], now: datetime, zone: ZoneInfo) -> datetime:
    """Now and a distance: days and months on the calendar, then hours and minutes as elapsed time."""
    minutes = sum(step.minutes for step in steps)
    day = _months_later(now.date(), sum(step.months for step in steps))
    day += timedelta(days=sum(step.days for step in steps))
    if day.year > now.year + YEARS_AHEAD + 1:
        raise NotUnderstoodError("it is too far away", "too_far")
    clock, at_end = read_time(reading)
    if clock is not None and minutes:
        raise NotUnderstoodError("it says both a time and how long from now")
    if day == now.date() and clock is None:
        return now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    if clock is None:
        clock = now.time().replace(second=0, microsecond=0, fold=0)
        if not minutes:
            reading.assumed.append(f"at {clock:%H:%M} as now")
    at, note = _instant(datetime.combine(day + timedelta(days=at_end), clock), zone, now)
    reading.assumed.extend(note)
    return at + timedelta(minutes=minutes)


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year - 1:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _first_to_come(
    reading: Reading, days: Days, clock: time, at_end: bool, now: datetime, zone: ZoneInfo
) -> datetime:
    """The first of the days whose time is still to come; else the last, for the refusal to name."""
    at = None
    for day in days.dates:
        if day < reading.today and day is not days.dates[-1]:
            continue
        if day.year < reading.today.year - 1:
            raise NotUnderstoodError("it has passed", "past_time")
        at, note = _instant(datetime.combine(day + timedelta(days=at_end), clock), zone, now)
        if at <= now:
            continue
        if days.weekday not in (None, day.weekday()):
            raise NotUnderstoodError(f"{day_text(day)} is another day of the week", "wrong_weekday")
        reading.assumed.extend(_why_this(reading, days, day, clock))
        reading.assumed.extend(note)
        return at
    assert at is not None
    return at


def _why_this(reading: Reading, days: Days, day: date, clock: time) -> list[str]:
    if days.kind == "time" and day != reading.today:
        return [f"tomorrow, for {clock:%H:%M} has passed today"]
    if days.kind == "date" and day.year != reading.today.year:
        return [f"in {day.year}"]
    return []


def _instant(local: datetime, zone: ZoneInfo, now: datetime) -> tuple[datetime, list[str]]:
    """A local time as an instant in UTC, and a word where the clocks skip or repeat it.

    A skipped time moves on by the gap; of a repeated one the first is taken that is still to come.
    """
    first = local.replace(tzinfo=zone)
    at = first.astimezone(UTC)
    back = at.astimezone(zone).replace(tzinfo=None)
    if back != local:
        return at, [f"{back:%H:%M}, for {local:%H:%M} is skipped when the clocks change"]
    second = first.replace(fold=1).astimezone(UTC)
    if second == at:
        return at, []
    if at <= now < second:
        return second, [f"the second {local:%H:%M}, for the clocks repeat it"]
    return at, [f"the first {local:%H:%M}, for the clocks repeat it"]
