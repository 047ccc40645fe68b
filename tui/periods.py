"""Days as people type them into a field: ``2026-11``, ``yesterday``, ``last week``, ``2026-11-01 to 2026-11-15``.

The first and the last day, both counted whole; None where it is open at that end.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from tui.i18n import _

Period = tuple[date | None, date | None]

_BETWEEN = re.compile(r"\s+to\s+|\s*\.\.\s*|\s*–\s*|\s+-\s+|\s+bis\s+|\s+a\s+")
_BACK = re.compile(r"(?:the )?(?:last|past)\s+(\d{1,4})\s+days?|(\d{1,4})\s*d")
HINT = "2026-11 · yesterday · last week · last 30 days · 2026-11-01 to 2026-11-15 · from … · until …"


class NotADay(ValueError):
    """The message says what was not understood."""


def parse(text: str, today: date) -> Period:
    """The days meant.

    Raises:
        NotADay: it is none, or the last comes before the first.
    """
    typed = " ".join(text.casefold().split())
    if not typed:
        return None, None
    begin, end = _period(typed, today)
    if begin is not None and end is not None and end < begin:
        raise NotADay(_("{end} comes before {begin}").format(begin=begin, end=end))
    return begin, end


def short(begin: date | None, end: date | None, today: date) -> str:
    """Days for the title of a column: ``11-10–11-15`` for some of this year, else as ``shown``."""
    if begin is None or end is None or begin == end or _is_month(begin, end):
        return shown(begin, end)
    if {begin.year, end.year} != {today.year}:
        return shown(begin, end)
    return f"{begin:%m-%d}–{end:%m-%d}"


def shown(begin: date | None, end: date | None) -> str:
    """The same as text that ``parse`` reads back."""
    if begin is None:
        return f"until {end}" if end is not None else ""
    if end is None:
        return f"from {begin}"
    if begin == end:
        return f"{begin}"
    return f"{begin:%Y-%m}" if _is_month(begin, end) else f"{begin} to {end}"


def _is_month(begin: date, end: date) -> bool:
    return begin.day == 1 and begin != end and end == _month(begin.year, begin.month)[1]


def _month(year: int, month: int) -> tuple[date, date]:
    """Its first and its last day."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _period(typed: str, today: date) -> Period:
    whole = _whole(typed, today)
    if whole is not None:
        return whole
    for word in ("from ", "since "):
        if typed.startswith(word) and not _BETWEEN.search(typed):
            return _one(typed.removeprefix(word), today)[0], None
    for word in ("until ", "till ", "to "):
        if typed.startswith(word):
            return None, _one(typed.removeprefix(word), today)[1]
    first, *rest = _BETWEEN.split(typed.removeprefix("from "), maxsplit=1)
    if rest:
        return (
            _one(first, today)[0] if first.strip() else None,
            _one(rest[0], today)[1] if rest[0].strip() else None,
        )
    return _one(typed, today)


def _whole(typed: str, today: date) -> Period | None:
    """Words for a span of days up to today."""
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    named: dict[str, Period] = {
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": (first, today),
        "last month": ((first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)),
        "this year": (today.replace(month=1, day=1), today),
    }
    if typed in named:
        return named[typed]
    back = _BACK.fullmatch(typed)
    if back is None:
        return None
    days = int(back[1] or back[2])
    return (today - timedelta(days=max(days - 1, 0)), today) if days else None


def _one(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of a day, a month or a year."""
    text = text.strip()
    if text in ("today", "hoy"):
        return today, today
    if text in ("yesterday", "ayer"):
        return today - timedelta(days=1), today - timedelta(days=1)
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if re.fullmatch(r"\d{4}-\d{1,2}", text):
            year, month = (int(part) for part in text.split("-"))
            return _month(year, month)
        return (day := date.fromisoformat(text)), day
    except ValueError:
        raise NotADay(_('"{text}" is no day; write {hint}').format(text=text, hint=_(HINT))) from None


def before(begin: date, end: date) -> tuple[date, date]:
    """As many days just before these; before a month the month before."""
    if _is_month(begin, end):
        earlier = begin - timedelta(days=1)
        return _month(earlier.year, earlier.month)
    days = (end - begin).days + 1
    return begin - timedelta(days=days), begin - timedelta(days=1)
