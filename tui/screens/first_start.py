"""The first start on an empty database: make a shop of one's own, or hear how to look at the demonstration."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, Static

from domain.people.passwords import MINIMUM_LENGTH
from tui import commands
from tui.i18n import _
from tui.screens.base import CommandScreen
from tui.text import clean
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine


@dataclass(frozen=True, slots=True)
class Administrator:
    """The first one; ``password`` is None where none is asked."""

    name: str
    password: str | None = None


class FirstStartScreen(CommandScreen["Administrator | None"]):
    """The result is the first administrator, None to leave. On a ``server``, which others reach too, a password
    is asked: the shop is nobody's for the taking from its first moment.
    """

    REGISTRY = "first_start"
    BINDINGS = commands.bindings("first_start")
    CSS = """
    FirstStartScreen VerticalGroup { width: 72; max-width: 100%; margin: 1 2; }
    FirstStartScreen Input { border: none; height: 1; padding: 0 1; background: $surface; margin: 1 0; }
    FirstStartScreen Input:focus { border: none; background: $panel; }
    FirstStartScreen Static { margin-bottom: 1; }
    FirstStartScreen #trouble { height: auto; margin: 0; }
    FirstStartScreen #password, FirstStartScreen #again { margin: 0; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, where: str, suggested: str = "", *, server: bool = False) -> None:
        super().__init__()
        self.where = where
        self.suggested = suggested
        self.server = server

    def compose(self) -> ComposeResult:
        yield TopLine(_("First start"), "")
        with VerticalGroup():
            yield Static(Content.styled(_("There is no shop here yet"), "bold"))
            yield Static(Content.styled(clean(self.where), "$quiet"))
            yield Static(Content(_("Make one: what is the name of its administrator?")))
            yield Input(value=self.suggested, id="administrator")
            if self.server:
                yield Static(Content(_("Others reach this database too: a password, and once more")))
                yield Input(password=True, id="password")
                yield Input(password=True, id="again")
                yield Static(Content(""), id="trouble")
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
        name = self.query_one("#administrator", Input).value.strip()
        if not name:
            return
        if not self.server:
            self.dismiss(Administrator(name))
            return
        password, again = (self.query_one(f"#{each}", Input) for each in ("password", "again"))
        if not password.value:
            password.focus()
        elif self.focused is password:
            again.focus()
        elif len(password.value) < MINIMUM_LENGTH:
            self._refuse(_("A password needs at least {count} characters.").format(count=MINIMUM_LENGTH))
        elif password.value != again.value:
            self._refuse(_("These are two different passwords; please type both again."))
        else:
            self.dismiss(Administrator(name, password.value))

    def _refuse(self, why: str) -> None:
        self.query_one("#trouble", Static).update(Content.styled(f"✕ {why}", "$class-problematic"))
        for each in ("password", "again"):
            self.query_one(f"#{each}", Input).clear()
        self.query_one("#password", Input).focus()

    def action_leave(self) -> None:
        self.dismiss(None)


def suggested_name() -> str:
    """The computer's name for the person, where it has one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "admin"
