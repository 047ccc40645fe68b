"""`dialdeck config`: the settings in force, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, line, table

if TYPE_CHECKING:
    from storage.settings import Settings

app = group("Configuration: the settings in force, and where they come from.")


@command(app, "show")
def show(work: Invocation) -> None:
    """Every setting, and whether it comes from the file, the environment, an option or is the default."""
    found = work.configuration
    values = found.shown()
    document = {"path": str(found.path), "settings": values, "origins": dict(found.origins)}

    def human() -> None:
        columns = [Column("Setting"), Column("Value"), Column("From")]
        rows = [
            (key, str(value) if value is not None else "", found.origins[key])
            for key, value in values.items()
        ]
        table(work, columns, rows, empty="")
        work.say(f"The file: {found.path}{'' if found.path.exists() else ' (not there)'}")

    answer(work, document, human)


@command(app, "path")
def path(work: Invocation) -> None:
    """Where the configuration file is, or would be."""
    from storage.config import config_path

    where = config_path()
    answer(work, {"path": str(where), "exists": where.exists()}, lambda: line(str(where)))


@command(app, "check")
def check(work: Invocation) -> None:
    """Check the file, the environment, colours, keys and the user; all that is wrong is told, with exit code 1."""
    from storage.config import config_path, examine
    from tui.app import configuration_problems

    settings, problems = examine({"database": work.database_option, "user": work.as_user})
    problems += configuration_problems(settings.theme, settings.keymap)
    problems += _unknown_user(settings)
    document = {"ok": not problems, "path": str(config_path()), "problems": problems}

    def human() -> None:
        if not problems:
            line("The configuration is sound.")

    answer(work, document, human)
    for problem in problems:
        work.say(f"dialdeck: {problem}")
    if problems:
        raise typer.Exit(1)


def _unknown_user(settings: Settings) -> list[str]:
    """That nobody of the user's name may sign in; nothing where the database cannot be asked."""
    from domain.errors import DomainError
    from domain.people import entry
    from storage.database import open_database

    if settings.user is None:
        return []
    try:
        database = open_database(settings.database)
    except DomainError:  # `dialdeck db status` says what is the matter with it
        return []
    try:
        with database.reading() as session:
            known = {choice.name for choice in entry.sign_in_choices(session)}
    except DomainError:  # no shop in it yet
        return []
    finally:
        database.close()
    if settings.user in known:
        return []
    return [
        f'The user "{settings.user}" is none who may sign in to {database.where}. See: dialdeck users list'
    ]
