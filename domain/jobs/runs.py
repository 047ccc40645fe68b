"""The record of runs: which occurrence, from when to when, by whom, with which result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.jobs.catalogue import known
from domain.jobs.models import JobRun
from domain.people.rights import READING_ROLES, Actor, require


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. ``trigger``: schedule, hand, takeover. ``result``: running, done, failed, stopped, lost."""

    id: int
    job: str
    due_at: datetime
    trigger: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    result: str
    counts: Mapping[str, int]
    error: str | None
    holder: str


def listing(session: Session, *, actor: Actor, job: str | None = None, limit: int = 50) -> list[RunView]:
    """The runs of one job or of all, newest first (supervisors and auditors).

    Raises:
        NotAllowed: a seller.  NotFound: no such job.
    """
    require(actor, *READING_ROLES, to="look at the background jobs")
    statement = (
        select(JobRun)
        .where(col(JobRun.organisation_id) == actor.organisation_id)
        .order_by(col(JobRun.id).desc())
        .limit(limit)
    )
    if job is not None:
        statement = statement.where(col(JobRun.job) == known(job).name)
    return [_view(run) for run in session.execute(statement).scalars()]


def _view(run: JobRun) -> RunView:
    return RunView(
        id=run.id or 0,
        job=run.job,
        due_at=run.due_at,
        trigger=run.trigger,
        started_at=run.started_at,
        ended_at=run.ended_at,
        seconds=(run.ended_at - run.started_at).total_seconds() if run.ended_at is not None else None,
        result=run.result,
        counts=run.counts,
        error=run.error,
        holder=run.holder,
    )
