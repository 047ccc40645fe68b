"""Which change of a lead's status who may make: one table, complete over all statuses and none.

Written by ``domain.calling.lead_status`` only. Source: the calling specification, 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.codes import FINAL_STATUSES, RECYCLABLE_STATUSES, DialStatus


class Cause(StrEnum):
    """Who changes a status."""

    OUTCOME = "outcome"
    CALL = "call"
    CLAIM_EXPIRED = "claim_expired"
    DO_NOT_CALL = "do_not_call"
    OFF_REGISTER = "do_not_call_removed"
    EDIT = "edit"
    RECYCLE = "recycle"
    RECYCLE_UNDO = "recycle_undo"
    REPAIR = "repair"
    IMPORT = "import"
    UNDO = "undo"


Status = str | None
EVERY_STATUS: Final[tuple[Status, ...]] = (*(status.value for status in DialStatus), None)
_FINAL: Final = frozenset(status.value for status in FINAL_STATUSES)
_OPEN: Final = frozenset(status for status in EVERY_STATUS if status not in _FINAL)
ANY_STATUS: Final = frozenset(EVERY_STATUS)
_BY_CALL: Final = frozenset(
    {"contacted", "no_answer", "busy", "failed", "dropped", "congestion", "invalid", "closed"}
)
_IN_PLAY: Final = frozenset({DialStatus.NEW.value, *(status.value for status in RECYCLABLE_STATUSES)})


def _row(cause: Cause, before: Status) -> frozenset[Status]:
    """What a cause may make of a status, beside leaving it."""
    still_open, off = before in _OPEN, before != DialStatus.DNC
    rows: dict[Cause, frozenset[Status]] = {
        Cause.OUTCOME: ANY_STATUS if still_open else frozenset(),
        Cause.CALL: _BY_CALL if still_open else frozenset(),
        Cause.CLAIM_EXPIRED: frozenset({"contacted"}) if still_open else frozenset(),
        Cause.DO_NOT_CALL: frozenset({"dnc"}) if still_open else frozenset(),
        Cause.OFF_REGISTER: frozenset() if off else ANY_STATUS,
        Cause.EDIT: ANY_STATUS if off else frozenset(),
        Cause.RECYCLE: _IN_PLAY if off else frozenset(),
        Cause.RECYCLE_UNDO: ANY_STATUS if before in _IN_PLAY else frozenset(),
        Cause.REPAIR: ANY_STATUS if before in (None, "new") else frozenset(),
        Cause.IMPORT: ANY_STATUS if before is None else frozenset(),
        Cause.UNDO: ANY_STATUS,
    }
    return rows[cause] | {before}


ALLOWED: Final[Mapping[Cause, Mapping[Status, frozenset[Status]]]] = {
    cause: {before: _row(cause, before) for before in EVERY_STATUS} for cause in Cause
}
"""For every cause and every status (None: no status) the statuses it may become; staying is always allowed.

A final status is left by an undo, a recycle or a supervisor's edit only; *do not call* by an undo and by taking
the number off the register only. A repair gives a status to leads that have none and to those that were dialled
but are still new. An import sets the status of the leads it makes.
"""


def allows(cause: Cause, before: Status, after: Status) -> bool:
    """Whether ``cause`` may turn ``before`` into ``after``; an empty or unknown word counts as no status."""
    known = before if before in ANY_STATUS else None
    return (after or None) in ALLOWED[cause][known] or (after or None) == (before or None)
