"""The door of the command line: finds the command, and turns every error into one line and an exit code.

Nothing heavy is imported here: `dialdeck` and `dialdeck --version` start at once, a command loads what it needs.
"""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Annotated

import typer

from cli.context import PipeClosedError
from cli.given import refuse_empty_names
from cli.lazy import LazyGroup
from domain.errors import DomainError

PROGRAM = "dialdeck"
INTERRUPTED = 130

app = typer.Typer(
    name=PROGRAM,
    cls=LazyGroup,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The outbound sales desk that lives in a terminal. Without a command it opens the application.",
)


@app.callback()
def root(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="sqlite:///file or postgresql://user@host/database."),
    ] = None,
    as_user: Annotated[str | None, typer.Option("--as", metavar="USER", help="Who signs in.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Open the application, or run one of the commands."""
    refuse_empty_names({"database": database, "as_user": as_user})
    context.obj = {"database": database, "as_user": as_user, "debug": debug}
    if version:
        _print_version()
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        raise typer.Exit(_open_application(database, as_user))


def main() -> int:
    """Run the command of this process and return its exit code."""
    sys.excepthook = _defect
    _open_closed_streams()
    return run(sys.argv[1:])


def _open_closed_streams() -> None:
    """A stream the caller closed (``>&-``) is one that is empty, or that nobody reads."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open to the end
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as above
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as above


def run(arguments: list[str]) -> int:
    """Run one command line; errors become one line on standard error.

    Returns:
        0 done, 1 refused or failed, 2 wrong usage, 130 interrupted.
    """
    debug = "--debug" in arguments
    for text in arguments:
        if any("\ud800" <= sign <= "\udfff" for sign in text):  # bytes that are no text in this system
            _say(f'"{text.encode(errors="replace").decode()}" is not UTF-8 text; write it in UTF-8.')
            return 2
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except DomainError as error:
        if debug:
            raise
        _say(error.message)
        return 1
    except typer.Abort:
        code = INTERRUPTED
    except typer.TyperException as error:
        return _wrong_usage(error)
    except (BrokenPipeError, PipeClosedError):
        # Whoever read the output has enough of it; nothing more is written, not even at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if debug:
            raise
        _say(f"{error.filename or 'The output'} cannot be used: {error.strerror or error}.")
        return 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say("interrupted.")
    return code


def _run(arguments: list[str]) -> int:
    opening = _only_opening(arguments)
    if opening is not None:
        return _open_application(opening.get("--database"), opening.get("--as"))
    if arguments == ["--version"]:
        _print_version()
        return 0
    command = typer.main.get_command(app)
    code = command.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
    return code if isinstance(code, int) else 0


def _only_opening(arguments: list[str]) -> dict[str, str] | None:
    """The options of a bare `dialdeck`, read without the parser: its libraries would delay the first picture."""
    if os.environ.get(f"_{PROGRAM.upper()}_COMPLETE"):
        return None
    found: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        name, sign, value = word.partition("=")
        if name == "--debug":
            continue
        if name not in ("--database", "--as"):
            return None
        given = value if sign else next(rest, None)
        if not given:
            return None
        found[name] = given
    return found


def _open_application(database: str | None, user: str | None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _say(f"the application needs a terminal. In scripts use the commands, see: {PROGRAM} --help")
        return 1
    from tui import app as application

    return application.run(database, user, password=os.environ.get("DIALDECK_PASSWORD"))


def _print_version() -> None:
    from importlib.metadata import version

    sys.stdout.write(f"{PROGRAM} {version(PROGRAM)}\n")


def _wrong_usage(error: typer.TyperException) -> int:
    """Say what is wrong with the command line, and where its help is."""
    context = getattr(error, "ctx", None)
    message = error.format_message().replace(
        ": Value error, ", ": "
    )  # what the parser of choices puts before
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(message + "\n")
        return error.exit_code
    _say(" ".join(message.split()))  # the parser spreads choices over lines
    if context is not None:
        sys.stderr.write(f"{context.get_usage()}\nHelp: {context.command_path} --help\n")
    return error.exit_code


def _say(message: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {message}\n")


def _defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is left is a defect: one line for the person, its place for the log; the exit code is 1."""
    if "--debug" in sys.argv or issubclass(kind, SystemExit):
        sys.__excepthook__(kind, error, trace)
        return
    if issubclass(kind, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    from storage import logs

    logs.configure()
    logs.record("cli", "defect", level="error", error=error)
    _say(
        f"stopped because of a defect ({kind.__name__}). What was not finished was taken back. "
        f"More in {logs.log_path()}, or run it again with --debug."
    )
