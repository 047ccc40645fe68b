"""The port every way of dialling stands behind: by hand now, a softphone or an exchange later.

The rules (register, hours, attempts) are ``domain.calling.dialling``; a dialler only reaches the telephone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Dialled:
    """What the dialler did with ``number`` (E.164), in one line for the seller.

    ``trouble`` tells that a part of it failed; the call can still be made by hand.
    """

    number: str
    message: str
    trouble: bool = False


class Dialler(Protocol):
    """Reaches a telephone. It never decides whether a number may be called."""

    def dial(self, number: str) -> Dialled:
        """Start a call to ``number`` (E.164)."""

    def hang_up(self) -> None:
        """End the call, where the dialler can."""
