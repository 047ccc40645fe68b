"""When a process works, what it saw and tells at its end; moments are nanoseconds of one clock for all processes."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier, Event
from time import monotonic_ns

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Bell:
    """When an evening begins, for everybody at once after each got ready, and when it is over."""

    start: Barrier
    over: Event

    def ready(self) -> None:
        """Wait until everybody is."""
        self.start.wait(START_SECONDS)


@dataclass(slots=True)
class Hold:
    """A person in a seller's hands: surely from ``begin`` to ``end``; asked for at ``asked``."""

    lead_id: int
    numbers: tuple[str, ...]
    asked: int
    begin: int
    end: int = 0


@dataclass(slots=True)
class Log:
    """One process: whom it held, what it was told is recorded, which numbers it registered, how long it waited.

    ``registered`` and ``released`` are (number, moment): surely registered from then on, surely until then.
    """

    who: str
    holds: list[Hold] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    registered: list[tuple[str, int]] = field(default_factory=list)
    released: list[tuple[str, int]] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    statements: int = 0
    peak_rss_mb: float = 0.0
    begun: int = 0
    ended: int = 0

    def took(self, step: str, since: int) -> None:
        """One step is over."""
        self.seconds.setdefault(step, []).append((monotonic_ns() - since) / 1e9)


def peak_rss_mb() -> float:
    """The most memory this process ever had, in MB (10^6 bytes); 0.0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
