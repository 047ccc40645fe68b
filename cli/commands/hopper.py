"""`dialdeck hopper`: the ready queue of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import Campaign, command, group
from cli.output import Column, answer, line, table

if TYPE_CHECKING:
    from domain.calling.hopper_view import HopperLine

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

    found = hopper.fill_up(
        work.database,
        actor=work.actor,
        campaign_id=work.campaign_id(campaign),
        now=work.now(),
        target=target,
    )
    answer(
        work,
        {"added": found.added, "size": found.size, "target": found.target},
        lambda: line(f"{found.added} added, {found.size} ready of {found.target}"),
    )


@command(app, "show", reads=True)
def show(
    work: Invocation,
    campaign: Campaign = None,
    entries: Annotated[
        bool, typer.Option("--entries", help="Also who is in it, in the order sellers get them.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Of them at most so many.")] = 50,
    after: Annotated[
        int, typer.Option("--after", metavar="N", min=0, help="Of them those behind this position.")
    ] = 0,
) -> None:
    """How many leads are ready or in sellers' hands, and where they came from."""
    from domain.calling import hopper, hopper_view

    campaign_id = work.campaign_id(campaign)
    found: dict[str, object] = {**work.read(hopper.counts, actor=work.actor, campaign_id=campaign_id)}
    lines = []
    if entries:
        lines = work.read(
            hopper_view.contents,
            actor=work.actor,
            campaign_id=campaign_id,
            now=work.now(),
            after=after,
            limit=limit,
        )
        found["entries"] = lines

    def human() -> None:
        if entries:
            table(work, _ENTRIES, map(_entry, lines), empty="Nobody is in the hopper.")
            return
        for title, counts in (("State", found["by_state"]), ("Source", found["by_source"])):
            assert isinstance(counts, dict)
            table(work, [Column(title), Column("Leads", "number")], list(counts.items()), empty="")

    answer(work, found, human)


_ENTRIES = [
    Column("", "number"),
    Column("Entry", "id"),
    Column("Lead", "id"),
    Column("Name"),
    Column("Number", "code"),
    Column("Priority", "number"),
    Column("Why"),
    Column("Due since", "time"),
    Column("Who"),
    Column("Until", "time"),
]


def _entry(each: HopperLine) -> tuple[object, ...]:
    return (
        each.position,
        each.entry_id,
        each.lead_id,
        each.name,
        each.e164,
        each.priority,
        each.why,
        each.waiting_since,
        each.claimed_by,
        each.until,
    )


@command(app, "take-out")
def take_out(
    work: Invocation,
    entries: Annotated[
        list[int], typer.Argument(metavar="ENTRY...", help="Numbers of entries, of `hopper show --entries`.")
    ],
) -> None:
    """Take free entries out of the ready queue; their leads wait in the pool for twelve hours."""
    from domain.calling import hopper_view

    removed = work.write(hopper_view.take_out, actor=work.actor, entry_ids=entries, now=work.now())
    kept = len(set(entries)) - removed
    answer(
        work,
        {"removed": removed, "kept": kept},
        lambda: line(f"{removed} taken out" + (f", {kept} not free stay" if kept else "")),
    )


@command(app, "clear")
def clear(work: Invocation, campaign: Campaign = None) -> None:
    """Take all free leads out of the ready queue; they wait in the pool, and a fill takes them again."""
    from domain.calling import hopper

    removed = work.write(hopper.clear, actor=work.actor, campaign_id=work.campaign_id(campaign))
    answer(work, {"removed": removed}, lambda: line(f"{removed} taken out"))


@command(app, "take-back")
def take_back(
    work: Invocation,
    seller: Annotated[str, typer.Argument(metavar="SELLER", help="The name they sign in with.")],
    even_calling: Annotated[
        bool, typer.Option("--even-calling", help="Also where a call runs, as far as the database knows.")
    ] = False,
) -> None:
    """Take the person out of a seller's hands now, as if their lease were over (a terminal died)."""
    from domain.calling import taking_back
    from domain.people import users

    actor = work.actor
    user = work.read(users.named, organisation_id=actor.organisation_id, name=seller)
    taken = work.write(
        taking_back.from_seller,
        actor=actor,
        seller_id=user.id,
        now=work.now(),
        even_calling=even_calling,
    )
    stands = "stands as called, outcome missing" if taken.called else "is back in the queue"
    answer(work, taken, lambda: line(f"Lead {taken.lead_id} {stands}."))
