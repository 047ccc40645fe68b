"""Dates and times as exports write them, made into instants.

For the import of leads and calls. Day before month, except where the region writes months first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONTH_FIRST_REGIONS = frozenset({"US", "PH", "PR", "FM", "GU", "MH", "AS", "VI", "UM"})

_WRITTEN = re.compile(
    r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})"
    r"(?:[T ,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap])?\.?\s?(?:m\.?)?)?",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001  # day 0 of spreadsheets, local by definition


def parse_moment(text: str, zone: ZoneInfo, *, month_first: bool = False) -> datetime:
    """The instant (aware, UTC) a text names.

    Understood: ISO 8601 with or without offset, 31/12/2025 14:30, 2025/12/31, 31.12.25 2:30 pm, and the day
    numbers of spreadsheets. zone: of times without an offset. month_first: whether 3/4 is 4 March.
    Raises ValueError for anything else.
    """
    text = text.strip()
    try:
        return _utc(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return _utc(_from_parts(written, month_first), zone)
    serial = _SERIAL.fullmatch(text)
    if serial is not None and 20_000 <= int(serial[1]) < 80_000:
        days = float(f"{serial[1]}.{serial[2] or 0}")
        return _utc(_SERIAL_START + timedelta(seconds=round(days * 86_400)), zone)
    raise ValueError(f"not a date: {text}")


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    if not 1900 <= moment.year < 2200:
        raise ValueError("a year no call was made in")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _from_parts(written: re.Match[str], month_first: bool) -> datetime:
    first, second, third = (int(written[group]) for group in (1, 2, 3))
    if len(written[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if len(written[3]) <= 2 else third
        day, month = (second, first) if month_first else (first, second)
        if month > 12:
            day, month = month, day
    hour = int(written[4] or 0)
    half = (written[7] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a twelve-hour clock")
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(year, month, day, hour, int(written[5] or 0), int(written[6] or 0))  # noqa: DTZ001 - as written
