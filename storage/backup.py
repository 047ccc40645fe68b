"""A copy of the whole shop in one file, taken while sellers work, and putting it back.

Both ways are all or nothing: a copy is written under another name and takes its own at the end.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from domain.errors import Conflict, NotFound
from storage import schema
from storage.access import require_owner
from storage.address import Address, parse_address
from storage.database import Database
from storage.engines import connect_file
from storage.errors import DatabaseBusy, DatabaseDamaged, file_errors, translated
from storage.gate import gate_for


def backup(database: Database, file: Path, *, force: bool = False) -> Path:
    """Write the database as it is at this moment to ``file``; sellers go on working meanwhile.

    Raises ``Conflict`` (code ``file_exists``) where something stands unless ``force``, and the clear errors of
    disks and rights; then there is no new file. On PostgreSQL the copy is an archive made by pg_dump, as the owner
    (``NotAllowed`` for the login of one shop, who sees no more than that).
    """
    file = file.expanduser().absolute()
    _refuse_own_file(database.address, file)
    with _written(file, force=force) as partial:
        if database.address.path is None:
            from storage import pgtools

            with database.reading() as session:
                require_owner(session, to="copy the whole database")
            pgtools.dump(database.address, partial)
        else:
            _copy(database.address, partial)
    return file


def restore(file: Path, url: str, *, force: bool = False) -> None:
    """Make the database at ``url`` what ``file`` (a backup) holds, and upgrade it if it is of an older version.

    Raises ``Conflict`` (code ``database_exists``) where a shop stands already unless ``force``, ``DatabaseBusy``
    where others have that shop open, and the errors of a file that is no sound backup; then nothing has changed.
    """
    file = file.expanduser().absolute()
    address = parse_address(url)
    if not file.exists():
        raise NotFound(f"There is no file {file}.", code="file_missing")
    if address.path is None:
        from storage import pgtools

        pgtools.check_archive(file)
        _refuse_used(address, force=force)
        pgtools.restore(address, file)
    else:
        _refuse_own_file(address, file)
        source = parse_address(f"sqlite:///{file.as_posix()}")
        _require_sound(source)
        with file_errors(str(address.path.parent)):
            address.path.parent.mkdir(parents=True, exist_ok=True)
        with translated(address.where), gate_for(address.path).hold():
            _refuse_used(address, force=force)
            with _written(address.path, force=True) as partial:
                _copy(source, partial)
                _close_log(address)
    schema.upgrade(url)


def _refuse_used(address: Address, *, force: bool) -> None:
    found = schema.state(address.url.render_as_string(hide_password=False))
    if found.kind in ("missing", "empty"):
        return
    if found.kind == "foreign":
        schema.require_current(found, address.where)
    if not force:
        raise Conflict(
            f"There is a shop at {address.where} already. To replace it for good: --force",
            code="database_exists",
        )


def _refuse_own_file(address: Address, file: Path) -> None:
    if address.path is not None and file.exists() and address.path.exists() and file.samefile(address.path):
        raise Conflict(f"{file} is the database itself. Name another file.", code="file_exists")


@contextmanager
def _written(file: Path, *, force: bool) -> Iterator[Path]:
    """A path to write to; what stands there at the end becomes ``file``, or nothing if the block fails."""
    if file.is_dir():
        raise Conflict(f"{file} is a folder. Name a file in it.", code="file_exists")
    if file.exists() and not file.is_file():  # a device, a pipe: others need it as what it is
        raise Conflict(
            f"{file} is no ordinary file and is not replaced. Name another file.", code="file_exists"
        )
    if file.exists() and not force:
        raise Conflict(
            f"{file} exists already. Name another file, or replace it: --force", code="file_exists"
        )
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
        with file_errors(str(file)):
            _sync(partial)
            if force:
                os.replace(partial, file)
            else:
                _rename_to_new(partial, file)
            _sync_folder(file.parent)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


def _rename_to_new(partial: Path, file: Path) -> None:
    """Give the file its name unless somebody took it meanwhile."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise Conflict(f"{file} exists already. Name another file.", code="file_exists") from None
    except (OSError, NotImplementedError):  # a disk without hard links
        os.replace(partial, file)


def _copy(source: Address, target: Path) -> None:
    """Copy a database as of one moment into a new file that stands alone (no log beside it)."""
    with file_errors(str(target.parent)):
        mode = source.file.stat().st_mode & 0o777
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.chmod(target, mode)
    with (
        translated(f"{source.where} (to {target.parent})"),
        closing(connect_file(source)) as reader,
        closing(sqlite3.connect(target, isolation_level=None)) as writer,
    ):
        writer.execute("PRAGMA synchronous=OFF")  # synced once, when it is whole
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")


def _require_sound(source: Address) -> None:
    found = schema.state(f"sqlite:///{source.file.as_posix()}")
    if found.kind not in ("current", "older"):
        schema.require_current(found, source.where)
    with translated(source.where), closing(connect_file(source)) as connection:
        verdict = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
    if verdict != ["ok"]:
        raise DatabaseDamaged(f"The backup {source.where} is damaged: {verdict[0]}")


def _close_log(address: Address) -> None:
    """Empty and remove the log of the database that is replaced, which needs that nobody has it open."""
    if not address.file.exists() or address.file.stat().st_size == 0:
        return
    with closing(connect_file(address, "busy_timeout=0")) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") not in ("SQLITE_BUSY", "SQLITE_LOCKED"):
                raise
            mode = "wal"
    if mode != "delete":
        raise DatabaseBusy(
            f"Somebody has {address.where} open. Close Dialdeck everywhere, then restore again. Nothing was changed."
        )


def _sync(file: Path) -> None:
    with open(file, "rb+") as opened:
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename last; where folders cannot be synced (Windows) the system sees to it."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
