"""What a command and a screen are, as the registry (``tui.commands``) lists them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from domain.codes import Role
from domain.people.rights import LEADING_ROLES, READING_ROLES

EVERYWHERE = "app"
SELLING = frozenset({Role.SELLER, Role.SUPERVISOR, Role.ADMIN})
LEADING = frozenset(LEADING_ROLES)
LOOKING = frozenset(READING_ROLES)
EVERYONE = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    ``id`` is ``screen.what`` and never changes (users' keymaps name it); ``keys`` are Textual key names, the
    first is the one shown, none means palette only. ``action`` is the screen's (or application's) method
    ``action_…``. ``when`` names a condition the screen answers (``CommandScreen.condition``); empty: always.
    ``show`` is the order in the line of keys (0: not in it; lower stays longer when the line is narrow).
    """

    id: str
    keys: tuple[str, ...]
    action: str
    label: str
    help: str
    group: str
    screens: tuple[str, ...]
    roles: frozenset[Role] = EVERYONE
    when: str = ""
    show: int = 0
    priority: bool = False

    def binding(self) -> Binding:
        """The Textual binding of this command."""
        return Binding(
            ",".join(self.keys),
            self.action,
            self.label,
            show=self.show > 0,
            priority=self.priority,
            tooltip=self.help,
            id=self.id,
        )


@dataclass(frozen=True, slots=True)
class ScreenInfo:
    """A screen as the registry knows it. On a ``typing`` screen a text field has the keys all the time."""

    name: str
    title: str
    typing: bool = False
    digits: bool = False
