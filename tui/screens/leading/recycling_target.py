"""What recycled leads become: a small window with the statuses there are, each with what it means."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import OptionList, Static

from domain.codes import DialStatus, status_class
from domain.recycling.selection import TARGETS, label_of
from tui.i18n import _
from tui.screens.base import Window
from tui.text import clip, fit
from tui.widgets.rows import Row, Rows


class TargetScreen(Window[str]):
    """The status chosen, None where nothing was."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
    ]
    CSS = """
    TargetScreen { align: center middle; }
    TargetScreen > VerticalGroup {
        width: 66; max-width: 94%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    TargetScreen Rows { height: auto; max-height: 12; margin: 1 0; background: $surface; }
    TargetScreen #keys { color: $quiet; }
    """
    AUTO_FOCUS = "Rows"

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Recycled leads become"), "bold"))
            yield Rows()
            yield Static(Content(_("Enter takes it · Esc closes")), id="keys")

    def on_mount(self) -> None:
        rows = [Row(target, partial(_draw, target)) for target in TARGETS]
        self.query_one(Rows).show(rows, chosen=self.target)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self.query_one(Rows).chosen)

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_leave(self) -> None:
        self.dismiss(None)


def _draw(target: str, width: int) -> Content:
    cls = status_class(target)
    means = (
        _("may be called at once") if target == DialStatus.NEW else _("keeps the time of its next attempt")
    )
    name = fit(f"{cls.glyph} {_(label_of(target))}", 16)
    return Content.assemble((name, f"$class-{cls.value}"), (clip(means, max(width - 16, 0)), "$quiet"))
