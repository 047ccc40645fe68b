"""Text as a terminal shows it: data that is never markup, cells instead of letters, times, numbers, phones."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.i18n import _, several

ELLIPSIS = "…"
_KEEP = {"\t": " ", "\n": " ", "\r": " "}


def clean(text: str) -> str:
    """Data on one line: control characters (which could move the cursor or hide text) become blanks."""
    return "".join(_KEEP.get(c, c if c.isprintable() or c in "\u200d\ufe0f" else " ") for c in text)


def data(text: str, style: str = "") -> Content:
    """Text from data as a screen shows it: its brackets are brackets, never markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def clip(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, the cut marked with an ellipsis (wide letters count two)."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[: max(width, 0)]
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def fit(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells, clipped or filled up."""
    text = clip(text, width)
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank


def spread(left: Content, right: Content, width: int) -> Content:
    """One line with ``left`` at its start and ``right`` at its end; the left one is clipped where both do
    not fit.
    """
    room = width - right.cell_length
    if room <= 0:
        return right.truncate(width, ellipsis=True)
    left = left.truncate(max(room - 1, 0), ellipsis=True)
    return Content.assemble(left, " " * (room - left.cell_length), right)


def count(number: int) -> str:
    """A number with its thousands apart: ``58,466``."""
    return f"{number:,}"


def duration(seconds: float) -> str:
    """A time span as a clock: ``02:41``, ``1:02:41``."""
    whole = max(int(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def local(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """A moment on the clock of ``zone`` (None: the computer's)."""
    return moment.astimezone(zone)


def clock(moment: datetime, zone: ZoneInfo | None) -> str:
    """The time of day: ``14:32``."""
    return f"{local(moment, zone):%H:%M}"


def day(moment: datetime, now: datetime, zone: ZoneInfo | None, language: str = "en") -> str:
    """The day as people say it: today, tomorrow, yesterday, a weekday within the week, else the date."""
    there, today = local(moment, zone).date(), local(now, zone).date()
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    away = (there - today).days
    if away in near:
        return near[away]
    if 0 < away < 7 or -7 < away < 0:
        return _date(there.isoformat(), "EEE", language)
    return _date(there.isoformat(), "d MMM" if there.year == today.year else "d MMM y", language)


def moment(at: datetime, now: datetime, zone: ZoneInfo | None, language: str = "en") -> str:
    """Day and time: ``today 18:32``, ``Tue 10:14``, ``3 Nov 09:00``."""
    return f"{day(at, now, zone, language)} {clock(at, zone)}"


def ago(at: datetime, now: datetime) -> str:
    """How far away a moment is, roughly: ``in 5 min``, ``2 h ago``, ``now``."""
    span = at - now
    size = abs(span)
    if size < timedelta(minutes=1):
        return _("now")
    if size < timedelta(hours=1):
        text = several("{count} min", "{count} min", int(size.total_seconds() // 60))
    elif size < timedelta(days=2):
        text = several("{count} h", "{count} h", int(size.total_seconds() // 3600))
    else:
        text = several("{count} day", "{count} days", size.days)
    return (_("in {span}") if span > timedelta() else _("{span} ago")).format(span=text)


@lru_cache(maxsize=2048)
def _date(iso: str, pattern: str, language: str) -> str:
    """A date by a CLDR pattern; babel is slow to load and slow to format, hence here and cached."""
    from datetime import date

    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_date(date.fromisoformat(iso), pattern, locale=locale)


@lru_cache(maxsize=4096)
def phone(e164: str) -> str:
    """A number as people read it (``+598 94 231 234``); as it is stored where it cannot be understood."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return clean(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
