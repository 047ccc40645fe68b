"""Counts the statements a use case sends, for tests and benchmarks that hold it to a number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, event

if TYPE_CHECKING:
    from storage.database import Database

_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SET", "PRAGMA", "SAVEPOINT", "RELEASE", "SHOW")
_active: list[tuple[frozenset[int], StatementCounter]] = []


class StatementCounter:
    """The statements sent so far, in order; one sent with many rows is one."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        """How many statements were sent."""
        return len(self.statements)

    def clear(self) -> None:
        """Start anew."""
        self.statements.clear()


@contextmanager
def count_statements(database: Database) -> Iterator[StatementCounter]:
    """Count what this database is sent within the block, but for BEGIN, COMMIT and settings."""
    counter = StatementCounter()
    # An engine that shares another's connections tells that one's listeners too.
    engines = [database.engine]
    if database.read_engine.pool is not database.engine.pool:
        engines.append(database.read_engine)

    def before(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        many: bool,
    ) -> None:
        words = statement.split(None, 1)
        if words and words[0].upper() not in _NOT_COUNTED:
            counter.statements.append(statement)

    pools = frozenset(id(engine.pool) for engine in engines)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", before)
    _active.append((pools, counter))
    try:
        yield counter
    finally:
        _active.remove((pools, counter))
        for engine in engines:
            event.remove(engine, "before_cursor_execute", before)


def note(engine: Engine, statement: str) -> None:
    """Count a statement that went to the driver directly."""
    for pools, counter in _active:
        if id(engine.pool) in pools:
            counter.statements.append(statement)
