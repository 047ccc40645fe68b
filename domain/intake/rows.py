"""One record made into a typed row, or refused with its reason.

For the import. Decides what each cell means; nothing is lost: what fits no field, or is no valid e-mail address or
further number, is kept as an attribute under the column's own name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.codes import CallResult, DialStatus, Resolution
from domain.contacts.details import is_email
from domain.contacts.phones import InvalidPhone, Phone, PhoneReason, reader
from domain.intake.fields import PHONE_FIELDS, Field, code_word
from domain.intake.mapping import REJECT_COLUMNS, ColumnMap
from domain.intake.moments import MONTH_FIRST_REGIONS, parse_moment
from domain.intake.reading import Problem, Record
from domain.intake.rejects import Refused, Reject, RejectReason, phone_refusal, shown, unescaped

DEFAULT_PRIORITY = 50
LONGEST_ID = 200
"""Characters of an external id; a longer text is none, and would not fit into an index."""


class Tracking(NamedTuple):
    """What another system knew of a lead, as given; a value the file does not have is None (counters 0)."""

    dial_attempts: int = 0
    answered_count: int = 0
    last_dial_attempt: datetime | None = None
    dial_result: str | None = None
    campaign_status: int | None = None
    campaign_resolution: str | None = None
    resolution_reason: int | None = None


NO_TRACKING = Tracking()


class Row(NamedTuple):
    """A person to be imported.

    ``status`` is ``new`` where the file has no status column, None for an empty cell; ``owner_id`` the seller's.
    """

    line: int
    phones: tuple[Phone, ...]
    name: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    language: str | None
    timezone: str | None
    notes: str | None
    external_id: str | None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] | None = None
    priority: int = DEFAULT_PRIORITY
    owner_id: int | None = None
    status: str | None = DialStatus.NEW.value
    tracking: Tracking = NO_TRACKING


_TEXT_FIELDS = (
    Field.COMPANY,
    Field.EMAIL,
    Field.ADDRESS,
    Field.CITY,
    Field.STATE,
    Field.POSTAL_CODE,
    Field.COUNTRY,
    Field.LANGUAGE,
    Field.TIMEZONE,
    Field.NOTES,
    Field.EXTERNAL_ID,
)
_NO_TEXTS: list[str | None] = [None] * len(_TEXT_FIELDS)
_TAG_MARKS = re.compile(r"[,;|]")
_EMPTY_PHONE = InvalidPhone("", PhoneReason.EMPTY)


class RowReader:
    """Makes rows of the records of one file.

    columns: the mapping. region: for numbers without a country code. zone: of times without an offset.
    sellers: their ids by name in small letters, for the column ``seller``.
    """

    def __init__(
        self,
        columns: ColumnMap,
        *,
        region: str | None,
        zone: ZoneInfo,
        sellers: Mapping[str, int] | None = None,
    ) -> None:
        fields = columns.fields
        self._width = columns.width
        self._phones = reader(region)
        self._phone_columns = tuple(
            (fields[f], columns.columns[fields[f]].name) for f in PHONE_FIELDS if f in fields
        )
        self._plain_phone = self._phones.plain
        self._only_phone = self._phone_columns[0][0] if len(self._phone_columns) == 1 else -1
        self._name = fields.get(Field.NAME, -1)
        self._first = fields.get(Field.FIRST_NAME, -1)
        self._last = fields.get(Field.LAST_NAME, -1)
        self._texts = tuple((i, fields[field]) for i, field in enumerate(_TEXT_FIELDS) if field in fields)
        self._email = columns.columns[fields[Field.EMAIL]].name if Field.EMAIL in fields else ""
        self._external = (
            columns.columns[fields[Field.EXTERNAL_ID]].name if Field.EXTERNAL_ID in fields else ""
        )
        self._kept = tuple((c.index, c.name) for c in columns.columns if c.field is None and not c.ignored)
        self._escaped = any(column.name in REJECT_COLUMNS for column in columns.columns)
        self._extras = _Extras(fields, zone, region, sellers or {})

    def __call__(self, record: Record) -> Row | Reject:
        """The row of a record, or why there is none."""
        cells = record.cells
        try:
            if record.problem is not None:
                raise split_refusal(record)
            if len(cells) != self._width:
                cells = self._squared(cells)
            if self._escaped:
                cells = [unescaped(cell) for cell in cells]
            return self._row(record.line, cells, len(record.cells))
        except Refused as refused:
            return Reject(record.line, refused.reason, refused.message, record.cells)

    def _row(self, line: int, cells: list[str], given: int) -> Row:
        left: dict[str, str] = {}
        phone = self._plain_phone(cells[self._only_phone]) if self._only_phone >= 0 else None
        phones = (phone,) if phone is not None else self._all_phones(cells, given, left)
        texts: list[str | None] = _NO_TEXTS.copy()
        for place, index in self._texts:
            texts[place] = cells[index].strip() or None
        company, email, address, city, state, postal_code, country, language, timezone, notes, external = (
            texts
        )
        if email is not None and not is_email(email):
            left[self._email] = email
            email = None
        if external is not None and len(external) > LONGEST_ID:
            left[self._external] = external
            external = None
        first = cells[self._first].strip() if self._first >= 0 else ""
        last = cells[self._last].strip() if self._last >= 0 else ""
        name = cells[self._name].strip() if self._name >= 0 else ""
        name = name or f"{first} {last}".strip() or company or ""
        for index, column in self._kept:
            value = cells[index].strip()
            if value:
                left[column] = value
        row = Row(
            line,
            phones,
            name,
            first or None,
            last or None,
            company,
            email,
            address,
            city,
            state,
            postal_code,
            country,
            language,
            timezone,
            notes,
            external,
            (),
            left or None,
        )
        return self._extras.add(row, cells) if self._extras.any else row

    def _all_phones(self, cells: list[str], given: int, left: dict[str, str]) -> tuple[Phone, ...]:
        """The numbers of all phone columns; a cell that also holds something else goes to ``left`` as it stands."""
        found: dict[str, Phone] = {}
        first_bad: InvalidPhone | None = None
        for index, column in self._phone_columns:
            cell = cells[index].strip()
            if not cell:
                continue
            phones, invalid = self._phones(cell)
            for phone in phones:
                found.setdefault(phone.e164, phone)
            if invalid is not None:
                first_bad = first_bad or invalid
            if invalid is not None or any(phone.extension for phone in phones):
                left[column] = cell
        if found:
            return tuple(found.values())
        if first_bad is None and given < self._width:
            raise Refused(
                RejectReason.TOO_FEW_CELLS,
                f"The row has {given} cells, the file {self._width} columns, and no phone number is among them.",
            )
        raise phone_refusal(first_bad or _EMPTY_PHONE)

    def _squared(self, cells: list[str]) -> list[str]:
        """A row of the file's width: spreadsheets leave out, or add, empty cells at the end of a row."""
        if len(cells) < self._width:
            return cells + [""] * (self._width - len(cells))
        if any(map(str.strip, cells[self._width :])):
            raise Refused(
                RejectReason.TOO_MANY_CELLS,
                f"The row has {len(cells)} cells, the file {self._width} columns; "
                "a delimiter inside a cell needs quotes around the cell.",
            )
        return cells[: self._width]


