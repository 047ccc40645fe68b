"""Writing a database file anew, so that nothing erased is left in it: neither in free space nor in its log.

SQLite overwrites what is deleted (``storage.engines``), but copies it made itself when it moved rows between pages
stay behind in free corners, and words in the index of words. A server reuses its space by itself.
"""

from __future__ import annotations

from contextlib import closing

from storage.database import Database
from storage.engines import connect_file
from storage.errors import translated
from storage.gate import gate_for
from storage.words import TABLE

AT_ONCE = 300 * 1024 * 1024
"""Up to so many bytes a file is written anew at once (about two seconds); with more, others would wait too long."""

_WAIT = 600.0


def is_small(database: Database) -> bool:
    """Whether writing the file anew keeps nobody waiting for long; a server has no such file."""
    path = database.address.path
    return path is not None and path.is_file() and path.stat().st_size <= AT_ONCE


def compact(database: Database) -> bool:
    """Write the file anew and empty its log; writers wait meanwhile. Needs room for a second copy.

    Returns:
        Whether the log is empty too: False while others read what was before. On a server there is nothing to do.
    """
    path = database.address.path
    if path is None:
        return True
    with (
        translated(database.where),
        gate_for(path).hold(_WAIT),
        closing(connect_file(database.address, "secure_delete=ON")) as connection,
    ):
        # The index of words notes what was deleted and keeps the word until its parts are put together.
        connection.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
