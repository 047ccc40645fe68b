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
        self._said = 0
        self._before: tuple[Line, str, Line] | None = None

    def say(self, text: str, kind: str = "accent", end: Line = ()) -> None:
        """Show a sentence; ``kind`` is ``ok``, ``warn``, ``bad``, ``accent`` or ``muted``."""
        self.tell(((text, "text"),), kind, end)

    def tell(self, line: Line, kind: str = "accent", end: Line = ()) -> None:
        """Show a line with roles."""
        self._before = None
        self._show(line, kind, end)

    def _show(self, line: Line, kind: str, end: Line) -> None:
        self._said += 1
        self.line, self.end, self.kind = line, end, kind
        self.redraw()

    def flash(self, text: str, kind: str, seconds: float) -> None:
        """Show a sentence for a moment, then what stood there again, unless something else was said since."""
        if self._before is None:
            self._before = (self.line, self.kind, self.end)
        before = self._before
        self._show(((text, "text"),), kind, ())
        shown = self._said

        def back() -> None:
            if self._said == shown:
                self.tell(*before)

        self.set_timer(seconds, back)

    def clear(self) -> None:
        """Nothing to say."""
        self.tell((), "muted")

    def body(self, width: int) -> list[Line]:
        """One row."""
        if not self.line:
            return [()]
        start: Line = ((f"{GLYPHS[self.kind]} ", self.kind), *self.line)
        return [spread(start, self.end, width) if self.end else clip_line(start, width)]