def split_refusal(record: Record) -> Refused:
    if record.problem is Problem.UNCLOSED_QUOTE:
        return Refused(
            RejectReason.UNCLOSED_QUOTE,
            f"A quote opens on line {record.line} and is not closed where the cell ends; close it or take it out.",
        )
    return Refused(
        RejectReason.CELL_TOO_LONG, f"Line {record.line} has a cell of more than 131,072 characters."
    )


class _Extras:
    """The fields few files have; ``any`` tells whether this one has one."""

    def __init__(
        self, fields: dict[Field, int], zone: ZoneInfo, region: str | None, sellers: Mapping[str, int]
    ) -> None:
        self._zone = zone
        self._sellers = sellers
        self._month_first = (region or "").upper() in MONTH_FIRST_REGIONS
        self._tags = fields.get(Field.TAGS, -1)
        self._priority = fields.get(Field.PRIORITY, -1)
        self._seller = fields.get(Field.SELLER, -1)
        self._status = fields.get(Field.STATUS, -1)
        self._timezone = fields.get(Field.TIMEZONE, -1)
        readers: tuple[tuple[Field, Callable[[str], object]], ...] = (
            (Field.DIAL_ATTEMPTS, lambda text: _count(text, "dial_attempts")),
            (Field.ANSWERED_COUNT, lambda text: _count(text, "answered_count")),
            (Field.LAST_DIAL_ATTEMPT, self._moment),
            (Field.DIAL_RESULT, _result),
            (Field.CAMPAIGN_STATUS, _campaign_status),
            (Field.CAMPAIGN_RESOLUTION, _resolution),
            (Field.RESOLUTION_REASON, _reason),
        )
        self._tracking = [(fields[f], f.value, read) for f, read in readers if f in fields]
        plain = (self._tags, self._priority, self._seller, self._status, self._timezone)
        self.any = bool(self._tracking) or any(index >= 0 for index in plain)

    def add(self, row: Row, cells: list[str]) -> Row:
        """The row with these fields filled."""
        values: dict[str, object] = {}
        for index, name, read in self._tracking:
            text = cells[index].strip()
            if text:
                values[name] = read(text)
        return row._replace(
            tags=_tags(cells[self._tags]) if self._tags >= 0 else (),
            priority=_priority(cells[self._priority]) if self._priority >= 0 else DEFAULT_PRIORITY,
            owner_id=self._owner(cells[self._seller]) if self._seller >= 0 else None,
            status=_status(cells[self._status]) if self._status >= 0 else DialStatus.NEW.value,
            timezone=_timezone(row.timezone) if row.timezone else None,
            tracking=NO_TRACKING._replace(**values) if values else NO_TRACKING,  # type: ignore[arg-type]  # names of its fields
        )

    def _owner(self, text: str) -> int | None:
        name = text.strip()
        if not name:
            return None
        found = self._sellers.get(name.casefold())
        if found is None:
            raise Refused(
                RejectReason.UNKNOWN_SELLER,
                f'There is no active seller "{shown(name)}"; add the user first, or empty the cell.',
            )
        return found

    def _moment(self, text: str) -> datetime:
        try:
            return parse_moment(text, self._zone, month_first=self._month_first)
        except (ValueError, OverflowError):
            raise Refused(
                RejectReason.BAD_DATE,
                f'"{shown(text)}" is no date; write 2025-12-31 14:30 or 31/12/2025 14:30.',
            ) from None


