"""A question with yes and no: y or n, or the arrows and Enter; Esc is no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Button, Static

from tui.i18n import _
from tui.screens.base import Window


class ConfirmScreen(Window[bool]):
    """``text`` is shown as it is. ``default`` says which answer Enter gives at first."""

    BINDINGS = [
        Binding("y", "answer(True)", "yes", show=False),
        Binding("n,escape", "answer(False)", "no", show=False),
        Binding("left,right,up,down,h,l", "other", "other answer", show=False),
    ]
    CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > VerticalGroup {
        width: 64; max-width: 94%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ConfirmScreen #text { margin: 1 0; }
    ConfirmScreen HorizontalGroup { align-horizontal: right; }
    ConfirmScreen Button { margin-left: 2; min-width: 12; }
    """

    def __init__(self, title: str, text: str, *, yes: str = "", no: str = "", default: bool = False) -> None:
        super().__init__()
        self.heading = title
        self.text = text
        self.labels = (yes or _("Yes"), no or _("No"))
        self.default = default

    def compose(self) -> ComposeResult:
        yes, no = self.labels
        with VerticalGroup():
            yield Static(Content.styled(self.heading, "bold"), id="title")
            yield Static(Content(self.text), id="text")
            with HorizontalGroup():
                yield Button(Content.assemble(("y", "bold underline"), "  ", yes), id="yes", compact=True)
                yield Button(Content.assemble(("n", "bold underline"), "  ", no), id="no", compact=True)

    def on_mount(self) -> None:
        self.query_one("#yes" if self.default else "#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_other(self) -> None:
        self.focus_next(Button)
