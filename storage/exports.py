"""Files that are written for somebody: whole at the end or not there, and nothing in them a spreadsheet would run.

For exports of any kind, by command or by a job; rows go through one at a time, none is kept.
"""

from __future__ import annotations

import csv
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from domain.errors import Unavailable
from storage.engines import MAPPED_BYTES

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.database import Database

BOM = "\ufeff"
"""What tells a spreadsheet that a text is UTF-8."""

_FORMULA = frozenset("=+-@\t\r")


@contextmanager
def reading_all(database: Database) -> Iterator[Session]:
    """A session that only reads, for going through all of the database once.

    A file is not mapped into memory meanwhile: pages that are looked at once would count as the program's own.
    """
    with database.reading() as session:
        if database.dialect != "sqlite":
            yield session
            return
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA mmap_size=0").close()
        try:
            yield session
        finally:
            connection.exec_driver_sql(f"PRAGMA mmap_size={MAPPED_BYTES}").close()


@contextmanager
def whole_file(file: Path, *, bom: bool = False) -> Iterator[TextIO]:
    """Something to write the file with; it takes its name when all is written, and else nothing changes.

    What is no file (a pipe, a device) is written straight. ``bom``: it begins with the mark of UTF-8.

    Raises:
        Unavailable: it cannot be written there.
    """
    encoding = "utf-8-sig" if bom else "utf-8"
    try:
        with _straight(file, encoding) if _is_device(file) else _renamed(file, encoding) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unavailable(
            f"{file} cannot be written ({error.strerror or error}); choose another place.",
            code="unwritable_file",
        ) from error


def _is_device(file: Path) -> bool:
    """Whether something other than a file or folder stands there, which another file must not replace."""
    try:
        kind = file.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


@contextmanager
def _straight(file: Path, encoding: str) -> Iterator[TextIO]:
    with open(file, "w", encoding=encoding, newline="") as stream:
        yield stream


@contextmanager
def _renamed(file: Path, encoding: str) -> Iterator[TextIO]:
    """The file under another name, which takes its own at the end."""
    target = Path(os.path.realpath(file))  # the file a link leads to, not the link
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "w", encoding=encoding, newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, target)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula; a telephone number in international form is left as it is."""
    if cell[:1] not in _FORMULA or (cell[0] == "+" and cell[1:].isdigit()):
        return cell
    return "'" + cell


def csv_writer(stream: TextIO, header: Sequence[str]) -> Callable[[Iterable[object]], None]:
    """Writes the header, then every row it is given; texts among the cells are made harmless, None is empty."""
    put = csv.writer(stream).writerow
    put(header)

    def write(cells: Iterable[object]) -> None:
        put([harmless(cell) if isinstance(cell, str) and cell[:1] in _FORMULA else cell for cell in cells])

    return write
