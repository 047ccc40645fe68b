"""When a campaign may call a contact: hours, holidays, dates and time zones made into answers in UTC.

Asked by the hopper, the retry rules, the callbacks and the screen. Open is what the contact's clock on the
wall says: every instant whose local date and time lie in the hours; gaps and folds need no rule of their own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from domain.campaigns.holiday_dates import holiday_dates
from domain.campaigns.segments import Segment, parse_segment, segment_key, zone_named
from domain.campaigns.windows import ALWAYS, DEFAULT_HOURS, CallingHours, Window, parse_hours
from domain.codes import Shift

__all__ = [
    "ALWAYS",
    "DEFAULT_HOURS",
    "Calendar",
    "CallingHours",
    "Closed",
    "Segment",
    "Window",
    "first_instant",
    "parse_hours",
    "parse_segment",
    "segment_key",
    "zone_named",
]

SEARCH_DAYS: Final = 400
"""How far ahead ``next_open`` looks: beyond a year, so that a yearly pattern is seen whole."""

_DAY: Final = timedelta(days=1)
_PROBE: Final = timedelta(hours=6)
_CACHED_SPANS: Final = 50_000

Span = tuple[datetime, datetime]
"""A half-open stretch of time in UTC."""


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone cannot be compared with calling hours")
    return moment.astimezone(UTC)


def _utc_midnight(ordinal: int) -> datetime:
    return datetime.fromordinal(ordinal).replace(tzinfo=UTC)


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a local date, also where its midnight is skipped or comes twice."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant between two with different offsets from which on the later offset holds, to the second."""
    after = high.astimezone(zone).utcoffset()
    seconds = int((high - low).total_seconds())
    lower, upper = 0, seconds
    while upper - lower > 1:
        middle = (lower + upper) // 2
        if (low + timedelta(seconds=middle)).astimezone(zone).utcoffset() == after:
            upper = middle
        else:
            lower = middle
    return low + timedelta(seconds=upper)


@lru_cache(maxsize=32_768)
def _pieces(zone: ZoneInfo, ordinal: int) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """A UTC day cut where the zone changes its clocks: (start, end, offset of the local time) each."""
    start = _utc_midnight(ordinal)
    pieces: list[tuple[datetime, datetime, timedelta]] = []
    begun, offset = start, start.astimezone(zone).utcoffset() or timedelta()
    for step in range(1, _DAY // _PROBE + 1):
        probe = start + step * _PROBE
        later = probe.astimezone(zone).utcoffset() or timedelta()
        if later != offset:
            change = _change(zone, probe - _PROBE, probe)
            pieces.append((begun, change, offset))
            begun, offset = change, later
    pieces.append((begun, start + _DAY, offset))
    return tuple(piece for piece in pieces if piece[0] < piece[1])


def _intersection(first: list[Span], second: list[Span]) -> list[Span]:
    return [(max(a[0], b[0]), min(a[1], b[1])) for a in first for b in second if a[0] < b[1] and b[0] < a[1]]


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span[0] <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span[1]))
        else:
            joined.append(span)
    return joined


class Closed(StrEnum):
    """Why a segment may not be called at an instant."""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    HOLIDAY = "holiday"
    HOURS = "hours"


