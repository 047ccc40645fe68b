"""What all screens share: commands from the registry, work in threads, help made from the live keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.screen import ModalScreen, Screen

from tui import commands
from tui.work import Asking

if TYPE_CHECKING:
    from tui.app import DialdeckApp
    from tui.desk import Desk

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A key of the help screen that is no command: an outcome key from data, a key of a widget.

    ``run`` does what the key does, None where it only explains. ``group`` and ``label`` are shown as they are.
    """

    key: str
    label: str
    group: str
    help: str = ""
    run: Callable[[], None] | None = None


class CommandScreen(Asking, Screen[Result]):
    """A screen whose keys come from the registry under ``REGISTRY``.

    Say ``BINDINGS = commands.bindings("name")`` and ``REGISTRY = "name"``; each command calls ``action_…``.
    """

    REGISTRY: ClassVar[str] = ""
    app: DialdeckApp

    @property
    def desk(self) -> Desk:
        """The hand to the rooms below."""
        return self.app.desk

    def condition(self, name: str) -> bool:
        """Whether the condition ``Command.when`` holds now; the line of keys dims what does not."""
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what this person may not do, dim what cannot be done now."""
        command = commands.find_by_action(self.REGISTRY, action)
        if command is None:
            return True
        actor = self.desk.signed_in
        if actor is not None and actor.role not in command.roles:
            return False
        if command.when and not self.condition(command.when):
            return None
        return True

    def after_keys(self, call: Callable[[], None]) -> None:
        """Do it when the keys typed before are done, unless this screen was left by then.

        A key with priority, as Enter is, overtakes those: a name typed as fast as a machine types, and Enter, would
        choose whoever was chosen before the name. So it goes the way of a key, from where one is up to the
        application, and once more for what the keys changed.
        """

        def here() -> None:
            if self.app.screen is self:
                call()

        way: Callable[[], object] = here
        for node in 2 * list(reversed((self.focused or self).ancestors_with_self)):
            way = partial(node.call_later, way)
        way()

    def read_alerts(self) -> None:
        """Look whether background jobs are in trouble; the first lines of the screens tell those it concerns."""
        self.ask(self.desk.troubles, self.app.tell_troubles, group="alerts", failed=lambda _error: None)

    def help_lines(self) -> Iterator[HelpLine]:
        """Keys of this screen that are data, for the help screen and the palette."""
        return iter(())

    def hear(self, line: str, seconds: float) -> bool:
        """Show a word of the application where this screen answers; False: it has no such place."""
        return False

    def farewell(self) -> Callable[[], None] | None:
        """What is still to be written before the application ends (in a thread), None: nothing."""
        return None


class Window(Asking, ModalScreen[Result]):
    """A window above a screen: Esc closes it with ``CANCELLED``."""

    app: DialdeckApp

    @property
    def desk(self) -> Desk:
        """The hand to the rooms below."""
        return self.app.desk
