"""`dialdeck report`: what came of a campaign, of all campaigns, of the sellers; and reports written regularly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import narrowing
from cli.commands import report_orders
from cli.context import Invocation
from cli.options import a_date, command, group
from cli.output import Column, answer, clean, line, local, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.reporting.compare import Comparison
    from domain.reporting.figures import CampaignReport
    from domain.reporting.sections import Section

app = group("Reports: what came of a campaign, of all campaigns, of the sellers.")
app.add_typer(report_orders.app, name="schedule")

Format = Annotated[
    Literal["table", "json", "csv", "html"],
    typer.Option("--format", metavar="FORMAT", help="table, json, csv or html (one file to send)."),
]
Flat = Annotated[
    Literal["table", "json", "csv"], typer.Option("--format", metavar="FORMAT", help="table, json or csv.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it to this file instead of the terminal."),
]
Minimum = Annotated[
    int, typer.Option("--minimum", metavar="N", min=1, help="Rank sellers from so many contacts on.")
]
CampaignName = Annotated[str, typer.Argument(metavar="NAME", help="The campaign.")]


@command(app, "campaign", reads=True)
def campaign(
    work: Invocation,
    name: CampaignName,
    acted_from: narrowing.ActedFrom = None,
    acted_to: narrowing.ActedTo = None,
    assigned_from: narrowing.AssignedFrom = None,
    assigned_to: narrowing.AssignedTo = None,
    seller: narrowing.Seller = None,
    list_name: narrowing.ListName = None,
    statuses: narrowing.Statuses = None,
    resolutions: narrowing.Resolutions = None,
    reasons: narrowing.Reasons = None,
    tags: narrowing.Tags = None,
    compare: Annotated[
        str | None, typer.Option("--compare", metavar="NAME", help="Beside this other campaign.")
    ] = None,
    compare_from: Annotated[
        str | None, typer.Option("--compare-from", metavar="DATE", help="Beside what was done from this day.")
    ] = None,
    compare_to: Annotated[
        str | None, typer.Option("--compare-to", metavar="DATE", help="Beside what was done up to this day.")
    ] = None,
    minimum: Minimum = 30,
    format: Format = "table",
    output: Output = None,
) -> None:
    """Progress, resolutions, reasons, rates, sellers, days, hours and attempts of a campaign; each share with its base.

    Days of action (--from, --to) are the shop's. Calls and sellers are told by who acted when; how leads stand is as of
    now.
    """
    from domain.reporting.compare import compared
    from domain.reporting.report import campaign_report

    campaign_id = work.campaign_id(name)
    filters = narrowing.filters_of(
        work,
        campaign_id=campaign_id,
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
    asked = {
        "actor": work.actor,
        "campaign_id": campaign_id,
        "filters": filters,
        "now": work.now(),
        "language": work.language,
        "minimum": minimum,
    }
    found: CampaignReport | Comparison
    if compare is None and compare_from is None and compare_to is None:
        found = work.read(campaign_report, **asked)
    else:
        found = work.read(
            compared,
            **asked,
            other_campaign_id=None if compare is None else work.campaign_id(compare),
            other_from=a_date(compare_from, "--compare-from"),
            other_to=a_date(compare_to, "--compare-to"),
        )
    _answer(work, found, "json" if work.json else format, output)


def _answer(work: Invocation, found: CampaignReport | Comparison, format: str, output: Path | None) -> None:
    from cli.files import file_or_output, text_output
    from domain.reporting import written
    from domain.reporting.compare import Comparison
    from storage.report_files import put

    file = file_or_output(output)
    if format == "table" and file is None:
        _print(work, found)
        return
    kind = _kind_of(file) if format == "table" and file is not None else format
    if kind == "json" and file is None:
        document = written.comparison(found) if isinstance(found, Comparison) else written.document(found)
        work.json = True
        answer(work, document, lambda: None)
        return
    with text_output(file, bom=kind == "csv" and file is not None) as stream:
        put(found, stream=stream, format=kind)
    if file is not None:
        work.say(f"Written to {file}")


def _kind_of(file: Path) -> str:
    """What a file is by its name, where no format was given."""
    kind = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html"}.get(file.suffix.lower())
    if kind is None:
        raise typer.BadParameter("say what to write: json, csv or html", param_hint="'--format'")
    return kind


def _print(work: Invocation, found: CampaignReport | Comparison) -> None:
    from domain.reporting import sections
    from domain.reporting.compare import Comparison

    if isinstance(found, Comparison):
        for title, report in (("First", found.first), ("Second", found.second)):
            line(f"{title}: {_told(work, report)}")
        line()
        _section(work, sections.compared(found))
        return
    line(_told(work, found))
    for each in sections.sections(found):
        if each.rows:
            line()
            line(each.title)
            if each.note:
                line(each.note)
            _section(work, each)


def _told(work: Invocation, report: CampaignReport) -> str:
    filters = report.filters_in_words or "the whole campaign"
    return f"{clean(report.campaign)} · {clean(filters)} · {local(report.as_of, work.zone)}"


def _section(work: Invocation, section: Section) -> None:
    columns = [Column(title, "text" if kind == "text" else "number") for title, kind in section.columns]
    bars: Sequence[float | None] = section.bars
    drawn = any(bar is not None for bar in bars)
    if drawn:
        columns.append(Column("", "code"))
    rows = [
        (*texts, _bar(bars[number])) if drawn else tuple(texts)
        for number, texts in enumerate(section.texts())
    ]
    table(work, columns, rows, empty="Nothing yet.")


_CELLS = 20


def _bar(part: float | None) -> str:
    return "" if part is None else "█" * round(_CELLS * min(max(part, 0.0), 1.0))


@command(app, "sellers", reads=True)
def sellers(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="In this campaign (else in all).")
    ] = None,
    acted_from: narrowing.ActedFrom = None,
    acted_to: narrowing.ActedTo = None,
    minimum: Minimum = 30,
    format: Flat = "table",
    output: Output = None,
) -> None:
    """What every seller did, by who acted when: calls, contacts, successes, times, and a ranking by conversion."""
    from domain.reporting import overviews, written
    from domain.reporting.sections import shown

    rows = work.read(
        overviews.seller_rows,
        actor=work.actor,
        campaign_id=None if campaign is None else work.campaign_id(campaign),
        filters=narrowing.filters_of(work, acted_from=acted_from, acted_to=acted_to),
        now=work.now(),
        minimum=minimum,
    )

    def human() -> None:
        columns = [Column("Rank", "number"), Column("Seller")]
        titles = (
            "Assigned",
            "Calls",
            "Contacts",
            "Contacts/calls",
            "Successes",
            "Successes/contacts",
            "Rejections",
        )
        columns += [Column(each, "number") for each in (*titles, "Talk", "Wrap-up", "Pause", "Calls/hour")]
        cells = [
            (
                each.rank,
                each.name,
                each.assigned,
                each.calls,
                each.contacts,
                shown(each.contact_rate.value, "share"),
                each.successes,
                shown(each.conversion.value, "share"),
                each.rejections,
                *(
                    shown(each_time, "hours")
                    for each_time in (each.talk_seconds, each.wrap_seconds, each.pause_seconds)
                ),
                shown(each.dials_per_hour.value, "number"),
            )
            for each in rows
        ]
        table(work, columns, cells, empty="Nobody has called yet.")

    names = (
        *("rank", "seller", "assigned", "calls", "contacts", "successes", "rejections", "talk_seconds"),
        *(
            "wrap_seconds",
            "pause_seconds",
            "signed_in_seconds",
            "contact_rate",
            "conversion",
            "dials_per_hour",
        ),
    )
    _rows(work, [written.seller(each) for each in rows], names, format, output, human)


@command(app, "campaigns", reads=True)
def campaigns(work: Invocation, format: Flat = "table", output: Output = None) -> None:
    """Every campaign in a line: leads, how far it is, and its rates."""
    from domain.reporting import overviews, written
    from domain.reporting.sections import value

    rows = work.read(overviews.campaigns, actor=work.actor)
    shares = (
        "progress:called",
        "progress:penetration",
        "rate:contact_rate",
        "rate:conversion",
        "rate:success_rate",
    )
    more = ("progress:exhausted", "progress:finished")

    def human() -> None:
        columns = [
            Column("Campaign"),
            Column("Active", "code"),
            Column("Leads", "number"),
            Column("Assigned", "number"),
        ]
        columns += [
            Column(title, "number")
            for title in (
                "Attempts",
                "Successes",
                "Called",
                "Attempted",
                "Contacts/called",
                "Successes/contacts",
                "Successes/leads",
                "Exhausted",
                "Finished",
            )
        ]
        cells = [
            (
                each.campaign,
                "yes" if each.active else "no",
                each.leads,
                each.assigned,
                each.attempts_made,
                each.figure("outcome:success").numerator,
                *(value(each.figure(key)) for key in (*shares, *more)),
            )
            for each in rows
        ]
        table(work, columns, cells, empty="There is no campaign yet, see: dialdeck campaigns create")

    documents = [
        {
            "campaign": each.campaign,
            "active": each.active,
            "leads": each.leads,
            "assigned": each.assigned,
            "unassigned": each.leads - each.assigned,
            "attempts_made": each.attempts_made,
            **{
                figure.key.partition(":")[2]: written.rate(figure)
                for figure in (*each.progress, *each.outcomes, *each.rates)
            },
        }
        for each in rows
    ]
    _rows(work, documents, tuple(documents[0]) if documents else ("campaign",), format, output, human)


def _rows(
    work: Invocation,
    documents: list[dict[str, object]],
    names: Sequence[str],
    format: str,
    output: Path | None,
    human: object,
) -> None:
    """A list for people, for programs, or as CSV, where a rate is its value, its numerator and its denominator."""
    import json

    from cli.files import csv_output, file_or_output, text_output

    file = file_or_output(output)
    kind = "json" if work.json else format
    if kind == "table" and file is not None:
        kind = _kind_of(file)
    if kind == "csv":
        rates = [name for name in names if documents and isinstance(documents[0][name], dict)]
        header = [
            each
            for name in names
            for each in ((name, f"{name}_count", f"{name}_of") if name in rates else (name,))
        ]
        with csv_output(file, header) as write:
            for each in documents:
                write(_cells(each, names))
    elif kind == "json" and file is not None:
        with text_output(file) as stream:
            json.dump(documents, stream, ensure_ascii=False)
            stream.write("\n")
    elif kind == "html":
        raise typer.BadParameter("this one is written as json or csv", param_hint="'--output'")
    else:
        work.json = work.json or kind == "json"
        answer(work, documents, human)
        return
    if file is not None:
        work.say(f"Written to {file}")


def _cells(document: dict[str, object], names: Sequence[str]) -> list[str]:
    cells: list[object] = []
    for name in names:
        value = document[name]
        if isinstance(value, dict):
            cells += [value["value"], value["numerator"], value["denominator"]]
        else:
            cells.append(value)
    return ["" if cell is None else str(cell) for cell in cells]
