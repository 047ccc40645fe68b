"""How SQLite goes about the statements of a use case: what it looks up, and what it would walk."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, event
from sqlmodel import Session

from storage.database import Database

_PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH", "INSERT")


def plan_of(database: Database, ask: Callable[[Session], object]) -> str:
    """The steps of every statement ``ask`` sends, one a line (SQLite only)."""
    steps: list[str] = []

    def before(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        many: bool,
    ) -> None:
        if statement.split(None, 1)[0].upper() in _PLANNED and not many:
            raw = connection.connection.driver_connection
            assert raw is not None
            steps.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(database.engine, "before_cursor_execute", before)
    try:
        with database.transaction() as session:
            ask(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
    return "\n".join(steps)
