"""A moment as short text for a person: "tomorrow 10:00", "Tue 25 Nov 10:00 (14:00 your time)".

For the console, the callbacks and every message that offers a time; ``when.parse_when`` reads it back.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.campaigns.segments import zone_named

if TYPE_CHECKING:
    from babel import Locale

_DAY_WORDS: Final = {
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
    "es": {-1: "ayer", 0: "hoy", 1: "mañana"},
}
_YOUR_TIME: Final = {"en": "your time", "es": "tu hora"}


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en")


def is_day_first(language: str) -> bool:
    """Whether people of this language (``es``, ``en_US`` …) write 25/11 rather than 11/25."""
    pattern = _locale(language).date_formats["short"].pattern
    return "M" not in pattern or pattern.find("d") < pattern.find("M")


def describe(
    at: datetime, *, now: datetime, contact_zone: str, reader_zone: str | None = None, language: str = "en"
) -> str:
    """A moment in the contact's zone, with the reader's own time where that differs.

    at, now: aware datetimes. Yesterday, today and tomorrow are said so, other days with weekday, day and month,
    and the year if it is not this one. A future moment on the full minute, up to two years ahead, is read back
    by ``parse_when`` in the same zone to the same instant, unless the clocks repeat that hour.
    """
    locale = _locale(language)
    local = at.astimezone(zone_named(contact_zone))
    today = now.astimezone(local.tzinfo).date()
    text = f"{_day_text(local.date(), today, locale)} {local:%H:%M}"
    if reader_zone is None:
        return text
    reader = at.astimezone(zone_named(reader_zone))
    if reader.replace(tzinfo=UTC) == local.replace(tzinfo=UTC):
        return text
    weekday = "" if reader.date() == local.date() else f"{_weekday(reader.date(), locale)} "
    yours = _YOUR_TIME.get(locale.language, _YOUR_TIME["en"])
    return f"{text} ({weekday}{reader:%H:%M} {yours})"


def day_text(day: date, *, language: str = "en") -> str:
    """A date as "Tue 25 Nov 2026"."""
    locale = _locale(language)
    return f"{_weekday(day, locale)} {day.day} {_month(day, locale)} {day.year}"


def _weekday(day: date, locale: Locale) -> str:
    return str(locale.days["format"]["abbreviated"][day.weekday()])


def _month(day: date, locale: Locale) -> str:
    return str(locale.months["format"]["abbreviated"][day.month])


def _day_text(day: date, today: date, locale: Locale) -> str:
    words = _DAY_WORDS.get(locale.language, _DAY_WORDS["en"])
    word = words.get((day - today).days)
    if word is not None:
        return word
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_weekday(day, locale)} {day.day} {_month(day, locale)}{year}"
