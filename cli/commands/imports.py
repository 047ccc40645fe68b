"""Importing files of people into a campaign, and taking an import back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.context import Invocation
from cli.options import Campaign
from cli.output import Column, answer, clean, line, plain, progress, table
from domain.errors import Unavailable

if TYPE_CHECKING:
    from domain.intake.mapping import ColumnMap
    from domain.intake.options import ImportOptions, ImportResult, Progress


def import_leads(
    work: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or TSV, any common encoding.")],
    campaign: Campaign = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="The lead list (else the file's name).")
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN", help="Which column fills a field; its header or its number."
        ),
    ] = None,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="COLUMN",
            help="Keep this column as it is: it fills no field; may be repeated.",
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CC", help="Country of numbers without a code.")
    ] = None,
    duplicates: Annotated[
        Literal["skip", "update", "allow"],
        typer.Option("--duplicates", help="What to do with somebody who is there already."),
    ] = "skip",
    scope: Annotated[
        Literal["file", "list", "campaign", "all"],
        typer.Option("--scope", help="Where somebody is looked for."),
    ] = "campaign",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, write nothing.")] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", help="Where rows that were not taken go.")
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="Whether the first row names the columns (else found)."),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="SIGN", help="Between columns (else found).")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Of the file (else found).")
    ] = None,
) -> None:
    """Import people from a file into a campaign, as a lead list.

    Columns are recognised by their headers and values. A stopped import goes on when it is run again.
    """
    if file == Path():
        raise typer.BadParameter("name the file to import", param_hint="'FILE'")
    from domain.intake import importing
    from domain.intake.mapping import parse_overrides
    from domain.intake.matching import Duplicates, Scope
    from domain.intake.options import ImportOptions
    from storage import bulk

    actor, campaign_id = work.actor, work.campaign_id(campaign)
    options = ImportOptions(
        list_name=list_name,
        overrides=parse_overrides(maps or []),
        attributes=tuple(attributes or ()),
        region=region,
        duplicates=Duplicates(duplicates),
        scope=Scope(scope),
        header=header,
        delimiter=delimiter,
        encoding=encoding,
        rejects=rejects,
        dry_run=dry_run,
    )
    if not _agreed(work, file, campaign_id, options):
        raise typer.Exit(1)
    begun = time.monotonic()
    with progress() as tell:

        def told(now: Progress) -> None:
            tell(f"{now.counts.imported:,} imported", now.line, now.lines)

        try:
            done = importing.import_leads(
                work.database,
                bulk,
                actor=actor,
                path=file,
                campaign_id=campaign_id,
                options=options,
                now=work.now(),
                progress=told,
            )
        except KeyboardInterrupt:
            work.say("Stopped. What was imported stays; the same command goes on from there.")
            raise
        except Unavailable as error:
            raise Unavailable(
                f"{error.message} Rows imported before stay; the same command goes on from there.",
                code=error.code,
            ) from error
    _told(work, done, options, time.monotonic() - begun)


def _agreed(work: Invocation, file: Path, campaign_id: int, options: ImportOptions) -> bool:
    """Show how the file is read, and ask where somebody is there to answer."""
    import sys

    from domain.intake import importing

    found = importing.preview(
        work.database, actor=work.actor, path=file, campaign_id=campaign_id, options=options
    )
    work.say(f"{file.name}: {found.source.file.encoding}, separated by {found.source.dialect.delimiter_name}")
    if work.yes or work.json or not sys.stdin.isatty():
        _tell_mapping(work, found.columns)
        return True
    _print_mapping(
        work, found.columns, [record.cells for record in found.source.sample[found.columns.skip :]]
    )
    return options.dry_run or work.confirm("Import it like this?", without_terminal=True)


def _tell_mapping(work: Invocation, columns: ColumnMap) -> None:
    """One line for every field that has a column, and one for the rest: what a log should keep."""
    for column in columns.columns:
        if column.field is not None:
            work.say(f'  {column.field.value} <- "{clean(column.name)}" ({clean(column.why)})')
    kept = [column.name for column in columns.columns if column.field is None and not column.ignored]
    if kept:
        more = f" and {len(kept) - 12} more" if len(kept) > 12 else ""
        work.say(f"  kept as attributes: {', '.join(clean(name) for name in kept[:12])}{more}")


def _print_mapping(work: Invocation, columns: ColumnMap, sample: list[list[str]]) -> None:
    rows = [
        (
            column.name,
            "(not kept)" if column.ignored else column.field.value if column.field else "attribute",
            column.why,
            next((clean(cells[column.index])[:30] for cells in sample if len(cells) > column.index), ""),
        )
        for column in columns.columns
    ]
    titles = ("Column", "Field", "Why", "For example")
    table(work, [Column(title) for title in titles], rows, empty="", aside=True)


def _told(work: Invocation, done: ImportResult, options: ImportOptions, seconds: float) -> None:
    counts = done.counts
    numbers = plain(counts)
    assert isinstance(numbers, dict)
    document = {
        **numbers,
        "list_id": done.list_id,
        "list": done.list_name if done.list_id or options.dry_run else None,
        "seconds": round(seconds, 3),
        "dry_run": options.dry_run,
        "resumed": done.resumed,
        "rejects_file": options.rejects,
        "reject_reasons": done.reasons,
        "columns": {column.field.value: column.name for column in done.columns.columns if column.field},
    }

    def human() -> None:
        what = "Would import" if options.dry_run else "Imported"
        if done.list_id or options.dry_run:
            line(f"{what} {counts.imported:,} of {counts.rows:,} rows into the list {clean(done.list_name)}")
        else:
            line(f"{what} 0 of {counts.rows:,} rows; no lead list was made")
        for name in ("updated", "duplicates", "rejected", "do_not_call"):
            if numbers[name]:
                line(f"  {name.replace('_', ' '):<12} {numbers[name]:>9,}")
        for why, count in sorted(done.reasons.items(), key=lambda item: -item[1]):
            line(f"    {why.replace('_', ' '):<20} {count:>9,}")
        line(f"  {counts.rows / max(seconds, 0.001):,.0f} rows a second")

    answer(work, document, human)
    if not counts.rows:
        work.say("The file has no rows below its header." if done.columns.header else "The file has no rows.")
    if counts.rejected:
        where = (
            f"are in {options.rejects}" if options.rejects else "are shown with reasons by: --rejects FILE"
        )
        work.say(f"{counts.rejected:,} rows were not taken; they {where}")


def undo_import(
    work: Invocation,
    name: Annotated[str, typer.Argument(metavar="LIST", help="Its number or its name.")],
) -> None:
    """Take an import back: its leads go, but those somebody has worked on stay."""
    from domain.campaigns import lists
    from domain.intake import undoing

    actor = work.actor
    found = work.read(lists.show, actor=actor, name_or_id=name)
    if not work.confirm(
        f"Remove the {found.leads:,} leads of {found.name} ({found.campaign}) that nobody worked on?",
        without_terminal=True,
    ):
        raise typer.Exit(1)
    with progress() as tell:
        done = undoing.undo_import(
            work.database,
            actor=actor,
            list_id=found.id,
            now=work.now(),
            progress=lambda looked_at: tell("Removing", looked_at, found.leads),
        )

    def human() -> None:
        line(
            f"{done.removed:,} lead{'s' * (done.removed != 1)} of {clean(found.name)} removed, {done.kept:,} kept"
        )
        if done.list_removed:
            line("The list is empty now and was removed too")

    answer(work, done, human)
