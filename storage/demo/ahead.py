"""Decides what the coming hours of the shop bring: callbacks due and agreed, retries, leads handed to sellers.

Retries of the open leads are partly due (as the retry rules left them) and partly spread over the coming day,
so that there is work now and more of it comes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.demo.story import DAY, HOUR, MINUTE, Ending, Story

DUE_NOW_PER_SELLER = 3
SOON_PER_SELLER = 2
CALLBACK_DAYS = 5
ANYBODY_EVERY = 9
"""Every ninth callback is for whoever comes first."""

SPREAD_SHARE = 0.5
ASSIGNED_PER_SELLER = 20


@dataclass(frozen=True, slots=True)
class Agreed:
    """A callback agreed with somebody: when, and whether the seller who agreed it is to make it."""

    at: datetime
    personal: bool


def callbacks(
    stories: Sequence[Story], zones: Sequence[str], *, seed: int, now: datetime
) -> dict[int, Agreed]:
    """The callbacks of the stories that end with a scheduled one, by the story's place.

    Each seller has a few due now, a few within two hours, the others over the coming days between 9 and 20
    o'clock of the contact (`zones`: one for each story).
    """
    rng = random.Random(f"callbacks {seed}")
    given: dict[int, int] = {}
    agreed = {}
    for count, place in enumerate(
        place for place, story in enumerate(stories) if story.ending is Ending.SCHEDULED
    ):
        seller = stories[place].attempts[-1].seller
        personal = count % ANYBODY_EVERY != ANYBODY_EVERY - 1
        key = seller if personal else -1
        rank = given[key] = given.get(key, 0) + 1
        if rank <= DUE_NOW_PER_SELLER:
            at = now - timedelta(minutes=5 * (1 + int(rng.random() * 30)))
        elif rank <= DUE_NOW_PER_SELLER + SOON_PER_SELLER:
            at = now + timedelta(minutes=5 * (1 + int(rng.random() * 24)))
        else:
            at = _in_daylight(now, ZoneInfo(zones[place]), rng)
        agreed[place] = Agreed(at, personal)
    return agreed


def _in_daylight(now: datetime, zone: ZoneInfo, rng: random.Random) -> datetime:
    """A quarter of an hour between 9 and 20 o'clock local, from tomorrow on."""
    day = now.astimezone(zone) + timedelta(days=1 + int(rng.random() * CALLBACK_DAYS))
    local = day.replace(hour=9 + int(rng.random() * 11), minute=15 * int(rng.random() * 4), second=0)
    return local.astimezone(now.tzinfo)


class Retries:
    """Spreads retries over the coming hours: most in the next eight, the rest within a day."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._rng = random.Random(f"retries {seed}")
        self._now = now

    def spread(self, due: datetime) -> datetime:
        """The moment of a retry that the rules have due at `due`."""
        if due > self._now or self._rng.random() >= SPREAD_SHARE:
            return due
        hours = 8 if self._rng.random() < 0.6 else DAY // HOUR
        return self._now + timedelta(seconds=MINUTE + int(self._rng.random() * hours * HOUR))


def assigned(stories: Sequence[Story], *, seed: int, sellers: int) -> dict[int, int]:
    """Leads handed to sellers: the story's place and the seller's index."""
    rng = random.Random(f"assigned {seed}")
    free = [place for place, story in enumerate(stories) if story.ending is Ending.RETRY]
    rng.shuffle(free)
    count = min(ASSIGNED_PER_SELLER, len(free) // (4 * sellers))
    return {free[seller * count + turn]: seller for seller in range(sellers) for turn in range(count)}
