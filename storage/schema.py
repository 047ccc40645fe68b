"""Whether the database fits this program, and making it fit: state, first creation, upgrade.

Many processes may start on a brand-new database at once; one makes the schema, the others find it made.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import NullPool

from storage import access, migrations
from storage.address import Address, parse_address
from storage.engines import connect_file, postgresql_engine, sqlite_migration_engine
from storage.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    NotADialdeckDatabase,
    file_errors,
    translated,
)
from storage.gate import gate_for
from storage.statistics import has_statistics, write_statistics
from storage.triggers import create_triggers, present_triggers, trigger_names
from storage.words import create_words, has_words

Kind = Literal["missing", "empty", "foreign", "older", "current", "newer"]

UPGRADE_WAIT = 600.0
_MAGIC = b"SQLite format 3\x00"
_WAL = b"\x02\x02"
_ADVISORY_LOCK = 0x4469616C


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How a database stands to this program: ``revision`` is what it has, ``head`` what we work with."""

    kind: Kind
    revision: str | None
    head: str


def state(url: str, engine: Engine | None = None) -> SchemaState:
    """Look at the database at ``url``, changing nothing. ``engine`` saves a connection to a server.

    Raises the errors of a database that cannot be reached or read.
    """
    address = parse_address(url)
    if address.path is not None:
        return _file_state(address)
    own = engine or postgresql_engine(address, pool=NullPool)
    with translated(address.where), own.connect() as connection:
        return _judge(*_look(connection))


def require_current(found: SchemaState, where: str) -> None:
    """Raise the clear error for every state but *current*."""
    match found.kind:
        case "missing" | "empty":
            raise DatabaseMissing(f"There is no Dialdeck database at {where} yet. Make one: dialdeck init")
        case "foreign":
            raise NotADialdeckDatabase(f"{where} is not a Dialdeck database. Check the address.")
        case "older":
            raise DatabaseOlder(
                f"The database {where} was made by an older Dialdeck (schema {found.revision}, "
                f"this one needs {found.head}). Upgrade it: dialdeck db upgrade"
            )
        case "newer":
            raise DatabaseNewer(
                f"The database {where} was made by a newer Dialdeck (schema {found.revision}, "
                f"this one knows {found.head}). Install the newer version."
            )
        case "current":
            return


def upgrade(url: str) -> SchemaState:
    """Bring the database to our schema, making it where there is none; returns the state found before.

    All or nothing, one process at a time. Raises ``NotADialdeckDatabase`` or ``DatabaseNewer`` untouched.
    """
    address = parse_address(url)
    if address.path is None:
        engine = postgresql_engine(address, pool=NullPool, lock_wait_ms=0)
        with translated(address.where), engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            return _migrate(connection, address.where)
    with translated(address.where):
        with file_errors(str(address.file.parent)):
            address.file.parent.mkdir(parents=True, exist_ok=True)
        with gate_for(address.path).hold(UPGRADE_WAIT):
            found = _file_state(address, gated=True)
            if found.kind in ("foreign", "newer"):
                require_current(found, address.where)
            make_file(address)
            with sqlite_migration_engine(address).begin() as connection:
                return _migrate(connection, address.where)


def ensure_wal(address: Address) -> None:
    """Switch a database file to write-ahead logging where it is not (a copy made by another tool)."""
    if _header(address)[18:20] != _WAL:
        with translated(address.where), gate_for(address.file).hold():
            make_file(address)


def make_file(address: Address) -> None:
    """Make the file in write-ahead logging, or switch it; the caller holds the gate."""
    with closing(sqlite3.connect(address.file, timeout=10, isolation_level=None)) as connection:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseDamaged(
            f"The disk of {address.where} cannot hold a shared database (a network folder?). Use a local one."
        )


def _header(address: Address) -> bytes:
    with file_errors(address.where), open(address.file, "rb") as file:
        return file.read(20)


def _migrate(connection: Connection, where: str) -> SchemaState:
    found = _judge(*_look(connection))
    if found.kind == "current":
        if present_triggers(connection) != set(trigger_names()):
            create_triggers(connection)
        if not has_words(connection):
            create_words(connection)
        if connection.dialect.name == "sqlite":
            if not has_statistics(connection):
                write_statistics(connection)
        elif access.is_owner(connection) and access.faults(connection):
            access.secure(connection)
        return found
    if found.kind in ("foreign", "newer"):
        require_current(found, where)
    from alembic import command

    command.upgrade(migrations.alembic_config(connection), "head")
    create_triggers(connection)
    create_words(connection)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise DatabaseDamaged(
                f"The upgrade of {where} was taken back: {len(broken)} rows refer to rows that are not there "
                f"(first: table {broken[0][0]}, row {broken[0][1]})."
            )
        write_statistics(connection)
    else:
        access.secure(connection)
    return found


def _file_state(address: Address, *, gated: bool = False) -> SchemaState:
    path = address.file
    if not path.exists():
        return _judge("missing", None)
    if path.is_dir():
        raise NotADialdeckDatabase(f"{address.where} is a folder, not a Dialdeck database. Name a file.")
    header = _header(address)
    if not header:
        return _judge("empty", None)
    if not header.startswith(_MAGIC):
        return _judge("foreign", None)
    try:
        return _query_file(address)
    except DatabaseBusy:
        if gated:
            raise
        with gate_for(path).hold():
            return _query_file(address)


def _query_file(address: Address) -> SchemaState:
    with (
        translated(address.where),
        closing(connect_file(address, "query_only=ON")) as connection,
    ):
        tables = {
            str(row[0])
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        }
        if migrations.VERSION_TABLE not in tables:
            return _judge("foreign" if tables else "empty", None)
        row = connection.execute(f"SELECT version_num FROM {migrations.VERSION_TABLE}").fetchone()
        return _judge("found", str(row[0]) if row else None)


def _look(connection: Connection) -> tuple[Literal["foreign", "empty", "found"], str | None]:
    """What stands in an open database: nothing, something else, or our schema with its revision."""
    from sqlalchemy import inspect

    tables = set(inspect(connection).get_table_names())
    if migrations.VERSION_TABLE not in tables:
        return ("foreign" if tables else "empty"), None
    revision = connection.exec_driver_sql(f"SELECT version_num FROM {migrations.VERSION_TABLE}").scalar()
    return "found", None if revision is None else str(revision)


def _judge(found: Literal["missing", "foreign", "empty", "found"], revision: str | None) -> SchemaState:
    head = migrations.head()
    if found != "found":
        return SchemaState(found, None, head)
    if revision is None:
        return SchemaState("empty", None, head)
    if revision == head:
        return SchemaState("current", revision, head)
    return SchemaState("older" if revision in migrations.revisions() else "newer", revision, head)
