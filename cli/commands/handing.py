"""Handing leads out to sellers and shifts, taking them back, undoing either, and what was handed out before."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.batches import INTERRUPTED, take_back, working
from cli.context import Invocation
from cli.handed_out import answer_done, by_name, previewed, previewed_json
from cli.options import Campaign, pairs
from cli.output import Column, answer, renamed, table

if TYPE_CHECKING:
    from domain.handing.assigning import Handed
    from domain.handing.batches import BatchView
    from domain.handing.targets import Target
    from domain.recycling.selection import Filters

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", metavar="STATUS", help="Only with this status (or no_status); repeatable."),
]
ListName = Annotated[str | None, typer.Option("--list", metavar="NAME", help="Only of this lead list.")]
ResolutionCode = Annotated[
    str | None, typer.Option("--resolution", metavar="CODE", help="Only with this resolution.")
]
Tag = Annotated[str | None, typer.Option("--tag", metavar="TAG", help="Only people with this tag.")]
MinAttempts = Annotated[
    int | None, typer.Option("--min-attempts", metavar="N", min=0, help="Only tried so often or more.")
]
MaxAttempts = Annotated[
    int | None, typer.Option("--max-attempts", metavar="N", min=0, help="Only tried so often or less.")
]
LastBefore = Annotated[
    str | None, typer.Option("--last-before", metavar="TIME", help="Only dialled last before this.")
]
Callbacks = Annotated[
    str, typer.Option("--callbacks", metavar="move|stay", help="What becomes of their pending callbacks.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be, write nothing.")]


def assign(
    work: Invocation,
    campaign: Campaign = None,
    sellers: Annotated[
        list[str] | None,
        typer.Option("--seller", metavar="USER=N", help="Who gets how many leads; repeatable."),
    ] = None,
    shifts: Annotated[
        list[str] | None,
        typer.Option("--shift", metavar="SHIFT=N", help="So many into the pool of morning or afternoon."),
    ] = None,
    evenly: Annotated[
        bool, typer.Option("--evenly", help="The same number for each --seller (without any: all active).")
    ] = False,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", min=1, help="With --evenly: so many in all.")
    ] = None,
    taken_from: Annotated[
        str | None, typer.Option("--from", metavar="USER", help="Hand this seller's leads on.")
    ] = None,
    statuses: Statuses = None,
    list_name: ListName = None,
    resolution: ResolutionCode = None,
    tag: Tag = None,
    min_attempts: MinAttempts = None,
    max_attempts: MaxAttempts = None,
    last_before: LastBefore = None,
    callbacks: Callbacks = "move",
    dry_run: DryRun = False,
    resume: Annotated[
        int | None, typer.Option("--resume", metavar="BATCH", help="Go on with a stopped hand-out.")
    ] = None,
) -> None:
    """Hand leads of a campaign out: so many to each seller, or evenly; the best first, dealt in turn.

    Only leads that are nobody's, unless --from names a seller. Never handed out: finished leads, do-not-call, leads
    in a seller's hands. Where there are fewer than asked for everybody gets the same part, and is told.
    """
    from domain.handing import assigning, preview
    from domain.people.rights import LEADING_ROLES, READING_ROLES, require

    actor = work.actor
    require(actor, *(READING_ROLES if dry_run else LEADING_ROLES), to="hand out leads")
    if resume is not None:
        with working("Handing out") as (tell, wanted):
            done = assigning.resume(
                work.database,
                actor=actor,
                batch_id=resume,
                clock=work.now,
                on_progress=tell,
                should_stop=wanted.is_set,
            )
        _assigned(work, done)
        return
    moves = _moves(callbacks)
    campaign_id = work.campaign_id(campaign)
    to = _targets(work, sellers or [], shifts or [], evenly, count)
    filters = _filters(
        work, campaign_id, taken_from, statuses, list_name, resolution, tag, min_attempts, max_attempts,
        last_before,
    )  # fmt: skip
    if dry_run or _asked(work):
        seen = work.read(preview.of_assign, actor=actor, campaign_id=campaign_id, to=to, filters=filters)
        if dry_run:
            document = {"batch_id": None, "assigned": seen.leads, **previewed_json(work, seen)}
            answer(work, document, lambda: previewed(work, seen, "handed out"))
            return
        previewed(work, seen, "handed out", aside=True)
        if not work.confirm(f"Hand {seen.leads:,} leads out?", without_terminal=True):
            raise typer.Exit(1)
    with working("Handing out") as (tell, wanted):
        done = assigning.run(
            work.database,
            actor=actor,
            campaign_id=campaign_id,
            to=to,
            filters=filters,
            move_callbacks=moves,
            clock=work.now,
            on_progress=tell,
            should_stop=wanted.is_set,
        )
    _assigned(work, done)


def release(
    work: Invocation,
    seller: Annotated[
        str | None, typer.Option("--seller", metavar="USER", help="Whose leads (else everybody's).")
    ] = None,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Of this campaign (else of all).")
    ] = None,
    shift: Annotated[
        str | None, typer.Option("--shift", metavar="SHIFT", help="Into the pool of morning or afternoon.")
    ] = None,
    statuses: Statuses = None,
    list_name: ListName = None,
    resolution: ResolutionCode = None,
    tag: Tag = None,
    min_attempts: MinAttempts = None,
    max_attempts: MaxAttempts = None,
    last_before: LastBefore = None,
    callbacks: Callbacks = "move",
    dry_run: DryRun = False,
) -> None:
    """Take leads back from a seller, or from all of a campaign: they wait in the pool for whoever is next.

    Finished leads stay with who finished them, and so does somebody who is in a seller's hands.
    """
    from domain.handing import batches, preview, releasing
    from domain.people.rights import LEADING_ROLES, READING_ROLES, require

    actor = work.actor
    require(actor, *(READING_ROLES if dry_run else LEADING_ROLES), to="take leads back")
    moves = _moves(callbacks)
    campaign_id = None if campaign is None else work.campaign_id(campaign)
    filters = _filters(
        work, campaign_id, seller, statuses, list_name, resolution, tag, min_attempts, max_attempts,
        last_before,
    )  # fmt: skip
    given = {"filters": filters, "campaign_id": campaign_id, "shift": shift}
    if dry_run or _asked(work):
        seen = work.read(preview.of_release, actor=actor, **given)
        if dry_run:
            document = {
                "batch_id": None,
                "released": seen.leads,
                **previewed_json(work, seen, by_owner=True),
            }
            answer(work, document, lambda: previewed(work, seen, "taken back"))
            return
        previewed(work, seen, "taken back", aside=True)
        if not work.confirm(f"Take {seen.leads:,} leads back?", without_terminal=True):
            raise typer.Exit(1)
    with working("Taking back") as (tell, wanted):
        done = releasing.run(
            work.database,
            actor=actor,
            **given,
            move_callbacks=moves,
            clock=work.now,
            on_progress=tell,
            should_stop=wanted.is_set,
        )
    taken = work.read(batches.taken_from, actor=actor, batch_id=done.batch_id)
    answer_done(work, done, "released", taken, "taken back")


def undo_assign(
    work: Invocation,
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="Its number, see: leads assign-batches")],
) -> None:
    """Take a hand-out or a release back: leads nobody touched since are whose they were, the others stay.

    Stopped half-way, the same command goes on.
    """
    from domain.handing import undoing

    undo = partial(undoing.undo, batch_id=batch)
    take_back(work, undo, what=f"batch {batch}", again=f"leads undo-assign {batch}")


def assign_batches(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Of this campaign (else of all).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 20,
    before: Annotated[
        int | None, typer.Option("--before", metavar="BATCH", help="Those before this number.")
    ] = None,
) -> None:
    """What was handed out and taken back before, newest first: who, which, how many to whom."""
    from domain.handing import batches

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
            Column("What", "code"),
            Column("Campaign"),
            Column("Which"),
            Column("Leads", "number"),
            Column("To"),
            Column("State", "code"),
        ]
        table(work, columns, [_row(each) for each in found], empty="Nothing was handed out yet.")

    answer(work, [renamed(each, id="batch_id") for each in found], human)


def _row(each: BatchView) -> tuple[object, ...]:
    state = each.state.value
    if each.undone_at is not None:
        state = f"{state}: {each.restored:,} back, {each.kept:,} kept"
    to = ", ".join(f"{got.name} {got.leads:,}" for got in each.got)
    return each.id, each.at, each.who, each.kind, each.campaign or "all", each.filters, each.leads, to, state


def _asked(work: Invocation) -> bool:
    """Whether somebody is there who looks at the preview and answers."""
    return not work.yes and sys.stdin.isatty()


# ── what was given ───────────────────────────────────────────────────────────────────────────────────────


def _targets(
    work: Invocation, sellers: list[str], shifts: list[str], evenly: bool, count: int | None
) -> list[Target]:
    from domain.handing import assigning, targets
    from domain.handing.targets import Target

    if count is not None and not evenly:
        raise typer.BadParameter("it goes with --evenly", param_hint="'--count'")
    numbers = _numbers(sellers, "--seller", evenly)
    to = work.read(targets.named, actor=work.actor, names=numbers) if numbers else []
    to += [Target(shift=name, number=number) for name, number in _numbers(shifts, "--shift", evenly).items()]
    if evenly:
        to = work.read(assigning.evenly_among, actor=work.actor, to=to, count=count)
    return to


def _numbers(texts: list[str], option: str, evenly: bool) -> dict[str, int | None]:
    """``USER=N`` as names with numbers; with ``evenly`` names alone."""
    found: dict[str, int | None] = {}
    for text in texts:
        if evenly and "=" not in text:
            found[text.strip()] = None
            continue
        if evenly:
            raise typer.BadParameter(f'"{text}": with --evenly give the name alone', param_hint=f"'{option}'")
        for name, number in pairs([text], option).items():
            if name in found:
                raise typer.BadParameter(f'"{name}" is named twice', param_hint=f"'{option}'")
            if not number.isascii() or not number.isdigit() or int(number) > 2**31 - 1:
                raise typer.BadParameter(f'"{text}" is not NAME=NUMBER', param_hint=f"'{option}'")
            found[name] = int(number)
    return found


def _moves(callbacks: str) -> bool:
    if callbacks not in ("move", "stay"):
        raise typer.BadParameter(f'"{callbacks}": use move or stay', param_hint="'--callbacks'")
    return callbacks == "move"


def _filters(
    work: Invocation,
    campaign_id: int | None,
    seller: str | None,
    statuses: list[str] | None,
    list_name: str | None,
    resolution: str | None,
    tag: str | None,
    min_attempts: int | None,
    max_attempts: int | None,
    last_before: str | None,
) -> Filters:
    from cli.commands.recycling import moment
    from domain.recycling import choosing

    if list_name is not None and campaign_id is None:
        raise typer.BadParameter("name the campaign of the list, too (--campaign)", param_hint="'--list'")
    return work.read(
        choosing.filters_named,
        actor=work.actor,
        campaign_id=campaign_id or 0,
        statuses=tuple(statuses or ()),
        list_name=list_name,
        seller=seller,
        resolution=resolution,
        tag=tag,
        min_attempts=min_attempts,
        max_attempts=max_attempts,
        last_before=None if last_before is None else moment(work, last_before),
    )


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────


def _assigned(work: Invocation, done: Handed) -> None:
    answer_done(work, done, "assigned", by_name(work, done.by_target, done.wanted), "handed out")
    if not done.finished:
        work.say(f"Stopped. Go on with: dialdeck leads assign --resume {done.batch_id}")
        raise typer.Exit(INTERRUPTED)
