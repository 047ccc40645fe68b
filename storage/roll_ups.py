"""The figures the database keeps itself: what each is the sum of, as SQL over one row of its source.

``storage.triggers`` writes them in the transaction that changes the source, ``storage.figures`` makes them anew,
``storage.integrity`` compares: all three from the expressions that stand here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.calling.tally_model import PLACE
from domain.codes import REJECTED_RESOLUTIONS, SUCCESS_RESOLUTIONS
from domain.reporting.models import LEAD_KEY, SELLER_KEY, SELLER_TIME_KEY, TIME_KEY


@dataclass(frozen=True)
class RollUp:
    """One table of figures.

    Attributes:
        source: the table it is about.
        keys: the columns that make a row, each an expression over a row of the source (``{row}``).
        sums: the columns that are summed, likewise.
        only: which rows of the source count; all where it is empty.
        watched: the columns of the source whose change moves something.
    """

    table: str
    source: str
    keys: tuple[tuple[str, str], ...]
    sums: tuple[tuple[str, str], ...]
    only: str
    watched: tuple[str, ...]

    @property
    def columns(self) -> str:
        """All columns, keys first."""
        return ", ".join(name for name, _ in (*self.keys, *self.sums))

    @property
    def key_columns(self) -> str:
        """The columns of the key."""
        return ", ".join(name for name, _ in self.keys)

    def of(self, row: str, sign: int = 1) -> str:
        """The values for one row of the source."""
        signed = "" if sign > 0 else "-"
        keys = [text.format(row=row) for _, text in self.keys]
        return ", ".join([*keys, *(f"{signed}({text.format(row=row)})" for _, text in self.sums)])

    def counts(self, row: str) -> str:
        """Whether a row of the source counts."""
        return self.only.format(row=row) if self.only else "1 = 1"


def roll_ups(dialect: str) -> tuple[RollUp, ...]:
    """All of them, in the words of a database."""
    return (_LEAD_TALLY, _LEAD_FIGURE, *(make(dialect) for make in _OF_CALLS))


def _codes(codes: frozenset[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


_LEAD_TALLY = RollUp(
    table="lead_tally",
    source="lead",
    keys=tuple(
        zip(
            PLACE,
            (
                "{row}.organisation_id",
                "{row}.campaign_id",
                "COALESCE({row}.list_id, 0)",
                "COALESCE({row}.status, '')",
                # The hopper (1) is part of the pool (0).
                "CASE {row}.queue_state WHEN 1 THEN 0 ELSE {row}.queue_state END",
                "{row}.segment",
                "{row}.exhausted",
            ),
            strict=True,
        )
    ),
    sums=(("leads", "1"),),
    only="",
    watched=("campaign_id", "list_id", "status", "queue_state", "segment", "exhausted"),
)

_LEAD_FIGURE = RollUp(
    table="lead_figure",
    source="lead",
    keys=tuple(
        zip(
            LEAD_KEY,
            (
                "{row}.organisation_id",
                "{row}.campaign_id",
                "COALESCE({row}.list_id, 0)",
                "COALESCE({row}.owner_id, 0)",
                "{row}.campaign_status",
                "COALESCE({row}.campaign_resolution, '')",
                "COALESCE({row}.resolution_reason, -1)",
                "{row}.dial_attempts",
                "{row}.exhausted",
            ),
            strict=True,
        )
    ),
    sums=(("leads", "1"),),
    only="",
    watched=(
        "campaign_id",
        "list_id",
        "owner_id",
        "campaign_status",
        "campaign_resolution",
        "resolution_reason",
        "dial_attempts",
        "exhausted",
    ),
)

_COUNTED = "{row}.counted AND {row}.undone_at IS NULL"
# An outcome says by its campaign status whether the person was reached; without one the line says it.
_CONTACT = (
    "CASE WHEN {row}.campaign_status IN (2, 4, 6, 7) OR "
    "({row}.campaign_status IS NULL AND {row}.result = 'answered') THEN 1 ELSE 0 END"
)
_SUCCESS = f"CASE WHEN {{row}}.resolution IN ({_codes(SUCCESS_RESOLUTIONS)}) THEN 1 ELSE 0 END"
_REJECTION = f"CASE WHEN {{row}}.resolution IN ({_codes(REJECTED_RESOLUTIONS)}) THEN 1 ELSE 0 END"
_QUARTER = {
    "sqlite": "CAST(strftime('%s', substr({row}.started_at, 1, 19)) AS INTEGER) / 900",
    "postgresql": "CAST(floor(extract(epoch FROM {row}.started_at) / 900) AS INTEGER)",
}
_CALL_WATCHED = ("campaign_id", "counted", "undone_at", "campaign_status", "resolution", "result")


def _seller_figure(_dialect: str) -> RollUp:
    return RollUp(
        table="seller_figure",
        source="call",
        keys=tuple(
            zip(
                SELLER_KEY,
                ("{row}.organisation_id", "{row}.campaign_id", "COALESCE({row}.seller_id, 0)"),
                strict=True,
            )
        ),
        sums=(
            ("attempts", "1"),
            ("contacts", _CONTACT),
            ("successes", _SUCCESS),
            ("rejections", _REJECTION),
            ("talk_seconds", "{row}.talk_seconds"),
            ("wrap_seconds", "{row}.wrap_seconds"),
        ),
        only=_COUNTED,
        watched=(*_CALL_WATCHED, "seller_id", "talk_seconds", "wrap_seconds"),
    )


def _time_figure(dialect: str) -> RollUp:
    return RollUp(
        table="time_figure",
        source="call",
        keys=tuple(
            zip(TIME_KEY, ("{row}.organisation_id", "{row}.campaign_id", _QUARTER[dialect]), strict=True)
        ),
        sums=(("attempts", "1"), ("contacts", _CONTACT), ("successes", _SUCCESS)),
        only=_COUNTED,
        watched=(*_CALL_WATCHED, "started_at"),
    )


def _seller_time_figure(dialect: str) -> RollUp:
    return RollUp(
        table="seller_time_figure",
        source="call",
        keys=tuple(
            zip(
                SELLER_TIME_KEY,
                ("{row}.organisation_id", _QUARTER[dialect], "COALESCE({row}.seller_id, 0)"),
                strict=True,
            )
        ),
        sums=(("attempts", "1"), ("contacts", _CONTACT), ("successes", _SUCCESS)),
        only=_COUNTED,
        watched=(
            "seller_id",
            "counted",
            "undone_at",
            "campaign_status",
            "resolution",
            "result",
            "started_at",
        ),
    )


_OF_CALLS: tuple[Callable[[str], RollUp], ...] = (_seller_figure, _time_figure, _seller_time_figure)
