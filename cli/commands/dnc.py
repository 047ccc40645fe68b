"""`dialdeck dnc`: the do-not-call register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.files import csv_output, file_or_output
from cli.options import command, group
from cli.output import Column, answer, clean, line, plain, progress, renamed, table

if TYPE_CHECKING:
    from domain.contacts.dnc_left import PersonLeft
    from domain.contacts.do_not_call import RegisterLine

app = group("The do-not-call register; it holds for every campaign.")

Region = Annotated[
    str | None,
    typer.Option("--region", metavar="CC", help="Country of numbers without a code (else the campaigns')."),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with the entry.")]


def _numbers(work: Invocation, texts: list[str], region: str | None) -> list[str]:
    from domain.contacts import dnc_files

    return dnc_files.numbers_of(texts, region or work.read(dnc_files.home_region, actor=work.actor))


@command(app, "add")
def add(
    work: Invocation,
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...")],
    region: Region = None,
    reason: Reason = None,
) -> None:
    """Put numbers on the register; leads with them are blocked in every campaign at once."""
    from domain.contacts import do_not_call

    wanted = _numbers(work, numbers, region)
    done = work.write(do_not_call.add, actor=work.actor, numbers=wanted, now=work.now(), reason=reason)
    registered, blocked = len(done.entry_ids), len(done.blocked)
    document = {
        "numbers": wanted,
        "registered": registered,
        "already": len(set(wanted)) - registered,
        "leads_blocked": blocked,
    }
    answer(work, document, lambda: line(f"{registered} registered, {blocked} leads blocked"))


@command(app, "remove")
def remove(
    work: Invocation,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    region: Region = None,
) -> None:
    """Take a number off the register (supervisors); who was only held back by it may be called again."""
    from domain.contacts import dnc_left, do_not_call

    [wanted] = _numbers(work, [number], region)
    removed = work.write(do_not_call.remove, actor=work.actor, number=wanted, now=work.now())
    people = work.read(dnc_left.people_of, actor=work.actor, number=wanted)

    def human() -> None:
        line(f"{wanted} is off the register.")
        for person in people:
            for told in _told(person):
                line(clean(told))

    answer(work, {"number": wanted, "removed": removed, "people": people}, human)


def _told(person: PersonLeft) -> list[str]:
    """What may be done with somebody whose number was taken off the register."""
    who = person.name or f"Contact {person.contact_id}"
    if person.registered:
        numbers = " and ".join(person.registered)
        more = f"{numbers} {'is' if len(person.registered) == 1 else 'are'} on it too"
        return [f"{who} is still not called: {more}. Next: dialdeck dnc remove {person.registered[0]}"]
    lines = []
    for lead in person.leads:
        stands = f"{who}: lead {lead.lead_id} in {lead.campaign} is {lead.status or 'without a status'}"
        again = f"it had ended; to call again: dialdeck leads edit {lead.lead_id} --status new"
        lines.append(f"{stands} {f'({again})' if lead.final else 'and may be called again'}")
    return lines


@command(app, "list", reads=True)
def list_entries(
    work: Invocation,
    number: Annotated[str | None, typer.Option("--number", metavar="NUMBER", help="Only this one.")] = None,
    region: Region = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 500,
    after: Annotated[int, typer.Option("--after", metavar="ID", help="Those after this entry.")] = 0,
) -> None:
    """The entries in force, oldest first."""
    from domain.contacts import do_not_call

    wanted = _numbers(work, [number], region)[0] if number is not None else None
    found = work.read(do_not_call.listing, actor=work.actor, limit=limit, after=after, number=wanted)

    def human() -> None:
        columns = [
            Column("Entry", "id"),
            Column("Number", "code"),
            Column("Contact"),
            Column("Reason"),
            Column("From", "code"),
            Column("Since", "time"),
        ]
        rows = [
            (each.id, _which(each), each.contact, each.reason, each.source, each.added_at) for each in found
        ]
        table(work, columns, rows, empty="Nothing is on the register like that.")
        if len(found) == limit:
            work.say(f"There may be more: --after {found[-1].id}")

    answer(work, found, human)


@command(app, "import")
def import_file(
    work: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or plain text with numbers.")],
    region: Region = None,
    reason: Reason = None,
) -> None:
    """Put all numbers of a file on the register (supervisors); safe to repeat."""
    from domain.contacts import dnc_files

    with progress() as tell:
        done = dnc_files.import_numbers(
            work.database,
            actor=work.actor,
            path=file,
            region=region,
            now=work.now(),
            reason=reason,
            progress=lambda at, lines: tell("Registering", at, lines),
        )
    document = {**renamed(done), "rejects": [{"line": at, "reason": why} for at, why in done.rejects]}

    def human() -> None:
        line(f"{done.registered:,} of {done.rows:,} rows registered, {done.already:,} were already")
        line(f"{done.leads_blocked:,} leads blocked")
        for at, why in done.rejects:
            work.say(f"  line {at}: {why}")
        if done.rejected > len(done.rejects):
            work.say(f"  … {done.rejected - len(done.rejects):,} more")

    answer(work, document, human)


@command(app, "export", reads=True)
def export(
    work: Invocation,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else to standard output.")
    ] = None,
) -> None:
    """Write the register as CSV (UTF-8), with --json as JSON."""
    from domain.contacts import dnc_files

    output = file_or_output(output)
    rows = dnc_files.entries(work.database, actor=work.actor)
    if work.json and output is None:
        answer(work, list(rows), lambda: None)
        work.note("dnc.export")
        return
    with csv_output(output, ["Number", "Contact", "Reason", "Source", "Added"]) as write:
        count = sum(write(_cells(each)) for each in rows if not each.erased)
    work.note("dnc.export", detail={"rows": count})
    if output is not None:
        document = {"file": str(output), "rows": count}
        answer(work, document, lambda: line(f"{count:,} entries written to {output}"))


def _which(entry: RegisterLine) -> str:
    return entry.number or ("(erased)" if entry.erased else "(whole contact)")


def _cells(entry: RegisterLine) -> list[str]:
    texts = (entry.number, entry.contact, entry.reason, entry.source, plain(entry.added_at))
    return [str(text or "") for text in texts]
