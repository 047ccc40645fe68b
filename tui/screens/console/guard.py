"""The pause of a breath after a new person appears, so that a word typed blind fires at most one outcome."""

from __future__ import annotations

QUIET_SECONDS = 0.4


class Guard:
    """Letters rest until ``QUIET_SECONDS`` have passed without one since the person was painted.

    Times are those of a monotonic clock, in seconds.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def painted(self, at: float) -> None:
        """A new person is on screen since ``at``."""
        self._until = at + QUIET_SECONDS

    def rests(self, at: float) -> bool:
        """Whether a letter pressed at ``at`` is to be ignored; such a letter makes the pause longer."""
        if at >= self._until:
            return False
        self._until = at + QUIET_SECONDS
        return True
