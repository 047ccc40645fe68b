"""Status cards, preview, recycle and its undo, beside the least SQL that does the same; and who waits meanwhile.

58,466 leads are recycled in a list of that size and in one of a million. They were due, as after a day on which
nobody answered; once more they all wait for later, which costs more: their place in the queue is written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from time import perf_counter

from sqlalchemy import text

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw_recycle import RawRecycle
from benchmarks.shops import Desk, sit_down
from domain.calling import drafts
from domain.recycling import applying, cards, preview, undoing
from domain.recycling.applying import Recycled
from domain.recycling.selection import Filters
from domain.sql import timed
from storage.counting import count_statements

RECYCLED = 58_466
CARDS_MS = 5
CARDS_STATEMENTS = 3
SECONDS = {"SQLite": 0.6, "PostgreSQL": 1.5}
WAIT_MS = 100
_CHOICE = Filters(("no_answer", "busy"))
_RAW_CARDS = """SELECT status, sum(leads) FROM lead_tally WHERE organisation_id = :shop AND campaign_id = :campaign
 GROUP BY status"""
_PAUSE = 0.005


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """All of it at all sizes on one kind of database."""
    return [figure for leads in sizes for figure in _at(place, leads, rounds)]


def _now() -> datetime:
    return datetime.now(UTC)


def _at(place: SqlitePlace | PostgresPlace, leads: int, rounds: int) -> list[Figure]:
    found: list[Figure] = []
    with place.shop(leads) as database:
        desk = sit_down(database)
        for situation, due in (("due", True), ("waiting", False)):
            _prepare(desk, due=due)
            raw = RawRecycle(desk)
            try:
                if due:
                    found.append(_cards(place, desk, raw, leads))
                    found.append(_preview(place, desk, leads, rounds))
                found += _recycling(place, desk, raw, leads, rounds, situation)
            finally:
                raw.close()
        found.append(_waiting(place, desk, leads))
    return found


def _prepare(desk: Desk, *, due: bool) -> None:
    """All leads open: ``RECYCLED`` of them nobody answered, the others failed; nobody speaks against any."""
    at = desk.now if due else desk.now.replace(year=desk.now.year + 1)
    with desk.database.transaction() as session:
        for statement in (
            "UPDATE activity SET state = 'cancelled' WHERE state = 'pending'",
            "DELETE FROM do_not_call",
            "DELETE FROM hopper_entry",
        ):
            session.execute(text(statement))
        session.execute(
            timed(
                "UPDATE lead SET status = CASE WHEN id > :recycled THEN 'failed' WHEN id % 2 = 0 THEN 'busy' "
                "ELSE 'no_answer' END, queue_state = CASE WHEN owner_id IS NULL THEN 0 ELSE 2 END, "
                "next_attempt_at = :at",
                "at",
            ),
            {"recycled": RECYCLED, "at": at},
        )
    if desk.database.dialect == "postgresql":
        with desk.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
                connection.execute(text(statement))


def _cards(place: SqlitePlace | PostgresPlace, desk: Desk, raw: RawRecycle, leads: int) -> Figure:
    samples, raw_samples = Samples(), Samples()
    values = {"shop": desk.leader.organisation_id, "campaign": desk.campaign_id}

    def ours() -> int:
        with desk.database.reading() as session:
            return cards.cards(session, actor=desk.leader, campaign_id=desk.campaign_id).total

    def theirs() -> None:
        raw.driver.begin()
        raw.driver.rows(_RAW_CARDS, dict(values))
        raw.driver.commit()

    assert ours() == leads
    for _ in range(30):
        samples.time(ours)
        raw_samples.time(theirs)
    with count_statements(desk.database) as counter:
        ours()
    return Figure(
        what="status cards",
        database=place.name,
        leads=leads,
        p50=samples.p50,
        p95=samples.p95,
        cpu=samples.cpu_p50,
        statements=counter.count,
        raw=raw_samples.p50,
        times=len(samples.wall),
        targets=[
            at_most(f"≤ {CARDS_MS} ms", samples.p50, CARDS_MS, digits=1, unit=" ms"),
            at_most(f"statements ≤ {CARDS_STATEMENTS}", counter.count, CARDS_STATEMENTS),
        ],
    )


def _preview(place: SqlitePlace | PostgresPlace, desk: Desk, leads: int, rounds: int) -> Figure:
    samples = Samples()

    def ours() -> int:
        with desk.database.reading() as session:
            return preview.preview(
                session, actor=desk.leader, campaign_id=desk.campaign_id, filters=_CHOICE, now=_now()
            ).recycled

    assert ours() == min(RECYCLED, leads)
    for _ in range(rounds):
        samples.time(ours)
    with count_statements(desk.database) as counter:
        ours()
    return Figure(
        what=f"preview of a recycle of {min(RECYCLED, leads):,}",
        database=place.name,
        leads=leads,
        p50=samples.p50,
        cpu=samples.cpu_p50,
        statements=counter.count,
        times=rounds,
    )


def _recycling(
    place: SqlitePlace | PostgresPlace, desk: Desk, raw: RawRecycle, leads: int, rounds: int, situation: str
) -> list[Figure]:
    samples = {step: (Samples(), Samples()) for step in ("recycle", "undo")}
    counted: dict[str, int] = {}
    for number in range(rounds + 1):
        if number == 1:  # the first round warms up
            for both in samples.values():
                for each in both:
                    each.forget()
        with count_statements(desk.database) as counter:
            done = samples["recycle"][0].time(partial(_recycle, desk))
        counted["recycle"] = counter.count
        with count_statements(desk.database) as counter:
            undone = samples["undo"][0].time(partial(_undo, desk, done.batch_id))
        counted["undo"] = counter.count
        every = min(RECYCLED, leads)
        assert (done.recycled, undone) == (every, every), (done, undone)
        raw_done = samples["recycle"][1].time(partial(raw.recycle, _now()))
        samples["undo"][1].time(partial(raw.undo, _now()))
        assert raw_done == every
    limit = SECONDS[place.name]
    return [
        Figure(
            what=f"{step} of {min(RECYCLED, leads):,}, {situation}",
            database=place.name,
            leads=leads,
            p50=ours.p50,
            cpu=ours.cpu_p50,
            statements=counted[step],
            raw=theirs.p50,
            times=rounds,
            note="with a row of history for each; the raw SQL leaves the queue as it is",
            targets=[at_most(f"≤ {limit} s", ours.p50 / 1000, limit, digits=2, unit=" s")],
        )
        for step, (ours, theirs) in samples.items()
    ]


def _recycle(desk: Desk) -> Recycled:
    return applying.run(
        desk.database, actor=desk.leader, campaign_id=desk.campaign_id, filters=_CHOICE, clock=_now
    )


def _undo(desk: Desk, batch_id: int) -> int:
    return undoing.undo(desk.database, actor=desk.leader, batch_id=batch_id, clock=_now).restored


def _waiting(place: SqlitePlace | PostgresPlace, desk: Desk, leads: int) -> Figure:
    """The longest wait of a seller who saves a note again and again while all are recycled and taken back."""
    with desk.database.reading() as session:
        lead = session.execute(text("SELECT max(id) FROM lead")).scalar_one()

    def save() -> None:
        with desk.database.transaction() as session:
            drafts.save(session, actor=desk.seller, lead_id=lead, text="a note", now=_now())

    with _beside(save) as waits:
        done = _recycle(desk)
        _undo(desk, done.batch_id)
    longest = max(waits)
    return Figure(
        what="longest wait of another writer meanwhile",
        database=place.name,
        leads=leads,
        p50=longest,
        times=len(waits),
        note="a seller saving a note, in the same process",
        targets=[at_most(f"≤ {WAIT_MS} ms", longest, WAIT_MS, unit=" ms")],
    )


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[list[float]]:
    """``work`` again and again in a thread while the block runs; the list has the milliseconds each took."""
    over, taken = threading.Event(), [0.0]

    def repeat() -> None:
        while not over.wait(_PAUSE):
            begun = perf_counter()
            work()
            taken.append((perf_counter() - begun) * 1000)

    work()
    thread = threading.Thread(target=repeat, name="seller")
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()
