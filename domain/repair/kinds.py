"""The kinds of problems a lead can have, and how many leads have each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is not right with a lead, in the order in which it is asked."""

    NO_STATUS = "no_status"
    DIALED_BUT_NEW = "dialed_but_new"
    MISSING_DIAL_TRACKING = "missing_dial_tracking"
    COUNTER_MISMATCH = "counter_mismatch"
    STALE_CLAIMS = "stale_claims"

    @property
    def label(self) -> str:
        """The problem in words."""
        return _LABELS[self]


KINDS = tuple(Kind)
_LABELS = {
    Kind.NO_STATUS: "No status",
    Kind.DIALED_BUT_NEW: "Dialled but still new",
    Kind.MISSING_DIAL_TRACKING: "Calls but no attempts counted",
    Kind.COUNTER_MISMATCH: "Counters that differ from the calls",
    Kind.STALE_CLAIMS: "Ended but still in the hopper or claimed",
}


@dataclass(frozen=True, slots=True)
class Problems:
    """How many leads have which problem, each counted once."""

    no_status: int = 0
    dialed_but_new: int = 0
    missing_dial_tracking: int = 0
    counter_mismatch: int = 0
    stale_claims: int = 0

    @property
    def total(self) -> int:
        """Distinct leads with a problem."""
        return sum(self.of(kind) for kind in KINDS)

    def of(self, kind: Kind) -> int:
        """How many have this one."""
        return int(getattr(self, kind.value))
