"""Tells what happened to each client: how many attempts, how each ended, where the lead stands now.

The data says how often a client was called, how long the last call took and whether they bought; the rest is
made up around it, from a seed. Times and sellers come later, from `timeline`.

* bought: the last attempt is a sale; with two attempts or more, 45 % of them after a promotion (S1), else S2;
* not bought, five attempts or more: closed with a fitting resolution, or open with all attempts used up;
* not bought, fewer attempts: open, to be tried again; a few wait for a callback, a promotion or a shift.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final

from storage.demo.dataset import Client

MAX_ATTEMPTS = 5
PROMOTION_DAYS = 5
PROMOTION_SHARE = 0.45

MINUTE, HOUR, DAY = 60, 3600, 86_400
# After this many attempts only callbacks the person asked for lead to another one.
_LONG_STORY = 12


class Ending(StrEnum):
    """Where a story has come to by now."""

    SALE = "sale"
    SALE_AFTER_PROMOTION = "sale after promotion"
    CLOSED = "closed"
    EXHAUSTED = "exhausted"
    RETRY = "retry"
    DROPPED = "dropped"
    SCHEDULED = "scheduled"
    PROMOTION = "promotion"
    MORNING = "morning"
    AFTERNOON = "afternoon"


OPEN_ENDINGS: Final = frozenset(Ending) - {
    Ending.SALE,
    Ending.SALE_AFTER_PROMOTION,
    Ending.CLOSED,
    Ending.EXHAUSTED,
}


@dataclass(slots=True)
class Attempt:
    """One call. `action` is the console action that ended it, none where only the line's `result` is known.

    `seconds` is how long the line was held, `wrap` the seller's work after it, `pause` the least time to the
    next attempt (all in seconds). `started` (seconds since 1970, UTC) and `seller` (an index) are filled in by
    `timeline`; a `seller` already set stays.
    """

    action: str | None
    result: str | None
    seconds: int
    wrap: int
    pause: int
    started: int = 0
    seller: int = -1

    @property
    def ended(self) -> int:
        return self.started + self.seconds


@dataclass(slots=True)
class Story:
    """All attempts at one client, oldest first, and how it ended. `age`: wanted days since the last one."""

    client: Client
    ending: Ending
    attempts: list[Attempt]
    age: float
    wrong_number: bool = False


class _Table:
    """A weighted choice of words, quick to ask often; the word `line` stands for no console action."""

    def __init__(self, weights: dict[str, float]) -> None:
        self._words = [None if word == "line" else word for word in weights]
        self._sums = list(accumulate(weights.values()))

    def pick(self, rng: random.Random) -> str | None:
        point = rng.random() * self._sums[-1]
        return next(word for word, top in zip(self._words, self._sums, strict=True) if point < top)


_EARLIER = _Table(
    {"not-found": 34, "voicemail": 22, "busy": 17, "call-later": 10, "call-dropped": 5, "line": 12}
)
_CALLBACKS = _Table({"call-later": 7, "schedule": 3})
_LINE_RESULTS = _Table({"no_answer": 6, "failed": 4, "congestion": 3})

# By the length of the last call: nobody talks for five minutes on a busy line.
_OPEN_SHORT = _Table({"busy": 45, "line": 35, "not-found": 20})
_OPEN_MIDDLE = _Table({"not-found": 58, "voicemail": 31, "call-later": 11})
_OPEN_LONG = _Table({"not-found": 52, "voicemail": 12, "call-later": 36})
_CLOSED_SHORT = _Table(
    {
        "busy": 22,
        "line": 18,
        "not-found": 22,
        "uncontactable": 20,
        "wrong-number": 8,
        "close-without-contact": 10,
    }
)
_CLOSED_MIDDLE = _Table(
    {"voicemail": 30, "not-found": 26, "uncontactable": 15, "close-without-contact": 14, "not-interested": 15}
)
_CLOSED_LONG = _Table(
    {
        "not-interested": 58,
        "not-found": 16,
        "already-subscriber": 8,
        "logistics": 6,
        "do-not-call": 6,
        "error-promotion": 2,
        "uncontactable": 3,
        "close-without-contact": 3,
    }
)
_USED_UP: Final = frozenset({"busy", "not-found", "voicemail", None})

# Least and greatest length of a call (seconds) by what came of it, where the data does not tell.
_LENGTHS: Final[dict[str, tuple[int, int]]] = {
    "not-found": (12, 60),
    "voicemail": (18, 45),
    "busy": (4, 10),
    "call-later": (25, 90),
    "call-dropped": (15, 70),
    "schedule": (40, 150),
    "start-promotion": (120, 400),
    "no_answer": (20, 35),
    "failed": (2, 6),
    "congestion": (2, 6),
}
# Least time to the next attempt (seconds), as the outcome or the retry rules ask for it.
_PAUSES: Final[dict[str, int]] = {
    "not-found": 4 * HOUR,
    "voicemail": 4 * HOUR,
    "busy": 30 * MINUTE,
    "call-later": DAY,
    "call-dropped": 2 * MINUTE,
    "schedule": DAY,
    "start-promotion": (PROMOTION_DAYS + 1) * DAY,
    "no_answer": 4 * HOUR,
    "failed": 4 * HOUR,
    "congestion": 30 * MINUTE,
}


def tell(clients: Iterable[Client], *, seed: int, sellers: int) -> list[Story]:
    """The story of every client, in their order. The same seed tells the same stories."""
    rng = random.Random(f"story {seed}")
    everybody = list(clients)
    endings = _endings(everybody, rng, sellers)
    stories = [_story(client, endings[place], rng) for place, client in enumerate(everybody)]
    scheduled = [story for story in stories if story.ending is Ending.SCHEDULED]
    for turn, story in enumerate(scheduled):  # everybody has promised to call somebody back
        story.attempts[-1].seller = turn % sellers
    return stories


def _endings(clients: Sequence[Client], rng: random.Random, sellers: int) -> list[Ending]:
    """How each story ends; the few special ones are dealt among people who were talked to."""
    endings = [_plain_ending(client, rng) for client in clients]
    open_ones = [place for place, ending in enumerate(endings) if ending is Ending.RETRY]
    talked = [place for place in open_ones if clients[place].seconds >= 90]
    rng.shuffle(talked)
    wanted = [
        (Ending.SCHEDULED, max(len(open_ones) // 80, min(5 * sellers, len(open_ones) // 8))),
        (Ending.PROMOTION, len(open_ones) // 100),
        (Ending.MORNING, len(open_ones) // 250),
        (Ending.AFTERNOON, len(open_ones) // 250),
        (Ending.DROPPED, min(12, len(open_ones) // 40)),
    ]
    for ending, count in wanted:
        for _ in range(min(count, len(talked) // 2)):
            endings[talked.pop()] = ending
    return endings


def _plain_ending(client: Client, rng: random.Random) -> Ending:
    if client.bought:
        promoted = client.attempts >= 2 and rng.random() < PROMOTION_SHARE
        return Ending.SALE_AFTER_PROMOTION if promoted else Ending.SALE
    return Ending.CLOSED if client.attempts >= MAX_ATTEMPTS else Ending.RETRY


def _story(client: Client, ending: Ending, rng: random.Random) -> Story:
    last = _last_action(client, ending, rng)
    if ending is Ending.CLOSED and last in _USED_UP:
        ending = Ending.EXHAUSTED
    earlier = [_earlier(number, client.attempts, rng) for number in range(1, client.attempts)]
    if earlier and (ending is Ending.SALE_AFTER_PROMOTION or last == "error-promotion"):
        earlier[-1] = _attempt("start-promotion", client.attempts, rng)
    return Story(
        client=client,
        ending=ending,
        attempts=[*earlier, _attempt(last, client.attempts, rng, seconds=client.seconds)],
        age=_age(ending, rng),
        wrong_number=last == "wrong-number",
    )


def _last_action(client: Client, ending: Ending, rng: random.Random) -> str | None:
    fixed = {
        Ending.SALE: "sale",
        Ending.SALE_AFTER_PROMOTION: "sale",
        Ending.SCHEDULED: "schedule",
        Ending.PROMOTION: "start-promotion",
        Ending.MORNING: "move-morning",
        Ending.AFTERNOON: "move-afternoon",
        Ending.DROPPED: "call-dropped",
    }
    if ending in fixed:
        return fixed[ending]
    if ending is Ending.CLOSED:
        short, middle, long = _CLOSED_SHORT, _CLOSED_MIDDLE, _CLOSED_LONG
        edges = (20, 60)
    else:
        short, middle, long = _OPEN_SHORT, _OPEN_MIDDLE, _OPEN_LONG
        edges = (45, 180)
    table = short if client.seconds < edges[0] else middle if client.seconds < edges[1] else long
    return table.pick(rng)


def _earlier(number: int, total: int, rng: random.Random) -> Attempt:
    """An attempt that led to another one. Beyond the attempt limit only a callback does that."""
    action = _CALLBACKS.pick(rng) if number >= MAX_ATTEMPTS else _EARLIER.pick(rng)
    return _attempt(action, total, rng)


def _attempt(action: str | None, total: int, rng: random.Random, seconds: int | None = None) -> Attempt:
    result = None if action else _LINE_RESULTS.pick(rng)
    word = action or result or "no_answer"
    low, high = _LENGTHS.get(word, (20, 60))
    pause = _PAUSES.get(word, HOUR)
    if total > _LONG_STORY:  # called two or three times a day, or the story would not fit into the weeks
        pause = min(pause, 4 * HOUR)
    elif word != "call-dropped":
        pause = int(pause * (1 + 2 * rng.random()))
    return Attempt(
        action=action,
        result=result,
        seconds=low + int(rng.random() * (high - low)) if seconds is None else seconds,
        wrap=3 + int(rng.random() * 12),
        pause=pause,
    )


# Days since the last attempt: from, to. What is still awaited was agreed not long ago.
_AGES: Final[dict[Ending, tuple[float, float]]] = {
    Ending.SCHEDULED: (0.2, 6),
    Ending.PROMOTION: (0, PROMOTION_DAYS),
    Ending.MORNING: (0, 1),
    Ending.AFTERNOON: (0, 1),
    Ending.DROPPED: (0, 0),
}
WEEKS = 12


def _age(ending: Ending, rng: random.Random) -> float:
    low, high = _AGES.get(ending, (0, WEEKS * 7 - 4))
    return low + rng.random() * (high - low)
