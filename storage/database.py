"""Opening the shop's database and working in it: one short transaction per use case.

Writers say ``with database.transaction() as session``, readers ``with database.reading() as session``; both are
short, and nothing that is shown on a screen stays open behind it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, Pool, QueuePool
from sqlmodel import Session

from storage.address import Address, Dialect, parse_address
from storage.errors import translated
from storage.gate import WriteGate, gate_for

_BUSY_MS = 10_000
_COMMON = (
    f"busy_timeout={_BUSY_MS}",
    "foreign_keys=ON",
    "cache_size=-16384",
    "mmap_size=268435456",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)
# What the screen says is on disk: every commit of a writer is synced.
_WRITER = (*_COMMON, "synchronous=FULL")
_READER = (*_COMMON, "query_only=ON")
_MIGRATOR = (f"busy_timeout={_BUSY_MS}", "foreign_keys=OFF", "synchronous=FULL")


class Database:
    """An open shop database; safe to use from several threads, and after a fork.

    ``url`` is the address as given (it may hold a password: show ``where`` instead).
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.url = address.url.render_as_string(hide_password=False)
        self.dialect: Dialect = address.dialect
        self.where = address.where
        self.gate: WriteGate | None = None
        if address.path is not None:
            self.gate = gate_for(address.path)
            self.engine = _sqlite_engine(address, _WRITER, "BEGIN IMMEDIATE", pool_size=1)
            self.read_engine = _sqlite_engine(address, _READER, "BEGIN", pool_size=5)
        else:
            self.engine = postgresql_engine(address)
            self.read_engine = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._pid = os.getpid()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session to write with: all of the block is kept at its end, or nothing if it raises.

        On SQLite the block is the only writer, from here to the end of the commit; it waits for its turn at
        most 30 seconds. Objects stay readable after the end. Raises the errors of ``storage.errors``.
        """
        self._mind_fork()
        if self.gate is None:
            with self._session(self.engine) as session, session.begin():
                yield session
            return
        with self.gate.hold(), self._session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, one moment of the database; never waits for a writer, refuses to write."""
        self._mind_fork()
        with self._session(self.read_engine) as session, session.begin():
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with translated(self.where), Session(engine, expire_on_commit=False) as session:
            yield session

    def label(self) -> str:
        """The kind of database, for the state bar."""
        return "SQLite" if self.dialect == "sqlite" else "PostgreSQL"

    def close(self) -> None:
        """Let go of all connections; the database can be used again, it just reconnects."""
        self.engine.dispose()
        self.read_engine.dispose()

    def _mind_fork(self) -> None:
        """Connections of a parent process must not be used in its child."""
        if os.getpid() != self._pid:
            self.engine.dispose(close=False)
            self.read_engine.dispose(close=False)
            self._pid = os.getpid()


def open_database(url: str, *, create: bool = False, upgrade: bool = False) -> Database:
    """Open the database at ``url`` (``sqlite:///file`` or ``postgresql://…``).

    ``create`` makes the schema where there is none yet, ``upgrade`` brings an older one up to date. Otherwise
    raises ``DatabaseMissing``, ``DatabaseOlder``; always ``DatabaseNewer``, ``NotADialdeckDatabase`` and the
    errors of a database that cannot be reached.
    """
    from storage import schema

    address = parse_address(url)
    found = schema.state(url)
    if (create and found.kind in ("missing", "empty")) or (upgrade and found.kind == "older"):
        schema.upgrade(url)
    else:
        schema.require_current(found, address.where)
    return Database(address)


def postgresql_engine(
    address: Address, *, pool: type[Pool] = QueuePool, lock_wait_ms: int = 10_000
) -> Engine:
    """An engine for a PostgreSQL server; a statement that waits longer for a lock fails as *busy*."""
    given = address.url.query
    arguments: dict[str, object] = {}
    if "application_name" not in given:
        arguments["application_name"] = "dialdeck"
    if "connect_timeout" not in given:
        arguments["connect_timeout"] = 10
    if "options" not in given:
        arguments["options"] = f"-c timezone=UTC -c lock_timeout={lock_wait_ms}"
    return create_engine(address.url, poolclass=pool, connect_args=arguments, pool_pre_ping=pool is QueuePool)


def sqlite_migration_engine(address: Address) -> Engine:
    """An engine that may rebuild tables: foreign keys are off, they are checked before the commit instead."""
    return _sqlite_engine(address, _MIGRATOR, "BEGIN IMMEDIATE", pool_size=0)


def _sqlite_engine(address: Address, pragmas: tuple[str, ...], begin: str, *, pool_size: int) -> Engine:
    file = f"{address.file.as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            file, uri=True, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    if pool_size:
        engine = create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, pool_size=pool_size, max_overflow=10
        )
    else:
        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
