"""`dialdeck report schedule`: reports the background jobs write to a folder, daily or weekly."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import narrowing
from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, clean, line, renamed, table

app = group("Reports the background jobs write to a folder, daily or weekly.")


@command(app, "add")
def add(
    work: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The campaign.")],
    folder: Annotated[
        Path,
        typer.Option("--folder", metavar="DIR", help="Where, on the machine the background jobs run on."),
    ],
    every: Annotated[
        Literal["daily", "weekly"],
        typer.Option("--every", metavar="RHYTHM", help="daily, or weekly (on Mondays)."),
    ] = "daily",
    format: Annotated[
        Literal["html", "csv", "json"], typer.Option("--format", metavar="FORMAT", help="html, csv or json.")
    ] = "html",
    period: Annotated[
        Literal["all", "due"],
        typer.Option(
            "--period", metavar="PERIOD", help="all of the campaign so far, or due: the day or week over."
        ),
    ] = "all",
    seller: narrowing.Seller = None,
    list_name: narrowing.ListName = None,
    assigned_from: narrowing.AssignedFrom = None,
    assigned_to: narrowing.AssignedTo = None,
    statuses: narrowing.Statuses = None,
    resolutions: narrowing.Resolutions = None,
    reasons: narrowing.Reasons = None,
    tags: narrowing.Tags = None,
) -> None:
    """Have a report written to a folder after every day or week."""
    from domain.reporting import orders

    campaign_id = work.campaign_id(name)
    filters = narrowing.filters_of(
        work,
        campaign_id=campaign_id,
        seller=seller,
        list_name=list_name,
        assigned_from=assigned_from,
        assigned_to=assigned_to,
        statuses=statuses,
        resolutions=resolutions,
        reasons=reasons,
        tags=tags,
    )
    made = work.write(
        orders.add,
        actor=work.actor,
        campaign_id=campaign_id,
        format=format,
        every=every,
        period=period,
        folder=str(folder.absolute()),
        filters=filters,
        now=work.now(),
    )
    document = {**renamed(made), "filters": made.filters.to_json()}
    answer(
        work,
        document,
        lambda: line(f"Order {made.id}: {clean(made.campaign)} is written {every} to {clean(made.folder)}"),
    )


@command(app, "list", reads=True)
def list_orders(work: Invocation) -> None:
    """The reports that are written regularly, and up to which day each is."""
    from domain.reporting import orders

    found = work.read(orders.listing, actor=work.actor)

    def human() -> None:
        columns = [
            Column("Order", "id"),
            Column("Campaign"),
            Column("Every", "code"),
            Column("Period", "code"),
            Column("Format", "code"),
            Column("Folder"),
            Column("Filters"),
            Column("Written up to", "code"),
            Column("Problem"),
        ]
        rows = [
            (
                each.id,
                each.campaign,
                each.every,
                each.period,
                each.format,
                each.folder,
                each.filters.in_words(work.language),
                each.written_until,
                each.problem,
            )
            for each in found
        ]
        table(work, columns, rows, empty="None yet, see: dialdeck report schedule add")

    answer(work, [{**renamed(each), "filters": each.filters.to_json()} for each in found], human)


@command(app, "remove")
def remove(
    work: Invocation,
    order: Annotated[
        int, typer.Argument(metavar="ID", help="Its number, see: dialdeck report schedule list")
    ],
) -> None:
    """Have a report written no longer; the files that are there stay."""
    from domain.reporting import orders

    work.write(orders.remove, actor=work.actor, order_id=order)
    answer(work, {"removed": order}, lambda: line(f"Order {order} is no more"))
