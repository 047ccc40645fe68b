"""A delimited text file as records, each with the line it begins on, in constant memory.

For the import. Python's csv module splits the cells; around it stands what files need as people really have them:
the delimiter found by content, Excel's ``sep=;`` line, quotes that never close, empty lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import log2
from pathlib import Path
from typing import NamedTuple

from domain.errors import Invalid
from domain.intake.opening import TextFile, inspect

_SAMPLE_RECORDS = 200
_RUNAWAY_LINES = 64
_MOST_LINES = 2000
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_PHONE_LIKE = re.compile(r"\s*['=\"]*[+(]?\d[\d ()./-]{5,}\s*")

DELIMITERS = (",", ";", "\t", "|", ":")


class Problem(StrEnum):
    """Why a record could not be split into cells."""

    UNCLOSED_QUOTE = "unclosed_quote"
    CELL_TOO_LONG = "cell_too_long"


class Record(NamedTuple):
    """One record: the physical line it begins on (from 1), its cells, and what is wrong with it, if anything."""

    line: int
    cells: list[str]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a file are separated. ``skip`` counts lines before the first record (``sep=;``)."""

    delimiter: str
    width: int
    skip: int = 0
    spaced: bool = False
    backslash: bool = False

    def reader(self, lines: Iterator[str], strict: bool = False) -> Iterator[list[str]]:
        """Python's csv reader over physical lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            skipinitialspace=self.spaced,
            escapechar="\\" if self.backslash else None,
            doublequote=not self.backslash,
            strict=strict,
        )

    @property
    def delimiter_name(self) -> str:
        """The delimiter as a word for a person."""
        return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ":": "colon", " ": "space"}.get(
            self.delimiter, f'"{self.delimiter}"'
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read as a table, and the first of its records (no empty lines among them)."""

    file: TextFile
    dialect: Dialect
    sample: tuple[Record, ...]

    @contextmanager
    def records(self) -> Iterator[Records]:
        """All records from the first, read as they are asked for."""
        with self.file.open() as lines:
            yield Records(lines, self.dialect)


def open_source(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> Source:
    """Find out how to read a file: encoding, delimiter, first records.

    delimiter, encoding: given by the person instead of found. Raises `Invalid` for what is no readable text.
    """
    file = inspect(path, encoding)
    dialect = find_dialect(file.sample, delimiter, complete=file.whole_in_sample)
    with file.open() as lines:
        records = Records(lines, dialect)
        sample = tuple(record for record, _ in zip(records, range(_SAMPLE_RECORDS), strict=False))
    if not sample:
        raise Invalid(f"{file.name} has no rows.", code="empty_file", title="Empty file")
    return Source(file, dialect, sample)


class Records(Iterator[Record]):
    """The records of a file in order; empty lines are counted in ``blank``, not given."""

    def __init__(self, lines: Iterator[str], dialect: Dialect) -> None:
        self.blank = 0
        self._dialect = dialect
        self._lines = _Lines(lines, dialect)
        for _ in range(dialect.skip):
            next(self._lines.read(), None)
        self._found = self._read()

    @property
    def line(self) -> int:
        """The last physical line read so far."""
        return self._lines.number

    def __iter__(self) -> Iterator[Record]:
        return self._found

    def __next__(self) -> Record:
        return next(self._found)

    def _read(self) -> Iterator[Record]:
        lines = self._lines
        while True:
            # Anew after every line that was given up: the csv reader stands inside that line's quotes.
            reader = self._dialect.reader(lines.read())
            first = lines.number + 1
            lines.pending.clear()
            try:
                for cells in reader:
                    if len(lines.pending) > 1 and not self._well_formed():
                        break
                    if lines.ended:
                        break
                    if (cells and cells[0].strip()) or any(map(str.strip, cells)):
                        yield Record(first, cells)
                    else:
                        self.blank += 1
                    first = lines.number + 1
                    lines.pending.clear()
                else:
                    return
            except (csv.Error, _Runaway):
                pass
            yield self._recovered(first)

    def _well_formed(self) -> bool:
        """Whether a record over several lines is quoted as a program quotes, not a stray quote that ate lines."""
        return _strictly_readable(self._dialect, self._lines.pending)

    def _recovered(self, first: int) -> Record:
        """Give up the line a quote opened on (or a cell is too long on) and go on with the one after it."""
        bad, *rest = self._lines.pending
        long = not rest and not self._lines.ended
        problem = Problem.CELL_TOO_LONG if long or '"' not in bad else Problem.UNCLOSED_QUOTE
        self._lines.give_back(rest, first)
        return Record(first, bad.rstrip("\r\n").split(self._dialect.delimiter), problem)


class _Runaway(Exception):
    """A record has swallowed lines that look like records of their own."""


class _Lines:
    """Physical lines, numbered, those of the current record remembered so that they can be read again."""

    def __init__(self, lines: Iterator[str], dialect: Dialect) -> None:
        self.number = 0
        self.ended = False
        self.pending: list[str] = []
        self._lines = lines
        self._again: deque[str] = deque()
        self._delimiter = dialect.delimiter
        self._delimiters = dialect.width - 1

    def read(self) -> Iterator[str]:
        """The lines to come, those given back first."""
        pending = self.pending
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line:
                break
            self.number += 1
            pending.append(line)
            if len(pending) % _RUNAWAY_LINES == 0:
                self._check()
            yield line
        # Within a record this means a quote that never closed; between records it is the end.
        self.ended = bool(pending)

    def give_back(self, lines: list[str], number: int) -> None:
        """Put lines back to be read again after line ``number``."""
        self._again.extendleft(reversed(lines))
        self.number = number
        self.ended = False

    def _check(self) -> None:
        alike = sum(line.count(self._delimiter) == self._delimiters for line in self.pending[1:])
        if alike * 2 > len(self.pending) or len(self.pending) > _MOST_LINES:
            raise _Runaway


def find_dialect(sample: str, delimiter: str | None = None, *, complete: bool = True) -> Dialect:
    """The dialect of a text by its first lines.

    csv.Sniffer is not used: it guesses from character frequencies and fails on quoted cells with line ends, on
    single columns and on commas inside addresses. Here every candidate splits the sample with the csv module
    itself, and the one under which the rows agree best in width, and a column of telephone numbers appears, wins.
    delimiter: one the person gave. complete: the sample is the whole file, not cut inside a line.
    """
    lines = list(io.StringIO(sample.removeprefix("\ufeff"), newline=""))
    if not complete and len(lines) > 1:
        lines.pop()
    skip = 0
    told = _SEP_LINE.fullmatch(lines[0]) if lines else None
    if told is not None:
        skip, lines = 1, lines[1:]
    wanted = _one_character(delimiter) if delimiter else told[1] if told is not None else None
    trials = [_trial(lines, candidate) for candidate in ([wanted] if wanted else DELIMITERS)]
    best = max(trials, key=lambda trial: trial.score)
    return Dialect(
        best.delimiter,
        best.width,
        skip,
        spaced=_spaced(lines, best.delimiter),
        backslash=_backslashed(lines, best.delimiter),
    )


def _one_character(delimiter: str) -> str:
    names = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "colon": ":"}
    character = names.get(delimiter.lower(), delimiter)
    if len(character) != 1 or character in '"\r\n\\' or character.isalnum():
        raise Invalid(
            f'"{delimiter}" cannot separate cells; give one character such as , ; | or the word tab.',
            code="bad_delimiter",
            title="Unknown delimiter",
        )
    return character


