"""`dialdeck lists`: the batches leads came in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, details, line, renamed, table

if TYPE_CHECKING:
    from domain.campaigns.lists import ListLine

app = group("Lead lists: the batches leads came in with.")

Which = Annotated[str, typer.Argument(metavar="LIST", help="Its number or its name.")]


def _document(found: ListLine) -> dict[str, object]:
    return renamed(found, id="list_id")


@command(app, "list", reads=True)
def list_lists(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Only its lists.")
    ] = None,
) -> None:
    """All lead lists, newest first."""
    from domain.campaigns import lists

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    found = work.read(lists.listing, actor=work.actor, campaign_id=campaign_id)

    def human() -> None:
        columns = [
            Column("Number", "id"),
            Column("List"),
            Column("Campaign"),
            Column("Leads", "number"),
            Column("Active", "code"),
            Column("State", "code"),
            Column("Imported", "time"),
        ]
        rows = [
            (each.id, each.name, each.campaign, each.leads, each.active, each.state, each.created_at)
            for each in found
        ]
        table(
            work,
            columns,
            rows,
            empty="There are no lists. Import one: dialdeck leads import FILE --campaign NAME",
        )

    answer(work, [_document(each) for each in found], human)


@command(app, "show", reads=True)
def show(work: Invocation, name: Which) -> None:
    """One list with its counts."""
    from domain.campaigns import lists

    found = work.read(lists.show, actor=work.actor, name_or_id=name)

    def human() -> None:
        line(f"{found.name} (list {found.id} of {found.campaign})")
        details(
            work,
            [
                ("leads", found.leads),
                ("active", found.active),
                ("state", found.state),
                ("source", found.source),
                ("imported", found.created_at),
                *((name.replace("_", " "), count) for name, count in found.counts.items()),
            ],
        )

    answer(work, _document(found), human)


@command(app, "pause")
def pause(work: Invocation, name: Which) -> None:
    """Take its leads out of the queue."""
    _set_active(work, name, active=False)


@command(app, "resume")
def resume(work: Invocation, name: Which) -> None:
    """Put its leads back into the queue."""
    _set_active(work, name, active=True)


def _set_active(work: Invocation, name: str, *, active: bool) -> None:
    from domain.campaigns import lists

    found = work.write(lists.set_active, actor=work.actor, name_or_id=name, active=active, now=work.now())
    answer(work, _document(found), lambda: line(f"{found.name} is {'active' if active else 'paused'}."))
