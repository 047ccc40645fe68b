"""The commands by name, each loaded from its module only when it is called for."""

from __future__ import annotations

from importlib import import_module

import typer
from typer.core import TyperGroup

GROUPS: dict[str, str] = {
    "demo": "demo",
    "init": "start",
    "db": "databases",
    "users": "users",
    "teams": "teams",
    "audit": "audit",
    "actions": "actions",
    "reasons": "reasons",
    "products": "products",
    "campaigns": "campaigns",
    "lists": "lists",
    "leads": "leads",
    "pause": "pauses",
    "resume": "pauses",
    "callbacks": "callbacks",
    "wallboard": "wallboard",
    "messages": "messages",
    "calls": "calls",
    "contacts": "contacts",
    "dnc": "dnc",
    "hopper": "hopper",
    "export": "exports",
    "report": "reports",
    "scheduler": "scheduler",
    "sync": "sync",
    "config": "configuration",
    "serve": "serve",
}
"""Command, or group of commands, and its module in ``cli.commands``, in the order of the help."""


class LazyGroup(TyperGroup):
    """A group whose commands are known by name and loaded on demand."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.commands = dict.fromkeys(GROUPS)  # the names, for suggestions

    def list_commands(self, ctx: typer.Context) -> list[str]:
        """All names, in the order of the help."""
        return list(GROUPS)

    def get_command(self, ctx: typer.Context, cmd_name: str):
        """The command called ``cmd_name``, or None where there is none."""
        module = GROUPS.get(cmd_name)
        if module is None:
            return None
        if self.commands[cmd_name] is None:
            loaded = typer.main.get_group(import_module(f"cli.commands.{module}").app)
            self.commands[cmd_name] = loaded.commands.get(cmd_name, loaded)
        return self.commands[cmd_name]
