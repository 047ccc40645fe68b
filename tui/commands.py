"""The one registry of commands: what a person can do, with which keys, where, who and when.

Bindings, the line of keys, the palette, the help screen, the user's keymap and the table in the
documentation are all made from it. Outcome keys are not here: they are data (console actions).
"""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding

from tui.command import EVERYONE, EVERYWHERE, SELLING, Command, ScreenInfo
from tui.i18n import _, mark
from tui.supervisor_commands import SUPERVISOR_COMMANDS, SUPERVISOR_SCREENS

__all__ = ["COMMANDS", "EVERYONE", "EVERYWHERE", "SCREENS", "SELLING", "Command", "ScreenInfo", "bindings"]

SCREENS: dict[str, ScreenInfo] = {
    info.name: info
    for info in (
        ScreenInfo(EVERYWHERE, mark("Everywhere")),
        ScreenInfo("sign_in", mark("Sign in"), typing=True),
        ScreenInfo("first_start", mark("First start"), typing=True),
        ScreenInfo("campaigns", mark("Campaigns")),
        ScreenInfo("console", mark("Seller console"), digits=True),
        *SUPERVISOR_SCREENS,
    )
}

_APP = (EVERYWHERE,)
_CONSOLE = ("console",)
_LISTS = ("campaigns", *(info.name for info in SUPERVISOR_SCREENS if not info.typing))

