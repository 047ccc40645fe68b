"""What a seller sees and when: from the command to the first picture, from an outcome key to the next person.

The installed command runs in a pseudo-terminal of 120 × 40 on a shop of the given size; the screen is emulated,
and the moment counts at which the bytes came that put the next person's name where the last one's stood.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, at_most, percentile
from benchmarks.people import NAME
from benchmarks.places import CHECKOUT, PostgresPlace, SqlitePlace
from benchmarks.shops import CAMPAIGN
from benchmarks.terminal import Terminal
from storage.database import Database

FIRST_PICTURE_LIMIT = 350.0
NEXT_PERSON_LIMIT = 50.0
KEY = "n"
"""Not found: the outcome recorded most often."""
BREATH = 0.8
"""Seconds a person stays on screen: letters rest for a moment after a new one appeared, and side panes follow."""
_NAME = re.compile(NAME)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """What was measured on one shop, in milliseconds; bytes and processor time (ms) per outcome."""

    picture: list[float] = field(default_factory=list)
    campaigns: list[float] = field(default_factory=list)
    person: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    bytes: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure(place: SqlitePlace | PostgresPlace, leads: int, *, starts: int, outcomes: int) -> list[Figure]:
    """Start the application ``starts`` times and work some people in the last one, after a first that is not measured.

    Where ``starts`` is 0 the first is all there is.
    """
    seen = Seen()
    with place.shop(leads) as database, tempfile.TemporaryDirectory(prefix="dialdeck-") as home:
        database.close()
        for number in range(starts + 1):
            with closing(_open(database, home)) as terminal:
                _start(terminal, seen)
                if number == 0 < starts:  # the first start of a machine compiles and reads everything
                    seen = Seen()
                if number == starts:
                    _work(terminal, seen, outcomes)
    return _figures(place.name, leads, seen)


def _open(database: Database, home: str) -> Terminal:
    command = Path(sys.executable).with_name("dialdeck")
    environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "DIALDECK_DATABASE": database.url}
    return Terminal([str(command), "--as", "seller1"], environment, str(CHECKOUT))


def _start(terminal: Terminal, seen: Seen) -> None:
    at = terminal.wait_for(lambda lines: any(line.strip() for line in lines))
    seen.picture.append((at - terminal.started) * 1000)
    at = terminal.wait_for(lambda lines: any(CAMPAIGN in line for line in lines[2:]))
    seen.campaigns.append((at - terminal.started) * 1000)
    terminal.rest(BREATH)
    pressed = terminal.press("\r")
    at = terminal.wait_for(lambda lines: _on_screen(lines) is not None)
    seen.person.append((at - pressed) * 1000)
    terminal.rest(BREATH)


def _work(terminal: Terminal, seen: Seen, outcomes: int) -> None:
    for number in range(outcomes + 1):
        last = _on_screen(terminal.lines)
        before, cpu = terminal.bytes, _cpu(terminal.pid)
        pressed = terminal.press(KEY)
        at = terminal.wait_for(_another_than(last))
        terminal.rest(BREATH)
        if number:
            seen.painted.append((at - pressed) * 1000)
            seen.bytes.append(terminal.bytes - before)
            seen.cpu.append(_cpu(terminal.pid) - cpu)


def _another_than(last: str | None) -> Callable[[list[str]], bool]:
    return lambda lines: _on_screen(lines) not in (None, last)


def _on_screen(lines: list[str]) -> str | None:
    """The person in hand: the made-up name in the first lines (further down are the queue and the last outcome)."""
    return next((found[0] for line in lines[:6] if (found := _NAME.search(line))), None)


def _cpu(pid: int) -> float:
    """Processor time of a process so far in milliseconds, 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) * 1000 / _TICKS


def _figures(database: str, leads: int, seen: Seen) -> list[Figure]:
    def figure(what: str, values: list[float], note: str = "") -> Figure:
        return Figure(
            what=what, database=database, leads=leads, p50=median(values), p95=percentile(values, 95),
            times=len(values), note=note,
        )  # fmt: skip

    picture = figure("start → first picture", seen.picture)
    picture.targets.append(
        at_most(f"≤ {FIRST_PICTURE_LIMIT:.0f} ms", picture.p50, FIRST_PICTURE_LIMIT, unit=" ms")
    )
    painted = figure(
        "outcome key → next person painted",
        seen.painted,
        f"{median(seen.bytes) / 1000:.1f} kB, {median(seen.cpu):.0f} ms processor per person",
    )
    slowest = painted.p95 or painted.p50
    painted.targets.append(
        at_most(f"p95 ≤ {NEXT_PERSON_LIMIT:.0f} ms", slowest, NEXT_PERSON_LIMIT, unit=" ms")
    )
    return [
        picture,
        figure("start → campaigns with counts", seen.campaigns),
        figure("campaign chosen → first person painted", seen.person),
        painted,
    ]
