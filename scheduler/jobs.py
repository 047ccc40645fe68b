"""What each job does: thin bodies that call the domain in chunks, each chunk in a fenced transaction of its own.

A body ends early where ``work.should_stop()`` says so, and can be done again from its beginning at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from domain.calling import call_log, callbacks, expiry, hopper, retrying
from domain.errors import DomainError, Unavailable
from domain.repair import fix
from domain.repair.kinds import KINDS
from domain.reporting import orders
from domain.reporting.report import campaign_report
from scheduler.work import Work
from storage import figures
from storage.report_files import write_report

Body = Callable[[Work], None]


def fill_hopper(work: Work) -> None:
    """Every active campaign's ready queue to its level."""
    done, added = hopper.fill_all(
        work,
        organisation_id=work.organisation_id,
        campaign_id=work.campaign_id,
        now=work.now(),
        should_stop=work.should_stop,
    )
    work.add(campaigns=done, added=added)


def retry_dropped_calls(work: Work) -> None:
    """Cut calls whose wait is over to the front."""
    brought = retrying.AT_ONCE
    work.add(brought=0)
    while brought >= retrying.AT_ONCE and not work.should_stop():
        with work.transaction() as session:
            found = retrying.bring_dropped_forward(
                session, organisation_id=work.organisation_id, now=work.now()
            )
        brought = found.brought
        work.add(brought=brought)
        work.counts["due"] = found.due


def recycle_failed_calls(work: Work) -> None:
    """Overdue retries ahead of fresh leads, also in a hopper that is full."""
    found = retrying.put_all_overdue_first(
        work,
        organisation_id=work.organisation_id,
        campaign_id=work.campaign_id,
        now=work.now(),
        should_stop=work.should_stop,
    )
    work.add(overdue=found.overdue, brought=found.brought)


def cleanup_stale_hopper_entries(work: Work) -> None:
    """Claims and locks whose lease has expired go back."""
    expired = -1
    work.add(expired=0)
    while expired and not work.should_stop():
        with work.transaction() as session:
            expired = expiry.expire(session, organisation_id=work.organisation_id, now=work.now())
        work.add(expired=expired)


def sync_call_log_to_lead_status(work: Work) -> None:
    """Calls from outside reach their leads."""
    done = call_log.apply_unapplied(
        work, organisation_id=work.organisation_id, now=work.now(), should_stop=work.should_stop
    )
    work.add(
        applied=done.applied,
        counted=done.counted,
        same=done.same,
        waiting=done.waiting,
        unreadable=done.unreadable,
    )


def reconcile_lead_status(work: Work) -> None:
    """Problematic leads are found and set right."""
    done = fix.run(
        work,
        actor=work.actor,
        campaign_id=work.campaign_id,
        now=work.now(),
        should_stop=work.should_stop,
    )
    work.add(
        leads_checked=done.leads_checked,
        **{kind.value: done.found.of(kind) for kind in KINDS},
        total_issues=done.found.total,
        leads_fixed=done.leads_fixed,
        errors=done.errors,
    )


def promote_overdue_callbacks(work: Work) -> None:
    """Personal callbacks that are overdue become anyone's."""
    promoted = callbacks.PROMOTED_AT_ONCE
    work.add(promoted=0)
    while promoted >= callbacks.PROMOTED_AT_ONCE and not work.should_stop():
        with work.transaction() as session:
            promoted = callbacks.promote_overdue(
                session, organisation_id=work.organisation_id, now=work.now()
            )
        work.add(promoted=promoted)


def fold_figures(work: Work) -> None:
    """The rows of the kept figures that belong together become one."""
    saved = figures.fold_all(
        work.transaction, organisation_id=work.organisation_id, should_stop=work.should_stop
    )
    work.add(rows_saved=saved)


def write_reports(work: Work) -> None:
    """Reports whose day or week is over, each a file that is whole; one that cannot be written holds up no other."""
    with work.reading() as session:
        waiting = orders.due(session, actor=work.actor, now=work.now())
    work.add(written=0, failed=0)
    for each in waiting:
        if work.should_stop():
            return
        try:
            with work.reading() as session:
                report = campaign_report(
                    session,
                    actor=work.actor,
                    campaign_id=each.order.campaign_id,
                    filters=each.filters,
                    now=work.now(),
                )
            write_report(report, file=Path(each.order.folder) / each.file_name, format=each.order.format)
        except DomainError as error:
            with work.transaction() as session:
                orders.failed(session, actor=work.actor, order_id=each.order.id, problem=error.message)
            work.add(failed=1)
            continue
        with work.transaction() as session:
            orders.written(
                session, actor=work.actor, order_id=each.order.id, until=each.until, now=work.now()
            )
        work.add(written=1)
    if work.counts["failed"]:
        raise Unavailable(
            f"{work.counts['failed']} reports could not be written; see: dialdeck report schedule list",
            code="reports_failed",
        )


BODIES: Final[Mapping[str, Body]] = {
    "fill_hopper": fill_hopper,
    "retry_dropped_calls": retry_dropped_calls,
    "recycle_failed_calls": recycle_failed_calls,
    "cleanup_stale_hopper_entries": cleanup_stale_hopper_entries,
    "sync_call_log_to_lead_status": sync_call_log_to_lead_status,
    "reconcile_lead_status": reconcile_lead_status,
    "promote_overdue_callbacks": promote_overdue_callbacks,
    "fold_figures": fold_figures,
    "write_reports": write_reports,
}
"""The work of each job of ``domain.jobs.catalogue``."""
