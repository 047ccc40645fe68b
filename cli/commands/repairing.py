"""Finding leads whose status or counters cannot be true, and setting them right."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.output import Column, answer, line, progress, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.repair.fix import Progress, Repaired


def fix_status(
    work: Invocation,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="NAME", help="Of this campaign (else of all).")
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Of this lead list; its name or number.")
    ] = None,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Say what is wrong, change nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything and take it back; say what would be.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Name some leads of each kind.")] = False,
) -> None:
    """Find leads whose status or counters cannot be true, and set them right.

    Works in small steps while sellers go on. Stopped half-way, the same command goes on; run again, it finds
    nothing. Exits with 1 where a lead could not be set right.
    """
    from cli.stopping import stop_request
    from domain.repair import fix

    if report_only and dry_run:
        raise typer.BadParameter(
            "--report-only and --dry-run are two ways to change nothing; give one of them."
        )

    campaign_id, list_id = _place(work, campaign, list_name)
    begun = time.monotonic()
    if report_only:
        done = work.read(fix.look, actor=work.actor, campaign_id=campaign_id, list_id=list_id, now=work.now())
    else:
        with stop_request() as wanted, progress() as tell:

            def told(now: Progress) -> None:
                tell("leads set right", now.done, now.total)

            done = fix.run(
                work.database,
                actor=work.actor,
                campaign_id=campaign_id,
                list_id=list_id,
                dry_run=dry_run,
                now=work.now(),
                on_progress=told,
                should_stop=wanted.is_set,
            )
    seconds = round(time.monotonic() - begun, 3)
    document: dict[str, object] = {**done.as_json(), "report_only": report_only, "seconds": seconds}
    if verbose:
        document["samples"] = dict(done.samples)
    answer(work, document, lambda: _told(work, done, seconds, report_only=report_only, verbose=verbose))
    _ended(work, done)


def _place(work: Invocation, campaign: str | None, list_name: str | None) -> tuple[int | None, int | None]:
    """The campaign and the list that were named.

    Raises:
        Invalid: the list is not one of that campaign.
    """
    from domain.campaigns import lists
    from domain.errors import Invalid

    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    if list_name is None:
        return campaign_id, None
    found = work.read(lists.find, actor=work.actor, name_or_id=list_name, campaign_id=campaign_id)
    if campaign_id is not None and found.campaign_id != campaign_id:
        raise Invalid(f"The list {list_name} is not one of {campaign}.", code="list_name")
    return found.campaign_id, found.id


def _told(work: Invocation, done: Repaired, seconds: float, *, report_only: bool, verbose: bool) -> None:
    from domain.repair.kinds import KINDS

    line("Step 1: what was found")
    rows = [(kind.label, done.found.of(kind)) for kind in KINDS]
    table(work, [Column("Problem"), Column("Leads", "number")], rows, empty="")
    line(f"{done.found.total:,} of {done.leads_checked:,} leads checked have a problem.")
    if verbose:
        for kind, ids in done.samples.items():
            line(f"  {kind.label}, for example: {', '.join(str(lead_id) for lead_id in ids)}")
    line()
    if report_only:
        line(f"Step 2: nothing was done, this is a report only ({seconds:.2f} s).")
        return
    would = "would be " if done.dry_run else ""
    line(f"Step 2: what {'would be' if done.dry_run else 'was'} done")
    line(f"{done.leads_fixed:,} {_leads(done.leads_fixed)} {would}fixed, {done.errors:,} errors.")
    if done.status_assigned:
        _statuses(work, "Status given", done.status_assigned)
    line()
    line(f"How the leads {'would ' if done.dry_run else ''}stand afterwards")
    _statuses(work, "Status", done.by_status)
    taken_back = " All of it was taken back: a dry run changes nothing." if done.dry_run else ""
    line(f"{seconds:.2f} s.{taken_back}")


def _leads(count: int) -> str:
    return "lead" if count == 1 else "leads"


def _statuses(work: Invocation, title: str, counts: Mapping[str, int]) -> None:
    from domain.codes import NO_STATUS_KEY, status_class, status_label

    total = sum(counts.values())
    rows = []
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        own = None if name == NO_STATUS_KEY else name
        label = f"{status_class(own).glyph} {status_label(own)}"
        rows.append((label, count, f"{100 * count / total:.1f} %"))
    columns = [Column(title), Column("Leads", "number"), Column("Share", "number")]
    table(work, columns, rows, empty="There are no leads.")


def _ended(work: Invocation, done: Repaired) -> None:
    """Tell what went wrong, and leave with the exit code that says so."""
    if done.errors:
        some = ", ".join(str(lead_id) for lead_id in done.failed)
        more = " …" if done.errors > len(done.failed) else ""
        work.say(
            f"dialdeck: {done.errors:,} {_leads(done.errors)} could not be set right: {some}{more}. "
            "See: dialdeck leads show LEAD"
        )
        raise typer.Exit(1)
    if done.stopped:
        work.say("Stopped. What was set right stays; the same command goes on from there.")
        raise typer.Exit(130)
