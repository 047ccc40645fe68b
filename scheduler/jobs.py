"""What each job does: thin bodies that call the domain in chunks, each chunk in a fenced transaction of its own.

A body ends early where ``work.should_stop()`` says so, and can be done again from its beginning at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from domain.calling import expiry, hopper, tally
from domain.campaigns import campaigns
from scheduler.work import Work

Body = Callable[[Work], None]


def fill_hopper(work: Work) -> None:
    """Every active campaign's ready queue to its level."""
    with work.reading() as session:
        active = campaigns.active_ids(session, organisation_id=work.organisation_id)
    for campaign_id in active if work.campaign_id is None else [work.campaign_id]:
        if work.should_stop():
            return
        with work.transaction() as session:
            found = hopper.top_up(
                session, organisation_id=work.organisation_id, campaign_id=campaign_id, now=work.now()
            )
        work.add(campaigns=1, added=found.added)


def cleanup_stale_hopper_entries(work: Work) -> None:
    """Claims and locks whose lease has expired go back."""
    expired = -1
    work.add(expired=0)
    while expired and not work.should_stop():
        with work.transaction() as session:
            expired = expiry.expire(session, organisation_id=work.organisation_id, now=work.now())
        work.add(expired=expired)


def fold_figures(work: Work) -> None:
    """The rows of the tally that belong together become one."""
    with work.transaction() as session:
        work.add(rows_saved=tally.fold(session, organisation_id=work.organisation_id))


BODIES: Final[Mapping[str, Body]] = {
    "fill_hopper": fill_hopper,
    "cleanup_stale_hopper_entries": cleanup_stale_hopper_entries,
    "fold_figures": fold_figures,
}
"""The work of each job of ``domain.jobs.catalogue``."""
