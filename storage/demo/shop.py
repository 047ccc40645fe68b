"""Builds the demonstration shop where it is asked for, wholly or not at all.

On SQLite the shop grows in a file of its own beside the one asked for and takes its place when it is finished;
on PostgreSQL it is one transaction. Whoever stops it half-way finds nothing, and can start again.
"""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, select

from domain.calling.models import Lead
from domain.errors import Conflict
from domain.models import metadata
from domain.people import shop
from storage import schema
from storage.access import require_owner
from storage.address import Address, parse_address
from storage.database import Database
from storage.demo.filling import Progress, fill
from storage.demo.loading import rows_first
from storage.demo.summary import DemoSummary, summarise
from storage.engines import connect_file
from storage.errors import file_errors, translated
from storage.gate import gate_for

DEFAULT_SEED = 1
_TURN_WAIT = 120.0
"""Seconds to wait for another process that is building the same shop."""


def build(
    url: str,
    *,
    now: datetime,
    leads: int | None = None,
    seed: int = DEFAULT_SEED,
    reset: bool = False,
    progress: Progress | None = None,
) -> DemoSummary:
    """Build the shop in the database at `url`, which is made where there is none.

    Args:
        now: the moment the history ends; the same seed within an hour gives the same shop.
        leads: how many of the 45,211 people of the data, drawn by the seed; None for all.
        reset: replace the demonstration that stands there (or a shop without leads).
        progress: told what is being done, how much of it is done, how much there is.

    Raises:
        Conflict: `shop_exists`, there is a shop; `not_a_demo`, a reset would lose a real one.
        Invalid: `leads` is not at least 1.
        The errors of a database that cannot be reached, read or written.
    """
    address = parse_address(url)
    tell = progress or _silent
    make = _build_on_server if address.path is None else _build_file
    with _no_collector():
        return make(address, leads=leads, seed=seed, now=now, reset=reset, progress=tell)


def stands(url: str) -> bool:
    """Whether a finished demonstration shop of this version stands at `url`."""
    if schema.state(url).kind != "current":
        return False
    with closing(Database(parse_address(url))) as database, database.reading() as session:
        found = shop.find(session)
        return found is not None and found.demo


@contextmanager
def _no_collector() -> Iterator[None]:
    """A million small rows without cycles: looking through them for garbage is a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody wants to know."""


def _build_on_server(
    address: Address, *, leads: int | None, seed: int, now: datetime, reset: bool, progress: Progress
) -> DemoSummary:
    progress("Preparing the database", 0, 1)
    schema.upgrade(address.url.render_as_string(hide_password=False))
    with closing(Database(address)) as database:
        with database.transaction() as session:
            require_owner(session, to="build the demonstration shop")
            session.execute(text("LOCK TABLE organisation IN EXCLUSIVE MODE"))
            if _refuse(session, address.where, reset=reset):
                tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
                session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            with rows_first(session):
                fill(session, leads=leads, seed=seed, now=now, progress=progress)
                progress("Finishing", 0, 1)
            session.execute(text("ANALYZE"))
        progress("Finishing", 1, 1)
        with database.reading() as session:
            return summarise(session, now=now)


def _build_file(
    address: Address, *, leads: int | None, seed: int, now: datetime, reset: bool, progress: Progress
) -> DemoSummary:
    target = address.file
    progress("Preparing the database", 0, 1)
    with file_errors(address.where):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _turn(target), _growing(target) as place:
        _require_place(address, reset=reset)
        schema.upgrade(f"sqlite:///{place}")
        with closing(Database(parse_address(f"sqlite:///{place}"))) as database:
            with database.transaction() as session, rows_first(session):
                fill(session, leads=leads, seed=seed, now=now, progress=progress)
                progress("Finishing", 0, 1)
            with database.reading() as session:
                summary = summarise(session, now=now)
        _put(place, address)
    progress("Finishing", 1, 1)
    return summary


def _require_place(address: Address, *, reset: bool) -> None:
    """Refuse a file that is something else, or a shop that is not to be replaced."""
    found = schema.state(f"sqlite:///{address.file}")
    if found.kind in ("missing", "empty"):
        return
    schema.require_current(found, address.where)
    with closing(Database(address)) as database, database.reading() as session:
        _refuse(session, address.where, reset=reset)


def _refuse(session: Session, where: str, *, reset: bool) -> bool:
    """Refuse to build over a shop; returns whether there is one to clear away."""
    found = shop.find(session)
    if found is None:
        return False
    if not found.demo and session.exec(select(Lead.id).limit(1)).first() is not None:
        raise Conflict(
            f"{where} holds a shop with leads of its own, no demonstration. "
            "Name another database: dialdeck demo --database …",
            code="not_a_demo",
        )
    if not reset:
        raise Conflict(
            f"There is a shop in {where} already. Replace it: dialdeck demo --reset "
            "(or name another database with --database)",
            code="shop_exists",
        )
    return True


@contextmanager
def _turn(target: Path) -> Iterator[None]:
    """One process at a time builds at `target`; the others wait."""
    gate = gate_for(target.with_name(f"{target.name}.demo"))
    with gate.hold(_TURN_WAIT):
        try:
            yield
        finally:
            gate.path.unlink(missing_ok=True)


@contextmanager
def _growing(target: Path) -> Iterator[Path]:
    """The file the shop grows in; it is gone at the end, and so is what an interrupted build left."""
    place = target.with_name(f"{target.name}.building")
    _remove(place)
    try:
        yield place
    finally:
        _remove(place)


def _remove(place: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal", ".gate"):
        with suppress(FileNotFoundError):
            place.with_name(place.name + suffix).unlink()


def _put(place: Path, address: Address) -> None:
    """Make the finished file the database: by its name where there is none, else page by page.

    A file that others may have open is never replaced by another; its pages are, in one transaction.
    """
    target = address.file
    with gate_for(target).hold(), translated(address.where), file_errors(address.where):
        if not target.exists():
            for suffix in ("-wal", "-shm"):
                target.with_name(target.name + suffix).unlink(missing_ok=True)
            place.replace(target)
            return
        with (
            closing(connect_file(parse_address(f"sqlite:///{place}"))) as source,
            closing(sqlite3.connect(target, timeout=10)) as goal,
        ):
            source.backup(goal)
