"""The time by which leases are counted: the database server's, so that machines whose clocks differ agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import text

from storage.database import Database

Clock = Callable[[], datetime]
_ASK_AGAIN = 300.0


def wall_clock() -> datetime:
    """Now, by this machine."""
    return datetime.now(UTC)


def database_clock(database: Database) -> Clock:
    """Now, by the server of the database; asked every few minutes. A file is on this machine."""
    if database.dialect == "sqlite":
        return wall_clock
    ahead = timedelta()
    asked = -_ASK_AGAIN

    def now() -> datetime:
        nonlocal ahead, asked
        if monotonic() - asked >= _ASK_AGAIN:
            with database.reading() as session:
                there: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
            ahead, asked = there.astimezone(UTC) - wall_clock(), monotonic()
        return wall_clock() + ahead

    return now
