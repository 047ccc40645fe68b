"""One line to a seller: Enter sends it, Esc leaves it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, Static

from domain.people.messages import LONGEST
from tui.i18n import _
from tui.screens.base import Window
from tui.text import clean


class LineScreen(Window[str]):
    """Closes with the line, None where nothing is to be sent."""

    BINDINGS = [Binding("escape", "leave", show=False)]
    CSS = """
    LineScreen { align: center middle; }
    LineScreen > VerticalGroup {
        width: 76; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    LineScreen Input { margin: 1 0; }
    LineScreen #keys { color: $quiet; }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.seller = name

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            title = _("A line to {name}").format(name=clean(self.seller))
            yield Static(Content.styled(title, "bold"), id="title")
            yield Input(max_length=LONGEST, id="line", compact=True)
            keys = _("Enter sends it to their console · Esc leaves it · at most {most} letters")
            yield Static(Content(keys.format(most=LONGEST)), id="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)
        else:
            self.app.bell()

    def action_leave(self) -> None:
        self.dismiss(None)
