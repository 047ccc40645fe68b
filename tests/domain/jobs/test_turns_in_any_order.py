"""Whatever three processes do in whatever order, dying included: one works at a time, each occurrence is done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete

from domain.jobs import runs, schedules, states, turns
from domain.jobs.models import JobRun, JobState
from domain.jobs.turns import Turn, TurnLost
from domain.people import rights, shop
from storage.database import Database

START = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
JOB = "fill_hopper"
SYSTEM = rights.system(1)

STEPS = {
    "run": 5, "wait": 5, "claim": 3, "work": 3, "done": 3, "beat": 2, "failed": 2, "stopped": 2,
    "by hand": 1, "die": 1, "pause": 0.5, "resume": 2, "ask": 1,
}  # fmt: skip
"""What may happen, and how often."""


class Play:
    """Three processes with what each believes to hold."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START + timedelta(seconds=45)  # the first is due
        self.held: dict[str, Turn] = {}
        self.newest = 0
        self.ended = True
        self.lease_end = START
        with database.transaction() as session:
            session.execute(delete(JobRun))
            session.execute(delete(JobState))
            turns.prepare(session, organisation_id=1, planned={JOB: schedules.parse("every 1m")}, now=START)

    def step(self, what: str, who: str | int) -> None:
        if isinstance(who, int):
            self.now += timedelta(seconds=who)
        elif what in ("claim", "by hand"):
            self._claim(who, by_hand=what == "by hand")
        elif what == "run":
            for part in ("claim", "work", "done"):
                self.step(part, who)
        elif what == "die":
            self.held.pop(who, None)
        elif what in ("pause", "resume", "ask"):
            self._lead(what)
        elif who in self.held:
            self._at_work(what, who)

    def _claim(self, who: str, *, by_hand: bool) -> None:
        if who in self.held:
            return
        with self.database.transaction() as session:
            turn = turns.claim(
                session, organisation_id=1, job=JOB, holder=who, lease=LEASE, now=self.now, by_hand=by_hand
            )
        if turn is None:
            return
        assert turn.fence == self.newest + 1, "every claim has a number of its own"
        assert self.ended or self.now >= self.lease_end, "nobody is disturbed while the lease lasts"
        assert turn.due_at <= self.now
        self.newest, self.ended, self.lease_end = turn.fence, False, self.now + LEASE
        self.held[who] = turn

    def _at_work(self, what: str, who: str) -> None:
        turn = self.held[who]
        mine = turn.fence == self.newest and not self.ended
        with self.database.transaction() as session:
            if what == "work":
                try:
                    turns.renew(session, turn=turn, lease=LEASE, now=self.now)
                except TurnLost:
                    assert not mine
                else:
                    assert mine
                    self.lease_end = self.now + LEASE
            elif what == "beat":
                if mine and self.now < self.lease_end:
                    self.lease_end = self.now + LEASE
                turns.beat(session, organisations=[1], holder=who, lease=LEASE, now=self.now)
            else:
                kept = turns.finish(session, turn=turn, result=what, counts={}, now=self.now)  # type: ignore[arg-type]  # drawn
                assert kept is mine
                self.ended = self.ended or kept
                del self.held[who]

    def _lead(self, what: str) -> None:
        with self.database.transaction() as session:
            if what == "ask":
                states.ask_for(session, actor=SYSTEM, job=JOB, now=self.now)
            else:
                (states.pause if what == "pause" else states.resume)(session, actor=SYSTEM, job=JOB)

    def everybody_is_gone(self) -> None:
        """Whatever was left behind, the next process that comes finds it."""
        self.held.clear()
        self.now += timedelta(hours=1)
        self.step("resume", "")
        with self.database.reading() as session:
            assert turns.waiting(session, organisation_id=1, now=self.now) == [JOB]
        self.step("run", "d")
        assert self.ended

    def runs(self) -> list[runs.RunView]:
        with self.database.reading() as session:
            return runs.listing(session, actor=SYSTEM, limit=1_000)[::-1]


def done_occurrences(found: list[runs.RunView]) -> Iterator[datetime]:
    for run in found:
        if run.result == "done" and run.trigger == "schedule":
            yield run.due_at


@pytest.mark.parametrize("game", range(4))
def test_one_works_at_a_time_and_no_occurrence_is_done_twice(sqlite_database: Database, game: int) -> None:
    with sqlite_database.transaction() as session:
        shop.create(session, now=START)
    for number in range(20):
        dice = Random(f"{game}/{number}")
        table = Play(sqlite_database)
        for what in dice.choices(list(STEPS), list(STEPS.values()), k=40):
            table.step(what, dice.randint(1, 90) if what == "wait" else dice.choice("abc"))
        found = table.runs()
        assert all(run.result != "running" for run in found[:-1])
        done = list(done_occurrences(found))
        assert done == sorted(set(done))
        table.everybody_is_gone()