class Calendar:
    """The calling hours of one campaign, ready to be asked about any segment. Built once per campaign.

    hours: local hours per weekday. zone: the campaign's IANA zone, for its dates and leads without a zone.
    holiday_country, holiday_subdivision: whose public holidays are without calls (by the contact's local
    date), or None. starts_on, ends_on: first and last local date of the campaign, both included, or None.
    Hours of 00:00-24:00 on all days are open on holidays too; dates, and the shift of a lead that was moved
    to one, narrow them still. Every answer is an aware datetime in UTC; spans are half-open.
    """

    def __init__(
        self,
        hours: CallingHours,
        zone: str,
        *,
        holiday_country: str | None = None,
        holiday_subdivision: str | None = None,
        starts_on: date | None = None,
        ends_on: date | None = None,
    ) -> None:
        self.hours = hours
        self.zone = zone
        self.holiday_country = holiday_country
        self.starts_on = starts_on
        self.ends_on = ends_on
        self._home = zone_named(zone)
        self._country = None if hours.always else holiday_country
        self._subdivision = holiday_subdivision
        self._weeks = {shift: hours.for_shift(shift).week for shift in Shift}
        self._starts = first_instant(starts_on, self._home) if starts_on else None
        self._ends = first_instant(ends_on + _DAY, self._home) if ends_on else None
        self._cache: dict[tuple[str, int], tuple[Span, ...]] = {}

    def zones(self, segment: str) -> tuple[ZoneInfo, ...]:
        """The zones a segment must be open in: its own, or the campaign's where it has none."""
        return tuple(zone_named(name) for name in parse_segment(segment).zones) or (self._home,)

    def is_open(self, now: datetime, segment: str) -> bool:
        """Whether calling this segment is allowed at an instant."""
        at = _utc(now)
        return any(start <= at < end for start, end in self._spans(segment, at.toordinal()))

    def open_until(self, now: datetime, segment: str) -> datetime | None:
        """The instant at which calling stops being allowed.

        None if it is closed now, or open without an end (ask ``is_open`` to tell the two apart).
        """
        at = _utc(now)
        if not self.is_open(at, segment):
            return None
        if self.hours.always and parse_segment(segment).shift is Shift.ANY:
            return self._ends
        end = at
        while True:
            ends = [e for s, e in self._spans(segment, end.toordinal()) if s <= end < e]
            if not ends:
                return end
            end = ends[0]

    def next_open(self, at: datetime, segment: str) -> datetime | None:
        """The first instant from ``at`` on at which calling is allowed.

        None when there is none before the campaign ends or in the 400 days from ``at`` (from the campaign's
        begin, if that is later).
        """
        wanted = _utc(at)
        if self._starts and wanted < self._starts:
            wanted = self._starts
        first = wanted.toordinal()
        last = first + SEARCH_DAYS
        if self._ends:
            last = min(last, self._ends.toordinal())
        for ordinal in range(first, last + 1):
            for start, end in self._spans(segment, ordinal):
                if end > wanted:
                    return max(start, wanted)
        return None

    def is_holiday(self, day: date) -> bool:
        """Whether a local date is a public holiday of the campaign's country (also where calls go on)."""
        country = self.holiday_country
        return country is not None and day in holiday_dates(country, self._subdivision, day.year)

    def last_open(self, at: datetime, segment: str, *, not_before: datetime) -> Span | None:
        """The last open span (cut to a UTC day) that begins before ``at`` and ends after ``not_before``.

        It is cut to both, so that every instant in it is open and lies between them; None when there is none.
        """
        end, begin = _utc(at), _utc(not_before)
        if self._ends and end > self._ends:
            end = self._ends
        if end <= begin:
            return None
        first = max(begin, end - SEARCH_DAYS * _DAY).toordinal()
        for ordinal in range(end.toordinal(), first - 1, -1):
            for opens, closes in reversed(self._spans(segment, ordinal)):
                if opens < end and closes > begin:
                    return max(opens, begin), min(closes, end)
        return None

    def why_closed(self, at: datetime, segment: str) -> Closed | None:
        """Why calling is not allowed at an instant, the most lasting reason first; None if it is allowed."""
        moment = _utc(at)
        if self.is_open(moment, segment):
            return None
        if self._starts and moment < self._starts:
            return Closed.NOT_STARTED
        if self._ends and moment >= self._ends:
            return Closed.ENDED
        dates = (moment.astimezone(zone).date() for zone in self.zones(segment))
        return Closed.HOLIDAY if any(self._no_calls(day) for day in dates) else Closed.HOURS

    def day_opening(self, day: date, segment: str) -> datetime | None:
        """The first instant of a local date at which calling is allowed; None on a day without calls.

        The date is that of the segment's first zone.
        """
        zone = self.zones(segment)[0]
        opening = self.next_open(first_instant(day, zone), segment)
        return opening if opening and opening < first_instant(day + _DAY, zone) else None

    def _spans(self, segment: str, ordinal: int) -> tuple[Span, ...]:
        """The open spans of a UTC day, in order, none touching the next."""
        key = (segment, ordinal)
        spans = self._cache.get(key)
        if spans is None:
            if len(self._cache) >= _CACHED_SPANS:
                self._cache.clear()
            spans = self._cache[key] = tuple(self._compute(segment, ordinal))
        return spans

    def _compute(self, segment: str, ordinal: int) -> list[Span]:
        start = _utc_midnight(ordinal)
        end = start + _DAY
        spans: list[Span] = [(max(start, self._starts or start), min(end, self._ends or end))]
        week = self._weeks[parse_segment(segment).shift]
        for zone in self.zones(segment):
            spans = _intersection(spans, self._zone_spans(zone, ordinal, week))
        return [span for span in spans if span[0] < span[1]]

    def _zone_spans(self, zone: ZoneInfo, ordinal: int, week: tuple[tuple[Window, ...], ...]) -> list[Span]:
        spans: list[Span] = []
        for start, end, offset in _pieces(zone, ordinal):
            first = (start + offset).toordinal()
            for local in range(first, (end + offset).toordinal() + 1):
                midnight = _utc_midnight(local) - offset
                for window in self._windows(local, week):
                    opens = max(start, midnight + timedelta(minutes=window.opens))
                    closes = min(end, midnight + timedelta(minutes=window.closes))
                    if opens < closes:
                        spans.append((opens, closes))
        return _joined(spans)

    def _windows(self, local: int, week: tuple[tuple[Window, ...], ...]) -> tuple[Window, ...]:
        day = date.fromordinal(local)
        return () if self._no_calls(day) else week[day.weekday()]

    def _no_calls(self, day: date) -> bool:
        country = self._country
        return country is not None and day in holiday_dates(country, self._subdivision, day.year)
