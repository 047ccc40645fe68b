"""Whether a database file may be written, asked before anybody signs in or types what could not be kept.

For commands that write and for the application. A server says so itself, when it is written to.
"""

from __future__ import annotations

import os
from pathlib import Path

from storage.address import parse_address
from storage.errors import DatabaseReadOnly
from storage.gate import gate_for


def require_writable(url: str) -> None:
    """Raise ``DatabaseReadOnly`` with what to do where the file at ``url``, or its folder, may only be read.

    A file that is not there, or may not even be read, is left to whoever opens it.
    """
    path = parse_address(url).path
    if path is None or not path.is_file() or not _may(path, os.R_OK):
        return
    beside = [Path(f"{path}-wal"), Path(f"{path}-shm"), gate_for(path).path]
    for file in (path, *beside):
        if file.exists() and not _may(file, os.W_OK):
            raise DatabaseReadOnly(
                f"You may read the database {path} but not write it: get the right to write the file {file}, "
                "or use another database."
            )
    if not all(file.exists() for file in beside) and not _may(path.parent, os.W_OK | os.X_OK):
        raise DatabaseReadOnly(
            f"You may read the database {path} but not write it: get the right to write in the folder "
            f"{path.parent} (files are made beside it), or use another database."
        )


def require_makeable(url: str) -> None:
    """Raise ``DatabaseReadOnly`` where there is no file at ``url`` and none can be made."""
    path = parse_address(url).path
    if path is None or path.exists():
        return
    there = next(folder for folder in path.parents if folder.exists())
    if not there.is_dir() or not _may(there, os.W_OK | os.X_OK):
        raise DatabaseReadOnly(
            f"The database {path} cannot be made: get the right to write in the folder {there}, or name another "
            "place with --database."
        )


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
