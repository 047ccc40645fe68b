"""`dialdeck leads bulk-edit`: one change for many leads, shown beforehand, and taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.batches import INTERRUPTED, take_back, working
from cli.context import Invocation
from cli.options import Campaign
from cli.output import Column, answer, line, renamed, table

if TYPE_CHECKING:
    from domain.bulk.applying import Preview
    from domain.bulk.batches import BulkEditView
    from domain.bulk.selection import Change, Selection


def bulk_edit(
    work: Invocation,
    campaign: Campaign = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Those with this status (or no_status); repeatable."),
    ] = None,
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
    leads: Annotated[
        list[int] | None, typer.Option("--lead", metavar="LEAD", help="This very lead; repeatable.")
    ] = None,
    add_tag: Annotated[
        str | None, typer.Option("--add-tag", metavar="TAG", help="They get this tag.")
    ] = None,
    remove_tag: Annotated[
        str | None, typer.Option("--remove-tag", metavar="TAG", help="They lose this tag.")
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", metavar="N", help="They get this priority, 0 to 99.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="ZONE", help="They are in this time zone, an IANA name.")
    ] = None,
    to_list: Annotated[
        str | None, typer.Option("--to-list", metavar="NAME", help="They go to this list of the campaign.")
    ] = None,
    do_not_call: Annotated[
        bool, typer.Option("--do-not-call", help="All their numbers go on the do-not-call register.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="With --do-not-call: why.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be, write nothing.")] = False,
) -> None:
    """Change many leads at once: say which, and one change.

    Works in small steps while sellers go on; leads in a seller's hands keep priority and list. Taken back with:
    leads undo-bulk.
    """
    from domain.bulk import applying
    from domain.people.rights import LEADING_ROLES, READING_ROLES, require

    actor = work.actor
    require(actor, *(READING_ROLES if dry_run else LEADING_ROLES), to="edit many leads")
    campaign_id = work.campaign_id(campaign)
    selection = _selection(
        work,
        campaign_id,
        tuple(statuses or ()),
        list_name=list_name,
        seller=seller,
        resolution=resolution,
        tag=tag,
        leads=tuple(leads or ()),
    )
    change = _change(
        work,
        campaign_id,
        {
            "tag": add_tag,
            "untag": remove_tag,
            "priority": None if priority is None else str(priority),
            "zone": zone,
            "list": to_list,
            "do_not_call": (reason or "") if do_not_call else None,
        },
    )
    seen = work.read(applying.preview, actor=actor, selection=selection, change=change)
    if dry_run:
        document = {"bulk_edit_id": None, **renamed(seen), "dry_run": True}
        answer(work, document, lambda: _previewed(seen, change))
        return
    if not work.json:
        _previewed(seen, change, aside=True)
    if not work.confirm(f"Change {seen.changed:,} leads?", without_terminal=True):
        raise typer.Exit(1)
    with working("Changing") as (tell, wanted):
        done = applying.run(
            work.database,
            actor=actor,
            selection=selection,
            change=change,
            clock=work.now,
            on_progress=tell,
            should_stop=wanted.is_set,
        )
    back = f"dialdeck leads undo-bulk {done.bulk_edit_id}"
    answer(
        work,
        done,
        lambda: line(
            f"Bulk edit {done.bulk_edit_id}: {done.changed:,} leads changed. Take it back with: {back}"
        ),
    )
    if not done.finished:
        work.say(f"Stopped. The same command changes the others; take it back with: {back}")
        raise typer.Exit(INTERRUPTED)


def undo_bulk(
    work: Invocation,
    batch: Annotated[int, typer.Argument(metavar="EDIT", help="Its number, see: leads bulk-edits")],
) -> None:
    """Take a bulk edit back: what nobody changed since is as before, the rest stays.

    Stopped half-way, or where leads were kept, the same command goes on.
    """
    from domain.bulk import undoing

    undo = partial(undoing.undo, bulk_edit_id=batch)
    take_back(work, undo, what=f"bulk edit {batch}", again=f"leads undo-bulk {batch}")


def bulk_edits(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Of this campaign (else of all).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 20,
    before: Annotated[
        int | None, typer.Option("--before", metavar="EDIT", help="Those before this number.")
    ] = None,
) -> None:
    """Past bulk edits, newest first: who, what, how many, and whether they were taken back."""
    from domain.bulk import batches

    found = work.read(
        batches.batches,
        actor=work.actor,
        campaign_id=None if campaign is None else work.campaign_id(campaign),
        limit=limit,
        before=before,
    )

    def human() -> None:
        columns = [
            Column("Edit", "id"),
            Column("When", "time"),
            Column("Who", "code"),
            Column("Campaign"),
            Column("What", "code"),
            Column("To"),
            Column("Changed", "number"),
            Column("State", "code"),
        ]
        table(work, columns, [_row(each) for each in found], empty="Nothing was edited in bulk yet.")

    answer(work, [renamed(each, id="bulk_edit_id") for each in found], human)


def _row(each: BulkEditView) -> tuple[object, ...]:
    state = each.state
    if each.undone_at is not None:
        state = f"{state}: {each.restored:,} back, {each.kept:,} kept"
    return (each.id, each.at, each.who, each.campaign, each.kind, each.shown, each.changed, state)


def _selection(
    work: Invocation,
    campaign_id: int,
    statuses: tuple[str, ...],
    *,
    list_name: str | None,
    seller: str | None,
    resolution: str | None,
    tag: str | None,
    leads: tuple[int, ...],
) -> Selection:
    from domain.bulk.selection import Selection
    from domain.recycling import choosing

    named = work.read(
        choosing.filters_named,
        actor=work.actor,
        campaign_id=campaign_id,
        statuses=statuses,
        list_name=list_name,
        seller=seller,
    )
    return Selection(
        campaign_id,
        statuses=statuses,
        list_id=named.list_id,
        seller_id=named.seller_id,
        resolution=resolution,
        tag=tag,
        lead_ids=leads,
    )


def _change(work: Invocation, campaign_id: int, given: dict[str, str | None]) -> Change:
    from domain.bulk.selection import Change, Kind
    from domain.campaigns import lists

    said = {kind: value for kind, value in given.items() if value is not None}
    if len(said) != 1:
        raise typer.BadParameter(
            "say one change: --add-tag, --remove-tag, --priority, --zone, --to-list or --do-not-call"
        )
    [(kind, value)] = said.items()
    if kind == Kind.LIST:
        found = work.read(lists.find, actor=work.actor, name_or_id=value, campaign_id=campaign_id)
        value = str(found.id)
    return Change(Kind(kind), value)


def _previewed(seen: Preview, change: Change, *, aside: bool = False) -> None:
    line(f"{seen.selected:,} selected, {seen.changed:,} would change ({change.kind.value})", aside=aside)
    for leads, why in (
        (seen.same, "so already"),
        (seen.in_hands, "in a seller's hands"),
        (seen.no_number, "without a number"),
    ):
        if leads:
            line(f"  {leads:,} left out: {why}", aside=aside)
