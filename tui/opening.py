"""The way in: the database is opened, upgraded or set up, and somebody signs in; and out again to the next one.

Nothing heavy is imported before the first picture is painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from domain.errors import DomainError
from tui import keymap, theme
from tui.desk import Desk, Opened
from tui.i18n import _
from tui.screens.start import StartScreen
from tui.work import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.people.entry import SignInChoice
    from domain.people.rights import Actor


class Opening(Writer):
    """The part of the application that leads to the list of campaigns.

    ``options`` are those of the command; with them the configuration is read behind the first picture.
    """

    desk: Desk
    user: str | None
    options: Mapping[str, object] | None
    alert: str
    _password: str | None
    _told: bool

    def get_default_screen(self) -> Screen[object]:
        return StartScreen(shown_address(self.desk.url))

    def on_mount(self) -> None:
        # Heavy libraries are imported by this thread, after the first picture is on the screen.
        self.call_after_refresh(self.ask, self._open, self._opened, group="open", failed=self._stop)

    def _open(self) -> Opened:
        """In a thread: read the configuration and open the database."""
        if self.options is not None:
            self.desk.configure(self.options)
        return self.desk.open()

    def _opened(self, opened: Opened) -> None:
        if self.options is not None:
            self._use_preferences()
            # Somebody named in the configuration need not be known in every database (the demonstration's).
            if self.user is None and self.desk.user in {choice.name for choice in opened.choices}:
                self.user = self.desk.user
        if opened.kind == "older":
            self._offer_upgrade(opened)
        elif opened.kind == "empty":
            self._offer_first_start(opened)
        elif self.user is not None:
            self._sign_in_named(self.user, opened.choices)
        elif len(opened.choices) == 1 and not opened.choices[0].has_password:
            self._sign_in_named(opened.choices[0].name, opened.choices)
        else:
            self._show_sign_in(opened.choices)

    def _offer_upgrade(self, opened: Opened) -> None:
        from tui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if not yes:
                self._stop_with(opened.message)
                return
            self._say(_("Upgrading …"))
            self.do(self.desk.upgrade, self._opened, failed=self._stop)

        question = _("{message}\n\nUpgrade it now? Make a copy first if others still use the older version.")
        window = ConfirmScreen(
            _("Database needs an upgrade"),
            question.format(message=opened.message),
            yes=_("Upgrade"),
            no=_("Leave"),
        )
        self.push_screen(window, answered)

    def _offer_first_start(self, opened: Opened) -> None:
        from tui.screens.first_start import Administrator, FirstStartScreen, suggested_name

        def answered(first: Administrator | None) -> None:
            if first is None:
                self.exit(0)
                return
            self._say(_("Making the shop …"))
            self._password = first.password
            self.do(lambda: self.desk.initialise(first.name, first.password), made(first), failed=again)

        def made(first: Administrator) -> Callable[[Opened], None]:
            def sign_in(opened: Opened) -> None:
                if first.name in {choice.name for choice in opened.choices}:
                    self.user = first.name
                self._opened(opened)

            return sign_in

        def again(error: DomainError) -> None:
            self._offer_first_start(opened)
            self.show_error(error)

        where = shown_address(self.desk.url)
        server = not self.desk.url.startswith("sqlite")
        self.push_screen(FirstStartScreen(where, suggested_name(), server=server), answered)

    def _say(self, text: str) -> None:
        start = self.screen_stack[0]
        if isinstance(start, StartScreen):
            start.say(text)

    # ── who ──────────────────────────────────────────────────────────────────────────────────────────────

    def _sign_in_named(self, name: str, choices: tuple[SignInChoice, ...]) -> None:
        def refused(error: DomainError) -> None:
            if error.code in ("password_needed", "wrong_password"):
                self._show_sign_in(choices, name)
                if error.code == "wrong_password":
                    self.show_error(error)
            else:
                self._stop(error)

        self.ask(
            lambda: self.desk.sign_in(name, self._password), self._signed_in, group="sign-in", failed=refused
        )

    def _show_sign_in(self, choices: tuple[SignInChoice, ...], name: str | None = None) -> None:
        from tui.screens.sign_in import SignInScreen

        self.push_screen(SignInScreen(choices, name), self._signed_in)
        self._show_problems()

    def _signed_in(self, actor: Actor | None) -> None:
        from tui.screens.campaigns import CampaignsScreen

        if actor is None:
            self.exit(0)
            return
        self.push_screen(CampaignsScreen(), self._signed_out)
        self._show_problems()
        self.ask(self._warm_up, lambda _nothing: None, group="warm-up")

    def _warm_up(self) -> None:
        """In a thread: what the person will need next, then the work that goes on behind the screens."""
        self.desk.warm_up()
        self.desk.start_jobs()

    def _signed_out(self, result: object) -> None:
        self.desk.sign_out()
        self.alert = ""
        self.user = self._password = None
        self.ask(self.desk.choices, self._show_sign_in, group="open", failed=self._stop)

    def _show_problems(self) -> None:
        """What is wrong with the configuration, once, above the first screen a person can use."""
        preferences = self.desk.preferences
        problems = configuration_problems(
            preferences.configured_theme or preferences.theme, preferences.keymap
        )
        if problems and not self._told:
            self._told = True
            self.show_message(_("Check the configuration"), "\n".join(problems), "warning")


def shown_address(url: str) -> str:
    """The address without a password, understood without loading the database library."""
    if not url:
        return _("the database")
    scheme, sign, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return rest.removeprefix("/") or url
    access, at, place = rest.rpartition("@")
    return f"{scheme}{sign}{access.partition(':')[0]}{at}{place}"


def configuration_problems(theme_name: str, keymap_entries: Mapping[str, str]) -> list[str]:
    """What is wrong with the configured colours and keys, in words; for ``config check`` too."""
    of_theme = theme.problem(theme_name)
    return [*keymap.read(keymap_entries).problems, *([of_theme] if of_theme else [])]
