"""The first line of the console: campaign, who is signed in, what they are doing and since when, database.

The application's alert, while there is one, takes the database's place.
"""

from __future__ import annotations

from datetime import datetime

from domain.codes import SellerState
from tui import text
from tui.i18n import _
from tui.widgets.lines import Line, Span, cells, clip_line
from tui.widgets.pane import Pane

LOOKS = {
    SellerState.READY: ("●", "ok"),
    SellerState.TALKING: ("☎", "warn"),
    SellerState.WRAP_UP: ("◔", "accent"),
    SellerState.PAUSED: ("‖", "bad"),
    SellerState.AWAY: ("○", "muted"),
}


class StateBar(Pane):
    """Always visible. ``note`` is the pause's label while paused."""

    DEFAULT_CSS = "StateBar { dock: top; height: 1; background: $panel; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="state-bar")
        self.campaign = ""
        self.user = ""
        self.database = ""
        self.state = SellerState.READY
        self.note = ""
        self.since: datetime | None = None
        self.now: datetime | None = None
        self.alert = ""

    def on_mount(self) -> None:
        self.watch(self.app, "alert", self._alerted)

    def _alerted(self, alert: str) -> None:
        self.alert = alert
        self.redraw()

    def tell(self, *, campaign: str, user: str, database: str) -> None:
        """What stays the same while this campaign is open."""
        self.campaign, self.user, self.database = campaign, user, database
        self.redraw()

    def show(self, state: SellerState, since: datetime, now: datetime, note: str = "") -> None:
        """The state and the time in it."""
        self.state, self.since, self.now, self.note = state, since, now, note
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """One row: the campaign gives way first."""
        right = self._right()
        room = width - cells(right)
        left = clip_line((("Dialdeck ", "accent"), (" " + self.campaign, "text")), max(0, room - 1))
        return [(*left, (" " * max(0, room - cells(left)), "text"), *right)]

    def _right(self) -> Line:
        glyph, role = LOOKS[self.state]
        since = ""
        if self.since is not None and self.now is not None:
            since = " " + text.duration((self.now - self.since).total_seconds())
        word = _(self.state.label) + (f" ({self.note})" if self.note else "")
        spans: list[Span] = [(self.user + " ", "text"), (f"{glyph} {word}{since}", role)]
        if self.alert:
            spans.insert(0, (self.alert + "   ", "warn"))
        elif self.database:
            spans.append(("   " + self.database, "muted"))
        return tuple(spans)
