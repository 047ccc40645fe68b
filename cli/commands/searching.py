"""`dialdeck leads search`: somebody found by name, company or number, in whatever campaign."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.output import Column, answer, renamed, table


def search(
    work: Invocation,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="A part of the name or company, a number, or an external id."),
    ],
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Only in it.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 20,
) -> None:
    """Find people: sellers among their own, everybody else among all."""
    from domain.calling import queue

    if not text.strip():
        raise typer.BadParameter("say whom to find", param_hint="'TEXT'")
    found = work.read(
        queue.search,
        actor=work.actor,
        text=text,
        campaign_id=work.campaign_id(campaign) if campaign is not None else None,
        limit=limit,
    )
    document = [
        {
            key: value
            for key, value in renamed(each, at="next_attempt_at", resolution="campaign_resolution").items()
            if key not in ("why", "due")
        }
        for each in found
    ]

    def human() -> None:
        titles = ("Name", "Phone", "Status", "Res.", "Campaign")
        columns = [Column("Lead", "id"), *(Column(title) for title in titles), Column("Next attempt", "time")]
        rows = [
            (
                each.lead_id,
                each.name,
                each.phone,
                each.status or "no status",
                each.resolution,
                each.campaign,
                each.at,
            )
            for each in found
        ]
        table(work, columns, rows, empty="Nobody like that.")

    answer(work, document, human)
