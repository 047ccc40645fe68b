"""The application: behind its way in (``tui.opening``) what all screens share, the console, errors, and the end.

Screens do not know each other; each tells what the person chose, and the next one is pushed here. Nothing heavy
is imported before the first picture is painted.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.reactive import var
from textual.theme import Theme

from domain.errors import DomainError, NotAllowed
from tui import commands, i18n, keymap, theme
from tui.desk import Desk, wall_clock
from tui.i18n import _
from tui.opening import Opening, configuration_problems
from tui.preferences import Preferences
from tui.screens.base import CommandScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from textual.command import Provider

    from domain.calling.dialler import Dialler
    from domain.calling.views import CampaignCard
    from domain.jobs.states import Trouble

__all__ = ["DialdeckApp", "configuration_problems", "run"]


def _palette() -> type[Provider]:
    from tui.palette import PaletteProvider

    return PaletteProvider


class DialdeckApp(Opening, App[int], inherit_bindings=False):
    """``user`` signs in at once (``--as``), with ``password`` where one was given by other means.

    ``options`` are those of the command; with them the configuration is read behind the first picture. Without
    them the desk's preferences stand as they are.
    """

    TITLE = "Dialdeck"
    CSS_PATH = "dialdeck.tcss"
    BINDINGS = [
        *commands.bindings(commands.EVERYWHERE),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    COMMANDS = {_palette}

    alert: var[str] = var("")
    """What the first line of every screen warns of, empty where all is well."""

    def __init__(
        self,
        desk: Desk,
        *,
        user: str | None = None,
        password: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.user = user
        self.options = options
        self._password = password
        self._leaving = False
        self._dialler: Dialler | None = None
        self.last_line = ""
        self.abandoned = False
        self._told = False
        self.keys = keymap.Keymap()
        for each in theme.themes():
            self.register_theme(each)
        self._use_preferences()

    def _use_preferences(self) -> None:
        preferences = self.desk.preferences
        i18n.set_language(preferences.language)
        self.keys = keymap.read(preferences.keymap)
        self.set_keymap(self.keys.commands)
        configured = preferences.configured_theme or theme.DARK
        self.theme = theme.named(preferences.theme) or theme.named(configured) or theme.DARK

    # ── work ─────────────────────────────────────────────────────────────────────────────────────────────

    def open_campaign(self, card: CampaignCard) -> None:
        """Show the console of a campaign above the list of campaigns."""
        from tui.screens.console import ConsoleScreen

        self.push_screen(ConsoleScreen(card.campaign_id, card.name))

    @property
    def dialler(self) -> Dialler:
        """How calls are made: by hand, until another dialler stands behind the port."""
        if self._dialler is None:
            from tui.dialler import ManualDialler

            self._dialler = ManualDialler(self.copy_to_clipboard, self.desk.preferences.tel_command)
        return self._dialler

    def copy(self, text: str, what: str) -> None:
        """Copy to the clipboard by OSC 52 and say so; the text is shown as well, for terminals without it."""
        self.copy_to_clipboard(text)
        short = text if len(text) <= 40 else text[:39] + "…"
        self.tell(_("Copied {what}: {text}").format(what=what, text=short))

    def tell(self, line: str, seconds: float = 3.0) -> None:
        """A word beside the work: in the line where the screen answers keys, else in a corner at the top."""
        screen = self.screen
        if not (isinstance(screen, CommandScreen) and screen.hear(line, seconds)):
            self.notify(line, markup=False, timeout=seconds)

    def tell_troubles(self, troubles: Sequence[Trouble]) -> None:
        """Warn of these background jobs until there is no trouble any more."""
        from tui import alerts

        zone = self.desk.preferences.zone
        signed_in = self.desk.signed_in is not None  # whoever asked may have left meanwhile
        self.alert = alerts.words(troubles if signed_in else (), self.desk.now(), zone, i18n.language())

    def action_help_quit(self) -> None:
        """Ctrl+C, where nothing is marked to be copied."""
        self.tell(_("{key} leaves Dialdeck.").format(key=self.keys.shown("app.quit")))

    def action_help(self) -> None:
        """The keys that work on the present screen."""
        from tui.screens.help import HelpScreen, help_groups

        def chosen(run: Callable[[], object] | None) -> None:
            if run is not None:
                self.call_next(run)

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(help_groups(self, self.screen)), chosen)

    def action_next_theme(self) -> None:
        """The next of Dialdeck's themes and the terminal's own colours."""
        names = theme.ROUND
        here = names.index(self.theme) if self.theme in names else -1
        self.use_theme(names[(here + 1) % len(names)])
        self.tell(_("Theme: {name}").format(name=self.theme))

    def use_theme(self, name: str) -> None:
        """Change the colours at once, and open in them from now on."""
        self.theme = name
        self.do(lambda: self.desk.keep_theme(name), group="theme", failed=self._theme_not_kept)

    def _theme_not_kept(self, error: DomainError) -> None:
        self.tell(_("The colours hold until you leave: {error}").format(error=error.message), 6)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        current: Theme = self.current_theme
        return theme.variables(current)

    # ── errors and the end ───────────────────────────────────────────────────────────────────────────────

    def note_refusal(self, error: NotAllowed, place: str) -> None:
        """In a thread: into the audit log with it."""
        self.desk.note_refusal(error, place)

    def show_error(self, error: DomainError) -> None:
        """The one window for what the domain refused."""
        self.show_message(_(error.title), error.message, "error")

    def show_message(self, title: str, text: str, kind: str = "note") -> None:
        """A window with a text that is never markup; ``kind`` is error, warning or note."""
        from tui.screens.message import MessageScreen

        self.push_screen(MessageScreen(title, text, kind))

    def action_quit(self) -> None:
        """Write what is still to be written, then leave; a second time: leave at once."""
        if self._leaving:
            self.abandoned = self.writing
            self.exit(0)
            return
        self._leaving = True
        for screen in reversed(self.screen_stack):
            farewell: Callable[[], Callable[[], None] | None] | None = getattr(screen, "farewell", None)
            work = farewell() if farewell is not None else None
            if work is not None:
                self.do(work, group="farewell", failed=self._failed_farewell)
        if not self.writing:
            self.exit(0)
            return
        again = self.keys.shown("app.quit")
        self.tell(_("Saving … {key} again leaves without waiting.").format(key=again), 60)
        self.do(lambda: None, lambda _nothing: self.exit(0), group="farewell")

    def _failed_farewell(self, error: DomainError) -> None:
        self.last_line = error.message

    def _stop(self, error: DomainError) -> None:
        self._stop_with(error.message)

    def _stop_with(self, line: str) -> None:
        """Leave with one clear line for the terminal and exit code 1."""
        self.last_line = line
        self.exit(1, return_code=1)

    def stop_for(self, error: BaseException) -> None:
        """A defect: into the log with its traceback, and one line for the person."""
        from storage import logs

        logs.record("tui", "stopped by a defect", level="critical", error=error)
        line = _(
            "Dialdeck stopped because of a defect ({kind}). What the screen said was saved is saved. Log: {log}"
        )
        self._stop_with(line.format(kind=type(error).__name__, log=logs.log_path()))

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with the values of local variables, which are people's data. There is
        # no public way to change that; the tests hold that this one works.
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.stop_for(error)
        self._return_code = 1
        self._close_messages_no_wait()


def run(
    database: str | None = None,
    user: str | None = None,
    *,
    password: str | None = None,
    preferences: Preferences | None = None,
    now: Callable[[], datetime] = wall_clock,
) -> int:
    """Open the application and return its exit code when the person left.

    ``database`` and ``user`` are the command's own options, None where not given: the configuration, which is
    read here behind the first picture, then says. ``preferences`` spares that reading. ``password`` signs
    ``user`` in without asking.
    """
    if preferences is None:
        from tui.look import early

        desk = Desk(database or "", early(), now=now)
        options: Mapping[str, object] | None = {"database": database, "user": user}
    else:
        desk, options = Desk(database or "", preferences, now=now), None
    # Until the configuration names a log file, nothing may be written into the terminal of the application.
    logging.getLogger("dialdeck").addHandler(logging.NullHandler())
    app = DialdeckApp(desk, user=user, password=password, options=options)
    runner = asyncio.Runner()
    try:
        runner.run(_until_left(app))
    finally:
        if app.abandoned:
            # A write still waits for its turn and the person did not want to: it never happened, as if the
            # terminal had died. Everything else would wait for its thread.
            os._exit(app.return_code or 0)
        runner.close()
        desk.close()
    if app.last_line:
        sys.stderr.write(app.last_line + "\n")
    return app.return_code or 0


async def _until_left(app: DialdeckApp) -> None:
    """Run the application; a SIGTERM leaves as the quit key does, with the terminal put in order."""
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.action_quit)
    await app.run_async(mouse=app.desk.preferences.mouse)
