"""The command reference says what there is: every command and option, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer

from cli import reference
from cli.main import app
from cli.options import COMMON_NAMES

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

# The commands that are there; those of later work must not be.
COMMANDS = {
    "demo", "init", "pause", "resume", "serve",
    "db status", "db upgrade", "db check", "db tally", "db compact", "db backup", "db restore",
    "db shops", "db add-shop", "db login",
    "users add", "users list", "users disable", "users enable", "users password", "users edit",
    "users unlock", "teams add", "teams list", "teams edit", "teams remove", "audit list", "audit export",
    "actions seed", "actions list", "actions add", "actions edit",
    "reasons list", "reasons add", "reasons edit",
    "products list", "products add",
    "campaigns create", "campaigns list", "campaigns show", "campaigns pause", "campaigns resume", "campaigns edit",
    "lists list", "lists show", "lists pause", "lists resume",
    "leads import", "leads undo-import", "leads status", "leads why", "leads list", "leads search", "leads show",
    "leads edit", "leads bulk-edit", "leads undo-bulk", "leads bulk-edits",
    "leads assign", "leads release", "leads undo-assign", "leads assign-batches",
    "leads recycle", "leads undo-recycle", "leads recycle-batches", "leads fix-status",
    "leads next", "leads outcome", "leads undo", "leads skip", "leads reason",
    "callbacks list", "calls import", "calls record", "contacts show", "contacts edit",
    "contacts find", "contacts duplicates", "contacts merge", "contacts export", "contacts erase",
    "dnc add", "dnc remove", "dnc list", "dnc import", "dnc export",
    "export leads", "export all",
    "hopper fill", "hopper show", "hopper take-out", "hopper take-back", "hopper clear",
    "report campaign", "report sellers", "report campaigns",
    "report schedule add", "report schedule list", "report schedule remove",
    "wallboard", "messages send", "messages list",
    "scheduler run", "scheduler jobs", "scheduler once", "scheduler history", "scheduler pause", "scheduler resume",
    "sync",
    "config show", "config path", "config check",
}  # fmt: skip


def commands() -> Iterator[tuple[str, object]]:
    """Every command by what is typed."""
    root = typer.main.get_command(app)
    yield from _within(root, typer.Context(root, info_name="dialdeck"), "")


def _within(group, context: typer.Context, path: str) -> Iterator[tuple[str, object]]:
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if hasattr(found, "list_commands"):
            yield from _within(found, context, f"{path}{name} ")
        else:
            yield f"{path}{name}", found


def test_there_are_exactly_the_commands_there_should_be() -> None:
    assert {name for name, _ in commands()} == COMMANDS


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.reference(), (
        "make it anew: python -m cli.reference > docs/commands.md"
    )


def test_every_command_and_option_stands_on_the_page_with_a_help_text() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, command in commands():
        section = page.partition(f"## dialdeck {name}\n")[2]
        section = re.split(r"\n#{2,4} ", section)[0]
        assert section, name
        assert command.help, name
        for parameter in command.params:
            if parameter.param_type_name != "option" or parameter.name == "help":
                continue
            assert parameter.help, (name, parameter.name)
            for option in (*parameter.opts, *parameter.secondary_opts):
                place = page if parameter.name in COMMON_NAMES else section
                assert f"`{option}`" in place, (name, option)


def test_every_command_takes_the_common_options_after_its_name() -> None:
    for name, command in commands():
        assert set(COMMON_NAMES) <= {parameter.name for parameter in command.params}, name


def test_keys_are_promised_only_for_commands_there_are() -> None:
    assert set(reference.KEYS) <= COMMANDS
