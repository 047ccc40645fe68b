"""A line of what can be changed with a key or a click: ``t To New   e [x] reset attempts   f only: all``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

_GAP = 3


@dataclass(frozen=True, slots=True)
class Switch:
    """``key`` as shown, ``words`` as data, ``action`` of the screen; ``on`` None where it is no check box."""

    key: str
    words: str
    action: str
    on: bool | None = None

    @property
    def content(self) -> Content:
        box = "" if self.on is None else "[x] " if self.on else "[ ] "
        style = "bold $accent" if self.on else ""
        return Content.assemble(
            (self.key, "bold $accent"), " ", (box, style), (self.words, "bold" if self.on else "")
        )


class Switches(Widget):
    """As many on a row as fit."""

    DEFAULT_CSS = """
    Switches { height: auto; width: 1fr; }
    """
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.switches: Sequence[Switch] = ()

    def show(self, switches: Sequence[Switch]) -> None:
        """Show these."""
        if switches != self.switches:
            self.switches = tuple(switches)
            self.refresh(layout=True)

    def _rows(self, width: int) -> list[list[Switch]]:
        rows: list[list[Switch]] = [[]]
        room = width
        for switch in self.switches:
            cells = switch.content.cell_length + _GAP
            if rows[-1] and cells - _GAP > room:
                rows.append([])
                room = width
            rows[-1].append(switch)
            room -= cells
        return rows

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Content:
        width = self.size.width
        lines = [Content(" " * _GAP).join(switch.content for switch in row) for row in self._rows(width)]
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        event.stop()
        rows = self._rows(self.size.width)
        if event.y >= len(rows):
            return
        left = 0
        for switch in rows[event.y]:
            cells = switch.content.cell_length
            if left <= event.x < left + cells:
                await self.app.run_action(switch.action, default_namespace=self.screen)
                return
            left += cells + _GAP
