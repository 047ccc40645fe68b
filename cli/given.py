"""What was given with a command, looked at before it runs: names that are empty, edits that change nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

import typer

_NAMED = {"database": "--database", "as_user": "--as"}


class NothingToChangeError(typer.TyperException):
    """An edit without anything to change is wrong usage, not a success."""

    exit_code = 2

    def __init__(self, context: typer.Context) -> None:
        super().__init__("There is nothing to change: say what, with at least one option.")
        self.ctx = context


def refuse_empty_names(values: Mapping[str, object]) -> None:
    """Refuse ``--database ''`` and ``--as ''``: a script whose variable is empty means somebody, not anybody."""
    for key, option in _NAMED.items():
        if isinstance(value := values.get(key), str) and not value.strip():
            raise typer.BadParameter("it is empty; leave it out, or name one", param_hint=f"'{option}'")


def require_change(
    context: typer.Context, parameters: Iterable[inspect.Parameter], values: Mapping[str, object]
) -> None:
    """Refuse an edit where none of the command's own options was given (``parameters``)."""
    options = [each for each in parameters if each.default is not inspect.Parameter.empty]
    if all(values[each.name] in (each.default, []) for each in options):
        raise NothingToChangeError(context)
