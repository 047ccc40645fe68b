"""Files a command writes: CSV that spreadsheets open and cannot be tricked by, and nothing half-written."""

from __future__ import annotations

import csv
import errno
import io
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from domain.errors import Unavailable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def csv_output(file: Path | None, header: Sequence[str]) -> Iterator[Callable[[Sequence[str]], int]]:
    """Something to write rows to: the file (with a BOM, whole at the end or not there), or standard output.

    What is given returns 1 for each row, so that rows can be counted by summing.
    """
    with _opened(file) as stream:
        writer = csv.writer(stream)
        writer.writerow(header)

        def write(cells: Sequence[str]) -> int:
            writer.writerow([harmless(cell) for cell in cells])
            return 1

        yield write


def file_or_output(file: Path | None) -> Path | None:
    """None where the file named is the standard output itself (``/dev/stdout``)."""
    if file is None:
        return None
    with suppress(OSError, ValueError):  # no such file; a standard output that is no file of the system
        if os.path.samestat(os.stat(file), os.fstat(sys.stdout.fileno())):
            return None
    return file


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        if sys.stdout.encoding.lower().replace("-", "") != "utf8" and isinstance(
            sys.stdout, io.TextIOWrapper
        ):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    try:
        with _straight(file) if _is_device(file) else _whole(file) as stream:
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
def _straight(file: Path) -> Iterator[TextIO]:
    with open(file, "w", encoding="utf-8-sig", newline="") as stream:
        yield stream


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """The file under another name, which takes its own at the end."""
    target = Path(os.path.realpath(file))  # the file a link leads to, not the link
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "w", encoding="utf-8-sig", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, target)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula; a telephone number in international form is left as it is."""
    if cell.startswith("+") and cell[1:].isdigit():
        return cell
    return "'" + cell if cell.startswith(_FORMULA) else cell
