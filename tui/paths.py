"""What there is in a folder, for choosing a file by typing: folders first, then files, as far as they fit."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOST = 500
"""Entries shown of a folder; typing finds the others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder that what was typed can become. ``size`` in bytes, None for a folder."""

    path: Path
    size: int | None

    @property
    def folder(self) -> bool:
        return self.size is None

    @property
    def text(self) -> str:
        """What stands in the field once it is chosen."""
        return f"{self.path}{os.sep}" if self.folder else str(self.path)


@dataclass(frozen=True, slots=True)
class Found:
    """The entries for what was typed; ``problem`` says why there are none, ``more`` that not all are here."""

    entries: tuple[Entry, ...] = ()
    problem: str = ""
    more: bool = False


_ANEW = re.compile(r".*[/\\](?=/|~/|[A-Za-z]:[/\\])")


def meant(typed: str) -> str:
    """The path meant by what was typed: a whole one behind the proposed folder, as when pasted, begins anew.

    Quotes around it, as some file managers and shells write them, are no part of it.
    """
    text = typed.strip()
    begun = _ANEW.match(text)
    if begun is not None:
        text = text[begun.end() :]
    for quote in "'\"":
        place = text.find(quote)
        if place >= 0 and text.endswith(quote) and text.count(quote) == 2:
            return meant(text[place + 1 : -1])
    return os.path.expanduser(text)


def matching(typed: str) -> Found:
    """The entries of the folder typed so far whose names begin with the rest, hidden ones only when asked for."""
    text = meant(typed)
    folder, name = os.path.split(text)
    there = Path(folder or os.curdir).absolute()
    wanted = name.casefold()
    found = []
    try:
        with os.scandir(there) as listed:
            for each in listed:
                if not each.name.casefold().startswith(wanted) or (
                    each.name.startswith(".") and not wanted.startswith(".")
                ):
                    continue
                found.append(each)
        found.sort(key=lambda each: (not each.is_dir(), each.name.casefold()))
        entries = tuple(Entry(there / each.name, _size(each)) for each in found[:MOST])
    except OSError as error:
        return Found(problem=f"{there}: {error.strerror or error}")
    return Found(entries, more=len(found) > MOST)


def _size(each: os.DirEntry[str]) -> int | None:
    """Bytes of a file, None for a folder; a link that leads nowhere is an empty file."""
    if each.is_dir():
        return None
    try:
        return each.stat().st_size
    except OSError:
        return 0


def free_name(path: Path) -> Path:
    """The path, or one with a number behind it that nothing has yet."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
