"""The user's own keys: which are taken, and which are refused with a line that says why.

Textual loses a binding silently when two share a key and ignores unknown names, so everything is checked here
before it is told: names, reserved keys, clashes between commands, and between commands and outcome keys.
A refused entry leaves the default key in force, so that a wrong keymap never locks anybody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import format_key, key_to_character

from domain.codes import ActionType
from tui.commands import BY_ID, COMMANDS, EVERYWHERE, SCREENS, Command
from tui.i18n import _

if TYPE_CHECKING:
    from domain.calling.views import ActionView

ACTION_PREFIX = "action."
# Keys a terminal cannot tell from others, and those every screen needs for moving and leaving.
RESERVED = {
    "tab": "moves between the parts of a screen",
    "shift+tab": "moves between the parts of a screen",
    "escape": "leaves a field or a window",
    "ctrl+c": "copies, or interrupts the program",
    "ctrl+h": "is Backspace to a terminal",
    "ctrl+i": "is Tab to a terminal",
    "ctrl+j": "is Enter to a terminal",
    "ctrl+m": "is Enter to a terminal",
}
_SHORT = {
    "question_mark": "?", "slash": "/", "full_stop": ".", "enter": "Enter", "escape": "Esc", "space": "Space",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn",
    "tab": "Tab", "shift+tab": "Shift+Tab", "home": "Home", "end": "End", "backspace": "Backspace",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keymap:
    """What holds after the check: ``commands`` for Textual, ``actions`` (slug to key), ``problems`` in words."""

    commands: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def keys_of(self, command: Command) -> tuple[str, ...]:
        """The keys of a command now, the first is the one to show."""
        own = self.commands.get(command.id)
        return tuple(own.split(",")) if own else command.keys

    def shown(self, command_id: str) -> str:
        """The key of a command as a person reads it (``F1``, ``^q``, ``z``); empty without a key."""
        keys = self.keys_of(BY_ID[command_id])
        return shown_key(keys[0]) if keys else ""


@dataclass(frozen=True, slots=True)
class ActionKeys:
    """The outcome keys of the console: by key as typed, by slug, and what could not be had.

    ``timed`` holds the second key of call-later actions, which asks for the time (the capital letter).
    """

    by_key: Mapping[str, ActionView]
    by_slug: Mapping[str, str]
    timed: Mapping[str, ActionView]
    problems: tuple[str, ...] = ()


def normalise(keys: str) -> tuple[str, ...]:
    """Textual's names of a list of keys: ``"?, F5"`` is ``("question_mark", "f5")``."""
    names: list[str] = []
    for part in _split(keys):
        key = part if len(part) == 1 else part.lower()
        (binding,) = Binding.make_bindings([Binding(key, "none")])
        names.append(binding.key)
    return tuple(dict.fromkeys(names))


def _split(keys: str) -> list[str]:
    """The keys between the commas; a comma alone is the key itself."""
    if keys.strip() == ",":
        return ["comma"]
    return [part.strip() for part in keys.split(",") if part.strip()]


def shown_key(key: str) -> str:
    """A key as a person reads it."""
    if key in _SHORT:
        return _SHORT[key]
    *modifiers, name = key.split("+")
    text = _SHORT.get(name) or (name.upper() if name[:1] == "f" and name[1:].isdigit() else format_key(name))
    if modifiers == ["ctrl"]:
        return f"^{text}"
    return "+".join([*(modifier.capitalize() for modifier in modifiers), text])


def is_printable(key: str) -> bool:
    """True where a text field would take the key as a letter."""
    character = key_to_character(key)
    return character is not None and character.isprintable()


def read(entries: Mapping[str, str]) -> Keymap:
    """Check the entries of the configuration (name to keys); ``action.<slug>`` entries are checked later,
    against the shop's actions, by ``action_keys``.
    """
    problems: list[str] = []
    wanted: dict[str, tuple[str, ...]] = {}
    actions: dict[str, str] = {}
    for name, keys in entries.items():
        if name.startswith(ACTION_PREFIX):
            _read_action(name, keys, actions, problems)
        elif name not in BY_ID:
            problems.append(_unknown(name, [*BY_ID, *(f"{ACTION_PREFIX}sale",)]))
        else:
            _read_command(BY_ID[name], keys, wanted, problems)
    commands = _without_clashes(wanted, problems)
    return Keymap({name: ",".join(keys) for name, keys in commands.items()}, actions, tuple(problems))


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = _(" Did you mean {near}?").format(near=near[0]) if near else ""
    return _("keymap: there is no command {name}.").format(name=name) + hint


def _read_action(name: str, keys: str, actions: dict[str, str], problems: list[str]) -> None:
    names = normalise(keys)
    character = key_to_character(names[0]) if len(names) == 1 else None
    if character is None or not character.isprintable() or character.isspace() or character.isdigit():
        problems.append(
            _("keymap: {name} needs one letter or sign (digits are for reasons), not {keys}.").format(
                name=name, keys=keys
            )
        )
        return
    actions[name.removeprefix(ACTION_PREFIX)] = names[0]


