"""`dialdeck callbacks`: who is to be called back, and when."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, table

app = group("Callbacks: who is to be called back, and when.")


@command(app, "list", reads=True)
def list_callbacks(
    work: Invocation,
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Only of it.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only one's own and anyone's.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 500,
) -> None:
    """Pending callbacks, earliest first: one's own and anyone's; supervisors and auditors see everybody's."""
    from domain.calling import callbacks

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    found = work.read(
        callbacks.listing,
        actor=work.actor,
        now=work.now(),
        campaign_id=campaign_id,
        everybody=not mine,
        limit=limit,
    )

    def human() -> None:
        columns = [
            Column("Due", "time"),
            Column(""),
            Column("Lead", "id"),
            Column("Name"),
            Column("Campaign"),
            Column("Seller", "code"),
            Column("Note"),
        ]
        rows = [
            (
                each.due_at,
                "due" if each.due else "",
                each.lead_id,
                each.name,
                each.campaign,
                each.seller or "anyone",
                each.note,
            )
            for each in found
        ]
        table(work, columns, rows, empty="No callbacks are waiting.")

    answer(work, found, human)
