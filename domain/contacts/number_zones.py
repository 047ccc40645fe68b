"""The time zones a number may lie in, as libphonenumber's prefix data says.

For reading numbers, and for whoever asks when somebody may be called. Unknown zones are left out.
"""

from __future__ import annotations

from functools import lru_cache

from domain.contacts.number_blocks import Block, Unsettled
from domain.contacts.numbering import Resolved, Verdict


@lru_cache(maxsize=512)
def _zones_of_code(code: str) -> tuple[tuple[str, ...], bool]:
    """The zones of a country as a whole, and whether every number in it has just these."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    zones: tuple[str, ...] = ()
    # The library looks for the whole code, then for its first two digits.
    for prefix in (code, code[:2]):
        if prefix in TIMEZONE_DATA:
            zones = TIMEZONE_DATA[prefix]
            break
    same = all(value == zones for key, value in TIMEZONE_DATA.items() if key.startswith(code))
    return _known(zones), same and bool(zones)


@lru_cache(maxsize=65_536)
def _zones_of_prefix(digits: str) -> tuple[str, ...]:
    from phonenumbers.tzdata import TIMEZONE_DATA

    for length in range(len(digits), 0, -1):
        zones = TIMEZONE_DATA.get(digits[:length])
        if zones is not None:
            return _known(zones)
    return ()


def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(zone for zone in zones if zone != "Etc/Unknown")


@lru_cache(maxsize=1)
def _longest_prefix() -> int:
    from phonenumbers.tzdata import TIMEZONE_LONGEST_PREFIX

    return int(TIMEZONE_LONGEST_PREFIX)


def zones_of(found: Resolved) -> tuple[str, ...]:
    """The zones of a valid number: of its place, or all of its country where it has none."""
    zones, same = _zones_of_code(found.country_code)
    if same or found.verdict is Verdict.PLACELESS:
        return zones
    return _zones_of_prefix((found.country_code + found.national)[: _longest_prefix()])


@lru_cache(maxsize=1)
def _zone_branches() -> frozenset[str]:
    """Beginnings of numbers after which the digits to come may still change the zone."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    return frozenset(prefix[:length] for prefix in TIMEZONE_DATA for length in range(1, len(prefix)))


def zones_of_block(block: Block) -> tuple[str, ...]:
    """The zones of all numbers of a block; raises `Unsettled` where they differ."""
    begin = block.country_code + block.national
    zones, same = _zones_of_code(block.country_code)
    if same or block.verdict is Verdict.PLACELESS:
        return zones
    if begin in _zone_branches():
        raise Unsettled
    return _zones_of_prefix(begin[: _longest_prefix()])
