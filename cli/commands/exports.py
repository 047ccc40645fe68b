"""`dialdeck export`: leads as a table for spreadsheets, or line by line for programs; any number of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from cli import narrowing
from cli.context import Invocation
from cli.files import file_or_output, text_output
from cli.options import Campaign, command, group
from cli.output import answer, line, progress

if TYPE_CHECKING:
    from domain.exporting.columns import LeadRow
    from domain.reporting.filters import ReportFilters

app = group("Taking leads out, as CSV or as JSON Lines.")

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else to standard output.")
]
Form = Annotated[
    Literal["csv", "jsonl"],
    typer.Option("--format", help="A table for spreadsheets, or one JSON object a line."),
]
_STEP = 1_000
"""Rows between two words about how far it is."""


@command(app, "leads")
def export_leads(
    work: Invocation,
    campaign: Campaign = None,
    output: Output = None,
    form: Form = "csv",
    seller: narrowing.Seller = None,
    list_name: narrowing.ListName = None,
    acted_from: narrowing.ActedFrom = None,
    acted_to: narrowing.ActedTo = None,
    assigned_from: narrowing.AssignedFrom = None,
    assigned_to: narrowing.AssignedTo = None,
    statuses: narrowing.Statuses = None,
    resolutions: narrowing.Resolutions = None,
    reasons: narrowing.Reasons = None,
    tags: narrowing.Tags = None,
) -> None:
    """Write the leads of a campaign, with what was done with them (supervisors, administrators, auditors)."""
    number = work.campaign_id(campaign)
    filters = narrowing.filters_of(
        work,
        campaign_id=number,
        seller=seller,
        list_name=list_name,
        acted_from=acted_from,
        acted_to=acted_to,
        assigned_from=assigned_from,
        assigned_to=assigned_to,
        statuses=statuses,
        resolutions=resolutions,
        reasons=reasons,
        tags=tags,
    )
    _export(work, number, filters, output, form)


@command(app, "all")
def export_all(
    work: Invocation,
    output: Output = None,
    form: Form = "csv",
    seller: narrowing.Seller = None,
    acted_from: narrowing.ActedFrom = None,
    acted_to: narrowing.ActedTo = None,
    assigned_from: narrowing.AssignedFrom = None,
    assigned_to: narrowing.AssignedTo = None,
    statuses: narrowing.Statuses = None,
    resolutions: narrowing.Resolutions = None,
    reasons: narrowing.Reasons = None,
    tags: narrowing.Tags = None,
) -> None:
    """Write the leads of all campaigns; the table names the campaign of each."""
    filters = narrowing.filters_of(
        work,
        seller=seller,
        acted_from=acted_from,
        acted_to=acted_to,
        assigned_from=assigned_from,
        assigned_to=assigned_to,
        statuses=statuses,
        resolutions=resolutions,
        reasons=reasons,
        tags=tags,
    )
    _export(work, None, filters, output, form)


def _export(
    work: Invocation, campaign_id: int | None, filters: ReportFilters, file: Path | None, form: str
) -> None:
    from domain.exporting import leads
    from storage.exports import reading_all

    file = file_or_output(file)
    actor = work.actor
    with reading_all(work.database) as session, progress() as tell:
        total = leads.size(session, actor=actor, campaign_id=campaign_id, filters=filters)
        rows = leads.rows(
            session, actor=actor, campaign_id=campaign_id, filters=filters, language=work.language
        )
        as_array = file is None and work.json
        with text_output(file, bom=form == "csv" and not as_array) as stream:
            if as_array:
                write = _array(stream)
            else:
                write = _lines(stream) if form == "jsonl" else _table(stream, of_all=campaign_id is None)
            done = 0
            while page := list(islice(rows, _STEP)):
                for row in page:
                    write(row)
                done += len(page)
                tell("Exporting", done, total)
            if as_array:
                stream.write("]\n" if done else "[]\n")
    work.write(leads.noted, actor=actor, now=work.now(), rows=done, campaign_id=campaign_id, filters=filters)
    if file is not None:
        answer(work, {"file": str(file), "rows": done}, lambda: line(f"{done:,} leads written to {file}"))


def _table(stream: TextIO, *, of_all: bool) -> Callable[[LeadRow], None]:
    from domain.exporting.columns import HEADINGS, HEADINGS_OF_ALL, cells
    from storage.exports import csv_writer

    put = csv_writer(stream, HEADINGS_OF_ALL if of_all else HEADINGS)
    return lambda row: put(cells(row, of_all=of_all))


def _lines(stream: TextIO) -> Callable[[LeadRow], None]:
    from domain.exporting.columns import document

    encode = json.JSONEncoder(ensure_ascii=False).encode

    def write(row: LeadRow) -> None:
        stream.write(encode(document(row)) + "\n")

    return write


def _array(stream: TextIO) -> Callable[[LeadRow], None]:
    """One JSON document, as ``--json`` promises, without ever holding it."""
    from domain.exporting.columns import document

    encode = json.JSONEncoder(ensure_ascii=False).encode
    before = "["

    def write(row: LeadRow) -> None:
        nonlocal before
        stream.write(before + encode(document(row)))
        before = ","

    return write
