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
Team = Annotated[str | None, typer.Option("--team", metavar="NAME", help="The team they belong to.")]
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
    team: Team = None,
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
        team=team,
        now=work.now(),
    )
    _told(work, user, "was added")
    required = users.passwords_required
    if work.on_server and work.read(
        required, organisation_id=work.actor.organisation_id, server=work.on_server
    ):
        work.say(f"Nobody signs in here without a password: dialdeck users password {name}")


@command(app, "list", reads=True)
def list_users(work: Invocation) -> None:
    """All users; sellers see only themselves, supervisors who lead teams those."""
    from domain.people import users

    found = work.read(users.listing, actor=work.actor)

    def human() -> None:
        titles = ("Name", "Full name", "Role", "Shift", "Team", "Active", "Password", "Locked until")
        columns = [Column(title) for title in titles]
        rows = [
            (
                user.name,
                user.full_name,
                user.role,
                user.shift,
                user.team,
                user.active,
                "set" if user.has_password else "",
                user.locked_until if user.locked_until and user.locked_until > work.now() else None,
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
    team: Team = None,
    no_team: Annotated[bool, typer.Option("--no-team", help="Take them out of their team.")] = False,
) -> None:
    """Change role, shift, full name or team."""
    if team is not None and no_team:
        raise typer.BadParameter("name a team or say --no-team, not both", param_hint="'--team'")
    from domain.people import users

    user = work.write(
        users.edit,
        actor=work.actor,
        name=name,
        role=role,
        shift=shift,
        full_name=full_name,
        team="" if no_team else team,
        now=work.now(),
    )
    _told(work, user, "was changed")


@command(app, "unlock")
def unlock(work: Invocation, name: Name) -> None:
    """Let a user try again at once who was locked after too many wrong passwords (administrators)."""
    from domain.people import signing_in

    work.write(signing_in.unlock, actor=work.actor, name=name, now=work.now())
    answer(work, {"name": name, "locked": False}, lambda: line(f"{name} may sign in again."))


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
    work.write(
        users.set_password, actor=actor, name=name, password=new, now=work.now(), server=work.on_server
    )
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
