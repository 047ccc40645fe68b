"""One run of a job from taking its turn to writing down how it ended; a failure stays with its job."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from domain.errors import DomainError, Unavailable
from domain.jobs import turns
from domain.jobs.turns import Ended, Turn, TurnLost
from domain.people.shop import Shop
from scheduler.clock import Clock
from scheduler.jobs import BODIES, Body
from scheduler.work import Work
from storage import logs
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: ``result`` is done, failed, stopped, or lost (another process has taken it over)."""

    job: str
    result: str
    seconds: float
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None

    def figures(self) -> str:
        """The counts in one line."""
        return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in self.counts.items())

    def line(self) -> str:
        """How it ended, in one line."""
        parts = (f"{self.job} {self.result} in {self.seconds:.2f} s", self.figures(), self.error)
        return ": ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that may run jobs: its name among the holders, its clock and its lease."""

    database: Database
    holder: str
    clock: Clock
    lease: timedelta
    bodies: Mapping[str, Body] = field(default_factory=lambda: BODIES)

    def run(
        self,
        shop: Shop,
        job: str,
        *,
        should_stop: Callable[[], bool],
        by_hand: bool = False,
        campaign_id: int | None = None,
    ) -> Outcome | None:
        """Run the job if it is its time (or by hand) and nobody else does; None where there was nothing to do.

        Raises:
            The errors of a database that cannot be used, before the job has begun.
        """
        turn = self._turn(shop.organisation_id, job, by_hand)
        if turn is None:
            return None
        work = Work(
            self.database,
            shop,
            turn,
            lease=self.lease,
            clock=self.clock,
            should_stop=should_stop,
            campaign_id=campaign_id,
        )
        outcome = self._do(work)
        logs.record(
            "scheduler",
            "job",
            level={"done": "debug", "failed": "error"}.get(outcome.result, "info"),  # the database keeps all
            job=job,
            trigger=turn.trigger,
            result=outcome.result,
            seconds=round(outcome.seconds, 3),
            counts=outcome.figures(),
        )
        return outcome

    def _turn(self, organisation_id: int, job: str, by_hand: bool) -> Turn | None:
        now = self.clock()
        if not by_hand:
            # A look costs no writer anything; of many processes most find that somebody else was first.
            with self.database.reading() as session:
                if job not in turns.waiting(session, organisation_id=organisation_id, now=now):
                    return None
        with self.database.transaction() as session:
            return turns.claim(
                session,
                organisation_id=organisation_id,
                job=job,
                holder=self.holder,
                lease=self.lease,
                now=now,
                by_hand=by_hand,
            )

    def beat(self, organisations: Sequence[int]) -> None:
        """A sign of life for everything this process runs in these shops."""
        with self.database.transaction() as session:
            turns.beat(
                session,
                organisations=organisations,
                holder=self.holder,
                lease=self.lease,
                now=self.clock(),
            )

    def _do(self, work: Work) -> Outcome:
        try:
            self.bodies[work.turn.job](work)
        except TurnLost:
            return self._outcome(work, "lost")
        except Exception as error:  # noqa: BLE001 - whatever it was, it is written down and the others go on
            logs.record("scheduler", "job failed", level="error", error=error, job=work.turn.job)
            return self._finish(work, "failed", told(error))
        except BaseException:  # an interrupt: the run must not look as if it went on
            self._finish(work, "stopped")  # interrupted by hand
            raise
        return self._finish(work, "stopped" if work.cut_short else "done")

    def _finish(self, work: Work, result: Ended, error: str | None = None) -> Outcome:
        try:
            with self.database.transaction() as session:
                kept = turns.finish(
                    session, turn=work.turn, result=result, counts=work.counts, now=self.clock(), error=error
                )
        except DomainError as trouble:
            # The database went away: the lease will run out, and somebody takes the run over.
            logs.record("scheduler", "end not written", level="error", error=trouble, job=work.turn.job)
            return self._outcome(work, "lost", error)
        return self._outcome(work, result if kept else "lost", error)

    def _outcome(self, work: Work, result: str, error: str | None = None) -> Outcome:
        seconds = (self.clock() - work.turn.started_at).total_seconds()
        return Outcome(work.turn.job, result, seconds, dict(work.counts), error)


def told(error: BaseException) -> str:
    """An error in one line without values, which may be somebody's name or number: its kind and its place."""
    if isinstance(error, Unavailable):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{f' ({error.code})' if isinstance(error, DomainError) else ''}{at}"
