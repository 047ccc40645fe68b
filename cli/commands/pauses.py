"""`dialdeck pause` and `dialdeck resume`: a seller's break."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, line

app = group("A seller's break.")

Within = Annotated[
    str | None, typer.Option("--campaign", metavar="NAME", help="The campaign it counts for, if any.")
]


@command(app, "pause")
def pause(
    work: Invocation,
    code: Annotated[
        str,
        typer.Argument(metavar="[CODE]", help="break, lunch, training, meeting, admin or technical."),
    ] = "break",
    campaign: Within = None,
) -> None:
    """Pause; the person in hand stays until their lease ends."""
    from domain.people import states

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    state = work.write(states.pause, actor=work.actor, code=code, now=work.now(), campaign_id=campaign_id)
    answer(work, state, lambda: line(f"{work.actor.name} is on pause ({code})."))


@command(app, "resume")
def resume(work: Invocation, campaign: Within = None) -> None:
    """Back to work."""
    from domain.people import states

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    state = work.write(states.resume, actor=work.actor, now=work.now(), campaign_id=campaign_id)
    answer(work, state, lambda: line(f"{work.actor.name} is ready."))
