"""`dialdeck calls`: calls made elsewhere, reported one by one or as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, line, progress, renamed
from domain.codes import CallResult

app = group("Calls made elsewhere: an exchange, another system.")


@command(app, "record")
def record(
    work: Invocation,
    lead: Annotated[int, typer.Option("--lead", metavar="ID", help="Whose call it was.")],
    result: Annotated[CallResult, typer.Option("--result", help="How it ended.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="When it began, such as 2026-11-25 10:30 (else now)."),
    ] = None,
    seconds: Annotated[
        int, typer.Option("--seconds", metavar="N", min=0, max=86_400, help="How long it lasted.")
    ] = 0,
    external_id: Annotated[
        str | None,
        typer.Option("--external-id", metavar="TEXT", help="Its name there; the same one counts once."),
    ] = None,
    no_count: Annotated[bool, typer.Option("--no-count", help="Not an attempt: it does not count.")] = False,
) -> None:
    """Record one call; it moves its lead as far as the rules allow."""
    from domain.calling import calls

    now = work.now()
    started = _moment(work, at) if at is not None else now - timedelta(seconds=seconds)
    call = calls.ReportedCall(
        lead_id=lead,
        result=result,
        started_at=started,
        answered_at=started if result is CallResult.ANSWERED else None,
        ended_at=started + timedelta(seconds=seconds) if seconds else None,
        external_id=external_id,
        counted=not no_count,
    )
    done = work.write(calls.record, actor=work.actor, call=call, now=now)
    document = {
        **renamed(done),
        "lead_id": lead,
        "rows": 1,
        "imported": int(not done.duplicate),
        "duplicates": int(done.duplicate),
        "rejected": 0,
    }

    def human() -> None:
        if done.duplicate:
            line(f"Call {done.call_id} was known already; nothing was changed.")
        else:
            moved = f"lead {lead} is {done.status or 'without status'}"
            line(f"Call {done.call_id} recorded; {moved if done.applied else 'its lead stays as it is'}.")

    answer(work, document, human)


def _moment(work: Invocation, text: str) -> datetime:
    """A time in the past, on the reader's clock where it has no offset."""
    from domain.intake.moments import parse_moment

    try:
        return parse_moment(text, work.zone)
    except ValueError:
        raise typer.BadParameter(
            f'"{text}" is not understood; write it as 2026-11-25 10:30', param_hint="'--at'"
        ) from None


@command(app, "import")
def import_calls(
    work: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or TSV; see docs/importing.md.")],
    history_only: Annotated[
        bool, typer.Option("--history-only", help="Record them as history; leads stay as they are.")
    ] = False,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CC", help="Country of numbers without a code.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Where rows that were not taken go.")
    ] = None,
) -> None:
    """Import a call log; a call known by its external id counts once, so it is safe to repeat."""
    from domain.intake import calls_import

    with progress() as tell:
        done = calls_import.import_calls(
            work.database,
            actor=work.actor,
            path=file,
            history_only=history_only,
            region=region,
            rejects=rejects,
            now=work.now(),
            progress=lambda now: tell(f"{now.counts.imported:,} imported", now.line, now.lines),
        )

    def human() -> None:
        line(f"{done.imported:,} of {done.rows:,} calls imported, {done.duplicates:,} were known already")

    answer(work, done, human)
    if done.rejected:
        where = f"are in {rejects}" if rejects else "are shown with reasons by: --rejects FILE"
        work.say(f"{done.rejected:,} rows were not taken; they {where}")
