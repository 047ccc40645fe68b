"""Running jobs here and now: for a command, or for a person who does not want to wait for the next occurrence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from domain.errors import Conflict, DomainError
from domain.jobs import schedules, turns
from domain.jobs.catalogue import JOBS, known
from domain.people import shop as shops
from domain.people.rights import LEADING_ROLES, Actor, require
from scheduler.clock import database_clock
from scheduler.running import Outcome, Runner
from scheduler.service import new_holder
from storage.database import Database
from storage.scheduler_settings import SchedulerSettings

SYNC: Final = ("sync_call_log_to_lead_status", "reconcile_lead_status", "fill_hopper")
"""What `sync` runs, in this order."""

PATIENCE: Final = timedelta(seconds=10)
"""How long to wait for another process that is at the same job just now."""

_LOOK_AGAIN = 0.1


class JobFailed(DomainError):
    """The job was run and failed; what it had kept stays."""

    title = "Job failed"
    default_code = "job_failed"


def once(
    database: Database,
    settings: SchedulerSettings,
    *,
    actor: Actor,
    job: str,
    campaign_id: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    patience: timedelta = PATIENCE,
) -> Outcome:
    """Run a job now, in this process, whether it is due, resting or switched off.

    Raises:
        NotAllowed: a seller or auditor.  NotFound: no such job.  JobFailed.
        Conflict: another process is at it and did not end in time.
    """
    require(actor, *LEADING_ROLES, to="run background jobs")
    known(job)
    with database.reading() as session:
        shop = next(each for each in shops.every(session) if each.organisation_id == actor.organisation_id)
    clock = database_clock(database)
    runner = Runner(
        database,
        new_holder(),
        clock,
        schedules.duration(settings.lease),
    )
    prepare(database, settings, actor=actor, now=clock())
    end = clock() + patience
    with _Heart(runner, shop.organisation_id):
        while True:
            outcome = runner.run(shop, job, should_stop=should_stop, by_hand=True, campaign_id=campaign_id)
            if outcome is not None:
                break
            if clock() >= end or should_stop():
                raise Conflict(f"Another process is running {job} just now. Try again.", code="job_busy")
            threading.Event().wait(_LOOK_AGAIN)
    if outcome.result in ("failed", "lost"):
        raise JobFailed(f"{job} failed: {outcome.error or 'another process has taken it over'}")
    return outcome


def prepare(database: Database, settings: SchedulerSettings, *, actor: Actor, now: datetime) -> None:
    """Make sure that every job has its row, also those switched off; rows there are stay as they are."""
    with database.reading() as session:
        if turns.prepared(session, organisation_id=actor.organisation_id) >= JOBS.keys():
            return
    planned = SchedulerSettings().planned(actor.timezone) | settings.planned(actor.timezone)
    with database.transaction() as session:
        turns.prepare(session, organisation_id=actor.organisation_id, planned=planned, now=now)


class _Heart:
    """Signs of life while the block runs."""

    def __init__(self, runner: Runner, organisation_id: int) -> None:
        self._runner = runner
        self._organisation_id = organisation_id
        self._done = threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._beat, name="dialdeck-heart", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _beat(self) -> None:
        while not self._done.wait(self._runner.lease.total_seconds() / 3):
            try:
                self._runner.beat([self._organisation_id])
            except DomainError:
                continue  # the work itself will say what is wrong with the database
