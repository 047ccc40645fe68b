"""What may be said about an import, and what it tells: its options, progress, counts and result.

For whoever imports: the command line and the import screen.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from domain.intake.mapping import ColumnMap
from domain.intake.matching import Duplicates, Scope
from domain.intake.reading import Source
from domain.intake.rejects import Reject
from domain.intake.rows import Row


class Transactions(Protocol):
    """Where the import works: a short transaction for each chunk (``storage.database.Database``)."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A session to write with."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A session that only reads."""
        ...


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a person may say about an import.

    list_name: the lead list, added to where it exists; one of its own named after the file if empty.
    overrides: field to column; attributes: columns that fill none, see ``mapping.propose``. region: two letters, for
    numbers without a country code; the campaign's if empty. header, delimiter, encoding: found by content if None.
    rejects: a file for the rows that were not taken. dry_run: count, write nothing.
    """

    list_name: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    region: str | None = None
    duplicates: Duplicates = Duplicates.SKIP
    scope: Scope = Scope.CAMPAIGN
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    rejects: Path | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows read: rows = imported + updated + duplicates + rejected.

    ``do_not_call`` is the part of imported that must not be called; ``blank`` counts empty lines, no rows.
    """

    rows: int = 0
    imported: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: int = 0
    do_not_call: int = 0
    blank: int = 0

    def as_numbers(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        mine, theirs = self.as_numbers(), other.as_numbers()
        return Counts(**{name: count + theirs[name] for name, count in mine.items()})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: physical lines done of those in the file, and the counts so far."""

    line: int
    lines: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. ``list_id`` is None where there is no list: in a dry run into one that does not exist,
    and where nobody was imported into a new one.

    ``finished`` is False where it was stopped; ``resumed`` True where it continued an earlier run. ``reasons``
    counts the rejects of this run by reason.
    """

    counts: Counts
    list_id: int | None
    list_name: str
    columns: ColumnMap
    finished: bool
    resumed: bool
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Preview:
    """A look at a file before it is imported: how it is read, the mapping, the first rows as they would be.

    ``region`` is that of numbers without a country code. ``problem``: why it cannot be imported like this; there are
    no rows then.
    """

    source: Source
    columns: ColumnMap
    rows: tuple[Row | Reject, ...]
    region: str = ""
    problem: str = ""
