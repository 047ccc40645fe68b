"""Whose turn it is to run a job: each occurrence belongs to the one process that compares and sets its row.

A turn is a lease with a number (fence) that grows with every claim. Every transaction of the job's work begins
by renewing the lease, and only its holder can: who was thought dead writes nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlmodel import Session, col

from domain.constructs import insert_ignore
from domain.errors import Conflict
from domain.jobs import schedules
from domain.jobs.models import JobRun, JobState
from domain.jobs.schedules import Schedule
from domain.sql import add_row, affected

RUNS_KEPT: Final = 1_000
"""How many runs of each job are kept."""

_FIRST_RETRY: Final = timedelta(seconds=30)
_LAST_RETRY: Final = timedelta(hours=1)

Trigger = Literal["schedule", "hand", "takeover"]
Ended = Literal["done", "failed", "stopped"]


class TurnLost(Conflict):
    """The lease ran out and another process has taken the work over; nothing more may be written."""

    title = "Taken over"
    default_code = "turn_lost"


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to do one run of a job. ``due_at`` is the occurrence it is for."""

    organisation_id: int
    job: str
    state_id: int
    run_id: int
    holder: str
    fence: int
    trigger: Trigger
    due_at: datetime
    started_at: datetime
    forced: bool = False
    """Taken by hand here and now, rather than asked for."""


def prepare(
    session: Session,
    *,
    organisation_id: int,
    planned: Mapping[str, Schedule],
    now: datetime,
    renew: bool = False,
) -> None:
    """Make the rows of planned jobs that have none yet; with ``renew`` a changed schedule holds from now on."""
    rows = [
        {
            "organisation_id": organisation_id,
            "job": job,
            "schedule": str(schedule),
            "due_at": schedule.after(now),
            "paused": False,
            "fence": 0,
            "failures": 0,
        }
        for job, schedule in planned.items()
    ]
    if rows:
        session.connection().execute(insert_ignore(JobState), rows)
    for row in rows if renew else ():
        affected(
            session,
            update(JobState)
            .where(
                col(JobState.organisation_id) == organisation_id,
                col(JobState.job) == row["job"],
                col(JobState.schedule) != row["schedule"],
            )
            .values(schedule=row["schedule"], due_at=row["due_at"]),
        )


def prepared(session: Session, *, organisation_id: int) -> set[str]:
    """The jobs that have their row."""
    found = session.execute(select(col(JobState.job)).where(col(JobState.organisation_id) == organisation_id))
    return set(found.scalars())


def waiting(session: Session, *, organisation_id: int, now: datetime) -> list[str]:
    """The jobs a process may claim now: due, asked for, or left behind by one that died. One statement."""
    free = or_(col(JobState.running_due).is_(None), col(JobState.lease_until) <= now)
    wanted = and_(
        col(JobState.paused).is_(False),
        or_(col(JobState.due_at) <= now, col(JobState.running_due).is_not(None)),
    )
    return list(
        session.execute(
            select(col(JobState.job))
            .where(
                col(JobState.organisation_id) == organisation_id,
                free,
                or_(wanted, col(JobState.wanted_at).is_not(None)),
            )
            .order_by(col(JobState.due_at), col(JobState.id))
        ).scalars()
    )


