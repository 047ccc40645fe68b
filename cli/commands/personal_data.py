"""`dialdeck contacts`: what somebody may ask of the shop about themselves, and duplicates put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.context import Invocation
from cli.files import file_or_output, text_output
from cli.output import Column, answer, clean, line, renamed, table

if TYPE_CHECKING:
    from domain.privacy.erasing import Erasing
    from domain.privacy.finding import Person
    from domain.privacy.merging import Merging

ContactId = Annotated[int, typer.Argument(metavar="CONTACT", help="Its number; see contacts find.")]
Region = Annotated[
    str | None, typer.Option("--region", metavar="CC", help="Country of numbers without a country code.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]


def find(
    work: Invocation,
    text: Annotated[
        str, typer.Argument(metavar="NUMBER|EMAIL", help="A number in any writing, or an e-mail.")
    ],
    region: Region = None,
) -> None:
    """Everybody with a number or an e-mail, to answer a person's request; says if somebody with it was erased."""
    from domain.contacts import dnc_files
    from domain.privacy import finding

    home = region or work.read(dnc_files.home_region, actor=work.actor)
    found = work.read(finding.find, actor=work.actor, wanted=text, region=home)

    def human() -> None:
        _people(work, found.people, empty=f"Nobody has {clean(found.wanted)}.")
        if found.erased:
            line(f"Somebody with {clean(found.wanted)} was erased and is not taken in again.")

    answer(work, found, human)


def duplicates(
    work: Invocation,
    by: Annotated[Literal["number", "email"], typer.Option("--by", help="What they share.")] = "number",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many groups.")] = 100,
    after: Annotated[
        str, typer.Option("--after", metavar="TEXT", help="Those after this number or e-mail.")
    ] = "",
) -> None:
    """Contacts that share a number or an e-mail, and may be one person."""
    from domain.privacy import finding

    page = work.read(finding.duplicates, actor=work.actor, by=by, after=after, limit=limit)
    found = page.groups

    def human() -> None:
        rows = [
            (each.shared, person.contact_id, person.name, person.email, person.leads)
            for each in found
            for person in each.people
        ]
        columns = [
            Column("Shared", "code"),
            Column("Contact", "id"),
            Column("Name"),
            Column("E-mail"),
            Column("Leads", "number"),
        ]
        table(
            work,
            columns,
            rows,
            empty=f"No two contacts share {'a number' if by == 'number' else 'an e-mail'}.",
        )
        if page.next:
            work.say(f"There may be more: --after {clean(page.next)}")

    answer(work, found, human)


def merge(
    work: Invocation,
    keep: Annotated[int, typer.Argument(metavar="KEEP", help="The contact to keep.")],
    others: Annotated[list[int], typer.Argument(metavar="OTHER...", help="Those that are the same person.")],
    dry_run: DryRun = False,
) -> None:
    """Make one contact of several (supervisors). It cannot be undone; --dry-run shows what it would do."""
    from domain.privacy import merging

    told = work.read(merging.preview, actor=work.actor, keep=keep, others=others)
    if not dry_run:
        question = f"{_merged(told, 'would be')}\nMerge them for good?"
        _require_yes(work, question, "merged")
        told = work.write(merging.merge, actor=work.actor, keep=keep, others=others, now=work.now())
    document = {**renamed(told), "dry_run": dry_run}
    answer(work, document, lambda: line(_merged(told, "would be" if dry_run else "was")))


def export(
    work: Invocation,
    contact: ContactId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else to standard output.")
    ] = None,
) -> None:
    """Everything the shop holds about one person, over all campaigns, as one JSON document (administrators)."""
    from domain.privacy import exporting

    output = file_or_output(output)
    found = work.write(exporting.export_contact, actor=work.actor, contact_id=contact, now=work.now())
    text = exporting.written(found)
    if output is None:
        answer(work, found, lambda: line(text.rstrip()))
        return
    with text_output(output) as file:
        file.write(text)
    document = {"contact_id": contact, "file": str(output)}
    answer(work, document, lambda: line(f"Everything about contact {contact} is in {output}."))


def erase(
    work: Invocation,
    contact: ContactId,
    dry_run: DryRun = False,
    compact: Annotated[
        bool | None,
        typer.Option(
            "--compact/--no-compact",
            help="Write a database file anew, so that free space holds nothing either (else where it is small).",
        ),
    ] = None,
) -> None:
    """Erase a person for good (administrators): name, numbers, texts go; figures and history stay without them.

    The register keeps a keyed hash of each number, so that no import brings the person back.
    """
    from domain.privacy import erasing
    from storage import compacting

    told = work.read(erasing.preview, actor=work.actor, contact_id=contact)
    compacted = work.database.dialect != "sqlite"
    if not dry_run:
        question = f"{_erased(told, 'would go')}\nErase this person for good?"
        _require_yes(work, question, "erased")
        told = work.write(erasing.erase, actor=work.actor, contact_id=contact, now=work.now())
        if compact or (compact is None and compacting.is_small(work.database)):
            compacted = compacting.compact(work.database)
    document = {**renamed(told), "dry_run": dry_run, "compacted": compacted and not dry_run}
    if not dry_run:
        del document["name"]

    def human() -> None:
        line(_erased(told, "would go" if dry_run else "went"))
        if told.alike:
            line("Others with the same number or e-mail stay as they are:")
            _people(work, told.alike, empty="")
        if not dry_run:
            work.say(
                "Backups and files written before still hold the person; see the guide on personal data."
            )
            if not compacted:
                work.say("Free space of the file may hold copies; when nobody works: dialdeck db compact")

    answer(work, document, human)


def _require_yes(work: Invocation, question: str, done: str) -> None:
    """What cannot be undone is not done without a yes."""
    from domain.errors import Conflict

    if not work.confirm(question, without_terminal=False):
        raise Conflict(f"Nothing was {done}; say yes, or add --yes.", code="not_confirmed")


def _people(work: Invocation, people: Sequence[Person], *, empty: str) -> None:
    columns = [
        Column("Contact", "id"),
        Column("Name"),
        Column("Numbers", "code"),
        Column("E-mail"),
        Column("Leads", "number"),
    ]
    rows = [(each.contact_id, each.name, ", ".join(each.numbers), each.email, each.leads) for each in people]
    table(work, columns, rows, empty=empty)


def _erased(told: Erasing, verb: str) -> str:
    open_leads = f", {told.closed} not ended" if told.closed else ""
    return (
        f"Contact {told.contact_id}: name, texts and numbers ({told.numbers}) {verb}; of leads ({told.leads}"
        f"{open_leads}), calls ({told.calls}) and activities ({told.activities}) only the figures stay."
    )


def _merged(told: Merging, verb: str) -> str:
    others = ", ".join(map(str, told.others))
    parts = [
        f"Contact {others} {verb} merged into contact {told.keep} {clean(told.name)}".rstrip() + ":",
        f"  numbers then: {', '.join(told.numbers) or 'none'}",
        f"  calls that come along: {told.calls}, activities: {told.activities}",
        f"  fields filled: {', '.join(told.filled) or 'none'}",
        f"  leads that move: {', '.join(map(str, told.moved)) or 'none'}",
    ]
    for each in told.joined:
        gone = ", ".join(map(str, each.ended))
        parts.append(f"  lead {each.survivor} lives on with what happened with lead {gone}, which ends")
    return "\n".join(parts)
