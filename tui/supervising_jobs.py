"""The background jobs as their screen asks for them: how they stand, their runs, running one now, letting one rest.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.people.rights import READING_ROLES
from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.jobs.runs import RunView
    from domain.jobs.states import JobView, Trouble
    from scheduler.running import Outcome
    from storage.scheduler_settings import SchedulerSettings


@dataclass(frozen=True, slots=True)
class JobList:
    """All jobs as of one moment. ``led_here``: this application runs them beside its screens."""

    jobs: tuple[JobView, ...]
    led_here: bool = False


class SupervisingJobs(Supervising):
    """What those who lead do with jobs; how they are configured, and whether they run here, is the desk's.

    ``by_hand`` are the jobs that somebody here asked for and that have not ended yet.
    """

    by_hand: frozenset[str] = frozenset()

    @property
    def job_settings(self) -> SchedulerSettings:
        """How the jobs are configured."""
        raise NotImplementedError

    @property
    def leads_jobs(self) -> bool:
        """Whether this application runs the jobs beside its screens."""
        raise NotImplementedError

    def jobs(self) -> JobList:
        """Every job as it stands."""
        from domain.jobs import states

        planned = self.job_settings.planned(self.actor.timezone)
        with self.database.reading() as session:
            found = states.listing(session, actor=self.actor, planned=planned, now=self.now())
        return JobList(tuple(found), self.leads_jobs)

    def job_runs(self, job: str, limit: int) -> list[RunView]:
        """The runs of a job, newest first."""
        from domain.jobs import runs

        with self.database.reading() as session:
            return runs.listing(session, actor=self.actor, job=job, limit=limit)

    def run_job(self, job: str, should_stop: Callable[[], bool]) -> Outcome:
        """Run a job now, in the calling thread; ends early where ``should_stop`` says so."""
        from scheduler import by_hand

        return by_hand.once(
            self.database, self.job_settings, actor=self.actor, job=job, should_stop=should_stop
        )

    def rest_job(self, job: str, *, paused: bool) -> None:
        """Let a job rest, or run again."""
        from domain.jobs import states
        from scheduler import by_hand

        by_hand.prepare(self.database, self.job_settings, actor=self.actor, now=self.now())
        use = states.pause if paused else states.resume
        with self.database.transaction() as session:
            use(session, actor=self.actor, job=job)

    def troubles(self) -> Sequence[Trouble]:
        """The jobs to be alarmed about, for those it concerns: nothing for sellers, nor for nobody."""
        from domain.jobs import states

        actor = self.signed_in
        if actor is None or actor.role not in READING_ROLES:
            return ()
        planned = self.job_settings.planned(actor.timezone)
        with self.database.reading() as session:
            return states.troubles(session, actor=actor, planned=planned, now=self.now())
