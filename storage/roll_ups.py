"""The figures the database keeps itself: what each is the sum of, as SQL over one row of its source.

``storage.triggers`` writes them in the transaction that changes the source, ``storage.figures`` makes them anew,
``storage.integrity`` compares: all three from the expressions that stand here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.calling.tally_model import PLACE
from domain.codes import REJECTED_RESOLUTIONS, SUCCESS_RESOLUTIONS
from domain.reporting.models import (
    LEAD_KEY,
    LONGEST_STATE,
    SELLER_KEY,
    SELLER_TIME_KEY,
    STATE_KEY,
    TIME_KEY,
)


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
    return (_LEAD_TALLY, _LEAD_FIGURE, *(make(dialect) for make in _OF_DEEDS))


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
_EPOCH = {
    "sqlite": "CAST(strftime('%s', substr({at}, 1, 19)) AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM {at})) AS INTEGER)",
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


def _seller_state_figure(dialect: str) -> RollUp:
    """A state ends with the seller's next: what is summed of a row is the time of the one before it."""
    lasted = f"({_EPOCH[dialect].format(at='{row}.at')} - {_EPOCH[dialect].format(at='b.at')})"
    counted = f"CASE WHEN {lasted} > {LONGEST_STATE} THEN {LONGEST_STATE} ELSE {lasted} END"
    return RollUp(
        table="seller_state_figure",
        source="seller_state_event",
        keys=tuple(
            zip(
                STATE_KEY,
                ("{row}.organisation_id", _before("COALESCE(b.campaign_id, 0)"), "{row}.seller_id"),
                strict=True,
            )
        ),
        sums=(
            ("signed_in_seconds", _before(counted)),
            ("paused_seconds", _before(f"CASE WHEN b.state = 'paused' THEN {counted} ELSE 0 END")),
        ),
        only=f"COALESCE({_before('b.state')}, 'away') <> 'away'",
        watched=("seller_id", "campaign_id", "state", "at"),
    )


def _before(wanted: str) -> str:
    """Something of the state a seller was in before a row."""
    return (
        f"(SELECT {wanted} FROM seller_state_event b WHERE b.organisation_id = {{row}}.organisation_id "
        "AND b.seller_id = {row}.seller_id AND b.at <= {row}.at AND (b.at < {row}.at OR b.id < {row}.id) "
        "ORDER BY b.at DESC, b.id DESC LIMIT 1)"
    )


_OF_DEEDS: tuple[Callable[[str], RollUp], ...] = (
    _seller_figure,
    _time_figure,
    _seller_time_figure,
    _seller_state_figure,
)
