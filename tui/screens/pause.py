"""Pausing: choose why with one digit; the window stays, with its clock, until the seller goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Static

from domain.errors import DomainError
from tui import text
from tui.i18n import _
from tui.screens.base import Window

if TYPE_CHECKING:
    from domain.people.states import StateView


class PauseScreen(Window["StateView"]):
    """Closes with None when nobody paused, else with the state entered by going on.

    ``began`` is told state and label when the pause begins.
    """

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("enter,r", "go_on", show=False),
    ]
    CSS = """
    PauseScreen { align: center middle; }
    PauseScreen > VerticalGroup {
        width: 46; max-width: 94%; height: auto; border: round $warning; background: $surface; padding: 0 1;
    }
    PauseScreen Static { width: 1fr; }
    PauseScreen #clock { text-style: bold; margin: 1 0; }
    """

    def __init__(self, campaign_id: int, began: Callable[[StateView, str], None]) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.began = began
        self.state: StateView | None = None
        self.busy = False

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Pause: why?"), "bold"), id="title")
            yield Static(self._codes(), id="clock")
            yield Static(Content(_("A digit pauses, Esc goes on working.")), id="keys")

    def _codes(self) -> Content:
        lines = [
            Content.assemble((f"{number} ", "bold $accent"), _(label))
            for number, (_code, label) in enumerate(self.desk.pause_codes(), 1)
        ]
        return Content("\n").join(lines)

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)

    def on_key(self, event: events.Key) -> None:
        """A digit chooses; no key reaches the screen below."""
        if event.key.isdigit() and self.state is None and not self.busy:
            codes = self.desk.pause_codes()
            number = int(event.key)
            if 1 <= number <= len(codes):
                self._pause(codes[number - 1][0])
        if event.is_printable and event.key != "r":
            event.stop()

    def _pause(self, code: str) -> None:
        desk, campaign = self.desk, self.campaign_id
        self.busy = True
        self.do(lambda: desk.pause(code, campaign), self._paused, group="pause", failed=self._failed)

    def _paused(self, state: StateView) -> None:
        self.busy, self.state = False, state
        label = dict(self.desk.pause_codes()).get(state.pause_code or "", "")
        self.began(state, _(label))
        self._say("title", Content.assemble(("‖ ", "bold $warning"), (_("Paused: "), "bold"), _(label)))
        self._say("keys", Content(_("Enter or r goes on working.")))
        self._tick()

    def _tick(self) -> None:
        if self.state is not None and not self.busy:
            spent = (self.desk.now() - self.state.since).total_seconds()
            self._say("clock", Content(text.duration(spent)))

    def action_go_on(self) -> None:
        """Back to work."""
        if self.state is None or self.busy:
            return
        self.busy = True
        desk, campaign = self.desk, self.campaign_id
        self.do(lambda: desk.resume(campaign), self.dismiss, group="pause", failed=self._failed)

    def action_leave(self) -> None:
        """Esc closes only while nothing was chosen, so that a pause never ends by accident."""
        if self.state is None and not self.busy:
            self.dismiss(None)

    def _failed(self, error: DomainError) -> None:
        self.busy = False
        self._say("keys", Content(error.message))

    def _say(self, what: str, content: Content) -> None:
        self.query_one(f"#{what}", Static).update(content)
