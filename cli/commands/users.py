"""`dialdeck users`: who may sign in, and as what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation, ask_password
from cli.options import command, group
from cli.output import Column, answer, line, table
from domain.codes import Role, Shift
from domain.errors import Invalid

if TYPE_CHECKING:
    from domain.people.users import UserView

app = group("Users: who may sign in, and as what.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name they sign in with.")]
FullName = Annotated[str | None, typer.Option("--full-name", metavar="TEXT", help="Name as shown to others.")]


def _told(work: Invocation, user: UserView, what: str) -> None:
    answer(work, user, lambda: line(f"{user.name} ({user.role}, shift {user.shift}) {what}."))


@command(app, "add")
def add(
    work: Invocation,
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    shift: Annotated[Shift, typer.Option("--shift", help="Half of the day they work.")] = Shift.ANY,
    full_name: FullName = None,
) -> None:
    """Add a user (administrators). A password is set with: dialdeck users password NAME."""
    from domain.people import users

    user = work.write(
        users.add,
        actor=work.actor,
        name=name,
        role=role,
        shift=shift,
        full_name=full_name or "",
        now=work.now(),
    )
    _told(work, user, "was added")


@command(app, "list", reads=True)
def list_users(work: Invocation) -> None:
    """All users; sellers see only themselves."""
    from domain.people import users

    found = work.read(users.listing, actor=work.actor)

    def human() -> None:
        columns = [Column(title) for title in ("Name", "Full name", "Role", "Shift", "Active", "Password")]
        rows = [
            (
                user.name,
                user.full_name,
                user.role,
                user.shift,
                user.active,
                "set" if user.has_password else "",
            )
            for user in found
        ]
        table(work, columns, rows, empty="There are no users yet. Run: dialdeck init --admin NAME")

    answer(work, found, human)


@command(app, "disable")
def disable(work: Invocation, name: Name) -> None:
    """Let a user sign in no more; their history stays."""
    from domain.people import users

    user = work.write(users.set_active, actor=work.actor, name=name, active=False, now=work.now())
    _told(work, user, "is disabled")


@command(app, "enable")
def enable(work: Invocation, name: Name) -> None:
    """Let a disabled user sign in again."""
    from domain.people import users

    user = work.write(users.set_active, actor=work.actor, name=name, active=True, now=work.now())
    _told(work, user, "is enabled")


@command(app, "edit")
def edit(
    work: Invocation,
    name: Name,
    role: Annotated[Role | None, typer.Option("--role", help="What they may do.")] = None,
    shift: Annotated[Shift | None, typer.Option("--shift", help="Half of the day they work.")] = None,
    full_name: FullName = None,
) -> None:
    """Change role, shift or full name."""
    from domain.people import users

    user = work.write(
        users.edit,
        actor=work.actor,
        name=name,
        role=role,
        shift=shift,
        full_name=full_name,
        now=work.now(),
    )
    _told(work, user, "was changed")


@command(app, "password")
def password(
    work: Invocation,
    name: Name,
    remove: Annotated[bool, typer.Option("--remove", help="Sign in without a password again.")] = False,
    stdin: Annotated[
        bool,
        typer.Option(
            "--stdin", help="Read the new password (8 characters or more) from standard input, one line."
        ),
    ] = False,
) -> None:
    """Set or remove a password: one's own, or anybody's as an administrator."""
    from domain.people import users

    actor = work.actor
    new = None if remove else _new_password(name, from_input=stdin)
    work.write(users.set_password, actor=actor, name=name, password=new, now=work.now())
    document = {"name": name, "has_password": new is not None}
    answer(work, document, lambda: line(f"The password of {name} was {'set' if new else 'removed'}."))


def _new_password(name: str, *, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    from domain.people.passwords import MINIMUM_LENGTH

    if not sys.stdin.isatty():
        raise Invalid(
            "A password is asked for at the terminal. In scripts: --stdin reads it from standard input.",
            code="no_terminal",
        )
    first = ask_password(f"New password of {name} (at least {MINIMUM_LENGTH} characters): ")
    if ask_password("The same again: ") != first:
        raise Invalid("The two passwords differ; nothing was changed.", code="passwords_differ")
    return first
