"""A pane: a few rows of text that know their roles, painted by themselves.

Changing its content repaints only the cells that differ and never lays the screen out anew, so that the next
person appears in one frame and with few bytes over a slow line.
"""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.lines import Line, cells, clip_line

Look = tuple[str, str, str]
"""A colour variable of the theme ("" for the pane's own), a text style, and a background ("" for the pane's own)."""

# Not component classes: Textual works all of those out for every pane whenever the focus moves, used or not.
LOOKS: dict[str, Look] = {
    "text": ("", "", ""),
    "muted": ("quiet", "", ""),
    "strong": ("", "bold", ""),
    "soft": ("", "italic", ""),
    "name": ("primary", "bold", ""),
    "rule": ("line", "", ""),
    "title": ("quiet", "bold", ""),
    "key": ("accent", "bold", ""),
    "ok": ("class-recyclable", "", ""),
    "success": ("class-recyclable", "", ""),
    "warn": ("class-problematic", "", ""),
    "later": ("class-problematic", "", ""),
    "bad": ("class-final", "", ""),
    "ended": ("class-final", "", ""),
    "accent": ("accent", "", ""),
    "cursor": ("", "reverse", ""),
}


class Pane(Widget, inherit_bindings=False):
    """Rows of spans with an optional title rule, own scrolling and an optional cursor.

    A subclass says what stands there in ``body(width)``; ``redraw`` compares with what is painted.
    ``title`` and ``cursor`` are plain attributes: change them and call ``redraw``.
    """

    BINDINGS = [
        Binding("down", "scroll_rows(1)", show=False),
        Binding("up", "scroll_rows(-1)", show=False),
        Binding("pagedown", "scroll_pages(1)", show=False),
        Binding("pageup", "scroll_pages(-1)", show=False),
        Binding("home", "scroll_rows(-9999)", show=False),
        Binding("end", "scroll_rows(9999)", show=False),
    ]
    LOOKS = LOOKS

    def __init__(self, title: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.title = title
        self.titled = bool(title)
        self.cursor: int | None = None
        self.always_marked = False
        self.top = 0
        self._body: list[Line] = []
        self._rows: list[Line] = []
        self._styles_by_role: dict[str, Style] = {}
        self._themed = ""

    # what a subclass says

    def body(self, width: int) -> list[Line]:
        """The rows below the title, each at most ``width`` cells wide."""
        return []

    def title_end(self) -> Line:
        """A short piece at the right end of the title rule."""
        return ()

    def picked(self, index: int, x: int) -> None:
        """Somebody clicked on body row ``index``, at column ``x``."""

    # drawing

    @property
    def page(self) -> int:
        """How many body rows are visible."""
        return max(0, self.size.height - int(self.titled))

    def redraw(self) -> None:
        """Take the content anew and repaint the cells that changed."""
        if not self.size:
            return
        self._body = self.body(self.size.width)
        self._scroll_to_cursor()
        self._paint()

    def _paint(self) -> None:
        rows = self._compose_rows()
        dirty = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip(self._rows, rows, strict=False))
            for start, end in _difference(old, new)
        ]
        changed_height = len(rows) != len(self._rows)
        self._rows = rows
        if changed_height:
            self.refresh()
        elif dirty:
            self.refresh(*dirty)

    def _compose_rows(self) -> list[Line]:
        width, height = self.size
        self.top = max(0, min(self.top, len(self._body) - self.page))
        marked = self.has_focus or self.always_marked
        rows: list[Line] = [self._title_row(width)] if self.titled else []
        for index in range(self.top, self.top + self.page):
            line = self._body[index] if index < len(self._body) else ()
            rows.append(self._row(line, width, selected=marked and index == self.cursor))
        return rows[:height]

    def _row(self, line: Line, width: int, *, selected: bool) -> Line:
        line = clip_line(line, width)
        padded = (*line, (" " * (width - cells(line)), "text"))
        if not selected:
            return padded
        return tuple((text, "cursor") for text, _ in padded)

    def _title_row(self, width: int) -> Line:
        rule = "━" if self.has_focus else "─"
        end = self.title_end() or self._more()
        start: Line = ((rule, "rule"), (f" {self.title} ", "title"))
        tail: Line = ((" ", "rule"), *end, (" ", "rule"), (rule, "rule")) if end else ()
        start = clip_line(start, max(0, width - cells(tail)))
        return clip_line((*start, (rule * (width - cells(start) - cells(tail)), "rule"), *tail), width)

    def _more(self) -> Line:
        above, below = self.top, len(self._body) - self.top - self.page
        if above <= 0 and below <= 0:
            return ()
        marks = [f"↑{above}"] if above > 0 else []
        if below > 0:
            marks.append(f"↓{below} more")
        return ((" ".join(marks), "muted"),)

    def render_line(self, y: int) -> Strip:
        """One painted row (called by the framework)."""
        if y >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        segments = [Segment(text, self._style(role)) for text, role in self._rows[y] if text]
        return Strip(segments, self.size.width)

    def _style(self, role: str) -> Style:
        style = self._styles_by_role.get(role)
        if style is None:
            variables = self.app.theme_variables
            colour, text_style, ground = self.LOOKS.get(role, self.LOOKS["text"])
            style = self.rich_style + _painted(variables.get(colour), text_style, variables.get(ground))
            self._styles_by_role[role] = style
        return style

    def notify_style_update(self) -> None:
        """Look up the colours anew when the theme or the focus changes (called by the framework)."""
        self._styles_by_role = {}
        if self._themed != self.app.theme:
            self._themed = self.app.theme
            self.refresh()
        super().notify_style_update()

    # scrolling, focus and mouse

    def action_scroll_rows(self, rows: int) -> None:
        """Move the view by ``rows``; nothing happens at the ends."""
        self.top += rows
        self._paint()

    def action_scroll_pages(self, pages: int) -> None:
        """Move the view by whole pages."""
        self.action_scroll_rows(pages * max(1, self.page - 1))

    def _scroll_to_cursor(self) -> None:
        if self.cursor is None or not self._body:
            return
        self.cursor = max(0, min(self.cursor, len(self._body) - 1))
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.page and self.cursor >= self.top + self.page:
            self.top = self.cursor - self.page + 1

    def on_resize(self) -> None:
        self._rows = []
        self.redraw()
        self.refresh()

    def on_focus(self) -> None:
        self._paint()

    def on_blur(self) -> None:
        self._paint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_rows(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_rows(-1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < int(self.titled):
            return
        index = offset.y - int(self.titled) + self.top
        if index < len(self._body):
            event.stop()
            self.picked(index, offset.x)

    def shown_text(self) -> str:
        """What is painted, as plain text (for tests and for copying)."""
        return "\n".join("".join(text for text, _ in row).rstrip() for row in self._rows)


@lru_cache(maxsize=256)
def _painted(colour: str | None, text_style: str, ground: str | None) -> Style:
    behind = Color.parse(ground).rich_color if ground else None
    return Style.parse(text_style) + Style.from_color(
        Color.parse(colour).rich_color if colour else None, behind
    )


def _difference(old: Line, new: Line) -> list[tuple[int, int]]:
    """The span of cells that differs between two rows of the same width (empty when none does)."""
    if old == new:
        return []
    start = 0
    first = 0
    while first < len(old) and first < len(new) and old[first] == new[first]:
        start += cell_len(new[first][0])
        first += 1
    tail = 0
    last = 1
    while last <= min(len(old), len(new)) - first and old[-last] == new[-last]:
        tail += cell_len(new[-last][0])
        last += 1
    total = cells(new)
    return [(start, max(start + 1, total - tail))]
