"""`dialdeck sync`: what the background jobs would do for the leads, at once."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, line
from cli.stopping import stop_request

app = group("The background jobs' work at once.")


@command(app, "sync")
def sync(
    work: Invocation,
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Only of it.")] = None,
) -> None:
    """Bring logged calls to their leads, fix problematic leads and fill the hopper, at once.

    The same jobs, in this order, that run by themselves: sync_call_log_to_lead_status, reconcile_lead_status,
    fill_hopper.
    """
    from scheduler import by_hand

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    done = []
    with stop_request() as stop:
        for job in by_hand.SYNC:
            outcome = by_hand.once(
                work.database,
                work.configuration.settings.scheduler,
                actor=work.actor,
                job=job,
                campaign_id=campaign_id,
                should_stop=stop.is_set,
            )
            if outcome.result == "stopped":
                raise typer.Abort
            done.append(outcome)

    def human() -> None:
        for each in done:
            line(each.line())

    answer(work, {each.job: each.counts for each in done}, human)
