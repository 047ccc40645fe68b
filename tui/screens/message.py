"""A window with a text: an error (title and one clear line), a warning, something long to read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from domain.errors import DomainError
from tui.i18n import _
from tui.screens.base import Window


class MessageScreen(Window[None]):
    """``text`` is shown as it is, never as markup. Esc, Enter and Space close; ``c`` copies the text.

    ``kind`` is ``error``, ``warning`` or ``note``: a glyph and a colour beside the title.
    """

    BINDINGS = [
        Binding("escape,enter,space", "close", "close", show=False),
        Binding("c", "copy", "copy", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown", "scroll(8)", "down", show=False),
        Binding("pageup", "scroll(-8)", "up", show=False),
    ]
    CSS = """
    MessageScreen { align: center middle; }
    MessageScreen > VerticalGroup {
        width: 64; max-width: 94%; max-height: 90%; height: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    MessageScreen .-error { border: round $class-final; }
    MessageScreen .-warning { border: round $class-problematic; }
    MessageScreen VerticalScroll { height: auto; max-height: 18; margin: 1 0; scrollbar-size-vertical: 1; }
    MessageScreen #keys { color: $quiet; text-align: right; }
    """
    GLYPHS = {"error": "✕", "warning": "⚠", "note": "•"}
    STYLES = {"error": "bold $class-final", "warning": "bold $class-problematic", "note": "bold $primary"}

    def __init__(self, title: str, text: str, kind: str = "note") -> None:
        super().__init__()
        self.heading = title
        self.text = text
        self.kind = kind

    @classmethod
    def of(cls, error: DomainError) -> MessageScreen:
        """The window for a refusal of the domain."""
        return cls(_(error.title), error.message, "error")

    def compose(self) -> ComposeResult:
        with VerticalGroup(classes=f"-{self.kind}"):
            yield Static(
                Content.assemble(
                    (f"{self.GLYPHS[self.kind]} ", self.STYLES[self.kind]), (self.heading, "bold")
                ),
                id="title",
            )
            with VerticalScroll(can_focus=False):
                yield Static(Content(self.text), id="text")
            yield Static(
                Content.assemble(("Enter", "bold"), " ", _("close"), "   ", ("c", "bold"), " ", _("copy")),
                id="keys",
            )

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        self.app.copy(f"{self.heading}: {self.text}", _("the message"))

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
