"""`dialdeck wallboard`: the shop at this moment, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, clean, line, local, table

if TYPE_CHECKING:
    from domain.reporting.wallboard import Alert, CampaignRow, SellerRow, Wallboard

app = group("The shop at this moment.")

_ALERTS = {
    "queue_dry": "the queue is dry",
    "queue_dry_soon": "the queue runs dry",
    "callbacks_overdue": "callbacks overdue",
    "problems": "leads with problems",
    "job_failing": "fails",
    "job_overdue": "overdue: nobody runs the jobs",
}


@command(app, "wallboard", reads=True)
def wallboard(work: Invocation) -> None:
    """What every seller does now and did today, how each campaign stands, and what needs somebody (who leads)."""
    from domain.reporting import wallboard as board

    actor = work.actor
    found = work.read(
        board.wallboard,
        actor=actor,
        now=work.now(),
        planned=work.configuration.settings.scheduler.planned(actor.timezone),
        language=work.language,
    )
    answer(work, found, lambda: _print(work, found))


def _print(work: Invocation, found: Wallboard) -> None:
    for alert in found.alerts:
        line(f"! {_alert(work, alert)}")
    line(
        f"Today: {found.successes:,} sales, {found.contacts:,} contacts, {found.calls:,} calls"
        f"  (as of {local(found.as_of, work.zone)})"
    )
    line()
    table(
        work,
        _SELLERS,
        (_seller(work, row, found) for row in found.sellers),
        empty="There are no sellers yet.",
    )
    line()
    table(work, _CAMPAIGNS, map(_campaign, found.campaigns), empty="There is no campaign yet.")


def _alert(work: Invocation, alert: Alert) -> str:
    parts = [clean(alert.campaign or alert.job or ""), _ALERTS[alert.kind]]
    if alert.count:
        parts.append(f"({alert.count:,})")
    if alert.at is not None:
        parts.append(f"{'at' if alert.kind == 'queue_dry_soon' else 'since'} {local(alert.at, work.zone)}")
    return " ".join(parts)


_SELLERS = [
    Column("Seller"),
    Column("State"),
    Column("For", "code"),
    Column("Campaign"),
    Column("Lead", "id"),
    Column("Calls", "number"),
    Column("Contacts", "number"),
    Column("Sales", "number"),
    Column("Contacts/calls", "number"),
    Column("Sales/contacts", "number"),
    Column("Last outcome"),
    Column("At", "time"),
]


def _seller(work: Invocation, row: SellerRow, found: Wallboard) -> tuple[object, ...]:
    note = row.pause_code or ("no sign of life" if row.silent else "")
    return (
        row.full_name or row.name,
        row.state.label + (f" ({note})" if note else ""),
        "" if row.since is None else str(found.as_of - row.since).partition(".")[0],
        row.campaign,
        row.lead_id,
        row.calls,
        row.contacts,
        row.successes,
        _percent(row.contact_rate),
        _percent(row.success_rate),
        row.last_outcome,
        row.last_outcome_at,
    )


_CAMPAIGNS = [
    Column("Campaign"),
    Column("State"),
    Column("Ready", "number"),
    Column("Due", "number"),
    Column("Claimed", "number"),
    Column("Waiting", "number"),
    Column("Called", "number"),
    Column("Ended or used up", "number"),
    Column("Calls/h", "number"),
    Column("Callable now", "number"),
    Column("Runs dry", "time"),
]


def _campaign(row: CampaignRow) -> tuple[object, ...]:
    return (
        row.name,
        "open" if row.open_now else "closed" if row.active else "paused",
        row.ready,
        row.due,
        row.claimed,
        row.waiting,
        _percent(row.penetration),
        _percent(row.exhaustion),
        None if row.pace is None else round(row.pace),
        f"{row.callable_now:,}+" if row.at_least else row.callable_now,
        row.runs_dry_at,
    )


def _percent(part: float | None) -> str | None:
    return None if part is None else f"{100 * part:.1f} %"
