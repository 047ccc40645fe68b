"""One record of a call log made into a typed call, or refused with its reason.

For the import of calls from an exchange or another system. Needed are an id, whom (the lead's external id or a number),
when it started and the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.codes import CallResult
from domain.contacts.phones import InvalidPhone, PhoneReason, reader
from domain.errors import Invalid
from domain.intake.fields import plain
from domain.intake.mapping import REJECT_COLUMNS, Column, ColumnMap
from domain.intake.moments import MONTH_FIRST_REGIONS, parse_moment
from domain.intake.reading import Record
from domain.intake.rejects import Refused, Reject, RejectReason, phone_refusal, shown, unescaped
from domain.intake.rows import LONGEST_ID, call_result, split_refusal


class CallField(StrEnum):
    """The columns of a call log."""

    EXTERNAL_ID = "external_id"
    LEAD_EXTERNAL_ID = "lead_external_id"
    PHONE = "phone"
    STARTED_AT = "started_at"
    RESULT = "result"
    ANSWERED_AT = "answered_at"
    ENDED_AT = "ended_at"
    SELLER = "seller"
    NOTES = "notes"


_WORDS = {
    CallField.EXTERNAL_ID: "id|call id|uniqueid|unique id|id llamada",
    CallField.LEAD_EXTERNAL_ID: "lead id|lead external|id cliente|customer id|contact id",
    CallField.PHONE: "telephone|telefono|number|numero|dst|destination|called number|celular|mobile|to",
    CallField.STARTED_AT: "start|started|start time|calldate|call date|date|fecha|inicio|fecha inicio|at",
    CallField.RESULT: "disposition|call result|resultado|status|dialstatus|estado",
    CallField.ANSWERED_AT: "answered|answer|answer time|atendida",
    CallField.ENDED_AT: "ended|end|end time|hangup|fin|fecha fin",
    CallField.SELLER: "agent|agente|vendedor|user|operator",
    CallField.NOTES: "note|notas|comment|comments|comentarios",
}
_BY_WORD = {word: field for field, words in _WORDS.items() for word in words.split("|")}
_EXACT = {field.value.replace("_", " "): field for field in CallField}


class CallRow(NamedTuple):
    """A call as reported: ``lead_external_id`` or ``e164`` says whose it was. Times are UTC."""

    line: int
    external_id: str
    lead_external_id: str | None
    e164: str | None
    result: CallResult
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    seller_id: int | None
    notes: str | None


def map_columns(sample: Sequence[Record]) -> tuple[ColumnMap, dict[CallField, int]]:
    """The columns of a call log by the headers of its first record.

    Raises `Invalid` naming the columns that are missing.
    """
    header = sample[0].cells
    fields: dict[CallField, int] = {}
    for known in (_EXACT, _BY_WORD):
        for index, name in enumerate(header):
            field = known.get(plain(name))
            if field is not None and field not in fields and index not in fields.values():
                fields[field] = index
    missing = [
        field.value
        for field in (CallField.EXTERNAL_ID, CallField.STARTED_AT, CallField.RESULT)
        if field not in fields
    ]
    if CallField.PHONE not in fields and CallField.LEAD_EXTERNAL_ID not in fields:
        missing.append("lead_external_id or phone")
    if missing:
        raise Invalid(
            f"The call log lacks the columns {', '.join(missing)}; its first row must name them.",
            code="missing_columns",
            title="Columns are missing",
        )
    columns = tuple(
        Column(index, name.strip() or f"column {index + 1}", None, "", name.strip() in REJECT_COLUMNS)
        for index, name in enumerate(header)
    )
    return ColumnMap(columns, header=True, skip=1), fields


class CallReader:
    """Makes calls of the records of one log.

    region: for numbers without a country code. zone: of times without an offset. sellers: ids by name in small
    letters. now: a call cannot have started after it.
    """

    def __init__(
        self,
        columns: ColumnMap,
        fields: Mapping[CallField, int],
        *,
        region: str | None,
        zone: ZoneInfo,
        sellers: Mapping[str, int],
        now: datetime,
    ) -> None:
        self._width = columns.width
        self._fields = fields
        self._escaped = any(column.ignored for column in columns.columns)
        self._phones = reader(region)
        self._zone = zone
        self._month_first = (region or "").upper() in MONTH_FIRST_REGIONS
        self._sellers = sellers
        self._latest = now + timedelta(minutes=2)

    def __call__(self, record: Record) -> CallRow | Reject:
        """The call of a record, or why there is none."""
        try:
            return self._call(record)
        except Refused as refused:
            return Reject(record.line, refused.reason, refused.message, record.cells)

    def _call(self, record: Record) -> CallRow:
        if record.problem is not None:
            raise split_refusal(record)
        cells = list(record.cells)
        if any(map(str.strip, cells[self._width :])):
            raise Refused(
                RejectReason.TOO_MANY_CELLS,
                f"The row has {len(cells)} cells, the file {self._width} columns.",
            )
        cells += [""] * (self._width - len(cells))
        if self._escaped:
            cells = [unescaped(cell) for cell in cells]
        text = {field: cells[index].strip() for field, index in self._fields.items()}
        external_id = text[CallField.EXTERNAL_ID]
        if not external_id or len(external_id) > LONGEST_ID:
            raise Refused(
                RejectReason.NO_EXTERNAL_ID,
                f"The call has no external_id of 1 to {LONGEST_ID} characters, which tells it from others.",
            )
        lead = text.get(CallField.LEAD_EXTERNAL_ID) or None
        started, answered, ended = self._times(text)
        return CallRow(
            line=record.line,
            external_id=external_id,
            lead_external_id=lead,
            e164=self._number(text.get(CallField.PHONE, ""), needed=lead is None),
            result=CallResult(call_result(text[CallField.RESULT])),
            started_at=started,
            answered_at=answered,
            ended_at=ended,
            seller_id=self._seller(text.get(CallField.SELLER, "")),
            notes=text.get(CallField.NOTES) or None,
        )

    def _number(self, text: str, *, needed: bool) -> str | None:
        phones, invalid = self._phones(text)
        if phones:
            return phones[0].e164
        if needed:
            raise phone_refusal(invalid or InvalidPhone(text, PhoneReason.EMPTY))
        return None

    def _times(self, text: Mapping[CallField, str]) -> tuple[datetime, datetime | None, datetime | None]:
        started = self._moment(text[CallField.STARTED_AT])
        answered = self._optional(text, CallField.ANSWERED_AT)
        ended = self._optional(text, CallField.ENDED_AT)
        if started > self._latest:
            raise Refused(RejectReason.BAD_DATE, "The call starts in the future.")
        if (answered or started) < started or (ended or started) < started:
            raise Refused(RejectReason.BAD_DATE, "The call is answered or ended before it starts.")
        if answered is not None and ended is not None and ended < answered:
            raise Refused(RejectReason.BAD_DATE, "The call is ended before it is answered.")
        return started, answered, ended

    def _optional(self, text: Mapping[CallField, str], field: CallField) -> datetime | None:
        value = text.get(field)
        return self._moment(value) if value else None

    def _moment(self, text: str) -> datetime:
        try:
            return parse_moment(text, self._zone, month_first=self._month_first)
        except (ValueError, OverflowError):
            raise Refused(
                RejectReason.BAD_DATE,
                f'"{shown(text)}" is no time; write 2025-12-31 14:30 or 31/12/2025 14:30.',
            ) from None

    def _seller(self, text: str) -> int | None:
        if not text:
            return None
        found = self._sellers.get(text.casefold())
        if found is None:
            raise Refused(
                RejectReason.UNKNOWN_SELLER,
                f'There is no user "{shown(text)}"; add the user first, or empty the cell.',
            )
        return found
