"""Choosing a file by typing its path: what it can become stands below, Tab completes, Enter takes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from tui.i18n import _
from tui.paths import Entry, Found, matching, meant
from tui.screens.base import Window
from tui.text import clip, data, fit
from tui.widgets.rows import Row, Rows


class FileScreen(Window[Path]):
    """The file, None where none was chosen. ``start`` stands in the field at first."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("tab", "complete", show=False, priority=True),
        Binding("down", "move('cursor_down')", show=False, priority=True),
        Binding("up", "move('cursor_up')", show=False, priority=True),
        Binding("pagedown", "move('page_down')", show=False, priority=True),
        Binding("pageup", "move('page_up')", show=False, priority=True),
    ]
    CSS = """
    FileScreen { align: center top; }
    FileScreen > VerticalGroup {
        width: 100; max-width: 96%; height: auto; margin: 1 0 0 0;
        border: round $primary; background: $surface; padding: 0 1;
    }
    FileScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    FileScreen Input:focus { border: none; }
    FileScreen Rows { height: 14; max-height: 60vh; background: $surface; margin: 1 0; }
    FileScreen #said { color: $quiet; height: 1; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, start: str) -> None:
        super().__init__()
        self.start = start
        self.entries: dict[str, Entry] = {}

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Which file?"), "bold"))
            yield Input(self.start, id="path", compact=True)
            yield Rows(can_focus=False)
            yield Static(Content(""), id="said")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_position = len(self.start)
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look()

    @property
    def typed(self) -> str:
        return self.query_one(Input).value

    def _look(self) -> None:
        typed = self.typed
        self.ask(lambda: matching(typed), self._show, group="folder")

    def _show(self, found: Found) -> None:
        self.entries = {str(each.path): each for each in found.entries}
        self.query_one(Rows).show([Row(key, partial(_draw, each)) for key, each in self.entries.items()])
        if found.problem:
            line = data(f"✕ {found.problem}", "$class-final")
        elif not found.entries:
            line = Content(_("Nothing here begins like that."))
        else:
            more = _(" · more than fit: type on") if found.more else ""
            line = Content(_("Enter opens or takes it · Tab completes · ↑↓ choose · Esc closes") + more)
        self.query_one("#said", Static).update(line)

    @property
    def chosen(self) -> Entry | None:
        return self.entries.get(self.query_one(Rows).chosen or "")

    def _become(self, entry: Entry) -> None:
        field = self.query_one(Input)
        field.value = entry.text
        field.cursor_position = len(entry.text)

    def action_complete(self) -> None:
        """Put the marked entry in the field."""
        if self.chosen is not None:
            self._become(self.chosen)

    def action_take(self) -> None:
        """Open the marked folder, or take the marked file; a whole path that was typed is taken as it is."""
        typed = Path(meant(self.typed))
        if self.typed.strip() and typed.is_file():
            self.dismiss(typed.absolute())
            return
        if self.chosen is None:
            self.app.bell()
        elif self.chosen.folder:
            self._become(self.chosen)
        else:
            self.dismiss(self.chosen.path)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        if self.chosen is not None and self.chosen.folder:
            self._become(self.chosen)
        elif self.chosen is not None:
            self.dismiss(self.chosen.path)

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_leave(self) -> None:
        self.dismiss(None)


def _draw(entry: Entry, width: int) -> Content:
    if entry.size is None:
        return Content.styled(clip(f"{entry.path.name}/", width), "bold")
    size = f"{entry.size / 1000:,.0f} kB" if entry.size >= 1000 else f"{entry.size} B"
    return Content.assemble(fit(entry.path.name, max(width - 12, 8)), (fit(size, 12, right=True), "$quiet"))
