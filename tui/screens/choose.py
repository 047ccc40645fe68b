"""One of a few things to choose, each with what it means: a small window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import OptionList, Static

from tui.i18n import _
from tui.screens.base import Window
from tui.text import clip, fit
from tui.widgets.rows import Row, Rows

_NAME_CELLS = 22


@dataclass(frozen=True, slots=True)
class Choice:
    """``key`` is what is taken; ``detail`` says what it means."""

    key: str
    label: str
    detail: str = ""


class ChoiceScreen(Window[str]):
    """The key of the choice, None where nothing was chosen."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
    ]
    CSS = """
    ChoiceScreen { align: center middle; }
    ChoiceScreen > VerticalGroup {
        width: 74; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ChoiceScreen Rows { height: auto; max-height: 15; margin: 1 0; background: $surface; }
    ChoiceScreen #keys { color: $quiet; }
    """
    AUTO_FOCUS = "Rows"

    def __init__(self, title: str, choices: Sequence[Choice], chosen: str = "") -> None:
        super().__init__()
        self.heading = title
        self.choices = choices
        self.chosen = chosen

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(self.heading, "bold"))
            yield Rows()
            yield Static(Content(_("Enter takes it · Esc closes")), id="keys")

    def on_mount(self) -> None:
        rows = [Row(each.key, partial(_draw, each)) for each in self.choices]
        self.query_one(Rows).show(rows, chosen=self.chosen)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self.query_one(Rows).chosen)

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_leave(self) -> None:
        self.dismiss(None)


def _draw(choice: Choice, width: int) -> Content:
    return Content.assemble(
        fit(choice.label, _NAME_CELLS), (clip(choice.detail, max(width - _NAME_CELLS, 0)), "$quiet")
    )