def _read_command(
    command: Command, keys: str, wanted: dict[str, tuple[str, ...]], problems: list[str]
) -> None:
    names = normalise(keys)
    if not names:
        problems.append(_("keymap: {name} has no key.").format(name=command.id))
        return
    for key in names:
        why = _refusal(command, key)
        if why:
            problems.append(
                _("keymap: {name} cannot have {key}: {why}.").format(
                    name=command.id, key=shown_key(key), why=why
                )
            )
            return
    if all(is_printable(key) for key in names) and _typed_on(command):
        problems.append(
            _(
                "keymap: {name} needs a key that is no letter or sign as well ({key} is text on the screen "
                "{screen})."
            ).format(name=command.id, key=shown_key(names[0]), screen=_(_typed_on(command)))
        )
        return
    wanted[command.id] = names


def _refusal(command: Command, key: str) -> str:
    """Why a key cannot be had at all; empty where it can."""
    if key in RESERVED and key not in command.keys:
        return _("it {reason}").format(reason=_(RESERVED[key]))
    in_console = any(SCREENS[name].digits or name == EVERYWHERE for name in command.screens)
    if in_console and len(key) == 1 and key.isdigit():
        return _("digits choose reasons")
    if command.priority and is_printable(key):
        return _("it would be taken from every text field")
    return ""


def _typed_on(command: Command) -> str:
    """The title of a screen of the command where letters are typed; empty where there is none."""
    for name, info in SCREENS.items():
        if info.typing and (name in command.screens or EVERYWHERE in command.screens):
            return info.title
    return ""


def _without_clashes(wanted: dict[str, tuple[str, ...]], problems: list[str]) -> dict[str, tuple[str, ...]]:
    """Take away what shares a key with another command on one screen, until nothing clashes.

    Taking an entry away brings its default keys back, which may clash anew; hence the loop. The defaults
    alone never clash (a test holds that), so it ends.
    """
    taken = dict(wanted)
    while True:
        clash = first_clash(taken)
        if clash is None:
            return taken
        command, other, key = clash
        loser = command if command.id in taken else other
        winner = other if loser is command else command
        problems.append(
            _("keymap: {key} for {name} is already the key of {other}; {name} keeps its own.").format(
                key=shown_key(key), name=loser.id, other=winner.id
            )
        )
        del taken[loser.id]


def first_clash(taken: Mapping[str, tuple[str, ...]]) -> tuple[Command, Command, str] | None:
    """Two commands that would have one key on one screen; the second of them is the later entry."""
    for name in SCREENS:
        holders: dict[str, Command] = {}
        for command in COMMANDS:
            if name not in command.screens and EVERYWHERE not in command.screens:
                continue
            for key in taken.get(command.id, command.keys):
                holder = holders.setdefault(key, command)
                if holder is not command:
                    return command, holder, key
    return None


def action_keys(keymap: Keymap, actions: Iterable[ActionView]) -> ActionKeys:
    """The outcome keys of the console, with the user's own over the shop's.

    A key that a command of the console has stays the command's; of two actions the earlier keeps it. The
    action without a key is still in the palette and the list of outcomes.
    """
    problems: list[str] = []
    commands = _console_keys(keymap)
    shop = tuple(actions)
    known = {action.slug for action in shop}
    problems.extend(
        _unknown(f"{ACTION_PREFIX}{slug}", [f"{ACTION_PREFIX}{each}" for each in known])
        for slug in keymap.actions
        if slug not in known
    )
    by_key: dict[str, ActionView] = {}
    for action in sorted(shop, key=lambda each: each.slug not in keymap.actions):
        key = keymap.actions.get(action.slug) or (normalise(action.key)[0] if action.key else "")
        if not key:
            continue
        owner = commands.get(key) or (f"{ACTION_PREFIX}{by_key[key].slug}" if key in by_key else None)
        if owner is None:
            by_key[key] = action
            continue
        problems.append(
            _("{key} for the outcome {name} is already the key of {other}; it has no key now.").format(
                key=shown_key(key), name=action.label, other=owner
            )
        )
    timed = {
        key.upper(): action
        for key, action in by_key.items()
        if action.type == ActionType.CALL_LATER and len(key) == 1 and key.islower()
        if key.upper() not in by_key and key.upper() not in commands
    }
    by_slug = {action.slug: key for key, action in by_key.items()}
    return ActionKeys(by_key, by_slug, timed, tuple(problems))


def _console_keys(keymap: Keymap) -> dict[str, str]:
    """Key to command id, for the console and what works everywhere; digits belong to the reasons."""
    keys = {str(digit): _("the reasons") for digit in range(10)}
    for command in COMMANDS:
        if "console" in command.screens or EVERYWHERE in command.screens:
            keys.update(dict.fromkeys(keymap.keys_of(command), command.id))
    return keys
