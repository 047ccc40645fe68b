"""The users: who may sign in, as what, in which team; administrators add and change them here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import Role
from domain.errors import DomainError
from tui import commands
from tui.i18n import _, several
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.base import ListScreen
from tui.screens.leading.user_forms import PasswordScreen, UserScreen
from tui.text import clean, clock, data, fit
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.people.users import UserView
    from tui.supervising_people import Staff

_WIDTHS = {"name": 11, "role": 11, "shift": 10, "team": 11, "state": 17}


class UsersScreen(ListScreen[None]):
    """One row a user; supervisors who lead teams see those."""

    REGISTRY = "users"
    BINDINGS = commands.bindings("users")

    def __init__(self) -> None:
        super().__init__(_("Users"))
        self.found: Staff | None = None
        self._answer: Content | None = None

    def on_screen_resume(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``known``: the users are on the screen. ``user``: one stands on one. ``locked``: who cannot sign in."""
        user = self.user
        if name == "locked":
            return user is not None and _is_locked(user, self.desk.now())
        return self.found is not None if name == "known" else user is not None

    @property
    def user(self) -> UserView | None:
        """The one one stands on."""
        users = self.found.users if self.found is not None else ()
        return next((user for user in users if str(user.id) == self.rows.chosen), None)

    def on_option_list_option_highlighted(self) -> None:
        self.refresh_bindings()

    def action_refresh(self) -> None:
        """Look again."""
        self._answer = None
        self._load()

    def _load(self) -> None:
        self.ask(self.desk.staff, self._show, group="users", failed=self.refused)

    def _show(self, found: Staff) -> None:
        self.found = found
        room = self.rows.scrollable_content_region.width
        self.head(Content("\n").join([self._rule(found), Content(""), Content("  ") + _titles(room - 2)]))
        draw = partial(_row, now=self.desk.now(), zone=self.desk.preferences.zone)
        self.rows.show([Row(str(user.id), partial(draw, user)) for user in found.users])
        active = sum(user.active for user in found.users)
        self.say(self._answer or Content(several("{count} may sign in", "{count} may sign in", active)))
        self.refresh_bindings()

    def _rule(self, found: Staff) -> Content:
        """How passwords are handled here, in a line."""
        if found.passwords_required:
            return Content(_("Everybody signs in with a password here."))
        if self.desk.on_server:
            words = _("Nobody needs a password yet; everybody does once an administrator has one.")
            return data(f"⚠ {words}", "$class-problematic")
        return Content(_("Passwords are for those who want one."))

    def on_resize(self) -> None:
        if self.found is not None:
            self._show(self.found)

    def _done(self, words: str) -> None:
        self._answer = data(f"✓ {words}", "$class-recyclable")
        self._load()

    def _not_done(self, error: DomainError) -> None:
        """Stays in the line while the users are read again."""
        self._answer = data(f"✕ {error.message}", "$class-final")
        self.say(self._answer)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """Change this user."""
        self.after_keys(self._edit)

    def _edit(self) -> None:
        if self.user is not None and self.found is not None and self.desk.actor.role is Role.ADMIN:
            words = _("{name} was changed").format(name=self.user.name)
            self._form(self.user, words)

    def action_add(self) -> None:
        """Another user."""
        self._form(None, "")

    def _form(self, user: UserView | None, words: str) -> None:
        def closed(view: UserView | None) -> None:
            if view is not None:
                self._done(words or _("{name} was added").format(name=view.name))

        assert self.found is not None, "the condition of the key"
        self.app.push_screen(UserScreen(user, self.found.teams), closed)

    def action_password(self) -> None:
        """Another password for this user."""
        user = self.user
        if user is None or self.found is None:
            return

        def closed(set_now: bool | None) -> None:
            if set_now is not None:
                words = _("The password of {name} was set") if set_now else _("{name} needs no password now")
                self._done(words.format(name=user.name))

        self.app.push_screen(PasswordScreen(user, removable=not self.found.passwords_required), closed)

    def action_unlock(self) -> None:
        """Let this user try again."""
        user = self.user
        if user is not None:
            self.do(
                lambda: self.desk.unlock_user(user.name),
                lambda _nothing: self._done(_("{name} may sign in again").format(name=user.name)),
                failed=self._not_done,
            )

    def action_disable(self) -> None:
        """No more, or again."""
        user = self.user
        if user is None:
            return
        if not user.active:
            self._set_active(user, True)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._set_active(user, False)

        window = ConfirmScreen(
            _("Disable {name}?").format(name=clean(user.name)),
            _("They can sign in no more. What they did stays, and they can be enabled again."),
            yes=_("Disable"),
            no=_("Leave it"),
        )
        self.app.push_screen(window, answered)

    def _set_active(self, user: UserView, active: bool) -> None:
        words = (_("{name} is enabled") if active else _("{name} is disabled")).format(name=user.name)
        self.do(
            lambda: self.desk.set_user_active(user.name, active),
            lambda _view: self._done(words),
            failed=self._not_done,
        )


def _is_locked(user: UserView, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def _cells(width: int, name: str, full: str, role: str, shift: str, team: str) -> list[tuple[str, str]]:
    room = max(width - sum(_WIDTHS.values()), 8)
    return [
        (fit(name, _WIDTHS["name"]), "bold"),
        (f"{fit(full, room - 1)} ", ""),
        (fit(role, _WIDTHS["role"]), ""),
        (fit(shift, _WIDTHS["shift"]), "$quiet"),
        (fit(team, _WIDTHS["team"]), ""),
    ]


def _titles(width: int) -> Content:
    cells = _cells(width, _("name"), "", _("role"), _("shift"), _("team"))
    return Content.assemble(*(text for text, _style in cells), fit("", _WIDTHS["state"]))


def _row(user: UserView, width: int, *, now: datetime, zone: ZoneInfo | None) -> Content:
    if not user.active:
        state, style = "✕ " + _("disabled"), "$class-final"
    elif user.locked_until is not None and _is_locked(user, now):
        state, style = (
            "⊘ " + _("locked to {time}").format(time=clock(user.locked_until, zone)),
            "$class-problematic",
        )
    elif user.has_password:
        state, style = "● " + _("password"), "$class-recyclable"
    else:
        state, style = "○ " + _("no password"), "$class-open"
    full = user.full_name if user.full_name != user.name else ""
    cells = _cells(width, user.name, full, _(user.role), _(user.shift), user.team or "–")
    return Content.assemble(*cells, (fit(state, _WIDTHS["state"]), style))
