"""Opening the shop's database and working in it: one short transaction per use case.

Writers say ``with database.transaction() as session``, readers ``with database.reading() as session``; both are
short, and nothing that is shown on a screen stays open behind it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlmodel import Session

from storage import dialects as dialects  # compiles the constructs of the domain
from storage import engines, schema
from storage import json_dialects as json_dialects  # and its JSON
from storage.address import Address, Dialect, parse_address
from storage.errors import translated
from storage.gate import WriteGate, gate_for


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
            self.engine = engines.sqlite_write_engine(address)
            self.read_engine = engines.sqlite_read_engine(address)
        else:
            self.engine = engines.postgresql_engine(address)
            self.read_engine = engines.postgresql_read_engine(self.engine)
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
    address = parse_address(url)
    database = Database(address)
    try:
        found = schema.state(url, database.read_engine if address.path is None else None)
        if (create and found.kind in ("missing", "empty")) or (upgrade and found.kind == "older"):
            schema.upgrade(url)
        else:
            schema.require_current(found, address.where)
        if address.path is not None:
            schema.ensure_wal(address)
    except BaseException:  # also an interrupt: no connection stays behind
        database.close()
        raise
    return database
