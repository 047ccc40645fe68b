"""What the screens of those who lead share: a title line, a list, one line that answers, the keys."""

from __future__ import annotations

from typing import TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from domain.errors import DomainError
from tui.i18n import _
from tui.screens.base import CommandScreen
from tui.text import data
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Rows
from tui.widgets.top_line import TopLine

Result = TypeVar("Result")
ALERT_SECONDS = 10.0


class ListScreen(CommandScreen[Result]):
    """A list one goes through with arrows or letters; ``action_open`` does what Enter and a click do."""

    AUTO_FOCUS = "Rows"
    # Textual narrows these to the screen that inherits them; a rule that began with ListScreen would hold nowhere.
    CSS = """
    #head { height: auto; color: $quiet; margin: 1 1 0 1; }
    Rows { margin: 0 1; scrollbar-gutter: stable; }
    #state { height: auto; max-height: 3; color: $quiet; margin: 0 1; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.heading = title

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(self.heading, f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        with Vertical():
            yield Static(Content(""), id="head")
            yield Rows(id="rows")
        yield Static(Content(_("Counting …")), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        self.set_interval(ALERT_SECONDS, self._look_out)

    def _look_out(self) -> None:
        if self.is_active:
            self.read_alerts()

    @property
    def rows(self) -> Rows:
        return self.query_one(Rows)

    def say(self, text: Content) -> None:
        """In the line above the keys."""
        self.query_one("#state", Static).update(text)

    def head(self, text: Content) -> None:
        """Above the list."""
        self.query_one("#head", Static).update(text)

    def refused(self, error: DomainError) -> None:
        """What the domain refused, in the line: it may come again with every count."""
        self.say(data(f"✕ {error.message}", "$class-final"))

    def hear(self, line: str, seconds: float) -> bool:
        self.say(data(line))
        return True

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """What Enter does with the row one stands on."""

    def action_down(self) -> None:
        self.rows.action_cursor_down()

    def action_up(self) -> None:
        self.rows.action_cursor_up()

    def action_first(self) -> None:
        self.rows.action_first()

    def action_last(self) -> None:
        self.rows.action_last()

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss(None)
