"""Databases for tests: migrated once per run, then copied, or emptied, for each test that asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage import schema
from storage.database import Database, open_database
from tests.support.postgres import Server


def sqlite_template(folder: Path) -> Path:
    """A file with the schema in it, made by the migrations; whole in itself, without a log beside it."""
    file = folder / "template.sqlite3"
    schema.upgrade(f"sqlite:///{file}")
    return file


def postgres_template(server: Server) -> str:
    """The name of a database with the schema in it, made by the migrations."""
    name = server.create()
    schema.upgrade(server.url(name))
    return name


@contextmanager
def sqlite_copy(template: Path, file: Path) -> Iterator[Database]:
    """A database of one's own in ``file``; ``template`` must be closed, so that nothing is in a log beside it."""
    shutil.copyfile(template, file)
    database = open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def postgres_copy(server: Server, template: str) -> Iterator[Database]:
    """A database of one's own on the server."""
    name = server.create(template)
    database = open_database(server.url(name))
    try:
        yield database
    finally:
        database.close()
        server.drop(name)


class Lent:
    """One database of the server for test after test, emptied in between: copying takes ten times as long.

    What a test did to more than rows (tables, triggers, functions, statistics) or made big is not mended: the next one
    gets a new copy.
    """

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._name = ""
        self._connection: Connection | None = None
        self._stood = ""
        self._size_made = 0

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database as the migrations made it."""
        if self._connection is None or not self._emptied(self._connection):
            self.close()
            self._make()
        database = open_database(self._server.url(self._name))
        try:
            yield database
        finally:
            database.close()

    def close(self) -> None:
        """Drop it."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
            self._server.drop(self._name)

    def _make(self) -> None:
        self._name = self._server.create(self._template)
        engine = create_engine(
            self._server.driver_url(self._name), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._connection = engine.connect()
        self._stood, self._size_made = self._stands(self._connection), self._size(self._connection)

    def _emptied(self, connection: Connection) -> bool:
        """Whether nothing is left of the test before."""
        if connection.invalidated:
            return False
        try:
            connection.exec_driver_sql(_SEND_OTHERS_AWAY)
            if (
                self._stands(connection) != self._stood
                or self._size(connection) > self._size_made + _MAY_GROW
            ):
                return False
            connection.exec_driver_sql(_EMPTY)
        except OperationalError:  # the test dropped it, or ended its connections
            return False
        return True

    def _size(self, connection: Connection) -> int:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    def _stands(self, connection: Connection) -> str:
        return str(connection.exec_driver_sql(_STANDS).fetchall())


_SEND_OTHERS_AWAY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
DO $$
DECLARE filled regclass;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no triggers, no foreign keys
    FOR filled IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'dialdeck_schema'
            AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE 'DELETE FROM ' || filled;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""
_CATALOGUES = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_policy",
    "pg_namespace", "pg_statistic", "dialdeck_schema",
)  # fmt: skip
_STANDS = " UNION ALL ".join(f"SELECT count(*), sum(xmin::text::bigint) FROM {each}" for each in _CATALOGUES)
"""Which versions of rows the catalogues hold."""
_MAY_GROW = 8 * 1024 * 1024
"""Bytes: what is deleted leaves holes, and estimates follow the size of a table."""
