"""The background jobs there are: name, what each does, and when it runs unless the shop says otherwise.

Source: the calling specification, section 6. What a job's work is made of stands in ``scheduler.jobs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class JobKind:
    """A job: ``does`` in words, ``every`` or ``at`` its usual schedule, ``long`` where it may take minutes."""

    name: str
    does: str
    every: str | None = None
    at: str | None = None
    long: bool = False


JOBS: Final[Mapping[str, JobKind]] = {
    kind.name: kind
    for kind in (
        JobKind("fill_hopper", "brings every active campaign's hopper to its level", every="1m"),
        JobKind("retry_dropped_calls", "puts dropped calls whose wait is over to the front", every="2m"),
        JobKind("recycle_failed_calls", "puts retries that are overdue ahead of fresh leads", every="5m"),
        JobKind(
            "cleanup_stale_hopper_entries", "gives back claims and locks whose lease has expired", every="5m"
        ),
        JobKind(
            "sync_call_log_to_lead_status",
            "brings calls logged from outside to their leads",
            every="10m",
            long=True,
        ),
        JobKind("reconcile_lead_status", "finds and fixes problematic leads", at="02:00", long=True),
        JobKind("promote_overdue_callbacks", "makes overdue personal callbacks anyone's", every="5m"),
        JobKind("fold_figures", "draws the figures of where leads stand together", every="1m"),
        JobKind("write_reports", "writes the reports that are due to their folders", every="15m", long=True),
    )
}
"""The jobs by name, in the order they are shown."""


def known(name: str) -> JobKind:
    """The job called ``name``.

    Raises:
        NotFound: there is none; the message names those there are.
    """
    kind = JOBS.get(name)
    if kind is None:
        raise NotFound(f'There is no job "{name}". Jobs are: {", ".join(JOBS)}.', code="no_job")
    return kind
