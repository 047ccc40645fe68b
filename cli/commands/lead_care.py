"""Looking after leads: counts, lists, one lead with why it may not be called, edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.selling import LeadId
from cli.context import Invocation
from cli.options import Campaign
from cli.output import Column, answer, clean, details, line, local, table

if TYPE_CHECKING:
    from domain.calling.leads import LeadView


def status(work: Invocation, campaign: Campaign = None) -> None:
    """How many leads stand where; the counts add up to the total."""
    from domain.codes import NO_STATUS_KEY, status_class, status_label
    from domain.recycling import cards

    found = work.read(
        cards.status_counts, actor=work.actor, campaign_id=work.campaign_id(campaign), now=work.now()
    )

    def human() -> None:
        rows = []
        for name, count in sorted(found.by_status.items(), key=lambda item: -item[1]):
            own = None if name == NO_STATUS_KEY else name
            kind = status_class(own)
            share = f"{100 * count / found.total:.1f} %"
            rows.append((f"{kind.glyph} {status_label(own)}", count, share, kind.value))
        columns = [Column("Status"), Column("Leads", "number"), Column("Share", "number"), Column("Class")]
        table(work, columns, rows, empty="There are no leads. Import some: dialdeck leads import FILE")
        if found.total:
            line(f"{found.total:,} in all, {found.recyclable:,} recyclable, {found.problems:,} problems")

    answer(work, found, human)


def why(work: Invocation, campaign: Campaign = None) -> None:
    """Why the queue is empty: from leads loaded to callable now, each lead in exactly one row."""
    from domain.calling import why as reasons

    found = work.read(
        reasons.funnel, actor=work.actor, campaign_id=work.campaign_id(campaign), now=work.now()
    )

    def human() -> None:
        columns = [
            Column(""),
            Column("Leads", "number"),
            Column("Next change", "time"),
            Column(""),
            Column("--bucket", "code"),
        ]
        rows = [
            (f"{each.glyph} {each.label}", each.count, each.next_at, each.detail, each.reason)
            for each in found.buckets
        ]
        table(work, columns, rows, empty="")
        line(f"= {found.total:,} leads")
        if not found.total:
            work.say("There are no leads. Import some: dialdeck leads import FILE")

    answer(work, found, human)


def list_leads(
    work: Invocation,
    campaign: Campaign = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="With this status (or no_status); may be repeated."),
    ] = None,
    seller: Annotated[str | None, typer.Option("--seller", metavar="USER", help="Of this seller.")] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", metavar="CODE", help="With this resolution, such as NI.")
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Of this lead list.")
    ] = None,
    eligible: Annotated[bool, typer.Option("--eligible", help="Who may be called now.")] = False,
    recyclable: Annotated[bool, typer.Option("--recyclable", help="With a recyclable status.")] = False,
    bucket: Annotated[
        str | None, typer.Option("--bucket", metavar="ROW", help="In this row of: dialdeck leads why.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 100,
    after: Annotated[int, typer.Option("--after", metavar="LEAD", help="Those after this number.")] = 0,
) -> None:
    """Leads of a campaign in the order of their numbers; sellers see their own."""
    from domain.calling import leads

    wanted = leads.LeadFilter(
        statuses=tuple(statuses or ()),
        seller=seller,
        resolution=resolution,
        list_name=list_name,
        eligible=eligible,
        recyclable=recyclable,
        bucket=bucket,
    )
    found = work.read(
        leads.listing,
        actor=work.actor,
        campaign_id=work.campaign_id(campaign),
        wanted=wanted,
        now=work.now(),
        limit=limit,
        after=after,
    )

    def human() -> None:
        columns = [
            Column("Lead", "id"),
            Column("Name"),
            Column("Phone", "code"),
            Column("Status", "code"),
            Column("CS", "id"),
            Column("Res.", "code"),
            Column("Seller", "code"),
            Column("Att.", "number"),
            Column("Next attempt", "time"),
        ]
        rows = [
            (
                each.lead_id,
                each.name,
                each.phone,
                each.status or "no status",
                each.campaign_status,
                each.campaign_resolution,
                each.seller,
                each.attempts,
                each.next_attempt_at,
            )
            for each in found
        ]
        table(work, columns, rows, empty="No leads like that. See: dialdeck leads status")
        if len(found) == limit:
            work.say(f"There may be more: --after {found[-1].lead_id}")

    answer(work, found, human)


def show(work: Invocation, lead: LeadId) -> None:
    """One lead: state, numbers, history, whether it may be called now and, if not, every reason."""
    from domain.calling import leads

    _shown(work, work.read(leads.show, actor=work.actor, lead_id=lead, now=work.now()))


def _shown(work: Invocation, found: LeadView) -> None:
    def human() -> None:
        line(f"Lead {found.lead_id}  {clean(found.name)}  ({clean(found.campaign)})")
        marks = {"bad": "bad", "do_not_call": "do not call"}
        phones = (
            " ".join([str(phone["number"]), *(f"({text})" for key, text in marks.items() if phone[key])])
            for phone in found.phones
        )
        details(
            work,
            [
                ("phones", ", ".join(phones)),
                ("status", found.status or "no status"),
                ("campaign status", found.campaign_status),
                ("resolution", found.campaign_resolution),
                ("reason", found.resolution_reason),
                ("last action", found.last_console_action),
                ("attempts", found.dial_attempts),
                ("answered", found.answered_count),
                ("last attempt", found.last_dial_attempt),
                ("next attempt", found.next_attempt_at),
                ("seller", found.seller),
                ("shift", found.shift_wanted),
                ("list", found.list_name),
                ("priority", found.priority),
                ("zone", found.zone),
                ("contact", found.contact_id),
                ("callable now", "yes" if found.callable else "no: " + "; ".join(found.why_not)),
            ],
        )
        for event in found.history[:20]:
            after = event["after"] or {}
            values = ", ".join(f"{key} {value}" for key, value in after.items() if key in _TOLD)
            what = f"{event['kind']} {event['action'] or ''}".strip()
            told = "  ".join(filter(None, (what, event["user"], values, clean(event["note"] or ""))))
            line(f"  {local(event['at'], work.zone)}  {told}")

    answer(work, found, human)


_TOLD = ("status", "campaign_status", "campaign_resolution", "resolution_reason", "dial_attempts")


def edit(
    work: Invocation,
    lead: LeadId,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="A status, or no_status.")
    ] = None,
    campaign_status: Annotated[
        int | None, typer.Option("--campaign-status", metavar="N", help="1 to 7.")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", metavar="CODE", help="Such as NI.")
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", metavar="N", help="0 to 99, higher is sooner.")
    ] = None,
    seller: Annotated[str | None, typer.Option("--seller", metavar="USER", help="Whose lead it is.")] = None,
    next_attempt: Annotated[
        str | None,
        typer.Option("--next-attempt", metavar="TIME", help='On their clock: "tomorrow 10", ISO 8601.'),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            "--clear", metavar="NAME", help="Empty it: status, resolution, reason or seller; may be repeated."
        ),
    ] = None,
) -> None:
    """Change a lead by hand (supervisors); its history says who did."""
    from domain.calling import lead_edits, promised

    actor, now = work.actor, work.now()
    moment = None
    if next_attempt is not None:
        moment = work.read(
            promised.moment_for, actor=actor, lead_id=lead, text=next_attempt, now=now, language=work.language
        )
    changes = lead_edits.LeadChanges(
        status=status,
        campaign_status=campaign_status,
        campaign_resolution=resolution,
        priority=priority,
        seller=seller,
        next_attempt_at=moment,
        clear=tuple(_CLEARED.get(name, name) for name in clear or ()),
    )
    _shown(work, work.write(lead_edits.edit, actor=actor, lead_id=lead, changes=changes, now=now))


_CLEARED = {"resolution": "campaign_resolution", "reason": "resolution_reason"}
