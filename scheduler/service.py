"""The service: an APScheduler in memory that wakes at every job's time, and runs what this process gets the turn for.

It decides nothing about whose turn it is: that does the database (``domain.jobs.turns``), so any number of
processes may have one. Besides the alarms it looks every few seconds for runs that were asked for, missed, or
left behind by a process that died.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from random import uniform
from time import monotonic
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from domain.errors import NotFound
from domain.jobs import schedules, turns
from domain.jobs.catalogue import JOBS, known
from domain.jobs.schedules import Schedule
from domain.people import shop as shops
from domain.people.shop import Shop
from scheduler.clock import Clock, database_clock
from scheduler.jobs import BODIES, Body
from scheduler.running import Runner, told
from scheduler.threads import DaemonThreads
from storage import logs
from storage.database import Database
from storage.scheduler_settings import SchedulerSettings

AT_ONCE: Final = 4
"""How many short jobs run at once; long ones take turns beside them."""

SPREAD: Final = 0.3
"""Seconds within which the processes of a shop ask for a turn that has just come."""

Tell = Callable[[str], None]


class _Alarm(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Lets APScheduler ask our schedules, so that there is one rule for when a job is due."""

    __slots__ = ("schedule",)

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return self.schedule.after(max(previous_fire_time or now, now).astimezone(UTC))


def new_holder() -> str:
    """A name for this process among those that run jobs: the machine, the process, and what makes it unique."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


class Service:
    """Runs jobs from ``start`` to ``stop``; ``only`` these of them. ``tell`` hears a line about each run."""

    def __init__(
        self,
        database: Database,
        settings: SchedulerSettings,
        *,
        only: Collection[str] = (),
        tell: Tell = lambda line: None,
        clock: Clock | None = None,
        bodies: Mapping[str, Body] = BODIES,
    ) -> None:
        self.settings = settings
        self.only = frozenset(known(job).name for job in only)
        for job in sorted(self.only):
            if job not in settings.planned("UTC"):
                raise NotFound(f"The job {job} is switched off in the configuration.", code="job_off")
        self._database = database
        self._tell = tell
        self._clock = clock or database_clock(database)
        self._runner = Runner(
            database,
            new_holder(),
            self._clock,
            schedules.duration(settings.lease),
            bodies,
        )
        self._stopping = threading.Event()
        self._mutex = threading.Lock()
        self._running: dict[tuple[int, str], threading.Event] = {}
        self._shops: dict[int, Shop] = {}
        self._slots = {False: threading.Semaphore(AT_ONCE), True: threading.Semaphore(1)}
        self._trouble = ""
        self._alarms = BackgroundScheduler(
            executors={"default": DaemonThreads()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    @property
    def holder(self) -> str:
        """The name of this process among those that run jobs."""
        return self._runner.holder

    # ── from outside ─────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin; returns at once. A database that cannot be reached yet is tried again and again."""
        look = schedules.duration(self.settings.look).total_seconds()
        beat = schedules.duration(self.settings.lease).total_seconds() / 3
        self._alarms.add_job(self._look, "interval", seconds=look, id="look", next_run_time=datetime.now(UTC))
        self._alarms.add_job(self._beat, "interval", seconds=beat, id="beat")
        self._alarms.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End, waiting at most so many seconds for what is running; True where nothing runs any more.

        What is still running then dies with the process, and another process takes it over.
        """
        end = monotonic() + timeout
        self._stopping.set()
        if self._alarms.running:
            self._alarms.shutdown(wait=False)
        with self._mutex:
            running = list(self._running.values())
        return all(ended.wait(max(0.0, end - monotonic())) for ended in running)

    # ── in threads of its own ────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Prepare shops that are new, and run what waits: missed, asked for, or left behind."""
        try:
            with self._database.reading() as session:
                found = shops.every(session)
            for shop in found:
                self._prepare(shop)
                with self._database.reading() as session:
                    waiting = turns.waiting(session, organisation_id=shop.organisation_id, now=self._clock())
                for job in waiting:
                    self._launch(shop, job)
        except Exception as error:  # noqa: BLE001 - nobody else hears of it; the next time may go well
            self._complain(error)
        else:
            self._trouble = ""

    def _prepare(self, shop: Shop) -> None:
        if self._shops.get(shop.organisation_id) == shop or self._stopping.is_set():
            return
        planned = self.settings.planned(shop.timezone)
        with self._database.transaction() as session:
            turns.prepare(
                session,
                organisation_id=shop.organisation_id,
                planned=planned,
                now=self._clock(),
                renew=True,
            )
        self._shops[shop.organisation_id] = shop
        for job, schedule in planned.items():
            if self._mine(job):
                self._alarms.add_job(
                    self._rung,
                    _Alarm(schedule),
                    args=(shop, job),
                    id=f"{job}-{shop.organisation_id}",
                    replace_existing=True,
                )

    def _mine(self, job: str) -> bool:
        return job in self.settings.planned("UTC") and (not self.only or job in self.only)

    def _launch(self, shop: Shop, job: str) -> None:
        if self._mine(job) and (shop.organisation_id, job) not in self._running:
            name = f"dialdeck-{job}-{shop.organisation_id}"
            threading.Thread(target=self._run, args=(shop, job), name=name, daemon=True).start()

    def _rung(self, shop: Shop, job: str) -> None:
        """It is the job's time; all processes hear that at once, so each waits for a moment of its own."""
        if not self._stopping.wait(uniform(0, SPREAD)):
            self._run(shop, job)

    def _run(self, shop: Shop, job: str) -> None:
        """Run the job if this process gets the turn; within this process one at a time."""
        key, ended = (shop.organisation_id, job), threading.Event()
        with self._mutex:
            if self._stopping.is_set() or self._running.setdefault(key, ended) is not ended:
                return
        try:
            with self._slots[JOBS[job].long]:
                if not self._stopping.is_set():
                    outcome = self._runner.run(shop, job, should_stop=self._stopping.is_set)
                    if outcome is not None:
                        self._tell(outcome.line())
        except Exception as error:  # noqa: BLE001 - nobody else hears of it; the next time may go well
            self._complain(error)
        finally:
            with self._mutex:
                del self._running[key]
            ended.set()

    def _beat(self) -> None:
        """A sign of life for everything that runs here."""
        if not self._running:
            return
        try:
            self._runner.beat(list(self._shops))
        except Exception as error:  # noqa: BLE001 - nobody else hears of it; the next time may go well
            self._complain(error)

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────

    def _complain(self, error: Exception) -> None:
        """Most likely the database cannot be used: say so once, not every few seconds."""
        trouble = told(error)
        if trouble != self._trouble and not self._stopping.is_set():
            self._trouble = trouble
            logs.record("scheduler", "trouble", level="error", error=error)
            self._tell(trouble)
