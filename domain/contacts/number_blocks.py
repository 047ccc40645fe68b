"""Whole blocks of numbers decided at once: what the first digits settle, however the number goes on.

For the fast reading of very many numbers. A block is learnt from the numbering plan the first time one of its numbers
is met; from then on a number of it costs two look-ups. What the plan does not settle so is read one by one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from domain.contacts.digit_patterns import Ahead, DigitPattern, NotUnderstood
from domain.contacts.numbering import Country, Region, Verdict, country

OPEN_DIGITS = (6, 4)
"""How many last digits a block leaves open; the larger block is tried first."""


class Block(NamedTuple):
    """A settled block: the E.164 number without its open digits, and what the plan says of all of them."""

    country_code: str
    national: str
    verdict: Verdict


class Unsettled(Exception):
    """The first digits do not settle it."""


@lru_cache(maxsize=4096)
def _pattern(text: str) -> DigitPattern | None:
    try:
        return DigitPattern(text)
    except NotUnderstood:
        return None


def _fully(pattern: str, digits: str, more: int) -> bool:
    """Whether all numbers of the block match, or none does; raises `Unsettled` if that depends."""
    automaton = _pattern(pattern)
    answer = Ahead.DEPENDS if automaton is None else automaton.fully(digits, more)
    if answer is Ahead.DEPENDS:
        raise Unsettled
    return answer is Ahead.ALWAYS


def _begins(pattern: str, digits: str, more: int) -> bool:
    automaton = _pattern(pattern)
    answer = Ahead.DEPENDS if automaton is None else automaton.begins(digits, more)
    if answer is Ahead.DEPENDS:
        raise Unsettled
    return answer is Ahead.ALWAYS


def settle(digits: str, more: int, *, plus: bool, region: Region | None) -> Block:
    """What is settled for the numbers that begin with ``digits`` and have ``more`` digits after them.

    plus, region: as of ``numbering.resolve``, whose answer this is for every number of the block. Raises
    `Unsettled` where the answer depends on the open digits, or takes a turn that is not followed here.
    """
    if plus:
        for length in range(1, min(3, len(digits) - 1) + 1):
            plans = country(digits[:length]) if digits[0] != "0" else None
            if plans is not None:
                return _judged(digits[:length], plans, plans.main, digits[length:], more)
        raise Unsettled
    if region is None or len(digits) < 4 or digits.startswith(region.country_code):
        raise Unsettled
    plans = country(region.country_code)
    if plans is None or _begins(region.abroad.pattern, digits, more):
        raise Unsettled
    return _judged(region.country_code, plans, region, digits, more)


def _judged(code: str, plans: Country, region: Region, digits: str, more: int) -> Block:
    national = _without_prefix(region, digits, more)
    length = len(national) + more
    if not 2 <= length <= 17:
        raise Unsettled
    return Block(code, national, _verdict(plans, national, more))


def _without_prefix(region: Region, digits: str, more: int) -> str:
    if region.prefix is None or not _begins(region.prefix.pattern, digits, more):
        return digits
    prefix = region.prefix.pattern
    if not prefix.isdecimal() or not digits.startswith(prefix):
        raise Unsettled
    stripped = digits[len(prefix) :]
    general = region.general.pattern
    if _fully(general, digits, more) and not _fully(general, stripped, more):
        return digits
    length = len(stripped) + more
    return stripped if length in region.lengths or length > region.lengths[-1] else digits


def _verdict(plans: Country, national: str, more: int) -> Verdict:
    if len(plans.regions) == 1:
        return _region_verdict(plans.main, national, more)
    for region in plans.regions:
        if region.leading is None:
            verdict = _region_verdict(region, national, more)
            if verdict:
                return verdict
        elif _begins(region.leading.pattern, national, more):
            return _region_verdict(region, national, more)
    return Verdict.INVALID


def _region_verdict(region: Region, national: str, more: int) -> Verdict:
    length = len(national) + more
    if length not in region.lengths or not _fully(region.general.pattern, national, more):
        return Verdict.INVALID
    for patterns, verdict in region.kinds:
        pattern = patterns.get(length)
        if pattern is not None and _fully(pattern.pattern, national, more):
            return verdict
    return Verdict.INVALID
