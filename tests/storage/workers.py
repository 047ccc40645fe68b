"""What the processes of the storage tests do; in a module of its own so that they start quickly."""

from __future__ import annotations

from sqlalchemy import text

from storage.database import open_database

NEW_SHOP = text(
    "INSERT INTO organisation (name, settings, created_at) VALUES (:name, '{}', '2026-03-02 09:30:00.000000')"
)


def open_and_write(url: str, name: str) -> str:
    """Open a database that may not be there yet, and write one row."""
    database = open_database(url, create=True)
    with database.transaction() as session:
        session.execute(NEW_SHOP, {"name": name})
    database.close()
    return name


def count_up(url: str, times: int) -> int:
    """Read a number and write the next one, ``times`` times; the row is locked as the use cases do it."""
    database = open_database(url)
    lock = " FOR UPDATE" if database.dialect == "postgresql" else ""
    for _ in range(times):
        with database.transaction() as session:
            found = session.execute(text("SELECT name FROM organisation WHERE id = 1" + lock)).scalar_one()
            session.execute(
                text("UPDATE organisation SET name = :name WHERE id = 1"), {"name": str(int(found) + 1)}
            )
    database.close()
    return times
