"""The words of typed times, English and Spanish alike, and the cutting of a text into their meanings.

Read by ``when``, which puts the meanings together. Names of months and weekdays come from the locale data of
babel; only what it does not know (tomorrow, in, noon …) is listed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.calling.when_phrases import in_short, plain

LOCALES: Final = ("en", "es", "es_UY", "es_MX")
"""Whose month and weekday names are understood (Uruguay writes setiembre)."""


class Part(StrEnum):
    """A part of the day, said with an hour ("9 de la noche") or instead of one ("tomorrow morning")."""

    AM = "am"
    PM = "pm"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number of one or two digits: an hour or a day of the month."""

    value: int
    padded: bool


@dataclass(frozen=True, slots=True)
class LongNumber:
    """Four digits: a year, or hours and minutes."""

    value: int


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A day of the month said as such: 25th, el 25."""

    value: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. padded: written 03:00, which nobody does for the afternoon. dotted: 9.30, maybe a date."""

    hour: int
    minute: int = 0
    second: int = 0
    padded: bool = True
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class NumericDate:
    """25/11 or 25/11/26; with the year in front the order is fixed."""

    first: int
    second: int
    year: int | None = None
    year_first: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A weekday (Monday 0), a month (1-12), or a word that may be either, such as "mar"."""

    word: str
    weekday: int | None
    month: int | None


@dataclass(frozen=True, slots=True)
class DayWord:
    """Today, tomorrow …: days from today. Spanish "mañana" may also turn out to be the morning."""

    days: int
    morning: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A distance from now: "+2h", "in 3 days".

    clock: what it is next to a day, where the text does not say that it is a distance: "2h", but "tomorrow 2h".
    """

    minutes: int = 0
    days: int = 0
    months: int = 0
    clock: Clock | None = None


class Marker(StrEnum):
    """Words that change the meaning of another."""

    NOW = "now"
    NEXT = "next"
    NEXT_WEEK = "next week"
    NEXT_MONTH = "next month"


Token = Number | LongNumber | Ordinal | Clock | NumericDate | Named | DayWord | Step | Part | Marker


class UnknownWordError(ValueError):
    """A piece of the text that means nothing here; ``near`` is a word it may have been meant to be."""

    def __init__(self, piece: str, near: str | None) -> None:
        super().__init__(piece)
        self.piece = piece
        self.near = near


_FILLERS: Final = frozenset(
    {"on", "at", "the", "of", "for", "this", "day"}
    | {"el", "la", "los", "las", "lo", "de", "del", "a", "al", "para", "por", "este", "esta", "dia"}
)

_MEANINGS: Final[dict[str, tuple[Token, ...]]] = {
    "yesterday": (DayWord(-1),),
    "ayer": (DayWord(-1),),
    "today": (DayWord(0),),
    "hoy": (DayWord(0),),
    "tomorrow": (DayWord(1),),
    "tmrw": (DayWord(1),),
    "manana": (DayWord(1, morning=True),),
    "overmorrow": (DayWord(2),),
    "noon": (Clock(12),),
    "midday": (Clock(12),),
    "mediodia": (Clock(12),),
    "midnight": (Clock(24),),
    "medianoche": (Clock(24),),
    "am": (Part.AM,),
    "pm": (Part.PM,),
    "morning": (Part.MORNING,),
    "afternoon": (Part.AFTERNOON,),
    "tarde": (Part.AFTERNOON,),
    "evening": (Part.EVENING,),
    "night": (Part.NIGHT,),
    "noche": (Part.NIGHT,),
    "now": (Marker.NOW,),
    "ahora": (Marker.NOW,),
    "next": (Marker.NEXT,),
    "nextweek": (Marker.NEXT_WEEK,),
    "nextmonth": (Marker.NEXT_MONTH,),
}

_UNITS: Final = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuto", "minutos"), Step(minutes=1)),
    **dict.fromkeys(("h", "hs", "hr", "hrs", "hour", "hours", "hora", "horas"), Step(minutes=60)),
    **dict.fromkeys(("d", "day", "days", "dia", "dias"), Step(days=1)),
    **dict.fromkeys(("w", "wk", "week", "weeks", "sem", "semana", "semanas"), Step(days=7)),
    **dict.fromkeys(("month", "months", "mes", "meses"), Step(months=1)),
}
_CLOCK_UNITS: Final = frozenset({"h", "hs", "hr", "hrs"})
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AMOUNT = rf"\d{{1,4}}(?:[.,]\d{{1,2}})?\s?(?:{_UNIT})(?![a-z])"

