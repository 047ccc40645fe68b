"""When a job is due: every so often, or once a day by the shop's clock, written as ``every 5m`` or ``at 02:00 ZONE``.

Occurrences are counted from fixed points (1970, the local day), not from when a process started, so that all
processes name the same ones. A day has exactly one, also where clocks are changed at that hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Invalid

SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=7)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION: Final = re.compile(r"(\d{1,6})\s*([smhd])")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Schedule(Protocol):
    """A rule that says when a job is due; ``str()`` of it is its one spelling."""

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than ``moment`` (aware); UTC."""
        ...

    def latest(self, moment: datetime) -> datetime:
        """The last occurrence that is not later than ``moment``; UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again with the same distance, from 1970 on: every five minutes is at :00, :05 and so on."""

    interval: timedelta

    def after(self, moment: datetime) -> datetime:
        return self.latest(moment) + self.interval

    def latest(self, moment: datetime) -> datetime:
        return _EPOCH + (moment - _EPOCH) // self.interval * self.interval

    def __str__(self) -> str:
        return f"every {duration_text(self.interval)}"


@dataclass(frozen=True, slots=True)
class Daily:
    """Once each local date: when the clock of ``zone`` shows ``clock`` for the first time that day.

    Where clocks are put forward over that time it is as much later as they jump.
    """

    clock: time
    zone: str

    def after(self, moment: datetime) -> datetime:
        day = moment.astimezone(ZoneInfo(self.zone)).date() - _DAY
        while (found := self._on(day.toordinal())) <= moment:
            day += _DAY
        return found

    def latest(self, moment: datetime) -> datetime:
        day = moment.astimezone(ZoneInfo(self.zone)).date() + _DAY
        while (found := self._on(day.toordinal())) > moment:
            day -= _DAY
        return found

    def _on(self, ordinal: int) -> datetime:
        # fold=0: the first of two equal times, and in a gap the offset from before it.
        local = datetime.combine(datetime.fromordinal(ordinal), self.clock, ZoneInfo(self.zone))
        return local.astimezone(UTC)

    def __str__(self) -> str:
        return f"at {self.clock:%H:%M} {self.zone}"


def parse(text: str) -> Schedule:
    """The schedule a text stands for, as ``str()`` wrote it.

    Raises:
        Invalid: it is none.
    """
    word, _, rest = text.strip().partition(" ")
    if word == "every":
        return Every(duration(rest))
    clock, _, zone = rest.partition(" ")
    if word == "at":
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid(f'"{zone}" is no time zone.', code="schedule") from None
        return Daily(clock_time(clock), zone)
    raise Invalid(f'"{text}" is no schedule; write "every 5m" or "at 02:00".', code="schedule")


def duration(text: str) -> timedelta:
    """A length of time such as 30s, 5m, 2h or 1d, from a second to a week.

    Raises:
        Invalid: it is none.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    length = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta()
    if not SHORTEST <= length <= LONGEST:
        raise Invalid(
            f'"{text}" is no length of time; write 30s, 5m, 2h or 1d (at most 7d).', code="schedule"
        )
    return length


def duration_text(length: timedelta) -> str:
    """A length of time in its largest whole unit: 90s, 5m, 2h, 1d."""
    seconds = int(length.total_seconds())
    unit = next(name for name in "dhms" if seconds % _UNITS[name] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def clock_time(text: str) -> time:
    """A time of day such as 02:00.

    Raises:
        Invalid: it is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise Invalid(f'"{text}" is no time of day; write it as 02:00.', code="schedule")
    return time(int(found[1]), int(found[2]))
