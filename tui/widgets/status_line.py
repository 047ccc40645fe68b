"""The line that answers a key: what was recorded, what is asked, what was refused.

What is too long for one row goes on in the row of the figures below, which come back with the next message;
nothing is laid out anew for it.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.widgets.lines import Line, cells, clip_line, join, spread, wrap_line
from tui.widgets.pane import Pane

GLYPHS = {"ok": "✓", "warn": "⚠", "bad": "✕", "accent": "▸", "muted": "·"}


class StatusLine(Pane):
    """One row; a message always begins with the glyph of its kind. ``end`` stays visible at the right.

    ``spill`` is told the rest of a message that is longer than the row, nothing for one that fits.
    """

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; background: $surface; }"

    def __init__(self, spill: Callable[[Line], None] | None = None) -> None:
        super().__init__(id="status")
        self.spill = spill or (lambda rest: None)
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
        self._show(((text, "text"),), kind, ())
        shown = self._said
        self.set_timer(seconds, lambda: self.end_flash() if self._said == shown else None)

    def end_flash(self) -> None:
        """What stood there before comes back."""
        if self._before is not None:
            self.tell(*self._before)

    def clear(self) -> None:
        """Nothing to say."""
        self.tell((), "muted")

    def body(self, width: int) -> list[Line]:
        """One row, the rest of it below."""
        if not self.line:
            self.spill(())
            return [()]
        start: Line = ((f"{GLYPHS[self.kind]} ", self.kind), *self.line)
        room = width - cells(self.end) - (1 if self.end else 0)
        first, *rest = wrap_line(start, max(room, width // 3))
        self.spill(join(rest, (" ", "text")))
        return [spread(first, self.end, width) if self.end else clip_line(first, width)]
