"""`dialdeck audit`: who signed in, what was refused, what administrators did."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.files import csv_output, file_or_output
from cli.options import command, group
from cli.output import Column, answer, line, table

if TYPE_CHECKING:
    from domain.audit.reading import Wanted

app = group("The audit log: who signed in, what was refused, what administrators did. Nobody can change it.")

User = Annotated[str | None, typer.Option("--user", metavar="USER", help="Only what this user did.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="Only this kind: user.edit, or user for all of them."),
]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this day or time on.")]
To = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Up to this time, or the end of this day.")
]
Refused = Annotated[bool, typer.Option("--refused", help="Only what was refused, failed sign-ins too.")]


def _wanted(
    work: Invocation, user: str | None, kind: str | None, since: str | None, to: str | None, refused: bool
) -> Wanted:
    from domain.audit.reading import Wanted

    return Wanted(
        user=user,
        kind=kind,
        since=_moment(work, since, "--from"),
        before=_moment(work, to, "--to", whole_day=True),
        refused=refused,
    )


def _moment(work: Invocation, text: str | None, option: str, *, whole_day: bool = False) -> datetime | None:
    """A time on the reader's clock; of a day alone its beginning, or with ``whole_day`` its end."""
    from domain.intake.moments import parse_moment

    if text is None:
        return None
    try:
        at = parse_moment(text, work.zone)
    except ValueError:
        raise typer.BadParameter(
            f'"{text}" is not understood; write it as 2026-11-25 or 2026-11-25 10:30',
            param_hint=f"'{option}'",
        ) from None
    only_a_day = ":" not in text
    return at + timedelta(days=1) if whole_day and only_a_day else at


@command(app, "list", reads=True)
def list_events(
    work: Invocation,
    user: User = None,
    kind: Kind = None,
    since: From = None,
    to: To = None,
    refused: Refused = False,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = 50,
    after: Annotated[
        int | None, typer.Option("--after", metavar="ID", help="Those before this one: the next page.")
    ] = None,
) -> None:
    """The newest events (administrators and auditors)."""
    from domain.audit import reading, written

    found = work.read(
        reading.listing,
        actor=work.actor,
        wanted=_wanted(work, user, kind, since, to, refused),
        limit=limit,
        after=after,
    )

    def human() -> None:
        columns = [
            Column("Id", "id"),
            Column("At", "time"),
            Column("User"),
            Column("Kind", "code"),
            Column("Target"),
            Column("Refused", "code"),
            Column("Detail"),
        ]
        rows = [
            (
                each.id,
                each.at,
                each.user or "(nobody)",
                each.kind,
                each.target,
                "refused" if each.refused else "",
                written.in_words(each),
            )
            for each in found
        ]
        table(work, columns, rows, empty="Nothing like that is in the audit log.")
        if len(found) == limit:
            work.say(f"There may be more: --after {found[-1].id}")

    answer(work, found, human)


@command(app, "export", reads=True)
def export(
    work: Invocation,
    user: User = None,
    kind: Kind = None,
    since: From = None,
    to: To = None,
    refused: Refused = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else to standard output.")
    ] = None,
) -> None:
    """Write all events, oldest first, as CSV (UTF-8), with --json as JSON (administrators and auditors)."""
    from domain.audit import reading, written

    output = file_or_output(output)
    events = reading.stream(
        work.database, actor=work.actor, wanted=_wanted(work, user, kind, since, to, refused)
    )
    if work.json and output is None:
        answer(work, list(events), lambda: None)
        work.note("audit.export")
        return
    with csv_output(output, written.HEADINGS) as write:
        count = sum(write(written.cells(each)) for each in events)
    work.note("audit.export", detail={"rows": count})
    if output is not None:
        document = {"file": str(output), "rows": count}
        answer(work, document, lambda: line(f"{count:,} events written to {output}"))
