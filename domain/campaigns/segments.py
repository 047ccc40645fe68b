"""The calling segment a lead carries: where (and in which half of the day) its contact may be called.

Leads are selected by segment, so that a million leads are a few dozen questions to the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.codes import Shift
from domain.errors import Invalid

_NO_ZONE: Final = frozenset({"", "Etc/Unknown"})


@dataclass(frozen=True, slots=True)
class Segment:
    """Time zones (IANA names) a number may lie in, none meaning the campaign's own, and the wanted shift."""

    zones: tuple[str, ...]
    shift: Shift = Shift.ANY


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises ``Invalid`` naming the nearest one that exists."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        from difflib import get_close_matches
        from zoneinfo import available_timezones

        by_place = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones())}
        by_place |= {zone.lower(): zone for zone in by_place.values()}
        near = get_close_matches(name.strip().replace(" ", "_").lower(), by_place, n=1, cutoff=0.7)
        hint = f"did you mean {by_place[near[0]]}?" if near else "write it like America/Montevideo."
        raise Invalid(
            f'There is no time zone "{name}"; {hint}', code="unknown_zone", title="Unknown time zone"
        ) from error


def segment_key(zones: Iterable[str], shift: Shift | str | None = None, *, fallback: str = "") -> str:
    """The key of a segment: zones in order joined by "|", then "#morning" or "#afternoon" for a shift.

    ``fallback`` (the campaign's zone) stands in for an empty list; without one the key says no zone, which a
    ``Calendar`` reads as its own. Raises ``Invalid`` for a zone or shift that does not exist.
    """
    names = sorted({zone for zone in zones if zone not in _NO_ZONE}) or [fallback]
    for name in names:
        if name:
            zone_named(name)
    wanted = _shift(shift or Shift.ANY)
    return "|".join(names) + ("" if wanted is Shift.ANY else f"#{wanted}")


def _shift(text: str) -> Shift:
    try:
        return Shift(text)
    except ValueError:
        raise Invalid(
            f'There is no shift "{text}"; use morning, afternoon or any.',
            code="unknown_shift",
            title="Unknown shift",
        ) from None


def without_shift(key: str) -> str:
    """The segment without its half of the day: where calling is allowed, not when it is wished."""
    return key.partition("#")[0]


@lru_cache(maxsize=4096)
def parse_segment(key: str) -> Segment:
    """The parts of a segment key; raises ``Invalid`` for an unknown zone or shift."""
    names, _, shift = key.partition("#")
    zones = tuple(name for name in names.split("|") if name not in _NO_ZONE)
    for name in zones:
        zone_named(name)
    return Segment(zones, _shift(shift or Shift.ANY))


def day_start(zone: str, now: datetime) -> datetime:
    """The beginning (UTC) of the local day that ``now`` lies in."""
    local = now.astimezone(zone_named(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