class _Trial(NamedTuple):
    delimiter: str
    width: int
    score: float


def _trial(lines: list[str], delimiter: str) -> _Trial:
    rows: list[list[str]] = []
    dialect = Dialect(delimiter, 1, spaced=_spaced(lines, delimiter))
    try:
        for row in dialect.reader(iter(lines)):
            if any(map(str.strip, row)):
                rows.append(row)
            if len(rows) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # a cell too long: the rows before it still tell
    if not rows:
        return _Trial(delimiter, 1, 0.01 * any(delimiter in line for line in lines))
    widths = Counter(len(row) for row in rows)
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width == 1 and len(rows[0]) > 1:
        width, agreeing = len(rows[0]), widths[len(rows[0])]
    score = agreeing / len(rows) * (1 + log2(width)) if width > 1 else 0.0
    if len(rows[0]) != width:
        score /= 2
    if delimiter == ":":
        score /= 2
    phones = _phone_columns(rows, width) if score else 0
    if phones == width and len(rows[0]) == 1:
        score = 0.0  # one column whose cells hold several numbers
    elif phones:
        score += 1
    return _Trial(delimiter, width, score)


def _phone_columns(rows: list[list[str]], width: int) -> int:
    body = rows[1:] or rows
    found = 0
    for column in range(width):
        cells = [row[column] for row in body if column < len(row) and row[column].strip()]
        found += bool(cells) and sum(map(_looks_like_phone, cells)) >= 0.8 * len(cells)
    return found


def _looks_like_phone(cell: str) -> bool:
    return _PHONE_LIKE.fullmatch(cell) is not None


def _spaced(lines: list[str], delimiter: str) -> bool:
    """Whether quotes stand after a blank behind the delimiter: ``1, "Perez, Ana", 2``."""
    return delimiter != " " and any(f'{delimiter} "' in line for line in lines)


def _backslashed(lines: list[str], delimiter: str) -> bool:
    """Whether quotes inside cells are escaped with a backslash (database dumps) instead of doubled."""
    if not any('\\"' in line for line in lines):
        return False
    doubled = Dialect(delimiter, 1, spaced=True)
    return not _strictly_readable(doubled, lines) and _strictly_readable(
        Dialect(delimiter, 1, spaced=True, backslash=True), lines
    )


def _strictly_readable(dialect: Dialect, lines: list[str]) -> bool:
    try:
        for _ in dialect.reader(iter(lines), strict=True):
            pass
    except csv.Error:
        return False
    return True
