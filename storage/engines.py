"""How we connect: one engine for writing, one for reading, one for migrations; settings and why.

The settings of SQLite were measured: writers take their lock at BEGIN (otherwise updates are lost without an
error), readers see one moment and refuse to write, what a commit said is on disk.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, Pool, QueuePool

from domain.errors import Invalid
from storage.address import Address

_BUSY_MS = 10_000
MAPPED_BYTES = 256 * 1024 * 1024
"""How much of a file is read as memory."""
_COMMON = (
    f"busy_timeout={_BUSY_MS}",
    "foreign_keys=ON",
    "cache_size=-16384",
    f"mmap_size={MAPPED_BYTES}",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)
_WRITER = (*_COMMON, "synchronous=FULL", "secure_delete=ON")
_READER = (*_COMMON, "query_only=ON")
_MIGRATOR = (f"busy_timeout={_BUSY_MS}", "foreign_keys=OFF", "synchronous=FULL")
_READER_CONNECTIONS = 5


def sqlite_write_engine(address: Address) -> Engine:
    """An engine whose transactions take the write lock at their beginning; its user holds the gate."""
    return _sqlite_engine(address, _WRITER, "BEGIN IMMEDIATE", pool_size=1)


def sqlite_read_engine(address: Address) -> Engine:
    """An engine that cannot write and never waits for a writer."""
    return _sqlite_engine(address, _READER, "BEGIN", pool_size=_READER_CONNECTIONS)


def sqlite_migration_engine(address: Address) -> Engine:
    """An engine that may rebuild tables: foreign keys are off, they are checked before the commit instead."""
    return _sqlite_engine(address, _MIGRATOR, "BEGIN IMMEDIATE", pool_size=0)


def postgresql_engine(
    address: Address, *, pool: type[Pool] = QueuePool, lock_wait_ms: int = 10_000
) -> Engine:
    """An engine for a server; a statement that waits longer for a lock fails as *busy* (0: waits for ever).

    What the address itself says (``?application_name=…&options=…&connect_timeout=…``) goes first. A pooler that gives
    every transaction another connection may know nothing of prepared statements: ``?prepare_threshold=none``.
    """
    arguments: dict[str, str | int | None] = {
        "application_name": "dialdeck",
        "connect_timeout": "10",
        # A line that went dead is noticed within half a minute, not after the system's two hours.
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
        # Compiling a statement (JIT) takes longer than any of ours runs: the report of problems took 1.2 s with it.
        "options": f"-c timezone=UTC -c jit=off -c lock_timeout={lock_wait_ms}",
    }
    arguments = {key: value for key, value in arguments.items() if key not in address.url.query}
    if _PREPARE in address.url.query:
        arguments[_PREPARE] = _threshold(address.url.query[_PREPARE])
    engine = create_engine(
        address.url.difference_update_query([_PREPARE]),
        poolclass=pool,
        connect_args=arguments,
        pool_pre_ping=pool is QueuePool,
        # The connection used last is taken first: there the statements sent again and again are prepared.
        **({"pool_use_lifo": True} if pool is QueuePool else {}),
        hide_parameters=True,  # values are personal data, and error texts travel
    )
    event.listen(engine, "before_cursor_execute", _plan_as_wanted)
    event.listen(engine, "after_cursor_execute", _plan_as_usual)
    return engine


_PREPARE = "prepare_threshold"


def _threshold(said: str | tuple[str, ...]) -> int | None:
    """After how many times a statement is prepared: a number, or none for never."""
    if said == "none":
        return None
    if isinstance(said, str) and said.isdecimal():
        return int(said)
    raise Invalid(
        f"{_PREPARE} in the address of the database is a number, or none for a pooler.",
        code="database_address",
    )


_PLANNED = {"planned_once": "force_generic_plan", "planned_anew": "force_custom_plan"}
"""Statements that take longer to plan than to run, and those whose best plan depends on their values."""


def _planned(context: Any) -> str | None:
    """How a statement wants to be planned, if not as usual."""
    options = context.execution_options if context is not None else {}
    return next((mode for option, mode in _PLANNED.items() if options.get(option)), None)


def _plan_as_wanted(
    connection: Connection, cursor: Any, statement: str, parameters: object, context: Any, many: bool
) -> None:
    mode = _planned(context)
    if mode is not None:
        cursor.connection.execute(f"SET LOCAL plan_cache_mode = {mode}")


def _plan_as_usual(
    connection: Connection, cursor: Any, statement: str, parameters: object, context: Any, many: bool
) -> None:
    if _planned(context) is not None:
        cursor.connection.execute("SET LOCAL plan_cache_mode = auto")


def postgresql_read_engine(engine: Engine) -> Engine:
    """The same connections for reading one moment, refusing to write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def connect_file(address: Address, *pragmas: str, mode: str = "rw") -> sqlite3.Connection:
    """A plain connection to an existing file; transactions are the caller's (nothing begins by itself)."""
    connection = sqlite3.connect(
        f"{address.file.as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _sqlite_engine(address: Address, pragmas: tuple[str, ...], begin: str, *, pool_size: int) -> Engine:
    def connect() -> sqlite3.Connection:
        return connect_file(address, *pragmas)

    if pool_size:
        engine = create_engine(
            "sqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=10,
            hide_parameters=True,
        )
    else:
        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
