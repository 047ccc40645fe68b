"""The line that answers a key: what was recorded, what is asked, what was refused."""

from __future__ import annotations

from tui.widgets.lines import Line, clip_line, spread
from tui.widgets.pane import ROLE_CSS, Pane

GLYPHS = {"ok": "✓", "warn": "⚠", "bad": "✕", "accent": "▸", "muted": "·"}


class StatusLine(Pane):
    """One row; a message always begins with the glyph of its kind. ``end`` stays visible at the right."""

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; background: $surface; " + ROLE_CSS + "}"

    def __init__(self) -> None:
        super().__init__(id="status")
        self.line: Line = ()
        self.end: Line = ()
        self.kind = "muted"

    def say(self, text: str, kind: str = "accent", end: Line = ()) -> None:
        """Show a sentence; ``kind`` is ``ok``, ``warn``, ``bad``, ``accent`` or ``muted``."""
        self.tell(((text, "text"),), kind, end)

    def tell(self, line: Line, kind: str = "accent", end: Line = ()) -> None:
        """Show a line with roles."""
        self.line, self.end, self.kind = line, end, kind
        self.redraw()

    def clear(self) -> None:
        """Nothing to say."""
        self.tell((), "muted")

    def body(self, width: int) -> list[Line]:
        """One row."""
        if not self.line:
            return [()]
        start: Line = ((f"{GLYPHS[self.kind]} ", self.kind), *self.line)
        return [spread(start, self.end, width) if self.end else clip_line(start, width)]
