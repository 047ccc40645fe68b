"""Files a command writes: CSV that spreadsheets open and cannot be tricked by, and nothing half-written."""

from __future__ import annotations

import csv
import io
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

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


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        if sys.stdout.encoding.lower().replace("-", "") != "utf8" and isinstance(
            sys.stdout, io.TextIOWrapper
        ):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "w", encoding="utf-8-sig", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, file)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula; a telephone number in international form is left as it is."""
    if cell.startswith("+") and cell[1:].isdigit():
        return cell
    return "'" + cell if cell.startswith(_FORMULA) else cell
