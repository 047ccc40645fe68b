"""One seat for a long day: bytes to the terminal, memory, and how long the event loop ever stands still.

``python -m benchmarks.seat`` works so many people in a pseudo-terminal of 120 × 40, then opens the screens of those who
lead in an application without one, on a line to the server as slow as wished.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.people import NAME
from benchmarks.places import CHECKOUT, KEPT, open_places
from benchmarks.shops import CAMPAIGN
from benchmarks.terminal import Terminal
from storage.database import Database
from tests.support.wire import line_to

BYTES_LIMIT = 15_000
MEMORY_LIMIT_MB = 120.0
STALL_LIMIT_MS = 50.0
BREATH = 0.6
"""Seconds each person stays: letters rest for a moment after a new one appeared."""
LOOK_SECONDS = 0.002
_NAME = re.compile(NAME)
STEPS = (
    ("campaigns", ()),
    ("recycling", ("c",)),
    ("report", ("r",)),
    ("wallboard", ("b",)),
    ("why is the queue empty", ("w",)),
    ("hopper", ("h",)),
    ("search", ("slash", *"ada elm")),
    ("console", ("enter",)),
    ("ten outcomes", ("n",) * 10),
)
"""Screens from the list of campaigns, each left with Esc; the console stays open for the outcomes."""


@dataclass
class Day:
    """What a terminal was sent and the memory of the process, person after person (MB of 10^6 bytes)."""

    bytes: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def work_a_day(database: Database, outcomes: int) -> Day:
    """So many people in a real terminal."""
    day = Day()
    with tempfile.TemporaryDirectory(prefix="dialdeck-") as home:
        command = Path(sys.executable).with_name("dialdeck")
        environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "DIALDECK_DATABASE": database.url}
        with closing(Terminal([str(command), "--as", "seller1"], environment, str(CHECKOUT))) as terminal:
            terminal.wait_for(lambda lines: any(CAMPAIGN in line for line in lines[2:]))
            terminal.rest(BREATH)
            terminal.press("\r")
            terminal.wait_for(lambda lines: _on_screen(lines) is not None)
            terminal.rest(BREATH)
            for _ in range(outcomes):
                last, before = _on_screen(terminal.lines), terminal.bytes
                terminal.press("n")
                terminal.wait_for(lambda lines, last=last: _on_screen(lines) not in (None, last))  # type: ignore[misc]  # bound to this person
                terminal.rest(BREATH)
                day.bytes.append(terminal.bytes - before)
                day.memory.append(_memory_mb(terminal.pid))
    return day


def _on_screen(lines: list[str]) -> str | None:
    return next((found[0] for line in lines[:6] if (found := _NAME.search(line))), None)


def _memory_mb(pid: int) -> float:
    """What of the process is in memory now; 0.0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
    return kilobytes * 1024 / 1e6


@dataclass
class Stalls:
    """The longest time (ms) the event loop stood still in each step, and how long the step took until all was shown."""

    longest: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)


async def stalls(url: str) -> Stalls:
    """Open screen after screen as the administrator, and work ten people."""
    from tests.tui.screens_text import settled
    from tui.app import DialdeckApp
    from tui.desk import Desk

    found = Stalls()
    app = DialdeckApp(Desk(url), user="root")
    async with app.run_test(size=(120, 40)) as running:
        pilot: Any = running
        for name, keys in STEPS:
            begun = perf_counter()
            async with _watched(found.longest, name):
                for key in keys:
                    await pilot.press(key)
                    await settled(pilot)
                    if name == "ten outcomes":
                        await asyncio.sleep(BREATH)
                await settled(pilot)
            found.took[name] = (perf_counter() - begun) * 1000
            if name not in ("campaigns", "console", "ten outcomes"):
                await pilot.press("escape")
                await settled(pilot)
                if name == "search" and len(app.screen_stack) > 2:
                    await pilot.press("escape")
                    await settled(pilot)
    return found


@asynccontextmanager
async def _watched(longest: dict[str, float], name: str) -> AsyncIterator[None]:
    """Note how late a task that wants to run all the time ever came."""
    worst = 0.0

    async def look() -> None:
        nonlocal worst
        while True:
            due = perf_counter() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            worst = max(worst, perf_counter() - due)

    watcher = asyncio.create_task(look())
    try:
        yield
    finally:
        watcher.cancel()
        longest[name] = worst * 1000


@contextmanager
def _line(database: Database, latency_ms: float) -> Iterator[str]:
    """The address of a database whose every answer comes so much later (a server's only)."""
    if not latency_ms or database.dialect == "sqlite":
        yield database.url
        return
    with line_to(database.url) as wire:
        wire.delay = latency_ms / 1000
        yield wire.url


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; nothing fails where a target is missed."""
    given = _parser().parse_args(arguments)
    with ExitStack() as stack:
        for place in open_places(stack, given.database, Path(given.kept)):
            with place.shop(given.leads) as database:
                database.close()
                _tell_day(place.name, given.leads, work_a_day(database, given.outcomes))
                with _line(database, given.latency_ms) as url:
                    _tell_stalls(place.name, given.leads, given.latency_ms, asyncio.run(stalls(url)))
    return 0


def _tell_day(name: str, leads: int, day: Day) -> None:
    early, late = day.memory[len(day.memory) // 10], day.memory[-1]
    print(f"{name}, {leads:,} leads, {len(day.bytes)} people in one seat")
    most = max(day.bytes)
    print(f"  bytes an outcome: median {median(day.bytes):,.0f}, most {most:,} {_mark(most, BYTES_LIMIT)}")
    print(
        f"  memory: {early:.1f} MB after a tenth, {late:.1f} MB at the end, most {max(day.memory):.1f} MB "
        f"{_mark(max(day.memory), MEMORY_LIMIT_MB)}"
    )


def _tell_stalls(name: str, leads: int, latency_ms: float, found: Stalls) -> None:
    print(
        f"{name}, {leads:,} leads, {latency_ms:g} ms of latency: longest stall of the event loop, time until shown"
    )
    for step, longest in found.longest.items():
        print(f"  {step:24} {longest:7.1f} ms {_mark(longest, STALL_LIMIT_MS):14} {found.took[step]:8.0f} ms")


def _mark(value: float, limit: float) -> str:
    return f"(≤ {limit:,.0f}: {'reached' if value <= limit else 'not reached'})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seat", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="sqlite")
    parser.add_argument("--leads", type=int, default=58_466)
    parser.add_argument(
        "--outcomes", type=int, default=960, help="people in the seat (960: eight hours, one in 30 s)"
    )
    parser.add_argument("--latency-ms", type=float, default=0.0, help="of each message to a server")
    parser.add_argument("--kept", metavar="FOLDER", default=str(KEPT), help="where built shops are kept")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
