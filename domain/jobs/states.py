"""The jobs as supervisors see them: schedule, last and next run, trouble; and pausing, resuming, asking for a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.sql.dml import Update
from sqlmodel import Session, col

from domain.errors import NotFound
from domain.jobs.catalogue import JOBS, known
from domain.jobs.models import JobRun, JobState
from domain.jobs.schedules import Schedule
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import affected

LATE: Final = timedelta(minutes=2)
"""A job this long past its time, with nobody at it, is overdue: no process runs the jobs."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands. ``next_run`` is missing where it is paused or switched off.

    ``holder`` is the process that runs it, or ran it last.
    """

    id: str
    does: str
    schedule: str
    enabled: bool
    paused: bool = False
    running: bool = False
    holder: str | None = None
    asked: bool = False
    last_run: datetime | None = None
    last_seconds: float | None = None
    last_result: str | None = None
    last_error: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    next_run: datetime | None = None
    failures: int = 0
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job somebody should look at: it failed the last time, or nobody runs it.

    ``since``: when the run that failed last began, or when the job should have run.
    """

    job: str
    failures: int
    overdue: bool
    since: datetime


def listing(
    session: Session, *, actor: Actor, planned: Mapping[str, Schedule], now: datetime
) -> list[JobView]:
    """All jobs (supervisors and auditors). ``planned`` are those switched on, with their schedules. Two statements."""
    require(actor, *READING_ROLES, to="look at the background jobs")
    states = {
        state.job: state
        for state in session.execute(
            select(JobState).where(col(JobState.organisation_id) == actor.organisation_id)
        ).scalars()
    }
    newest = (
        select(func.max(col(JobRun.id)))
        .where(col(JobRun.organisation_id) == actor.organisation_id)
        .group_by(col(JobRun.job))
    )
    runs = {
        run.job: run for run in session.execute(select(JobRun).where(col(JobRun.id).in_(newest))).scalars()
    }
    return [_view(job, planned.get(job), states.get(job), runs.get(job), now) for job in JOBS]


def _view(
    job: str, schedule: Schedule | None, state: JobState | None, run: JobRun | None, now: datetime
) -> JobView:
    does, enabled = JOBS[job].does, schedule is not None
    if state is None:
        first = schedule.after(now) if schedule is not None else None
        return JobView(job, does, str(schedule or "off"), enabled, next_run=first)
    running = state.running_due is not None and state.lease_until is not None and state.lease_until > now
    ended = run.ended_at if run is not None else None
    next_run = state.due_at if enabled and not state.paused else None
    return JobView(
        id=job,
        does=does,
        schedule=state.schedule if enabled else "off",
        enabled=enabled,
        paused=state.paused,
        running=running,
        holder=run.holder if run is not None else None,
        asked=state.wanted_at is not None,
        last_run=run.started_at if run is not None else None,
        last_seconds=(ended - run.started_at).total_seconds() if run is not None and ended else None,
        last_result=_result(run, running),
        last_error=run.error if run is not None else None,
        counts=run.counts if run is not None else {},
        next_run=min(filter(None, (next_run, state.wanted_at)), default=None),
        failures=state.failures,
        overdue=next_run is not None and not running and now - next_run > LATE,
    )


def _result(run: JobRun | None, running: bool) -> str | None:
    if run is None:
        return None
    return "lost" if run.result == "running" and not running else run.result


def troubles(
    session: Session, *, actor: Actor, planned: Mapping[str, Schedule], now: datetime
) -> list[Trouble]:
    """Those of the ``planned`` jobs to be alarmed about: failing, or past their time with nobody at them.

    Empty for a shop where jobs have never run. One statement.
    """
    require(actor, *READING_ROLES, to="look at the background jobs")
    running = and_(col(JobState.running_due).is_not(None), col(JobState.lease_until) > now)
    late = and_(col(JobState.due_at) < now - LATE, ~func.coalesce(running, False))
    failed_at = (
        select(col(JobRun.started_at))
        .where(
            col(JobRun.organisation_id) == col(JobState.organisation_id),
            col(JobRun.job) == col(JobState.job),
            col(JobRun.result) == "failed",
        )
        .order_by(col(JobRun.id).desc())
        .limit(1)
        .correlate(JobState)
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(JobState.job), col(JobState.failures), late, failed_at, col(JobState.due_at))
        .where(
            col(JobState.organisation_id) == actor.organisation_id,
            col(JobState.job).in_(list(planned)),
            col(JobState.paused).is_(False),
            or_(col(JobState.failures) > 0, late),
        )
        .order_by(col(JobState.id))
    )
    return [
        Trouble(job, failures, bool(overdue), failed if failed is not None and failures else due)
        for job, failures, overdue, failed, due in rows
    ]


def pause(session: Session, *, actor: Actor, job: str) -> bool:
    """Let a job rest until it is resumed; one that runs just now goes on. True where it was not resting yet.

    Raises:
        NotAllowed: a seller or auditor.  NotFound: no such job, or jobs have never run here.
    """
    return _rest(session, actor, job, True)


def resume(session: Session, *, actor: Actor, job: str) -> bool:
    """Let a resting job run again, at once where it is due. True where it was resting. Raises as ``pause``."""
    return _rest(session, actor, job, False)


def _rest(session: Session, actor: Actor, job: str, paused: bool) -> bool:
    require(actor, *LEADING_ROLES, to="pause or resume background jobs")
    state = _state(session, actor, job)
    if state.paused is paused:
        return False
    return affected(session, _row(state).values(paused=paused)) == 1


def ask_for(session: Session, *, actor: Actor, job: str, now: datetime) -> None:
    """Have a job run as soon as a process that runs jobs looks, also while it rests. Raises as ``pause``."""
    require(actor, *LEADING_ROLES, to="run background jobs")
    affected(session, _row(_state(session, actor, job)).values(wanted_at=now))


def _row(state: JobState) -> Update:
    return update(JobState).where(
        col(JobState.id) == state.id, col(JobState.organisation_id) == state.organisation_id
    )


def _state(session: Session, actor: Actor, job: str) -> JobState:
    known(job)
    state: JobState | None = session.execute(
        select(JobState).where(
            col(JobState.organisation_id) == actor.organisation_id, col(JobState.job) == job
        )
    ).scalar_one_or_none()
    if state is None:
        raise NotFound(
            f"The job {job} has never run here. Run the jobs first: dialdeck scheduler run", code="no_job"
        )
    return state
