"""Putting leads of chosen statuses back into play, taking that back, and what came of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.batches import INTERRUPTED, take_back, working
from cli.context import Invocation
from cli.options import Campaign
from cli.output import Column, answer, clean, line, local, renamed, table

if TYPE_CHECKING:
    from domain.recycling.applying import Recycled
    from domain.recycling.batches import BatchView
    from domain.recycling.preview import Preview
    from domain.recycling.selection import Filters


def recycle(
    work: Invocation,
    campaign: Campaign = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Those with this status (or no_status); repeatable."),
    ] = None,
    target: Annotated[
        str, typer.Option("--to", metavar="STATUS", help="What they become: new or a recyclable status.")
    ] = "new",
    reset_attempts: Annotated[
        bool, typer.Option("--reset-attempts", help="Count their attempts from nought again.")
    ] = False,
    include_final: Annotated[
        bool, typer.Option("--include-final", help="Final statuses too; do-not-call never.")
    ] = False,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Only of this lead list.")
    ] = None,
    seller: Annotated[
        str | None, typer.Option("--seller", metavar="USER", help="Only this seller's.")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", metavar="CODE", help="Only with this resolution.")
    ] = None,
    tag: Annotated[
        str | None, typer.Option("--tag", metavar="TAG", help="Only people with this tag.")
    ] = None,
    min_attempts: Annotated[
        int | None, typer.Option("--min-attempts", metavar="N", min=0, help="Only tried so often or more.")
    ] = None,
    max_attempts: Annotated[
        int | None, typer.Option("--max-attempts", metavar="N", min=0, help="Only tried so often or less.")
    ] = None,
    last_before: Annotated[
        str | None, typer.Option("--last-before", metavar="TIME", help="Only dialled last before this.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be, write nothing.")] = False,
    resume: Annotated[
        int | None, typer.Option("--resume", metavar="BATCH", help="Go on with a stopped recycle.")
    ] = None,
) -> None:
    """Put leads of chosen statuses back into play.

    Left out, whatever is chosen: do-not-call, leads in a seller's hands and those with a pending callback. Works in
    small steps while sellers go on; stopped half-way it is continued (--resume) or taken back (leads undo-recycle).
    """
    from domain.people.rights import LEADING_ROLES, READING_ROLES, require
    from domain.recycling import applying, choosing, preview

    actor = work.actor
    require(actor, *(READING_ROLES if dry_run else LEADING_ROLES), to="recycle leads")
    if resume is not None:
        with working("Recycling") as (tell, wanted):
            done = applying.resume(
                work.database,
                actor=actor,
                batch_id=resume,
                clock=work.now,
                on_progress=tell,
                should_stop=wanted.is_set,
            )
        _recycled(work, done)
        return
    campaign_id = work.campaign_id(campaign)
    filters = work.read(
        choosing.filters_named,
        actor=actor,
        campaign_id=campaign_id,
        statuses=tuple(statuses or ()),
        list_name=list_name,
        seller=seller,
        resolution=resolution,
        tag=tag,
        min_attempts=min_attempts,
        max_attempts=max_attempts,
        last_before=None if last_before is None else moment(work, last_before),
    )
    how = {"target": target, "reset_attempts": reset_attempts, "include_final": include_final}
    seen = work.read(
        preview.preview, actor=actor, campaign_id=campaign_id, filters=filters, **how, now=work.now()
    )
    if dry_run:
        document = {"batch_id": None, **renamed(seen), "dry_run": True}
        answer(work, document, lambda: _previewed(work, seen, filters, target))
        return
    if not work.json:
        _previewed(work, seen, filters, target, aside=True)
    if not work.confirm(f"Recycle {seen.recycled:,} leads?", without_terminal=True):
        raise typer.Exit(1)
    with working("Recycling") as (tell, wanted):
        done = applying.run(
            work.database,
            actor=actor,
            campaign_id=campaign_id,
            filters=filters,
            target=target,
            reset_attempts=reset_attempts,
            include_final=include_final,
            clock=work.now,
            on_progress=tell,
            should_stop=wanted.is_set,
        )
    _recycled(work, done)


def undo_recycle(
    work: Invocation,
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="Its number, see: leads recycle-batches")],
) -> None:
    """Take a recycle back: leads nobody touched since stand as before, the others stay.

    Stopped half-way, the same command goes on.
    """
    from domain.recycling import undoing

    undo = partial(undoing.undo, batch_id=batch)
    take_back(work, undo, what=f"recycle {batch}", again=f"leads undo-recycle {batch}")


def recycle_batches(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Of this campaign (else of all).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 20,
    before: Annotated[
        int | None, typer.Option("--before", metavar="BATCH", help="Those before this number.")
    ] = None,
) -> None:
    """Past recycles, newest first: who, which, how many, and what came of them since."""
    from domain.recycling import batches

    found = work.read(
        batches.batches,
        actor=work.actor,
        campaign_id=None if campaign is None else work.campaign_id(campaign),
        now=work.now(),
        limit=limit,
        before=before,
    )

    def human() -> None:
        columns = [
            Column("Batch", "id"),
            Column("When", "time"),
            Column("Who", "code"),
            Column("Campaign"),
            Column("Which"),
            Column("To", "code"),
            Column("Recycled", "number"),
            Column("State", "code"),
            Column("Called", "number"),
            Column("Reached", "number"),
            Column("Sold", "number"),
        ]
        table(work, columns, [_row(each) for each in found], empty="Nothing was recycled yet.")

    answer(work, [renamed(each, id="batch_id", chosen="filter") for each in found], human)


def _row(each: BatchView) -> tuple[object, ...]:
    state = each.state.value
    if each.undone_at is not None:
        state = f"{state}: {each.restored:,} back, {each.kept:,} kept"
    return (
        each.id,
        each.at,
        each.who,
        each.campaign,
        each.filters,
        each.target,
        each.recycled,
        state,
        each.called,
        each.contacted,
        each.sold,
    )


def _recycled(work: Invocation, done: Recycled) -> None:
    from domain.recycling import batches, preview

    [batch] = work.read(batches.batches, actor=work.actor, now=work.now(), only=done.batch_id)
    callable_now = work.read(
        preview.callable_of_batch, actor=work.actor, batch_id=done.batch_id, now=work.now()
    )

    def human() -> None:
        line(
            f"Recycle {done.batch_id}: {done.recycled:,} leads are {batch.target} now, "
            f"{callable_now:,} of them may be called at once."
        )
        _statuses(work, done.by_status)
        line(f"Take it back with: dialdeck leads undo-recycle {done.batch_id}")

    answer(work, {**renamed(done), "callable_now": callable_now}, human)
    if not done.finished:
        work.say(
            f"Stopped. Go on with: dialdeck leads recycle --resume {done.batch_id}; "
            f"take it back with: dialdeck leads undo-recycle {done.batch_id}"
        )
        raise typer.Exit(INTERRUPTED)


def _previewed(
    work: Invocation, seen: Preview, filters: Filters, target: str, *, aside: bool = False
) -> None:
    when = None if filters.last_before is None else local(filters.last_before, work.zone)
    line(f"{clean(filters.in_words(when=when))} → {target}", aside=aside)
    line(f"{seen.selected:,} selected, {seen.recycled:,} would be recycled", aside=aside)
    for reason, leads in seen.left_out.items():
        line(f"  {leads:,} left out: {reason}", aside=aside)
    if not aside:
        _statuses(work, seen.by_status)
    line(f"{seen.callable_now:,} could be called at once", aside=aside)
    if seen.later:
        first = "" if seen.next_at is None else f", the first at {local(seen.next_at, work.zone)}"
        line(f"{seen.later:,} later{first}", aside=aside)
    if seen.exhausted:
        line(f"{seen.exhausted:,} not: their attempts are used up (--reset-attempts)", aside=aside)
    if seen.blocked:
        line(f"{seen.blocked:,} not: no good number, list paused, or not retried here", aside=aside)


def _statuses(work: Invocation, by_status: dict[str, int]) -> None:
    from domain.recycling.selection import label_of

    rows = [
        (label_of(status), leads) for status, leads in sorted(by_status.items(), key=lambda item: -item[1])
    ]
    if rows:
        table(work, [Column("Status before"), Column("Leads", "number")], rows, empty="")


def moment(work: Invocation, text: str) -> datetime:
    """A time in the past, on the reader's clock where it has no offset."""
    from domain.intake.moments import parse_moment

    try:
        return parse_moment(text, work.zone)
    except ValueError:
        raise typer.BadParameter(
            f'"{text}" is not understood; write it as 2026-11-25 or 2026-11-25 10:30',
            param_hint="'--last-before'",
        ) from None
