"""Who is working: chosen with the arrows or by typing a name; a password only where one was set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from domain.errors import DomainError
from domain.people.rights import Actor
from tui import commands
from tui.i18n import _
from tui.screens.base import CommandScreen
from tui.text import clean, fit
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Row, Rows
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.people.entry import SignInChoice


class SignInScreen(CommandScreen[Actor | None]):
    """``name`` is chosen already (its password is asked) when given.  The result is who signed in."""

    REGISTRY = "sign_in"
    BINDINGS = commands.bindings("sign_in")
    CSS = """
    SignInScreen #form { width: 60; max-width: 100%; height: 1fr; margin: 1 2; }
    SignInScreen Input { border: none; height: 1; padding: 0 1; background: $surface; margin: 1 0; }
    SignInScreen Input:focus { border: none; background: $panel; }
    SignInScreen #trouble { height: auto; color: $class-final; }
    SignInScreen #question { text-style: bold; }
    SignInScreen #password-question { display: none; text-style: bold; }
    SignInScreen #password { display: none; }
    SignInScreen.-asking #password, SignInScreen.-asking #password-question { display: block; }
    SignInScreen.-asking #find, SignInScreen.-asking #question, SignInScreen.-asking Rows { display: none; }
    """
    AUTO_FOCUS = "#find"

    def __init__(self, choices: tuple[SignInChoice, ...], name: str | None = None) -> None:
        super().__init__()
        self.choices = {choice.name: choice for choice in choices}
        self.asked_for = name if name in self.choices else None
        self._checking = False
        self._typed_text = ""

    def compose(self) -> ComposeResult:
        yield TopLine(_("Sign in"), self.desk.database_label)
        with Vertical(id="form"):
            yield Static(Content(_("Who is working here?")), id="question")
            yield Input(placeholder=_("type to find a name"), id="find")
            yield Rows(id="names", can_focus=False)
            yield Static("", id="password-question")
            yield Input(password=True, id="password")
            yield Static("", id="trouble")
        yield KeyLine()

    def on_mount(self) -> None:
        self._show("")
        if self.asked_for is not None:
            self._ask_password(self.asked_for)

    def condition(self, name: str) -> bool:
        """``going_back``: a password is asked, or something is typed."""
        return self.asked_for is not None or bool(self._typed_text)

    # ── choosing ─────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        rows = [
            Row(choice.name, partial(_line, choice))
            for choice in self.choices.values()
            if wanted in choice.name.casefold() or wanted in choice.full_name.casefold()
        ]
        self.query_one(Rows).show(rows)
        nobody = _("Nobody here is called {name}.").format(name=clean(typed)) if not rows else ""
        self._say(nobody)

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        self._typed_text = event.value
        self._show(event.value)
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_enter()

    def action_down(self) -> None:
        self.query_one(Rows).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(Rows).action_cursor_up()

    def action_enter(self) -> None:
        """Sign in the chosen person, after the password where there is one."""
        self.after_keys(self._enter)

    def _enter(self) -> None:
        if self._checking:
            return
        if self.asked_for is not None:
            self._try(self.asked_for, self.query_one("#password", Input).value)
            return
        name = self.query_one(Rows).chosen
        if name is None:
            return
        if self.choices[name].has_password:
            self._ask_password(name)
        else:
            self._try(name, None)

    def action_back(self) -> None:
        """From the password back to the names."""
        if self.asked_for is None:
            self.query_one("#find", Input).clear()
            return
        self.asked_for = None
        self._checking = False
        self.forget("sign-in")
        self._say("")
        self.remove_class("-asking")
        self.query_one("#password", Input).clear()
        self.query_one("#find", Input).focus()
        self.refresh_bindings()

    def _ask_password(self, name: str) -> None:
        self.asked_for = name
        self.add_class("-asking")
        question = _("Password of {name}").format(name=clean(name))
        self.query_one("#password-question", Static).update(Content(question))
        self.query_one("#password", Input).focus()
        self.refresh_bindings()

    # ── checking ─────────────────────────────────────────────────────────────────────────────────────────

    def _try(self, name: str, password: str | None) -> None:
        self._checking = True
        self._say(_("Checking …") if password is not None else "", trouble=False)
        self.ask(
            lambda: self.desk.sign_in(name, password), self.dismiss, group="sign-in", failed=self._refused
        )

    def _refused(self, error: DomainError) -> None:
        self._checking = False
        self._say(error.message)
        if error.code == "password_needed" and self.asked_for is None:
            self._ask_password(self.query_one(Rows).chosen or "")
        self.query_one("#password", Input).clear()

    def _say(self, text: str, *, trouble: bool = True) -> None:
        line = (
            Content.assemble("✕ ", clean(text)) if text and trouble else Content.styled(clean(text), "$quiet")
        )
        self.query_one("#trouble", Static).update(line)


def _line(choice: SignInChoice, width: int) -> Content:
    """One person: name, full name, role, and whether a password will be asked."""
    full = choice.full_name if choice.full_name != choice.name else ""
    asks = _("password") if choice.has_password else ""
    room = max(width - 14 - 12 - 9, 8)
    return Content.assemble(
        (fit(choice.name, 14), "bold"),
        fit(full, room),
        (fit(_(choice.role.value), 12), "$quiet"),
        (fit(asks, 9, right=True), "$quiet"),
    )