_STATUSES = {status.value: status.value for status in DialStatus}
_RESULTS = {result.value: result.value for result in CallResult} | {
    "answer": CallResult.ANSWERED.value,
    "noanswer": CallResult.NO_ANSWER.value,
    "cancel": CallResult.NO_ANSWER.value,
    "chanunavail": CallResult.FAILED.value,
}


def _status(text: str) -> str | None:
    if not text.strip():
        return None
    found = _STATUSES.get(code_word(text))
    if found is None:
        raise Refused(
            RejectReason.UNKNOWN_STATUS,
            f'There is no status "{shown(text)}"; statuses are {", ".join(_STATUSES)}.',
        )
    return found


def call_result(text: str) -> str:
    """The call result a word names; raises `Refused` for an unknown one."""
    found = _RESULTS.get(code_word(text))
    if found is None:
        raise Refused(
            RejectReason.UNKNOWN_RESULT,
            f'There is no call result "{shown(text)}"; results are {", ".join(CallResult)}.',
        )
    return found


_result = call_result


def _resolution(text: str) -> str:
    code = text.strip().upper()
    if code not in set(Resolution):
        raise Refused(
            RejectReason.UNKNOWN_RESOLUTION,
            f'There is no resolution "{shown(text)}"; resolutions are {", ".join(Resolution)}.',
        )
    return Resolution(code).value


def _whole(text: str) -> int | None:
    """A whole number that is not negative, also as spreadsheets write it (3.0); None for anything else."""
    digits = re.fullmatch(r"\+?(\d{1,9})(?:[.,]0*)?", text.strip())
    return int(digits[1]) if digits is not None else None


def _count(text: str, name: str) -> int:
    value = _whole(text)
    if value is None:
        raise Refused(RejectReason.BAD_NUMBER, f'{name} must be a whole number from 0, not "{shown(text)}".')
    return value


def _reason(text: str) -> int:
    value = _whole(text)
    if value is None:
        raise Refused(
            RejectReason.BAD_NUMBER, f'resolution_reason must be a reason\'s code, not "{shown(text)}".'
        )
    return value


def _campaign_status(text: str) -> int:
    value = _whole(text)
    if value is None or not 1 <= value <= 7:
        raise Refused(RejectReason.BAD_CAMPAIGN_STATUS, f'campaign_status is 1 to 7, not "{shown(text)}".')
    return value


def _priority(text: str) -> int:
    if not text.strip():
        return DEFAULT_PRIORITY
    value = _whole(text)
    if value is None or value > 99:
        raise Refused(RejectReason.BAD_PRIORITY, f'priority is 0 (last) to 99 (first), not "{shown(text)}".')
    return value


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in _TAG_MARKS.split(text) if (tag := part.strip())))


def _timezone(text: str) -> str:
    from domain.campaigns.segments import zone_named
    from domain.errors import Invalid

    try:
        zone_named(text)
    except Invalid as error:
        raise Refused(RejectReason.UNKNOWN_TIMEZONE, error.message) from None
    return text