def claim(
    session: Session,
    *,
    organisation_id: int,
    job: str,
    holder: str,
    lease: timedelta,
    now: datetime,
    by_hand: bool = False,
) -> Turn | None:
    """Take the job's turn, if there is one to take and nobody was faster; None otherwise.

    Occurrences missed meanwhile are one: the newest. ``by_hand`` takes a turn whether the job is due or not, and
    leaves what is due.
    """
    state = session.execute(
        select(JobState)
        .where(col(JobState.organisation_id) == organisation_id, col(JobState.job) == job)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    chosen = _what_for(state, now, by_hand) if state is not None else None
    if state is None or state.id is None or chosen is None:
        return None
    trigger, due_at = chosen
    values: dict[str, object] = {
        "holder": holder,
        "fence": state.fence + 1,
        "lease_until": now + lease,
        "running_due": due_at,
    }
    if trigger == "schedule":
        values["due_at"] = schedules.parse(state.schedule).after(now)
    if trigger == "schedule" or (trigger == "hand" and not by_hand):
        values["wanted_at"] = None
    # Compare and set: every claim moves the fence on, so of several who read the same row one succeeds.
    taken = affected(
        session,
        update(JobState)
        .where(
            col(JobState.id) == state.id,
            col(JobState.fence) == state.fence,
            or_(col(JobState.running_due).is_(None), col(JobState.lease_until) <= now),
            *([] if trigger == "hand" else [col(JobState.paused).is_(False)]),
        )
        .values(**values),
    )
    if not taken:
        return None
    turn = Turn(organisation_id, job, state.id, 0, holder, state.fence + 1, trigger, due_at, now, by_hand)
    if state.running_due is not None:
        _bury(session, turn)
    return replace(turn, run_id=_begin_run(session, turn))


def _what_for(state: JobState, now: datetime, by_hand: bool) -> tuple[Trigger, datetime] | None:
    if state.running_due is not None:
        if state.lease_until is None or state.lease_until > now:
            return None
        if not state.paused:
            return "takeover", state.running_due
    if by_hand:
        return "hand", now
    if state.due_at <= now and not state.paused:
        return "schedule", schedules.parse(state.schedule).latest(now)
    if state.wanted_at is not None:
        return "hand", state.wanted_at
    return None


def _bury(session: Session, turn: Turn) -> None:
    """The run that is still open is that of a holder who died."""
    affected(
        session,
        update(JobRun)
        .where(*_of_job(turn), col(JobRun.result) == "running")
        .values(result="lost", ended_at=turn.started_at),
    )


def _begin_run(session: Session, turn: Turn) -> int:
    return add_row(
        session,
        "job_run",
        {
            "organisation_id": turn.organisation_id,
            "job": turn.job,
            "due_at": turn.due_at,
            "fence": turn.fence,
            "trigger": turn.trigger,
            "holder": turn.holder,
            "started_at": turn.started_at,
            "result": "running",
            "counts": {},
        },
    )


def renew(session: Session, *, turn: Turn, lease: timedelta, now: datetime) -> None:
    """Push the lease on, and hold the row to the end of the transaction: nobody takes over in the middle of it.

    Raises:
        TurnLost: somebody has taken over.
    """
    if not affected(session, update(JobState).where(_held(turn)).values(lease_until=now + lease)):
        raise TurnLost(f"{turn.job}: another process has taken this run over.")


def beat(
    session: Session, *, organisations: Sequence[int], holder: str, lease: timedelta, now: datetime
) -> None:
    """Push on all leases of a process that have not run out: it lives."""
    affected(
        session,
        update(JobState)
        .where(
            col(JobState.organisation_id).in_(organisations),
            col(JobState.holder) == holder,
            col(JobState.lease_until) > now,
        )
        .values(lease_until=now + lease),
    )


def finish(
    session: Session,
    *,
    turn: Turn,
    result: Ended,
    counts: Mapping[str, int],
    now: datetime,
    error: str | None = None,
) -> bool:
    """Write down how the run ended and give the turn back; False where somebody has taken over.

    A failed occurrence is tried again soon, and later each time it fails; a stopped one is due again at once.
    """
    state = session.execute(
        select(JobState).where(_held(turn)).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if state is None:
        return False
    failures = {"done": 0, "failed": state.failures + 1, "stopped": state.failures}[result]
    values: dict[str, object] = {
        "holder": None,
        "lease_until": None,
        "running_due": None,
        "failures": failures,
    }
    if result == "failed":
        values["due_at"] = min(state.due_at, now + retry_after(failures))
    elif result == "stopped" and turn.trigger != "hand":
        values["due_at"] = min(state.due_at, now)
    elif result == "stopped" and not turn.forced:
        values["wanted_at"] = turn.due_at
    if not affected(session, update(JobState).where(_held(turn)).values(**values)):
        return False
    affected(
        session,
        update(JobRun)
        .where(col(JobRun.id) == turn.run_id, col(JobRun.organisation_id) == turn.organisation_id)
        .values(result=result, counts=dict(counts), ended_at=now, error=error),
    )
    _prune(session, turn)
    return True


def retry_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 30 s, 1 min, 2 min … 1 h."""
    return min(timedelta(seconds=_FIRST_RETRY.total_seconds() * 2.0 ** min(failures - 1, 20)), _LAST_RETRY)


def _of_job(turn: Turn) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (col(JobRun.organisation_id) == turn.organisation_id, col(JobRun.job) == turn.job)


def _held(turn: Turn) -> ColumnElement[bool]:
    return and_(
        col(JobState.id) == turn.state_id,
        col(JobState.organisation_id) == turn.organisation_id,
        col(JobState.holder) == turn.holder,
        col(JobState.fence) == turn.fence,
    )


def _prune(session: Session, turn: Turn) -> None:
    newest_to_go = (
        select(col(JobRun.id))
        .where(*_of_job(turn))
        .order_by(col(JobRun.id).desc())
        .offset(RUNS_KEPT)
        .limit(1)
        .scalar_subquery()
    )
    affected(session, delete(JobRun).where(*_of_job(turn), col(JobRun.id) <= newest_to_go))
