"""The last line of every screen: the keys that work now, as many as the width allows, each can be clicked."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui import commands
from tui.i18n import _
from tui.keymap import shown_key

_GAP = 2


class KeyLine(Widget):
    """Made from the live bindings, so it follows the user's keymap and what is possible now.

    One paint instead of Textual's footer of many widgets. Where the line is too narrow, the commands with the
    highest ``show`` number go first; help stays.
    """

    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self, event: events.Resize) -> None:
        self.refresh()

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def _entries(self) -> list[tuple[int, str, str, str, bool]]:
        """(order, key as shown, label, action, enabled) of each command now in force, each once."""
        entries: dict[str, tuple[int, str, str, str, bool]] = {}
        for key, active in self.screen.active_bindings.items():
            command = commands.BY_ID.get(active.binding.id or "")
            if command is None or not command.show or command.id in entries:
                continue
            namespace = "app" if active.node is self.app else "screen"
            action = command.action if "." in command.action else f"{namespace}.{command.action}"
            entries[command.id] = (command.show, shown_key(key), _(command.label), action, active.enabled)
        return sorted(entries.values())

    def _chosen(self, width: int) -> list[tuple[int, str, str, str, bool]]:
        entries = self._entries()

        def cells() -> int:
            texts = [Content(f"{key} {label}").cell_length for _show, key, label, _action, _on in entries]
            return sum(texts) + _GAP * max(len(texts) - 1, 0)

        while entries and cells() > width:
            for entry in reversed(entries):
                if entry[3] != "app.help":
                    entries.remove(entry)
                    break
            else:
                break
        return entries

    def render(self) -> Content:
        parts: list[Content] = []
        for _show, key, label, action, enabled in self._chosen(self.size.width):
            if enabled:
                part = Content.assemble((key, "bold $footer-key-foreground"), " ", label)
                part = part.stylize(f"@click={action}()")
            else:
                part = Content.styled(f"{key} {label}", "$quiet")
            parts.append(part)
        return Content(" " * _GAP).join(parts)
