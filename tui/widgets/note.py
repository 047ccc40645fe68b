"""The note about this call: a field of a few rows that gives the keys back when it is left."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from tui.i18n import _
from tui.text import clean
from tui.widgets.pane import Pane


class NoteArea(TextArea):
    """Enter and Esc leave the field, Ctrl+J (and pasted text) makes a new line."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+j", "new_line", show=False),
    ]
    DEFAULT_CSS = """
    NoteArea { height: 1; border: none; padding: 0 1; background: $surface; scrollbar-size-vertical: 0; }
    NoteArea:focus { border: none; background: $surface; }
    NoteArea > .text-area--placeholder { color: $quiet; }
    """

    class Left(Message):
        """The person gave the keys back; ``by_enter``: with the key that ends a line of writing."""

        def __init__(self, *, by_enter: bool = False) -> None:
            super().__init__()
            self.by_enter = by_enter

    def __init__(self) -> None:
        super().__init__(
            id="note",
            soft_wrap=True,
            show_line_numbers=False,
            compact=True,
            highlight_cursor_line=False,
            tab_behavior="focus",
            placeholder="",
        )

    def hint(self, key: str) -> None:
        """Say which key begins a note."""
        self.placeholder = Content(_("{key} writes a note").format(key=key) if key else "")

    def begin(self, text: str) -> None:
        """Take a draft (or nothing) for a new person, without telling it as a change by hand."""
        tidy = "\n".join(clean(line) for line in text.split("\n"))
        if tidy != self.text:
            with self.prevent(TextArea.Changed):
                self.load_text(tidy)
            self.move_cursor(self.document.end)

    @property
    def rows(self) -> int:
        """How many rows the text takes at this width."""
        return max(1, self.wrapped_document.height)

    def action_leave(self) -> None:
        """Give the keys back."""
        self.post_message(self.Left())

    def action_new_line(self) -> None:
        """A new line where the cursor is."""
        self.insert("\n")

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(by_enter=True))


class NoteTitle(Pane):
    """The rule above the note, or above a prompt standing in its place (not on a low screen)."""

    DEFAULT_CSS = "NoteTitle { height: 1; }"

    def __init__(self, title: str) -> None:
        super().__init__(title, id="note-title")

    def tell(self, title: str) -> None:
        """Another title."""
        if title != self.title:
            self.title = title
            self.redraw()
