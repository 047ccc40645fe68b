"""The last line of every screen: the keys that work now, as many as the width allows, each can be clicked."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from tui import commands
from tui.i18n import _
from tui.keymap import shown_key

_GAP = 2


@dataclass(frozen=True, slots=True)
class _Entry:
    """One key of the line; ``node`` is where its action lives."""

    show: int
    key: str
    label: str
    command: commands.Command
    node: DOMNode
    enabled: bool

    @property
    def text(self) -> Content:
        if not self.enabled:
            return Content.styled(f"{self.key} {self.label}", "$quiet")
        return Content.assemble((self.key, "bold $accent"), " ", self.label)

    @property
    def cells(self) -> int:
        return self.text.cell_length


class KeyLine(Widget):
    """Made from the live bindings, so it follows the user's keymap and what is possible now.

    One paint instead of Textual's footer of many widgets. Where the line is too narrow, the commands with the
    highest ``show`` number go first, before them those not possible now; help stays.
    """

    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[_Entry] = []

    @property
    def offered(self) -> set[str]:
        """The commands painted as possible now."""
        return {entry.command.id for entry in self._shown if entry.enabled}

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self, event: events.Resize) -> None:
        self.refresh()

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def _entries(self) -> list[_Entry]:
        """Each command now in force, once, in the order of the registry's ``show``."""
        entries: dict[str, _Entry] = {}
        for key, active in self.screen.active_bindings.items():
            command = commands.BY_ID.get(active.binding.id or "")
            if command is None or not command.show or command.id in entries:
                continue
            entries[command.id] = _Entry(
                command.show, shown_key(key), _(command.label), command, active.node, active.enabled
            )
        return sorted(entries.values(), key=lambda entry: entry.show)

    def _chosen(self, width: int) -> list[_Entry]:
        entries = self._entries()
        while entries and sum(entry.cells + _GAP for entry in entries) - _GAP > width:
            rest = [entry for entry in entries if entry.command.id != "app.help"]
            if not rest:
                break
            # What cannot be done now goes first, then the last in order.
            entries.remove(max(rest, key=lambda entry: (not entry.enabled, entry.show)))
        return entries

    def render(self) -> Content:
        self._shown = self._chosen(self.size.width)
        return Content(" " * _GAP).join(entry.text for entry in self._shown)

    async def on_click(self, event: events.Click) -> None:
        """Run the command under the mouse."""
        event.stop()
        left = self.gutter.left
        for entry in self._shown:
            if left <= event.x < left + entry.cells and entry.enabled:
                await self.app.run_action(entry.command.action, default_namespace=entry.node)
                return
            left += entry.cells + _GAP
