"""Sellers and the scheduler in processes that may be killed: what they were told is in files that outlive them.

A line is written as soon as a seller knows of an outcome. A seat meets an unavailable database as the console does: it
says so and tries again; anything else but an ordinary refusal is a defect.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.floor.campaign import Place
from benchmarks.floor.log import Hold, Log
from benchmarks.floor.seats import ORDINARY, Seat, Shift
from domain.errors import Unavailable
from storage.database import open_database

PRELOAD = ("benchmarks.torture.crew", "domain.models", "scheduler.service", "psycopg")
THINK_SECONDS = 0.005
AGAIN_SECONDS = 0.05
LOOK_SECONDS = 0.05
END_SECONDS = 40
WRITE_WHAT_YOU_MAY_NOT = 1 << 1
"""CAP_DAC_OVERRIDE of Linux: what root has and no seller."""


@dataclass
class Over:
    """Whether it is over. No lock is in it: a killed process would keep it."""

    flag: Any

    def is_set(self) -> bool:
        return bool(self.flag.value)

    def set(self) -> None:
        self.flag.value = 1

    def wait(self, seconds: float = 3600.0) -> None:
        """Until it is over, at most so long."""
        end = time.monotonic() + seconds
        while not self.is_set() and (left := end - time.monotonic()) > 0:
            time.sleep(min(LOOK_SECONDS, left))


class Telling(Seat):
    """A seat that writes down what it is told, and whose clock may be off."""

    def __init__(self, database: Any, shift: Shift, file: Path, off: Any) -> None:
        super().__init__(database, shift)
        self.file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.off = off

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.off.value)

    def record(self) -> None:
        super().record()
        self.tell()

    def undo(self) -> None:
        super().undo()
        self.tell()

    def tell(self, **more: Any) -> None:
        """Write down what came since the last line."""
        log = self.log
        told = {
            "events": log.events, "holds": [asdict(each) for each in log.holds],
            "registered": log.registered, "released": log.released, **more,
        }  # fmt: skip
        said = {key: value for key, value in told.items() if value}
        if said:
            os.write(self.file, json.dumps(said).encode() + b"\n")
        log.events, log.holds, log.registered, log.released = [], [], [], []

    def go_on(self, over: Over) -> None:
        """Person after person, whatever happens to the database."""
        while not over.is_set():
            try:
                self.step()
            except ORDINARY as refused:
                self.let_go()
                self.tell(refused=refused.code)
            except Unavailable as error:
                self.let_go()
                self.tell(unavailable=error.code)
                over.wait(AGAIN_SECONDS)
        self.let_go()
        self.tell()


def sell(shift: Shift, file: Path, off: Any, over: Over) -> None:
    """A seat, opened anew until the database lets it in."""
    respect_rights()
    seat: Telling | None = None
    try:
        while seat is None and not over.is_set():
            try:
                seat = Telling(open_database(shift.url), shift, file, off)
            except Unavailable:
                over.wait(AGAIN_SECONDS)
        if seat is not None:
            seat.go_on(over)
            seat.database.close()
    except Exception:  # noqa: BLE001 - whatever it is, it is told as a defect
        with file.open("a") as out:
            out.write(json.dumps({"defect": traceback.format_exc()}) + "\n")


def keep_jobs(url: str, over: Over) -> None:
    """The background jobs in a process of their own."""
    from scheduler.service import Service
    from storage.scheduler_settings import SchedulerSettings

    while not over.is_set():
        try:
            database = open_database(url)
        except Unavailable:
            over.wait(AGAIN_SECONDS)
            continue
        service = Service(database, SchedulerSettings())
        service.start()
        over.wait()
        service.stop(5)
        database.close()


def respect_rights() -> None:
    """Let root's process write only what the rights of a file allow, as an ordinary user's does."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None)
    libc.capget(header, held)
    held[0] &= ~WRITE_WHAT_YOU_MAY_NOT
    libc.capset(header, held)


@dataclass
class Seen:
    """What all files say together."""

    logs: list[Log]
    unavailable: list[str]
    defects: list[str]

    @property
    def events(self) -> list[int]:
        return [event for log in self.logs for event in log.events]


class Crew:
    """The processes of one floor; any may be killed, and comes back."""

    def __init__(self, url: str, place: Place, folder: Path) -> None:
        methods = multiprocessing.get_all_start_methods()
        self.context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            self.context.set_forkserver_preload(list(PRELOAD))
        self.url, self.place, self.folder = url, place, folder
        self.off = [self.context.RawValue("d", 0.0) for _ in place.sellers]
        self.seats: dict[int, Any] = {}
        self.jobs: Any = None
        self.killed = 0
        self._over = Over(self.context.RawValue("b", 0))
        self._seed = 0
        self._files: list[list[Path]] = [[] for _ in place.sellers]

    def start(self) -> None:
        """Everybody to work."""
        self._over = Over(self.context.RawValue("b", 0))
        for number in range(len(self.place.sellers)):
            self.seat(number)
        self.start_jobs()

    def seat(self, number: int) -> None:
        """This seller's process, anew."""
        self._seed += 1
        shift = Shift(self.url, self.place.sellers[number], self.place.campaign_id, THINK_SECONDS, self._seed)
        self._files[number].append(
            self.folder / f"told {number} {self._seed}"
        )  # short, for one fault is no room
        given = (shift, self._files[number][-1], self.off[number], self._over)
        self.seats[number] = self._process(sell, given)

    def start_jobs(self) -> None:
        self.jobs = self._process(keep_jobs, (self.url, self._over))

    def kill_seat(self, number: int) -> None:
        """SIGKILL, wherever it is; it stays away."""
        self.seats[number].kill()
        self.seats[number].join()
        self.killed += 1

    def kill_jobs(self) -> None:
        self.jobs.kill()
        self.jobs.join()

    def stop(self) -> list[str]:
        """Everybody home; who does not go is told, and made to."""
        self._over.set()
        stayed = []
        for who, process in (*self.seats.items(), ("jobs", self.jobs)):
            process.join(END_SECONDS)
            if process.is_alive():
                stayed.append(f"the process of {who} did not end")
                process.kill()
                process.join()
        return stayed

    def seen(self) -> Seen:
        """Read the files; the last line of a killed process may be half a line."""
        found = Seen([Log(each.name) for each in self.place.sellers], [], [])
        for log, files in zip(found.logs, self._files, strict=True):
            for line in (line for file in files for line in _lines(file)):
                if line.endswith(b"\n"):
                    _note(json.loads(line), log, found)
        return found

    def works(self, seconds: float) -> bool:
        """Whether every seller records another outcome within so many seconds."""
        since = self._recorded()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.1)
            if all(now > had for now, had in zip(self._recorded(), since, strict=True)):
                return True
        return False

    def _recorded(self) -> list[int]:
        return [sum(b'"events"' in line for line in _lines(files[-1])) for files in self._files]

    def _process(self, work: Callable[..., None], given: tuple[Any, ...]) -> Any:
        process = self.context.Process(target=work, args=given, daemon=True)
        process.start()
        return process


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True) if file.exists() else []


def _note(said: dict[str, Any], log: Log, found: Seen) -> None:
    log.events += said.get("events", ())
    log.holds += [Hold(**{**each, "numbers": tuple(each["numbers"])}) for each in said.get("holds", ())]
    log.registered += [(number, at) for number, at in said.get("registered", ())]
    log.released += [(number, at) for number, at in said.get("released", ())]
    if "unavailable" in said:
        found.unavailable.append(said["unavailable"])
    if "defect" in said:
        found.defects.append(said["defect"])