COMMANDS: tuple[Command, ...] = (
    # Everywhere
    Command(
        "app.help", ("f1", "question_mark"), "app.help", mark("help"),
        mark("All keys that work here, searchable; Enter runs one"), mark("Application"), _APP, show=90,
    ),
    Command(
        "app.palette", ("ctrl+p",), "app.command_palette", mark("palette"),
        mark("Find and run any command by its name"), mark("Application"), _APP, show=96, priority=True,
    ),
    Command(
        "app.theme", ("f9",), "app.next_theme", mark("theme"),
        mark("Next colours: dark, light, high contrast, the terminal's own"), mark("Application"), _APP,
    ),
    Command(
        "app.quit", ("ctrl+q",), "app.quit", mark("quit"),
        mark("Leave Dialdeck; the person on screen and the note are kept"), mark("Application"), _APP,
        show=95, priority=True,
    ),
    # Sign-in and first start
    Command(
        "sign_in.enter", ("enter",), "enter", mark("sign in"),
        mark("Work as the person chosen"), mark("Sign in"), ("sign_in",), show=10, priority=True,
    ),
    Command(
        "sign_in.up", ("up",), "up", mark("up"), mark("The name above"), mark("Sign in"), ("sign_in",),
    ),
    Command(
        "sign_in.down", ("down",), "down", mark("down"), mark("The name below"), mark("Sign in"), ("sign_in",),
    ),
    Command(
        "sign_in.back", ("escape",), "back", mark("back"), mark("Back to the names"),
        mark("Sign in"), ("sign_in",), when="going_back", show=20,
    ),
    Command(
        "first_start.enter", ("enter",), "enter", mark("make the shop"),
        mark("Set up the database with this administrator"), mark("First start"), ("first_start",),
        show=10, priority=True,
    ),
    Command(
        "first_start.leave", ("escape",), "leave", mark("leave"), mark("Leave without making anything"),
        mark("First start"), ("first_start",), show=20,
    ),
    # Campaigns
    Command(
        "campaigns.open", ("enter",), "open", mark("work here"),
        mark("Open this campaign's queue"), mark("Campaigns"), ("campaigns",), SELLING, "campaign", 10, True,
    ),
    Command(
        "campaigns.refresh", ("f5",), "refresh", mark("refresh"),
        mark("Count again now (it happens by itself every 10 seconds)"), mark("Campaigns"), ("campaigns",), show=20,
    ),
    Command(
        "campaigns.sign_out", ("o",), "sign_out", mark("sign out"),
        mark("Let somebody else sign in"), mark("Campaigns"), ("campaigns",), show=30,
    ),
    # Lists of people or things (own widgets; the arrows always work too)
    Command("list.down", ("j",), "down", mark("down"), mark("One line down"), mark("Lists"), _LISTS),
    Command("list.up", ("k",), "up", mark("up"), mark("One line up"), mark("Lists"), _LISTS),
    Command("list.first", ("g",), "first", mark("first"), mark("To the first line"), mark("Lists"), _LISTS),
    Command("list.last", ("G",), "last", mark("last"), mark("To the last line"), mark("Lists"), _LISTS),
    # Seller console
    Command(
        "console.dial", ("d",), "dial", mark("dial"),
        mark("Start the call: shows and copies the number, starts the timer"),
        mark("Call"), _CONSOLE, SELLING, "can_dial", 10,
    ),
    Command(
        "console.hang_up", ("f",), "hang_up", mark("hang up"),
        mark("The conversation is over; the outcome can still be chosen"),
        mark("Call"), _CONSOLE, SELLING, "calling", 11,
    ),
    Command(
        "console.next_number", ("full_stop",), "next_number", mark("other number"),
        mark("Choose the person's next number for the dial key"), mark("Call"), _CONSOLE, SELLING, "person",
    ),
    Command(
        "console.copy_number", ("f3",), "copy_number", mark("copy number"),
        mark("Copy the number without starting a call"), mark("Call"), _CONSOLE, SELLING, "person",
    ),
    Command(
        "console.skip", ("k",), "skip", mark("skip"),
        mark("Leave this person for later and take the next one"),
        mark("Queue"), _CONSOLE, SELLING, "can_move", 20,
    ),
    Command(
        "console.previous", ("b",), "previous", mark("back"),
        mark("Back to the last person handled"), mark("Queue"), _CONSOLE, SELLING, "can_move", 21,
    ),
    Command(
        "console.find", ("slash",), "find", mark("find"),
        mark("Find a person of your own by name, number or id and jump to them"),
        mark("Queue"), _CONSOLE, SELLING, "not_calling", 22,
    ),
    Command(
        "console.queue", ("j",), "queue", mark("queue"),
        mark("Who comes next and why; Enter jumps there"), mark("Queue"), _CONSOLE, SELLING, "", 40,
    ),
    Command(
        "console.note", ("w",), "note", mark("note"),
        mark("Write a note; Esc gives the keys back, the draft is kept"),
        mark("Outcome"), _CONSOLE, SELLING, "person", 23,
    ),
    Command(
        "console.undo", ("z",), "undo", mark("undo"),
        mark("Take back the last outcome and bring the person back"),
        mark("Outcome"), _CONSOLE, SELLING, "not_calling", 15,
    ),
    Command(
        "console.pause", ("r",), "pause", mark("pause"),
        mark("Pause with a code, or go on working"), mark("Work"), _CONSOLE, SELLING, "not_calling", 30,
    ),
    Command(
        "console.details", ("f4",), "details", mark("details"),
        mark("Everything about this person: all numbers, address, notes, whole history"),
        mark("Queue"), _CONSOLE, SELLING, "person",
    ),
    Command(
        "console.campaigns", ("f2",), "campaigns", mark("campaigns"),
        mark("Give this person back and choose another campaign"),
        mark("Work"), _CONSOLE, SELLING, "not_calling", 50,
    ),
    *SUPERVISOR_COMMANDS,
)  # fmt: skip

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}


def for_screen(name: str) -> Iterator[Command]:
    """The commands of a screen itself (without those that work everywhere)."""
    return (command for command in COMMANDS if name in command.screens)


def bindings(name: str) -> list[Binding]:
    """The Textual bindings of a screen, for its ``BINDINGS`` (``"app"`` for the application's own)."""
    return [command.binding() for command in for_screen(name) if command.keys]


def find_by_action(name: str, action: str) -> Command | None:
    """The command of screen ``name`` behind a Textual action such as ``dial``."""
    return next((command for command in for_screen(name) if command.action == action), None)


def documentation() -> str:
    """A Markdown table of all commands with their default keys, for the documentation."""
    from tui.keymap import shown_key

    lines = [
        f"| {_('Where')} | {_('Keys')} | {_('Does')} | {_('Name in the keymap')} |",
        "|---|---|---|---|",
    ]
    for command in COMMANDS:
        where = ", ".join(_(SCREENS[name].title) for name in command.screens)
        keys = " ".join(f"`{shown_key(key)}`" for key in command.keys) or "–"
        lines.append(f"| {where} | {keys} | {_(command.help)} | `{command.id}` |")
    return "\n".join(lines) + "\n"