_HOUR = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?")

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)t?")
_DATE = re.compile(r"(\d{1,2})([-/])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\w:/])")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?(?![\w:/])")
_STEP = re.compile(
    rf"(\+\s?|in\s|en\s|dentro\sde\s)?({_AMOUNT}(?:\s?(?:and\s|y\s)?{_AMOUNT})*)(?:(?<=h)(\d{{2}}))?(?![\w:])"
)
_CLOCK = re.compile(
    r"(?P<at>(?:at|a\slas?|las|@)\s?)?(?P<hour>\d{1,2})"
    r"(?:(?P<mark>[:.h])(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"(?P<unit>\s?(?:hs?|hrs?|horas|o'clock)(?![a-z]))?(?P<half>\s?[ap]m(?![a-z]))?(?![\w:])"
)
_ORDINAL = re.compile(
    r"(?:el\sdia|el|dia|the)\s(\d{1,2})(?:st|nd|rd|th|o)?(?![\w:/.-])|(\d{1,2})(?:st|nd|rd|th|o)(?![a-z])"
)
_LONG = re.compile(r"(\d{4})(?![\w:/])")
_WORD = re.compile(r"<([a-z]+)>|([a-z]+)\.?(?![\w'])")
_PIECE = re.compile(r"\S+")


@lru_cache(maxsize=1)
def _names() -> dict[str, Named]:
    """Every spelling of a month or weekday: full, abbreviated, and each beginning of three letters or more."""
    from babel import Locale

    weekdays: dict[str, set[int]] = {}
    months: dict[str, set[int]] = {}
    for name in LOCALES:
        locale = Locale.parse(name)
        for table, found, widths in (
            (locale.days["format"], weekdays, ("wide", "abbreviated", "short")),
            (locale.months["format"], months, ("wide", "abbreviated")),
        ):
            for width in widths:
                for number, word in table[width].items():
                    tidy = plain(word).rstrip(".")
                    for length in range(min(3, len(tidy)), len(tidy) + 1):
                        found.setdefault(tidy[:length], set()).add(number)
    return {
        word: Named(word, _only(weekdays.get(word)), _only(months.get(word)))
        for word in weekdays.keys() | months.keys()
    }


def _only(numbers: set[int] | None) -> int | None:
    return next(iter(numbers)) if numbers and len(numbers) == 1 else None


def tokens_of(text: str) -> list[Token]:
    """The meanings in a text made ``plain``, in order. Raises ``UnknownWordError`` for what has none."""
    text = in_short(text)
    found: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        match, tokens = _token_at(text, position)
        found.extend(tokens)
        position = match.end()
    return found


def _token_at(text: str, position: int) -> tuple[re.Match[str], tuple[Token, ...]]:
    for pattern, read in _READERS:
        match = pattern.match(text, position)
        if match:
            tokens = read(match)
            if tokens is not None:
                return match, tokens
    piece = _PIECE.match(text, position)
    raise _unknown(piece[0] if piece else text[position:])


def _unknown(piece: str) -> UnknownWordError:
    from difflib import get_close_matches

    known = {word for word in _MEANINGS if word != "overmorrow" and not word.startswith("next")}
    known |= {name for name in _names() if len(name) > 3}
    near = get_close_matches(piece, sorted(known), n=1, cutoff=0.7) if len(piece) < 20 else []
    return UnknownWordError(piece, near[0] if near else None)


def _read_iso(match: re.Match[str]) -> tuple[Token, ...]:
    return (NumericDate(int(match[4]), int(match[3]), int(match[1]), year_first=True),)


def _read_date(match: re.Match[str]) -> tuple[Token, ...]:
    return (NumericDate(int(match[1]), int(match[3]), _year(match[4])),)


def _read_dotted(match: re.Match[str]) -> tuple[Token, ...]:
    return (NumericDate(int(match[1]), int(match[2]), _year(match[3])),)


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) + (2000 if len(text) == 2 else 0)


def _read_step(match: re.Match[str]) -> tuple[Token, ...] | None:
    amounts = re.findall(rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s?({_UNIT})(?![a-z])", match[2])
    clock = None
    if not match[1] and all(unit in _CLOCK_UNITS for _, unit in amounts):
        hour = _HOUR.fullmatch(amounts[0][0])
        if hour is None or len(amounts) > 1 or _is_hour(hour):
            return None
        if hour[2] is None or not match[3]:
            clock = Clock(int(hour[1]), int(hour[2] or match[3] or 0), padded=False)
    minutes = float(match[3] or 0)
    days = months = 0
    for amount, unit in amounts:
        count, step = float(amount.replace(",", ".")), _UNITS[unit]
        if not step.minutes and not count.is_integer():
            return None
        minutes += count * step.minutes
        days += int(count) * step.days
        months += int(count) * step.months
    return (Step(round(minutes), days, months, clock),)


def _is_hour(amount: re.Match[str]) -> bool:
    """Whether hours without "in" or + are the time of day: 7h to 23h, 09h, 9.30h; 2h and 48h are distances."""
    if amount[2] is not None:
        return len(amount[2]) == 2 and amount[2] not in ("25", "50", "75")
    return amount[1].startswith("0") or 7 <= int(amount[1]) <= 23


def _read_clock(match: re.Match[str]) -> tuple[Token, ...]:
    hour, minute, half = match["hour"], match["minute"], match["half"]
    padded = len(hour) == 2
    if not (match["at"] or minute or match["unit"] or half):
        return (Number(int(hour), padded),)
    dotted = match["mark"] == "." and not (match["at"] or match["unit"] or half)
    clock = Clock(int(hour), int(minute or 0), int(match["second"] or 0), padded, dotted)
    return (clock, Part(half.strip())) if half else (clock,)


def _read_ordinal(match: re.Match[str]) -> tuple[Token, ...]:
    return (Ordinal(int(match[1] or match[2])),)


def _read_long(match: re.Match[str]) -> tuple[Token, ...]:
    return (LongNumber(int(match[1])),)


def _read_word(match: re.Match[str]) -> tuple[Token, ...] | None:
    word = match[1] or match[2]
    if word in _MEANINGS:
        return _MEANINGS[word]
    if word in _FILLERS:
        return ()
    named = _names().get(word)
    return (named,) if named and (named.weekday is not None or named.month is not None) else None


_READERS: Final = (
    (_ISO, _read_iso),
    (_DATE, _read_date),
    (_DOTTED_DATE, _read_dotted),
    (_STEP, _read_step),
    (_ORDINAL, _read_ordinal),
    (_LONG, _read_long),
    (_CLOCK, _read_clock),
    (_WORD, _read_word),
)
