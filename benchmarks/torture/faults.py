"""The faults, by name: each strikes a working floor once and is over when it returns; what it finds wrong is told."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import text

from benchmarks.floor import invariants
from benchmarks.floor.campaign import Place
from benchmarks.torture.crew import Crew
from benchmarks.torture.server import Own
from storage import migrations
from storage.database import Database, open_database
from storage.errors import DatabaseNewer, DatabaseOlder

STEPS = (-5 * 3600, -90, 90, 5 * 3600)
"""Seconds a clock is stepped by: a correction, and a wrong time zone."""
HELD_SECONDS = 0.25
NEWER = "9999"


@dataclass
class Stand:
    """Where the fault strikes, and for how long it lasts; ``own`` is the server, where there is one."""

    database: Database
    place: Place
    crew: Crew
    folder: Path
    chance: Random
    seconds: float
    own: Own | None = None
    before: set[str] = field(default_factory=set)
    clock_was_stepped: bool = False

    def somebody(self) -> int:
        return self.chance.randrange(len(self.place.sellers))

    def file(self) -> Path:
        return self.database.address.file

    def last(self, part: float = 1.0) -> None:
        """Let the fault last for this part of its time, more or less."""
        time.sleep(self.seconds * part * self.chance.uniform(0.5, 1.5))


Fault = Callable[[Stand], list[str]]


def seats_killed(stand: Stand) -> list[str]:
    """SIGKILL of seats, one after the other, each started again."""
    for _ in range(3):
        stand.last(0.3)
        number = stand.somebody()
        stand.crew.kill_seat(number)
        stand.crew.seat(number)
    return []


def scheduler_killed(stand: Stand) -> list[str]:
    """SIGKILL of the process with the background jobs."""
    stand.last(0.7)
    stand.crew.kill_jobs()
    stand.crew.start_jobs()
    return []


def server_killed(stand: Stand) -> list[str]:
    """SIGKILL of the database server, which is started again after a moment."""
    assert stand.own is not None
    stand.last(0.5)
    stand.own.kill()
    stand.last(0.3)
    stand.own.again()
    stand.database.close()
    return []


def disk_full(stand: Stand) -> list[str]:
    """No file of a seat can grow: what would make it longer fails in the middle of a write."""
    import resource

    for process in stand.crew.seats.values():
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        room = stand.chance.choice(
            (300_000, 1_000_000, 3_000_000)
        )  # the log's own size decides where it fails
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, most))
    stand.last()
    for process in stand.crew.seats.values():
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
    return []


def read_only(stand: Stand) -> list[str]:
    """The file and what lies beside it may only be read for a while."""
    files = [path for path in stand.file().parent.glob(stand.file().name + "*") if path.is_file()]
    rights = {path: path.stat().st_mode for path in files}
    for path in files:
        path.chmod(0o444)
    stand.last()
    for path, mode in rights.items():
        path.chmod(mode)
    return [] if "database_read_only" in stand.crew.seen().unavailable else ["nobody met the read-only file"]


def clock_stepped(stand: Stand) -> list[str]:
    """The clocks of some seats jump, back and forward, and are set right."""
    for _ in range(3):
        stand.crew.off[stand.somebody()].value = stand.chance.choice(STEPS)
        stand.last(0.4)
    for clock in stand.crew.off:
        clock.value = 0.0
    return []


def two_versions(stand: Stand) -> list[str]:
    """Somebody upgrades the database while the others work; later an older one is opened by a newer program."""
    current = migrations.head()
    _revision(stand.database, NEWER)
    found = _refusal(stand, DatabaseNewer, "Install the newer version")
    stand.last(0.5)
    _revision(stand.database, current)
    known = migrations.revisions
    migrations.revisions = lambda: (*known(), NEWER)  # type: ignore[assignment]  # a program one revision newer
    try:
        found += _refusal(stand, DatabaseOlder, "dialdeck db upgrade")
    finally:
        migrations.revisions = known
    return found


def _revision(database: Database, revision: str) -> None:
    with database.transaction() as session:
        session.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = :to"), {"to": revision})


def _refusal(stand: Stand, kind: type[Exception], says: str) -> list[str]:
    try:
        open_database(stand.database.url, create=True).close()
    except kind as refused:
        return [] if says in str(refused) else [f"{kind.__name__} without what to do: {refused}"]
    return [f"the other version was let in instead of {kind.__name__}"]


def log_left_behind(stand: Stand) -> list[str]:
    """All writers are killed; file and log, copied as they lie there, hold everything that was told."""
    stand.last(0.5)
    stand.crew.kill_jobs()
    for number in stand.crew.seats:
        stand.crew.kill_seat(number)
    stand.database.close()
    copy = stand.folder / f"left behind {stand.chance.random()}"
    copy.mkdir()
    for path in (stand.file(), Path(f"{stand.file()}-wal")):
        if path.exists():
            shutil.copyfile(path, copy / path.name)
    with closing(open_database(f"sqlite:///{copy / stand.file().name}")) as opened:
        lost = set(stand.crew.seen().events) - set(invariants.kept_outcomes(opened, stand.place))
        broken = invariants.rules(opened) - stand.before
    shutil.rmtree(copy)
    for number in stand.crew.seats:
        stand.crew.seat(number)
    stand.crew.start_jobs()
    return sorted(broken) + ([f"{len(lost)} outcomes were not in the copy"] if lost else [])


def endless_reader(stand: Stand) -> list[str]:
    """Somebody reads one moment of the database without end: the others work, and the log shrinks afterwards."""
    found = []
    with stand.database.reading() as session:
        count = text("SELECT count(*) FROM history_event")
        first = session.execute(count).scalar_one()
        if not stand.crew.works(20):
            found.append("nobody worked beside the reader")
        if session.execute(count).scalar_one() != first:
            found.append("the reader saw more than its moment")
    if stand.database.dialect == "sqlite":
        with stand.database.gate.hold(), stand.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            found.append("the log could not be written back after the reader had gone")
    return found


def slow_disk(stand: Stand) -> list[str]:
    """Every commit waits for the disk: a file's writers behind one that is slow, a server's commits one by one."""
    if stand.own is None:
        end = time.monotonic() + stand.seconds * 1.5
        while time.monotonic() < end:
            with stand.database.gate.hold():
                time.sleep(HELD_SECONDS)
        return []
    _configure(stand.own, commit_delay="100000", commit_siblings="0")
    stand.last(1.5)
    _configure(stand.own, commit_delay="0", commit_siblings="5")
    return []


def _configure(own: Own, **settings: str) -> None:
    for name, value in settings.items():
        own.server.execute(f"ALTER SYSTEM SET {name} = {value}")
    own.server.execute("SELECT pg_reload_conf()")


EVERYWHERE: dict[str, Fault] = {
    "seats": seats_killed, "scheduler": scheduler_killed, "clock": clock_stepped, "versions": two_versions,
    "reader": endless_reader, "slow": slow_disk,
}  # fmt: skip
IN_A_FILE: dict[str, Fault] = {"full": disk_full, "read-only": read_only, "log": log_left_behind}
ON_A_SERVER: dict[str, Fault] = {"server": server_killed}


def faults(dialect: str) -> dict[str, Fault]:
    """Those that can strike this kind of database on this system."""
    found = EVERYWHERE | (IN_A_FILE if dialect == "sqlite" else ON_A_SERVER)
    if not sys.platform.startswith("linux"):
        found.pop("full", None)  # limits of another process are Linux's
    return found
