"""Where the measured shops live: built once, kept in ``.dialdeck/bench`` and, for PostgreSQL, beside its server.

Every measurement works on a copy, so that each run finds the same shop. What is kept is built anew when the
schema or the made-up people change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from benchmarks import people, shops
from storage import schema
from storage.database import Database, open_database
from tests.support.postgres import Server, find_binaries, running_server

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = CHECKOUT / ".dialdeck" / "bench"

HONEST = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "max_connections": "40",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_min_messages": "log",
}
"""A server as a shop would run it: what a commit said is on disk."""


def fingerprint() -> str:
    """Changes with everything a kept shop depends on."""
    versions = Path(schema.__file__).parent / "migrations" / "versions"
    found = hashlib.sha256()
    for file in (Path(people.__file__), Path(shops.__file__), *sorted(versions.glob("*.py"))):
        found.update(file.read_bytes())
    return found.hexdigest()[:10]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class SqlitePlace:
    """Shops in files."""

    name = "SQLite"

    def __init__(self, folder: Path = KEPT) -> None:
        import sqlite3

        self.about = f"SQLite {sqlite3.sqlite_version}"
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def shop(self, leads: int) -> Iterator[Database]:
        """A copy of the shop with so many leads."""
        with self.fresh(self._kept(leads)) as database:
            yield database

    @contextmanager
    def fresh(self, original: Path | None = None) -> Iterator[Database]:
        """A database of one's own: a copy of ``original`` or an empty schema; gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="run-") as work:
            file = Path(work) / "shop.sqlite3"
            if original is not None:
                shutil.copyfile(original, file)
            database = open_database(f"sqlite:///{file}", create=original is None)
            try:
                yield database
            finally:
                database.close()

    def _kept(self, leads: int) -> Path:
        kept = self.folder / f"leads-{leads}-{fingerprint()}.sqlite3"
        if not kept.exists():
            for old in self.folder.glob(f"leads-{leads}-*.sqlite3"):
                old.unlink()
            _tell(f"Building a shop of {leads:,} leads for {self.name}; it is kept for later runs.")
            with self.fresh() as database:
                shops.build(database, leads)
                database.close()
                os.replace(database.address.file, kept)
        return kept


class PostgresPlace:
    """Shops on a server of the benchmarks' own."""

    name = "PostgreSQL"

    def __init__(self, stack: ExitStack, server: Server | None = None) -> None:
        self.server = server or stack.enter_context(running_server(HONEST, kept=_server_folder()))
        with self._engine().connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
        self.about = f"PostgreSQL {str(version).split(' ')[0]}"
        if server is None and self.server.binaries is not None:
            self._drop_leftovers()

    @contextmanager
    def shop(self, leads: int) -> Iterator[Database]:
        """A copy of the shop with so many leads."""
        with self.fresh(self._kept(leads)) as database:
            yield database

    @contextmanager
    def fresh(self, original: str | None = None) -> Iterator[Database]:
        """A database of one's own: a copy of ``original`` or an empty schema; gone afterwards."""
        name = self.server.create(original)
        self.server.execute("CHECKPOINT")  # otherwise it happens while something is measured
        database = open_database(self.server.url(name), create=original is None)
        try:
            yield database
        finally:
            database.close()
            self.server.drop(name)

    def _engine(self) -> Engine:
        url = self.server.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
        return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def _names(self) -> set[str]:
        with self._engine().connect() as connection:
            return set(connection.execute(text("SELECT datname FROM pg_database")).scalars())

    def _drop_leftovers(self) -> None:
        """Copies of a run that was killed, on a server of our own."""
        for name in self._names():
            if name.startswith("dialdeck_test_"):
                self.server.drop(name)

    def _kept(self, leads: int) -> str:
        kept = f"dialdeck_bench_{leads}_{fingerprint()}"
        names = self._names()
        if kept not in names:
            for name in names:
                if name.startswith(f"dialdeck_bench_{leads}_"):
                    self.server.drop(name)
            _tell(f"Building a shop of {leads:,} leads for {self.name}; it is kept for later runs.")
            name = self.server.create()
            database = open_database(self.server.url(name), create=True)
            shops.build(database, leads)
            database.close()
            self.server.execute(f'ALTER DATABASE "{name}" RENAME TO "{kept}"')
        return kept


def _server_folder() -> Path:
    """Short, for a socket's path must be; another set of binaries has another folder."""
    short = hashlib.sha256(str(find_binaries()).encode()).hexdigest()[:6]
    folder = Path(tempfile.gettempdir()) / f"dialdeck-bench-{os.getuid()}-{short}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def open_places(stack: ExitStack, wanted: str, folder: Path = KEPT) -> list[SqlitePlace | PostgresPlace]:
    """The kinds of databases to measure: ``sqlite``, ``postgresql`` or ``both``."""
    found: list[SqlitePlace | PostgresPlace] = []
    if wanted in ("sqlite", "both"):
        found.append(SqlitePlace(folder))
    if wanted in ("postgresql", "both"):
        found.append(PostgresPlace(stack))
    return found
