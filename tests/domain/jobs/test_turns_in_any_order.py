"""Whatever three processes do in whatever order, dying included: one works at a time, each occurrence is done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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

holders = st.sampled_from("abc")
steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 90)),
    st.tuples(
        st.sampled_from(("claim", "claim", "claim", "by hand", "work", "work", "beat", "die")), holders
    ),
    st.tuples(st.sampled_from(("done", "done", "failed", "stopped")), holders),
    st.tuples(st.sampled_from(("pause", "resume", "ask")), st.just("")),
)


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

    def runs(self) -> list[runs.RunView]:
        with self.database.reading() as session:
            return runs.listing(session, actor=SYSTEM, limit=1_000)[::-1]


def done_occurrences(found: list[runs.RunView]) -> Iterator[datetime]:
    for run in found:
        if run.result == "done" and run.trigger == "schedule":
            yield run.due_at


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(play=st.lists(steps, min_size=5, max_size=30))
def test_one_works_at_a_time_and_no_occurrence_is_done_twice(
    sqlite_database: Database, play: list[tuple[str, str | int]]
) -> None:
    with sqlite_database.transaction() as session:
        shop.create(session, now=START)
    table = Play(sqlite_database)
    for what, who in play:
        table.step(what, who)
    found = table.runs()
    assert sum(run.result == "running" for run in found) <= 1
    assert all(run.result != "running" for run in found[:-1])
    done = list(done_occurrences(found))
    assert done == sorted(set(done))
    # Whatever was left behind: once everybody is gone, the next to come finds it.
    table.held.clear()
    table.now += timedelta(hours=1)
    table.step("resume", "")
    with sqlite_database.reading() as session:
        assert turns.waiting(session, organisation_id=1, now=table.now) == [JOB]
    table.step("claim", "a")
    assert "a" in table.held
