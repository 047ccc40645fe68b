"""A seller's seat: next person, a moment's thought, what came of it; now and then a skip, an undo, a callback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from random import Random
from typing import TypeVar

from benchmarks.floor.log import Bell, Hold, Log, peak_rss_mb
from domain.calling import claims, hopper, outcomes, undo
from domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from domain.people.rights import Actor
from storage.counting import count_statements
from storage.database import Database, open_database

Found = TypeVar("Found")

OUTCOMES = (
    ("not-found", 42), ("busy", 16), ("call-dropped", 6), ("call-later", 10), ("not-interested", 12), ("sale", 5),
    ("wrong-number", 3), ("do-not-call", 2), ("schedule", 4),
)  # fmt: skip
SKIPPED, UNDONE = 0.03, 0.03
CALLBACK_IN = timedelta(seconds=20)
NOBODY_SECONDS = 0.05
ORDINARY = (Conflict, NotFound, NotAllowed, Invalid)
"""What may be refused to a seller on a busy floor; anything else is a violation."""


@dataclass(frozen=True)
class Shift:
    """What a seat is told: where and who works, how long each person is thought about, when it ends."""

    url: str
    actor: Actor
    campaign_id: int
    think_seconds: float
    seed: int


class Seat:
    """One seller at work."""

    def __init__(self, database: Database, shift: Shift) -> None:
        self.database = database
        self.shift = shift
        self.chance = Random(shift.seed)
        self.log = Log(shift.actor.name)
        self.hold: Hold | None = None
        self.just_registered: tuple[str, ...] = ()

    def now(self) -> datetime:
        """What the clock of this seat says."""
        return datetime.now(UTC)

    def do(self, use_case: Callable[..., Found], **given: object) -> Found:
        """One use case in a transaction of its own, as the doors call it."""
        with self.database.transaction() as session:
            return use_case(session, actor=self.shift.actor, now=self.now(), **given)

    def work(self, over: Event) -> Log:
        """Person after person until it is over."""
        self.log.begun = time.monotonic_ns()
        while not over.is_set():
            try:
                self.step()
            except ORDINARY as refused:
                self.log.refused[refused.code] += 1
        self.let_go()
        self.log.ended = time.monotonic_ns()
        return self.log

    def step(self) -> None:
        """One person."""
        if not self.take():
            time.sleep(NOBODY_SECONDS)
            return
        time.sleep(self.shift.think_seconds)
        dice = self.chance.random()
        if dice < SKIPPED:
            self.let_go()
            self.do(claims.skip)
            return
        self.record()
        if dice > 1 - UNDONE:
            self.undo()

    def take(self) -> bool:
        """The next person into hand; False if there is none."""
        asked = time.monotonic_ns()
        found = self.do(claims.next_lead, campaign_id=self.shift.campaign_id)
        self.log.took("next", asked)
        if found.dossier is not None:
            numbers = tuple(phone.e164 for phone in found.dossier.phones)
            self.hold = Hold(found.dossier.lead_id, numbers, asked, time.monotonic_ns())
        if found.low:  # after the person is on the screen, as the console does it
            since = time.monotonic_ns()
            with self.database.transaction() as session:
                hopper.top_up(
                    session,
                    organisation_id=self.shift.actor.organisation_id,
                    campaign_id=self.shift.campaign_id,
                    now=self.now(),
                )
            self.log.took("fill", since)
        return found.dossier is not None

    def record(self) -> None:
        """What came of the person in hand."""
        assert self.hold is not None
        hold = self.hold
        words, weights = zip(*OUTCOMES, strict=True)
        action = self.chance.choices(words, weights)[0]
        at = self.now() + CALLBACK_IN if action == "schedule" else None
        self.let_go()
        since = time.monotonic_ns()
        done = self.do(outcomes.record, lead_id=hold.lead_id, action=action, at=at)
        self.log.took("outcome", since)
        self.log.events.append(done.event_id)
        self.just_registered = hold.numbers if action == "do-not-call" and not done.stored_only else ()
        registered = time.monotonic_ns()
        self.log.registered += [(number, registered) for number in self.just_registered]

    def undo(self) -> None:
        """Take the last outcome back; the person is in hand again."""
        since = time.monotonic_ns()
        self.do(undo.undo)
        self.log.took("undo", since)
        self.log.released += [(number, since) for number in self.just_registered]

    def let_go(self) -> None:
        """From now on the person may be in other hands."""
        if self.hold is not None:
            self.hold.end = time.monotonic_ns()
            self.log.holds.append(self.hold)
            self.hold = None


def sell(shift: Shift, bell: Bell) -> Log:
    """A seat from beginning to end, the first person in hand when it begins; what is no ordinary refusal ends it."""
    database = open_database(shift.url)
    seat = Seat(database, shift)
    try:
        seat.take()
        seat.log.seconds.clear()
        bell.ready()
        with count_statements(database) as counted, _waiting(database, seat.log.waits):
            try:
                seat.work(bell.over)
            except DomainError as error:
                seat.log.errors.append(f"{shift.actor.name}: {error.code}: {error.message}")
            seat.log.statements = counted.count
    finally:
        database.close()
    seat.log.ended = seat.log.ended or time.monotonic_ns()
    seat.log.peak_rss_mb = peak_rss_mb()
    return seat.log


@contextmanager
def _waiting(database: Database, waits: list[float]) -> Iterator[None]:
    """How long each writer of a file waited for its turn at the gate, in seconds; a server tells for itself."""
    gate = database.gate
    if gate is None:
        yield
        return
    hold = gate.hold

    @contextmanager
    def timed(seconds: float = 30.0) -> Iterator[None]:
        since = time.monotonic_ns()
        with hold(seconds):
            waits.append((time.monotonic_ns() - since) / 1e9)
            yield

    gate.hold = timed  # type: ignore[method-assign]  # only this process's, and only for the time it is measured
    try:
        yield
    finally:
        gate.hold = hold  # type: ignore[method-assign]  # as it was
