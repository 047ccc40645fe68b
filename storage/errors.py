"""What can go wrong with a database, as one clear line for the person: what, where, what to do.

Drivers and the operating system speak in many tongues; every door of storage passes their errors through
``translate`` so that no other room ever sees one.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import DomainError, Invalid, NotFound, Unavailable


class DatabaseBusy(Unavailable):
    """Another writer holds the database for longer than we wait."""

    title = "Database busy"
    default_code = "database_busy"


class DatabaseMissing(NotFound):
    """There is no database at this address, or nothing in it yet."""

    title = "No database"
    default_code = "database_missing"


class NotADialdeckDatabase(Invalid):
    """Something stands at this address that is no Dialdeck database."""

    title = "Wrong database"
    default_code = "not_a_dialdeck_database"


class DatabaseOlder(Unavailable):
    """The database was last upgraded by an older Dialdeck."""

    title = "Database needs an upgrade"
    default_code = "database_older"


class DatabaseNewer(Unavailable):
    """The database was upgraded by a newer Dialdeck than this one."""

    title = "Database is newer than this Dialdeck"
    default_code = "database_newer"


class DatabaseUnreachable(Unavailable):
    """The server does not answer, or does not let us in."""

    title = "No connection"
    default_code = "database_unreachable"


class DatabaseReadOnly(Unavailable):
    """The rights of the file, the folder or the account do not allow writing."""

    title = "No right to write"
    default_code = "database_read_only"


class DiskFull(Unavailable):
    """There is no room left where the database lives."""

    title = "Disk full"
    default_code = "disk_full"


class DatabaseDamaged(Unavailable):
    """The file is broken, or the device cannot be read or written."""

    title = "Database damaged"
    default_code = "database_damaged"


def busy(where: str) -> DatabaseBusy:
    """The error for a database another writer does not let go of."""
    return DatabaseBusy(f"The database {where} is busy: another program is writing to it. Try again.")


def translate(error: BaseException, where: str) -> DomainError | None:
    """The clear error for a driver's or the system's error at ``where`` (a path or a masked address).

    Returns None for what is no trouble of the database itself (a violated constraint, wrong SQL).
    """
    if isinstance(error, DBAPIError) and error.orig is not None:
        return translate(error.orig, where)
    if isinstance(error, PoolTimeout):
        return busy(where)
    if isinstance(error, sqlite3.Error):
        return _translate_sqlite(error, where)
    if isinstance(error, OSError):
        return _translate_system(error, where)
    if type(error).__module__.partition(".")[0] == "psycopg":
        return _translate_postgresql(error, where)
    return None


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Within this block errors of the driver come out as the clear errors of this module."""
    try:
        yield
    except (DBAPIError, PoolTimeout, sqlite3.Error) as error:
        clear = translate(error, where)
        if clear is None:
            raise
        raise clear from error


@contextmanager
def file_errors(where: str) -> Iterator[None]:
    """Within this block errors of the system about files come out as the clear errors of this module."""
    try:
        yield
    except OSError as error:
        raise _translate_system(error, where) from error


def _translate_sqlite(error: sqlite3.Error, where: str) -> DomainError | None:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy(where)
    if name.startswith("SQLITE_FULL"):
        return DiskFull(f"There is no room left on the disk of {where}. Nothing was saved; free some space.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return DatabaseReadOnly(
            f"The database {where} cannot be written: it, or its folder, is read-only for you."
        )
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return DatabaseUnreachable(
            f"The database {where} cannot be opened: check that the folder exists and that you may write in it."
        )
    if name.startswith("SQLITE_NOTADB"):
        return NotADialdeckDatabase(f"{where} is not a Dialdeck database. Check the address.")
    if name.startswith("SQLITE_CORRUPT"):
        return DatabaseDamaged(
            f"The database {where} is damaged. Restore the last backup: dialdeck db restore FILE"
        )
    if name.startswith("SQLITE_IOERR"):
        return DatabaseDamaged(
            f"The disk of the database {where} cannot be read or written. Nothing was saved."
        )
    return None


def _translate_system(error: OSError, where: str) -> DomainError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"There is no room left on the disk of {where}. Nothing was saved; free some space.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DatabaseReadOnly(
            f"No right to read or write {where}: check the rights of it and of its folder."
        )
    if error.errno == errno.EISDIR:
        return NotADialdeckDatabase(f"{where} is a folder, not a Dialdeck database. Name a file.")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return DatabaseMissing(f"{where} is not a folder: check the path.")
    if error.errno == errno.ENOENT:
        return DatabaseMissing(f"There is no {where}: check the path.")
    return Unavailable(f"{where} cannot be used: {error.strerror or error}.")


_REFUSED = (
    (("password authentication failed", "no password supplied"), "the user name or the password is wrong"),
    (("does not exist",), "no such database or role there. Create it first, or check the address"),
    (("no pg_hba.conf entry",), "the server does not accept connections from here"),
    (("could not translate host name", "failed to resolve host"), "the name of the server is not known"),
    (("connection refused", "no such file or directory"), "no server answers there. Is it running?"),
    (("timeout", "timed out"), "the server did not answer in time"),
    (("too many clients", "remaining connection slots"), "the server has no free connection. Try again"),
)


def _translate_postgresql(error: BaseException, where: str) -> DomainError | None:
    state: str = getattr(error, "sqlstate", None) or ""
    if state == "55P03" or state.startswith("40"):  # lock not available, serialization failure, deadlock
        return busy(where)
    if state in ("53100", "53200"):
        return DiskFull(f"The server of {where} has no room left. Nothing was saved.")
    if state in ("42501", "25006"):
        return DatabaseReadOnly(f"The account has no right for this in {where}. Ask who runs the server.")
    if state in ("XX001", "XX002"):
        return DatabaseDamaged(f"The database {where} is damaged. Restore the last backup.")
    if type(error).__name__ == "OperationalError" or state[:2] in ("08", "28", "57", "53", "3D"):
        text = str(error).lower()
        for signs, cause in _REFUSED:
            if any(sign in text for sign in signs):
                return DatabaseUnreachable(
                    f"No connection to {where}: {cause}{'' if cause.endswith('?') else '.'}"
                )
        return DatabaseUnreachable(f"The connection to {where} was lost. Try again.")
    return None
