"""The options every command takes, after its name, and the small converters commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated

import typer

from cli.context import Invocation, PipeClosedError
from cli.given import refuse_empty_names, require_change
from domain.errors import NotAllowed

_COMMON: dict[str, tuple[object, object]] = {
    "database": (
        Annotated[
            str | None,
            typer.Option(
                "--database",
                metavar="URL",
                help="sqlite:///file or postgresql://user@host/database (or DIALDECK_DATABASE).",
            ),
        ],
        None,
    ),
    "as_user": (
        Annotated[
            str | None,
            typer.Option("--as", metavar="USER", help="Who acts (password: DIALDECK_PASSWORD, or asked)."),
        ],
        None,
    ),
    "as_json": (Annotated[bool, typer.Option("--json", help="Print one JSON document.")], False),
    "yes": (Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")], False),
    "debug": (Annotated[bool, typer.Option("--debug", help="Show where an error came from.")], False),
}
COMMON_NAMES = tuple(_COMMON)

Campaign = Annotated[
    str | None,
    typer.Option("--campaign", metavar="NAME", help="The campaign; may be left out where there is one."),
]


def group(help: str) -> typer.Typer:
    """A group of commands, or a module of single ones."""
    return typer.Typer(
        help=help, no_args_is_help=True, rich_markup_mode=None, add_completion=False, callback=_nothing
    )


def _nothing() -> None:
    """A group is a group even with one command."""


def command(
    app: typer.Typer, name: str, *, reads: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the command ``name``: it gets an `Invocation` first, then its own parameters.

    reads: it never writes, so a database that may only be read will do. An ``edit`` without an option is refused.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name)(_with_common_options(function, reads, changes=name == "edit"))
        return function

    return register


def _with_common_options(function: Callable[..., None], reads: bool, *, changes: bool) -> Callable[..., None]:
    @wraps(function)
    def called(context: typer.Context, **values: object) -> None:
        for key, value in values.items():
            _check_size(context, key, value, longest[key])
        given = {key: values.pop(key) for key in _COMMON}
        refuse_empty_names(given)
        if changes:
            require_change(context, own, values)
        before = context.find_root().obj or {}
        invocation = Invocation(
            database=given["database"] or before.get("database"),
            as_user=given["as_user"] or before.get("as_user"),
            as_json=bool(given["as_json"]),
            yes=bool(given["yes"]),
            reads=reads,
        )
        try:
            function(invocation, **values)
        except NotAllowed as error:
            invocation.note_refusal(error, _command_path(context))
            raise
        except BrokenPipeError as error:
            raise PipeClosedError from error  # Typer would make a failure of it
        finally:
            invocation.close()

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    longest = dict.fromkeys(_COMMON, _LARGEST) | {each.name: _largest(each) for each in own}
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    ]
    parameters += [parameter.replace(kind=kind) for parameter in own]
    parameters += [
        inspect.Parameter(key, kind, annotation=annotation, default=default)
        for key, (annotation, default) in _COMMON.items()
    ]
    called.__signature__ = inspect.Signature(parameters)
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _command_path(context: typer.Context) -> str:
    """The command without the program: "users add"."""
    return context.command_path.partition(" ")[2]


_LARGEST = 2**31 - 1
_LARGEST_ID = 2**63 - 1
_IDS = ("LEAD", "CONTACT", "KEEP", "OTHER...", "ENTRY...", "BATCH", "ID")


def _largest(parameter: inspect.Parameter) -> int:
    """The largest whole number both databases can hold in its place: names of rows are longer than other numbers."""
    names = (getattr(each, "metavar", None) for each in getattr(parameter.annotation, "__metadata__", ()))
    return _LARGEST_ID if any(name in _IDS for name in names) else _LARGEST


def _check_size(context: typer.Context, name: str, value: object, largest: int) -> None:
    """Refuse a whole number no column holds, before a database stumbles over it."""
    numbers = value if isinstance(value, list | tuple) else (value,)
    for number in numbers:
        if isinstance(number, int) and abs(number) > largest:
            parameter = next((each for each in context.command.params if each.name == name), None)
            raise typer.BadParameter(
                f"{number} is too large a number; at most {largest:,}", ctx=context, param=parameter
            )


def pairs(texts: list[str] | None, option: str, *, default_key: str | None = None) -> dict[str, str]:
    """``key=value`` texts as a dictionary; a text without "=" belongs to ``default_key``."""
    found: dict[str, str] = {}
    for text in texts or []:
        key, sign, value = text.partition("=")
        if not sign and default_key is not None:
            key, value = default_key, text
        if not key.strip() or not (sign or default_key):
            raise typer.BadParameter(f'"{text}" is not key=value', param_hint=f"'{option}'")
        found[key.strip()] = value.strip()
    return found


def a_date(text: str | None, option: str) -> date | None:
    """A date such as 2026-11-25, or nothing."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f'"{text}" is no date; write it as 2026-11-25', param_hint=f"'{option}'"
        ) from None
