"""Gives every attempt of the stories a moment and a seller, going backwards from now.

Sellers have shifts (six days a week) and one telephone each: their calls never overlap. Attempts at one client
keep their order and the pause the outcome asked for.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.demo.story import DAY, Attempt, Story

# First and last hour of work by seller, local to the shop; no work on Sundays.
SHIFT_HOURS = {"morning": (8, 16), "afternoon": (13, 21), "any": (10, 18)}
_SUNDAY = 6
_QUARTER = 900


class _Seller:
    """One seller's time, used up from the end. Wishes must come in order, latest first."""

    def __init__(self, index: int, hours: tuple[int, int], now: datetime, zone: ZoneInfo) -> None:
        self.index = index
        self.calls = 0
        self._shifts = _shifts(hours, now, zone)
        self._opens, self._closes = next(self._shifts)
        self._free_until = self._closes

    def latest(self, wish: int) -> int:
        """The latest moment, `wish` at the most, at which this seller could still put down the telephone."""
        moment = min(wish, self._free_until, self._closes)
        while moment <= self._opens:
            moment = min(moment, self._go_back())
        return moment

    def book(self, attempt: Attempt, wish: int) -> None:
        """Place the attempt so that it and the work after it are over by `wish` at the latest."""
        end = self.latest(wish)
        while end - attempt.wrap - attempt.seconds < self._opens:
            end = self._go_back()
        attempt.started = end - attempt.wrap - attempt.seconds
        attempt.seller = self.index
        self._free_until = attempt.started
        self.calls += 1

    def _go_back(self) -> int:
        """Turn to the shift before; returns its end."""
        self._opens, self._closes = next(self._shifts)
        return self._closes


def _shifts(hours: tuple[int, int], now: datetime, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The shifts before `now`, latest first, as seconds since 1970; the running one ends now."""
    day = now.astimezone(zone).date()
    present = int(now.timestamp())
    while True:
        opens, closes = (_moment(day, hour, zone) for hour in hours)
        if day.weekday() != _SUNDAY and opens < present:
            yield opens, min(closes, present)
        day -= timedelta(days=1)


def _moment(day: date, hour: int, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(hour), zone).timestamp())


def arrange(stories: Sequence[Story], *, shifts: Sequence[str], now: datetime, zone: ZoneInfo) -> None:
    """Set `started` and `seller` of every attempt; all are over by `now`.

    `shifts` names each seller's shift (see SHIFT_HOURS), `zone` is the shop's. Where sellers have more to do
    than their time allows, calls move into the past.
    """
    present = int(now.timestamp())
    sellers = [_Seller(index, SHIFT_HOURS[shift], now, zone) for index, shift in enumerate(shifts)]
    # The next attempt to place of every story, latest wish first.
    waiting = [(int(story.age * DAY) - present, place) for place, story in enumerate(stories)]
    heapq.heapify(waiting)
    left = [len(story.attempts) for story in stories]
    while waiting:
        wish, place = heapq.heappop(waiting)
        left[place] -= 1
        attempts = stories[place].attempts
        attempt = attempts[left[place]]
        seller = sellers[attempt.seller] if attempt.seller >= 0 else _best(sellers, -wish)
        seller.book(attempt, -wish)
        if left[place]:
            before = attempts[left[place] - 1]
            heapq.heappush(waiting, (before.pause - attempt.started, place))


def _best(sellers: Sequence[_Seller], wish: int) -> _Seller:
    """Who can take a call latest before `wish`; of those within a quarter of an hour, who had least to do."""
    return max(sellers, key=lambda seller: (seller.latest(wish) // _QUARTER, -seller.calls))
