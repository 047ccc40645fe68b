"""`dialdeck reasons`: the finer causes under each resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import command, group, pairs
from cli.output import Column, answer, line, table
from domain.codes import Resolution

if TYPE_CHECKING:
    from domain.calling.reason_list import ReasonLine

app = group("Reasons: the finer causes under each resolution.")

Under = Annotated[Resolution, typer.Argument(metavar="RESOLUTION", help="Its two letters, such as NI.")]
CodeOf = Annotated[int, typer.Argument(metavar="CODE", help="The number of the reason.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="[LANG=]TEXT", help="Text (English without LANG); may be repeated."),
]


def _told(work: Invocation, reason: ReasonLine, what: str) -> None:
    answer(work, reason, lambda: line(f"{reason.resolution} {reason.code} {reason.label} {what}."))


@command(app, "list", reads=True)
def list_reasons(
    work: Invocation,
    resolution: Annotated[
        Resolution | None, typer.Option("--resolution", help="Only those under it.")
    ] = None,
) -> None:
    """All reasons, in the order they are offered."""
    from domain.calling import reason_list

    found = work.read(reason_list.listing, actor=work.actor, language=work.language, resolution=resolution)

    def human() -> None:
        columns = [Column("Resolution"), Column("Code", "id"), Column("Reason"), Column("Active")]
        rows = [(reason.resolution, reason.code, reason.label, reason.active) for reason in found]
        table(work, columns, rows, empty="There are no reasons. Run: dialdeck actions seed")

    answer(work, found, human)


@command(app, "add")
def add(
    work: Invocation,
    resolution: Under,
    code: CodeOf,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the seller reads (English).")],
    label: Labels = None,
) -> None:
    """Add a reason under a resolution."""
    from domain.calling import reason_list

    reason = work.write(
        reason_list.add,
        actor=work.actor,
        now=work.now(),
        resolution=resolution,
        code=code,
        labels={"en": text, **pairs(label, "--label", default_key="en")},
        language=work.language,
    )
    _told(work, reason, "was added")


@command(app, "edit")
def edit(
    work: Invocation,
    resolution: Under,
    code: CodeOf,
    label: Labels = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it is offered.")] = None,
    position: Annotated[
        int | None, typer.Option("--position", metavar="N", help="Its place in the list, from 0.")
    ] = None,
) -> None:
    """Change a reason's text, its place, or whether it is offered."""
    from domain.calling import reason_list

    reason = work.write(
        reason_list.edit,
        actor=work.actor,
        now=work.now(),
        resolution=resolution,
        code=code,
        labels=pairs(label, "--label", default_key="en"),
        active=active,
        position=position,
        language=work.language,
    )
    _told(work, reason, "was changed")
