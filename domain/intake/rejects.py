"""Rows that could not be taken: why, and the file in which a person gets them back to correct.

For the import. The file holds the original cells, so that the corrected rows can be imported as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from domain.contacts.phones import InvalidPhone, PhoneReason
from domain.errors import Invalid
from domain.intake.mapping import REJECT_COLUMNS, ColumnMap

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RejectReason(StrEnum):
    """Why a row was not imported; stable, for programs."""

    UNCLOSED_QUOTE = "unclosed_quote"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_FEW_CELLS = "too_few_cells"
    NO_PHONE = "no_phone"
    ERASED = "erased"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_LETTERS = "phone_letters"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_WRONG_LENGTH = "phone_wrong_length"
    PHONE_DIGITS_LOST = "phone_digits_lost"
    PHONE_UNKNOWN_COUNTRY = "phone_unknown_country"
    PHONE_NOT_IN_USE = "phone_not_in_use"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_RESULT = "unknown_result"
    UNKNOWN_RESOLUTION = "unknown_resolution"
    UNKNOWN_TIMEZONE = "unknown_timezone"
    UNKNOWN_SELLER = "unknown_seller"
    UNKNOWN_LEAD = "unknown_lead"
    BAD_CAMPAIGN_STATUS = "bad_campaign_status"
    BAD_PRIORITY = "bad_priority"
    BAD_NUMBER = "bad_number"
    BAD_DATE = "bad_date"
    NO_EXTERNAL_ID = "no_external_id"


class Reject(NamedTuple):
    """A row that was not imported: its first line, why (code and sentence), its cells as they stood."""

    line: int
    reason: RejectReason
    message: str
    cells: Sequence[str]


class Refused(Exception):
    """A cell cannot be used; raised while a row is read, caught where the row becomes a `Reject`."""

    def __init__(self, reason: RejectReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def phone_refusal(invalid: InvalidPhone) -> Refused:
    """The refusal of a row whose number cannot be called."""
    if invalid.reason is PhoneReason.EMPTY:
        return Refused(RejectReason.NO_PHONE, "The row has no phone number.")
    return Refused(RejectReason(f"phone_{invalid.reason}"), f'"{shown(invalid.text)}": {invalid.message}.')


def shown(text: str, length: int = 40) -> str:
    """A cell for a message: on one line, not longer than ``length`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def harmless(cell: str) -> str:
    """A cell that a spreadsheet will not run as a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def unescaped(cell: str) -> str:
    """A cell of a rejects file as it was before `harmless`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


class RejectsFile:
    """Writes rejects as CSV (UTF-8 with BOM, so that spreadsheets open it): line, reason, message, the cells.

    source: the file that is imported, which it must not be.
    """

    def __init__(self, path: Path, columns: ColumnMap, *, source: Path) -> None:
        if path.exists() and path.samefile(source):
            raise Invalid(
                f"{path} is the file that is imported; give the rejects another name.",
                code="rejects_file",
                title="Rejects file",
            )
        self._columns = columns
        self._path = path
        with self._written():
            self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        kept = [column for column in columns.columns if not column.ignored]
        self._kept = [column.index for column in kept]
        with self._written():
            self._writer.writerow([*REJECT_COLUMNS, *(harmless(column.name) for column in kept)])
            self._file.flush()  # a full disk is to be known before the first row is imported

    def write(self, reject: Reject) -> None:
        """Add one reject; cells beyond the known columns are written behind them."""
        cells = [reject.cells[index] if index < len(reject.cells) else "" for index in self._kept]
        cells.extend(reject.cells[self._columns.width :])
        with self._written():
            self._writer.writerow([reject.line, reject.reason, reject.message, *map(harmless, cells)])

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._written():
            self._file.close()

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Invalid(
                f"The rejects file {self._path} cannot be written ({error.strerror}); choose another place.",
                code="unwritable_file",
                title="Rejects file",
            ) from error
