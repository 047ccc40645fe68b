"""`dialdeck hopper`: the ready queue of a campaign."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import Campaign, command, group
from cli.output import Column, answer, line, table

app = group("The hopper: the ready queue of a campaign.")


@command(app, "fill")
def fill(
    work: Invocation,
    campaign: Campaign = None,
    target: Annotated[
        int | None, typer.Option("--target", metavar="N", min=0, help="Another level for this once.")
    ] = None,
) -> None:
    """Bring the ready queue up to its level."""
    from domain.calling import hopper

    found = work.write(
        hopper.fill,
        actor=work.actor,
        campaign_id=work.campaign_id(campaign),
        now=work.now(),
        target=target,
    )
    answer(work, found, lambda: line(f"{found.added} added, {found.size} ready of {found.target}"))


@command(app, "show", reads=True)
def show(work: Invocation, campaign: Campaign = None) -> None:
    """How many leads are ready or in sellers' hands, and where they came from."""
    from domain.calling import hopper

    found = work.read(hopper.counts, actor=work.actor, campaign_id=work.campaign_id(campaign))

    def human() -> None:
        for title, counts in (("State", found["by_state"]), ("Source", found["by_source"])):
            table(work, [Column(title), Column("Leads", "number")], list(counts.items()), empty="")

    answer(work, found, human)


@command(app, "clear")
def clear(work: Invocation, campaign: Campaign = None) -> None:
    """Take all free leads out of the ready queue; they wait in the pool, and a fill takes them again."""
    from domain.calling import hopper

    removed = work.write(hopper.clear, actor=work.actor, campaign_id=work.campaign_id(campaign))
    answer(work, {"removed": removed}, lambda: line(f"{removed} taken out"))
