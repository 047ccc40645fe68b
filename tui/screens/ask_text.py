"""One line of text to type, checked while it is typed: what is wrong with it stands below, and Enter waits."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, Static

from tui.i18n import _
from tui.screens.base import Window
from tui.text import data


class TextScreen(Window[str]):
    """The text, None where it was left. ``check`` says what is wrong with a text, empty where nothing is."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
    ]
    CSS = """
    TextScreen { align: center middle; }
    TextScreen > VerticalGroup {
        width: 72; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    TextScreen Input { border: none; height: 1; background: $panel; padding: 0 1; margin: 1 0 0 0; }
    TextScreen Input:focus { border: none; background: $primary 30%; }
    TextScreen #explained { color: $quiet; height: auto; }
    TextScreen #wrong { height: auto; min-height: 1; max-height: 4; }
    TextScreen #keys { color: $quiet; }
    """
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        title: str,
        value: str,
        explained: str = "",
        check: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self.heading = title
        self.value = value
        self.explained = explained
        self.check = check

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(self.heading, "bold"))
            yield Static(Content(self.explained), id="explained")
            yield Input(self.value, id="text", compact=True)
            yield Static(Content(""), id="wrong")
            yield Static(Content(_("Enter takes it · Esc leaves it as it was")), id="keys")

    def on_mount(self) -> None:
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say()

    def _say(self) -> None:
        wrong = self._wrong()
        self.query_one("#wrong", Static).update(data(f"✕ {wrong}", "$class-final") if wrong else Content(""))

    def _wrong(self) -> str:
        return self.check(self.query_one(Input).value) if self.check is not None else ""

    def action_take(self) -> None:
        """Take it, where nothing is wrong with it."""
        if self._wrong():
            self.app.bell()
            return
        self.dismiss(self.query_one(Input).value)

    def action_leave(self) -> None:
        self.dismiss(None)
