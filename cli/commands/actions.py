"""`dialdeck actions`: what the seller's keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import command, group, pairs
from cli.output import Column, answer, line, renamed, table
from domain.codes import ActionType, ReasonMode

if TYPE_CHECKING:
    from domain.calling.views import ActionView

app = group("Console actions: what the seller's keys do.")

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Its name, such as call-later.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="[LANG=]TEXT", help="Label (English without LANG); may be repeated."),
]
Key = Annotated[str | None, typer.Option("--key", metavar="KEY", help="Its key: one letter or sign.")]
Colour = Annotated[
    str | None, typer.Option("--colour", metavar="CLASS", help="success, later, ended or neutral.")
]
Code = "a code, keep or clear"


def _row(action: ActionView) -> dict[str, object]:
    row = renamed(action, resolution="campaign_resolution")
    status = str(row["campaign_status"])
    return {**row, "campaign_status": int(status) if status.isdigit() else status}


def _told(work: Invocation, action: ActionView, what: str) -> None:
    key = f"key {action.key}" if action.key else "no key"
    sets = f"{action.lead_status}, {action.campaign_status}, {action.resolution}"
    answer(work, _row(action), lambda: line(f"{action.slug} ({key}; sets {sets}) {what}."))


@command(app, "seed")
def seed(work: Invocation) -> None:
    """Create or update the standard actions and reasons; safe to repeat, own settings stay."""
    from domain.calling import actions

    counts = work.write(actions.seed, actor=work.actor, now=work.now())

    def human() -> None:
        line(f"{counts.created} created, {counts.updated} updated, {counts.unchanged} unchanged")

    answer(work, counts, human)


@command(app, "list", reads=True)
def list_actions(
    work: Invocation,
    active: Annotated[bool, typer.Option("--active", help="Only those in the console.")] = False,
) -> None:
    """The actions in the order of the console, with what each sets."""
    from domain.calling import actions

    found = work.read(
        actions.for_console,
        organisation_id=work.actor.organisation_id,
        language=work.language,
        include_inactive=not active,
    )

    def human() -> None:
        titles = ("Action", "Label", "Key", "Type", "Status", "CS", "Res.", "Reason", "")
        columns = [Column(title, "text" if title == "Label" else "code") for title in titles]
        rows = [
            (
                action.slug,
                action.label,
                action.key,
                action.type,
                action.lead_status,
                action.campaign_status,
                action.resolution,
                action.reason if action.reason == "never" else f"{action.reason} ({len(action.reasons)})",
                "" if action.active else "inactive",
            )
            for action in found
        ]
        empty = "There are no actions. Run: dialdeck actions seed"
        table(work, columns, rows, empty=empty)

    answer(work, [_row(action) for action in found], human)


@command(app, "add")
def add(
    work: Invocation,
    slug: Slug,
    kind: Annotated[ActionType, typer.Option("--type", help="What follows from it.")],
    lead_status: Annotated[str, typer.Option("--lead-status", metavar="CODE", help=f"Status set: {Code}.")],
    campaign_status: Annotated[
        str, typer.Option("--campaign-status", metavar="CODE", help=f"Campaign status set: {Code}.")
    ] = "keep",
    resolution: Annotated[
        str, typer.Option("--resolution", metavar="CODE", help=f"Resolution set: {Code}.")
    ] = "keep",
    label: Labels = None,
    key: Key = None,
    reason: Annotated[ReasonMode, typer.Option("--reason", help="Whether it asks why.")] = ReasonMode.NEVER,
    confirm: Annotated[bool, typer.Option("--confirm", help="The key has to be pressed again.")] = False,
    colour: Colour = None,
) -> None:
    """Add an action of the shop's own; it is in the console with its key at once."""
    from domain.calling import actions

    action = work.write(
        actions.add,
        actor=work.actor,
        now=work.now(),
        slug=slug,
        labels=pairs(label, "--label", default_key="en"),
        type=kind,
        campaign_status=campaign_status,
        resolution=resolution,
        lead_status=lead_status,
        key=key,
        reason=reason,
        confirm=confirm,
        colour=colour or "neutral",
    )
    _told(work, action, "was added")


@command(app, "edit")
def edit(
    work: Invocation,
    slug: Slug,
    lead_status: Annotated[
        str | None, typer.Option("--lead-status", metavar="CODE", help=f"Status set: {Code}.")
    ] = None,
    campaign_status: Annotated[
        str | None, typer.Option("--campaign-status", metavar="CODE", help=f"Campaign status set: {Code}.")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", metavar="CODE", help=f"Resolution set: {Code}.")
    ] = None,
    label: Labels = None,
    key: Key = None,
    no_key: Annotated[bool, typer.Option("--no-key", help="Take its key away.")] = False,
    reason: Annotated[ReasonMode | None, typer.Option("--reason", help="Whether it asks why.")] = None,
    confirm: Annotated[
        bool | None, typer.Option("--confirm/--no-confirm", help="Whether the key has to be pressed again.")
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether it is in the console.")
    ] = None,
    position: Annotated[
        int | None, typer.Option("--position", metavar="N", help="Its place in the console, from 0.")
    ] = None,
    colour: Colour = None,
) -> None:
    """Change an action: key, labels, place, whether it is active, what it asks and sets."""
    from domain.calling import actions

    if no_key and key is not None:
        raise typer.BadParameter("a key is given and taken away at once", param_hint="'--no-key'")
    given: dict[str, object] = {
        "lead_status": lead_status,
        "campaign_status": campaign_status,
        "resolution": resolution,
        "labels": pairs(label, "--label", default_key="en") or None,
        "key": key,
        "reason": reason.value if reason else None,
        "confirm": confirm,
        "active": active,
        "position": position,
        "colour": colour,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if no_key:
        changes["key"] = None
    _told(
        work,
        work.write(actions.edit, actor=work.actor, slug=slug, changes=changes, now=work.now()),
        "was changed",
    )
