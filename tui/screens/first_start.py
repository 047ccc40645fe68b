"""The first start on an empty database: make a shop of one's own, or hear how to look at the demonstration."""

from __future__ import annotations

import getpass

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, Static

from tui import commands
from tui.i18n import _
from tui.screens.base import CommandScreen
from tui.text import clean
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine


class FirstStartScreen(CommandScreen["str | None"]):
    """The result is the name of the first administrator, None to leave."""

    REGISTRY = "first_start"
    BINDINGS = commands.bindings("first_start")
    CSS = """
    FirstStartScreen VerticalGroup { width: 72; max-width: 100%; margin: 1 2; }
    FirstStartScreen Input { border: none; height: 1; padding: 0 1; background: $surface; margin: 1 0; }
    FirstStartScreen Input:focus { border: none; background: $panel; }
    FirstStartScreen Static { margin-bottom: 1; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, where: str, suggested: str = "") -> None:
        super().__init__()
        self.where = where
        self.suggested = suggested

    def compose(self) -> ComposeResult:
        yield TopLine(_("First start"), "")
        with VerticalGroup():
            yield Static(Content.styled(_("There is no shop here yet"), "bold"))
            yield Static(Content.styled(clean(self.where), "$quiet"))
            yield Static(Content(_("Make one: what is the name of its administrator?")))
            yield Input(value=self.suggested, id="administrator")
            yield Static(
                Content(
                    _(
                        "One word. The standard outcomes and reasons are set up. Then:\n"
                        "  dialdeck campaigns create NAME\n"
                        "  dialdeck leads import FILE --campaign NAME\n\n"
                        "Only want to look? Leave and run: dialdeck demo"
                    )
                ),
                classes="quiet",
            )
        yield KeyLine()

    def action_enter(self) -> None:
        """Make the shop."""
        self.after_keys(self._make)

    def _make(self) -> None:
        name = self.query_one(Input).value.strip()
        if name:
            self.dismiss(name)

    def action_leave(self) -> None:
        self.dismiss(None)


def suggested_name() -> str:
    """The computer's name for the person, where it has one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "admin"
