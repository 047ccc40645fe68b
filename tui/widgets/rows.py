"""A list to choose from: rows of one or more lines, drawn for the width there is, marked where one stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

MARK = "▸"
Draw = Callable[[int], Content]


@dataclass(frozen=True, slots=True)
class Row:
    """``key`` stays the same while the list is refreshed; ``draw(width)`` makes the row's text in cells.

    A row that cannot be chosen is a heading.
    """

    key: str
    draw: Draw
    heading: bool = False


class Rows(OptionList):
    """``show`` replaces the rows in place: where the same rows stand, nothing but changed text is painted; the row
    one stands on stays where it is on the screen, whatever comes or goes above it.
    """

    DEFAULT_CSS = """
    Rows {
        border: none; background: $background; padding: 0; height: 1fr;
        & > .option-list--option { padding: 0; }
        & > .option-list--option-disabled { color: $quiet; text-style: bold; }
        & > .option-list--option-hover { background: $foreground 5%; }
        & > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: none; }
        &:focus { border: none; background-tint: $background 0%; }
        &:focus > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, can_focus: bool = True) -> None:
        super().__init__(id=id, markup=False)
        self.can_focus = can_focus
        self._rows: list[Row] = []
        self._drawn: list[Content] = []
        self._marked: int | None = None

    @property
    def chosen(self) -> str | None:
        """The key of the row one stands on."""
        here = self.highlighted
        return self._rows[here].key if here is not None and here < len(self._rows) else None

    def show(self, rows: Sequence[Row], *, chosen: str | None = None) -> None:
        """Show these rows; one stays on the same row where it still is, else ``chosen``, else the first."""
        keys = [row.key for row in rows]
        here = self.chosen
        same = keys == [row.key for row in self._rows]
        self._rows = list(rows)
        if same:
            self._redraw()
            return
        wanted = here if here in keys else chosen
        first = next((index for index, row in enumerate(rows) if not row.heading), None)
        above = self._line_of(self.highlighted) - self.scroll_offset.y if here and wanted in keys else None
        mark = self._marked = keys.index(wanted) if wanted in keys else first
        self._drawn = [self._draw(index) for index in range(len(rows))]
        self.set_options(
            Option(text, disabled=row.heading) for row, text in zip(rows, self._drawn, strict=True)
        )
        self.highlighted = mark
        if above is not None:
            self.scroll_to(y=self._line_of(mark) - above, animate=False, force=True, immediate=True)

    def _line_of(self, index: int | None) -> int:
        """How many lines stand above a row."""
        return sum(1 + text.plain.count("\n") for text in self._drawn[: index or 0])

    def _draw(self, index: int) -> Content:
        row = self._rows[index]
        text = row.draw(max(self._room - 2, 10))
        if row.heading:
            return text
        mark = Content.styled(f"{MARK} ", "$accent") if index == self._marked else Content("  ")
        first, *rest = text.split("\n")
        return Content("\n").join([mark + first, *(Content("  ") + line for line in rest)])

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width or self.app.size.width

    def _redraw(self) -> None:
        for index in range(len(self._rows)):
            self._redraw_one(index)

    def _redraw_one(self, index: int) -> None:
        text = self._draw(index)
        if not text.is_same(self._drawn[index]):
            self._drawn[index] = text
            self.replace_option_prompt_at_index(index, text)

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def watch_highlighted(self, highlighted: int | None) -> None:
        before, self._marked = self._marked, highlighted
        for index in {before, highlighted} - {None}:
            # While the options are exchanged there are none for a moment.
            if index < min(len(self._drawn), self.option_count):
                self._redraw_one(index)
        super().watch_highlighted(highlighted)
