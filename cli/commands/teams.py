"""`dialdeck teams`: who leads whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, line, table

if TYPE_CHECKING:
    from domain.people.teams import TeamView

app = group("Teams: a supervisor who leads some sees their sellers only; one who leads none sees everybody.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The team.")]


def _users(option: str, help: str) -> object:
    return typer.Option(option, metavar="USER", help=f"{help}; may be repeated.")


Lead = Annotated[list[str] | None, _users("--lead", "A supervisor who leads it")]
Member = Annotated[list[str] | None, _users("--member", "Somebody who is in it, and in no other then")]


def _told(work: Invocation, team: TeamView, what: str) -> None:
    led = ", ".join(team.supervisors) or "nobody yet"
    answer(work, team, lambda: line(f"{team.name} {what}: led by {led}, {len(team.members)} in it."))


@command(app, "add")
def add(work: Invocation, name: Name, lead: Lead = None, member: Member = None) -> None:
    """Make a team (administrators)."""
    from domain.people import teams

    team = work.write(
        teams.add,
        actor=work.actor,
        name=name,
        now=work.now(),
        supervisors=tuple(lead or ()),
        members=tuple(member or ()),
    )
    _told(work, team, "was added")


@command(app, "list", reads=True)
def list_teams(work: Invocation) -> None:
    """The teams, who leads them and who is in them; a supervisor who leads some sees those."""
    from domain.people import teams

    found = work.read(teams.listing, actor=work.actor)

    def human() -> None:
        columns = [Column("Team"), Column("Led by"), Column("Members", "number"), Column("")]
        rows = [
            (team.name, ", ".join(team.supervisors), len(team.members), ", ".join(team.members))
            for team in found
        ]
        table(work, columns, rows, empty="There are no teams: supervisors see everybody.")

    answer(work, found, human)


@command(app, "edit")
def edit(
    work: Invocation,
    name: Name,
    rename: Annotated[str | None, typer.Option("--rename", metavar="NAME", help="Its new name.")] = None,
    lead: Lead = None,
    no_lead: Annotated[list[str] | None, _users("--no-lead", "Who leads it no more")] = None,
    member: Member = None,
    no_member: Annotated[list[str] | None, _users("--no-member", "Who leaves it")] = None,
) -> None:
    """Rename a team, or change who leads it and who is in it (administrators)."""
    from domain.people import teams

    team = work.write(
        teams.edit,
        actor=work.actor,
        name=name,
        now=work.now(),
        rename=rename,
        supervisors=tuple(lead or ()),
        not_supervisors=tuple(no_lead or ()),
        members=tuple(member or ()),
        not_members=tuple(no_member or ()),
    )
    _told(work, team, "was changed")


@command(app, "remove")
def remove(work: Invocation, name: Name) -> None:
    """Dissolve a team (administrators). Its members are in none then; who led only this one sees everybody."""
    from domain.people import teams

    free = work.write(teams.remove, actor=work.actor, name=name, now=work.now())
    document = {"name": name, "members": free}
    answer(work, document, lambda: line(f"{name} was dissolved; {free} were in it."))
