"""The pause of a breath after a new person appears or a note ended, so that words typed on give nobody away."""

from __future__ import annotations

QUIET_SECONDS = 0.4


class Guard:
    """Letters rest until ``QUIET_SECONDS`` have passed without one since the person was painted, or since
    Enter ended the note: then ``writing`` holds, and what is typed is most likely the rest of a sentence.

    Times are those of a monotonic clock, in seconds.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self.writing = False

    def painted(self, at: float) -> None:
        """A new person is on screen since ``at``."""
        self._until = at + QUIET_SECONDS
        self.writing = False

    def written(self, at: float) -> None:
        """Enter ended the note at ``at``; the hands may still be writing."""
        self._until = at + QUIET_SECONDS
        self.writing = True

    def rests(self, at: float) -> bool:
        """Whether a letter pressed at ``at`` is to be ignored; such a letter makes the pause longer."""
        if at >= self._until:
            return False
        self._until = at + QUIET_SECONDS
        return True
