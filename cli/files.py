"""Files a command writes: CSV that spreadsheets open and cannot be tricked by, and nothing half-written."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from storage.exports import BOM, csv_writer, whole_file


@contextmanager
def csv_output(file: Path | None, header: Sequence[str]) -> Iterator[Callable[[Sequence[str]], int]]:
    """Something to write rows to: the file (with a BOM, whole at the end or not there), or standard output.

    What is given returns 1 for each row, so that rows can be counted by summing.
    """
    with text_output(file, bom=file is not None) as stream:
        put = csv_writer(stream, header)

        def write(cells: Sequence[str]) -> int:
            put(cells)
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
def text_output(file: Path | None, *, bom: bool = False) -> Iterator[TextIO]:
    """Something to write UTF-8 to: the file, whole at the end or not there; else standard output.

    ``bom``: it begins with the mark by which spreadsheets know UTF-8.
    """
    if file is not None:
        with whole_file(file, bom=bom) as stream:
            yield stream
        return
    if sys.stdout.encoding.lower().replace("-", "") != "utf8" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    if bom:
        sys.stdout.write(BOM)
    yield sys.stdout
