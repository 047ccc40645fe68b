"""Figures and how they are taken: repeated, interleaved, told as medians beside what they have to reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

T = TypeVar("T")


class Samples:
    """Repeated measurements of one thing: wall and processor time of this process, in milliseconds."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Measure the block once."""
        begin, cpu = perf_counter(), process_time()
        yield
        end, cpu_end = perf_counter(), process_time()
        self.wall.append((end - begin) * 1000)
        self.cpu.append((cpu_end - cpu) * 1000)

    def time(self, call: Callable[[], T]) -> T:
        """Measure one call and return what it returned."""
        begin, cpu = perf_counter(), process_time()
        result = call()
        end, cpu_end = perf_counter(), process_time()
        self.wall.append((end - begin) * 1000)
        self.cpu.append((cpu_end - cpu) * 1000)
        return result

    def forget(self) -> None:
        """What was measured while warming up does not count."""
        self.wall.clear()
        self.cpu.clear()

    @property
    def p50(self) -> float:
        return median(self.wall)

    @property
    def p95(self) -> float:
        return percentile(self.wall, 95)

    @property
    def cpu_p50(self) -> float:
        return median(self.cpu)


def percentile(values: list[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True, slots=True)
class Target:
    """Something promised, what was found, and whether it is reached."""

    promise: str
    found: str
    reached: bool


@dataclass(slots=True)
class Figure:
    """One line of the table. Times in milliseconds unless ``unit`` says otherwise; ``raw`` is the baseline's median.

    ``cpu`` is this process's processor time; ``statements`` the most that were counted.
    """

    what: str
    database: str
    leads: int | None
    p50: float
    p95: float | None = None
    unit: str = "ms"
    cpu: float | None = None
    statements: float | None = None
    raw: float | None = None
    times: int = 0
    note: str = ""
    targets: list[Target] = field(default_factory=list)


def at_most(promise: str, value: float, limit: float, *, digits: int = 0, unit: str = "") -> Target:
    """A target reached while ``value`` is not above ``limit``."""
    return Target(promise, f"{value:,.{digits}f}{unit}", value <= limit)


def at_least(promise: str, value: float, limit: float, *, digits: int = 0, unit: str = "") -> Target:
    """A target reached while ``value`` is not below ``limit``."""
    return Target(promise, f"{value:,.{digits}f}{unit}", value >= limit)
