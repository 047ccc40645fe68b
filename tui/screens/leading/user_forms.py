"""The windows behind the users: one to add or change somebody, one for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalGroup
from textual.content import Content
from textual.widgets import Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from domain.codes import Role, Shift
from domain.errors import DomainError
from domain.people.passwords import MINIMUM_LENGTH
from tui.i18n import _
from tui.screens.base import Window
from tui.text import clean, data

if TYPE_CHECKING:
    from domain.people.users import UserView

_CSS = """
    {name} {{ align: center middle; }}
    {name} > VerticalGroup {{
        width: 66; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }}
    {name} Grid {{ grid-size: 2; grid-columns: 20 1fr; grid-rows: 1; height: auto; margin: 1 0; }}
    {name} Label {{ width: 1fr; }}
    {name} Input {{ border: none; height: 1; background: $panel; padding: 0 1; }}
    {name} Input:focus {{ border: none; background: $primary 30%; }}
    {name} Select > SelectCurrent {{ background: $panel; padding: 0 1; }}
    {name} Select:focus > SelectCurrent {{ background: $primary 30%; }}
    {name} #said {{ height: auto; max-height: 4; min-height: 1; }}
    {name} #keys {{ color: $quiet; margin: 1 0 0 0; }}
"""


class UserScreen(Window["UserView"]):
    """Closes with the user as stored, None where nothing was changed. ``user`` None: somebody new."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
    ]
    CSS = _CSS.format(name="UserScreen")

    def __init__(self, user: UserView | None, teams: tuple[str, ...]) -> None:
        super().__init__()
        self.user = user
        self.teams = teams
        self._busy = False

    def compose(self) -> ComposeResult:
        user = self.user
        title = _("Add a user") if user is None else _("Change {name}").format(name=clean(user.name))
        with VerticalGroup():
            yield Static(Content.styled(title, "bold"))
            with Grid():
                if user is None:
                    yield Label(_("Name to sign in with"))
                    yield Input(id="name", compact=True, max_length=64)
                yield Label(_("Full name"))
                yield Input(user.full_name if user else "", id="full", compact=True)
                yield Label(_("Role"))
                yield _choice("role", [each.value for each in Role], user.role if user else "seller")
                yield Label(_("Shift"))
                yield _choice("shift", [each.value for each in Shift], user.shift if user else "any")
                yield Label(_("Team"))
                yield _choice("team", list(self.teams), user.team if user else None, free=True)
            yield Static(Content(""), id="said")
            yield Static(Content(_("Enter keeps it · Tab next · Space opens a choice · Esc back")), id="keys")

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter on an open choice is the choice's."""
        return not (action == "take" and isinstance(self.focused, SelectOverlay))

    def action_take(self) -> None:
        """Keep it, where the domain does not refuse it."""
        if self._busy:
            return
        role, shift = Role(self._chosen("role")), Shift(self._chosen("shift"))
        team, full = self._chosen("team"), self._typed("full")
        self._busy = True
        if self.user is None:
            name = self._typed("name")
            self.do(
                lambda: self.desk.add_user(name, full, role, shift, team), self.dismiss, failed=self._failed
            )
        else:
            name = self.user.name
            self.do(
                lambda: self.desk.edit_user(name, full, role, shift, team), self.dismiss, failed=self._failed
            )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _chosen(self, name: str) -> str:
        value = cast("Select[str]", self.query_one(f"#{name}", Select)).value
        return value if isinstance(value, str) else ""

    def _failed(self, error: DomainError) -> None:
        self._busy = False
        self.query_one("#said", Static).update(data(f"✕ {error.message}", "$class-final"))

    def action_leave(self) -> None:
        self.dismiss(None)


class PasswordScreen(Window[bool]):
    """Closes with whether there is a password now, None where nothing was changed."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("ctrl+l", "remove", show=False),
    ]
    CSS = _CSS.format(name="PasswordScreen")
    AUTO_FOCUS = "#first"

    def __init__(self, user: UserView, *, removable: bool) -> None:
        super().__init__()
        self.user = user
        self.removable = removable and user.has_password
        self._busy = False

    def compose(self) -> ComposeResult:
        keys = _("Enter sets it · Tab next · Esc back")
        if self.removable:
            keys += _(" · ^l no password any more")
        with VerticalGroup():
            title = _("Password of {name}").format(name=clean(self.user.name))
            yield Static(Content.styled(title, "bold"))
            with Grid():
                yield Label(_("New password"))
                yield Input(password=True, id="first", compact=True)
                yield Label(_("The same again"))
                yield Input(password=True, id="second", compact=True)
            said = _("At least {count} characters.").format(count=MINIMUM_LENGTH)
            yield Static(Content(said), id="said")
            yield Static(Content(keys), id="keys")

    def action_take(self) -> None:
        """Set it, where both are the same."""
        first, second = (self.query_one(f"#{name}", Input).value for name in ("first", "second"))
        if self.focused is self.query_one("#first") and not second:
            self.query_one("#second", Input).focus()
        elif first != second:
            self._say(_("The two passwords differ; nothing was changed."))
        else:
            self._set(first)

    def action_remove(self) -> None:
        """Sign in without one again."""
        if self.removable:
            self._set(None)

    def _set(self, password: str | None) -> None:
        if self._busy:
            return
        self._busy = True
        name = self.user.name
        self.do(
            lambda: self.desk.set_user_password(name, password),
            lambda _nothing: self.dismiss(password is not None),
            failed=self._failed,
        )

    def _failed(self, error: DomainError) -> None:
        self._busy = False
        self._say(error.message)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(data(f"✕ {text}", "$class-final"))

    def action_leave(self) -> None:
        self.dismiss(None)


def _choice(id: str, offered: list[str], value: str | None, *, free: bool = False) -> Select[str]:
    """Codes in the language of the screen; ``free``: names, which are data, or none."""
    options = [(Text(clean(each if free else _(each)), no_wrap=True), each) for each in offered]
    return Select(
        options, prompt=_("none"), id=id, compact=True, allow_blank=free, value=value or Select.NULL
    )
