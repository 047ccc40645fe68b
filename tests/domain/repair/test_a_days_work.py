"""Whatever people do in a day, in whatever order, never looks like a problem to the repair."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calling import expiry
from domain.calling.calls import ReportedCall
from domain.codes import CallResult
from domain.contacts import do_not_call
from domain.errors import DomainError
from domain.recycling import applying, undoing
from domain.recycling.selection import Filters
from domain.repair import find, fix
from domain.repair.find import Scope
from domain.repair.kinds import Kind
from storage.database import Database
from tests.support.floor import Floor

OUTCOMES = ("not-found", "busy", "call-later", "call-dropped", "not-interested", "sale", "wrong-number")
RESULTS = tuple(CallResult)
STATUSES = (
    "new",
    "no_answer",
    "busy",
    "dropped",
    "callback",
    "contacted",
    "invalid",
    "sale",
    "not_interested",
)


class Day:
    """Some people to call, a seller and two leaders who call too, and what each may do at any moment."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.leads = [
            *floor.leads(2),
            floor.lead(
                status="busy",
                dial_attempts=2,
                imported_attempts=2,
                answered_count=1,
                last_dial_attempt=floor.now - timedelta(hours=9),
            ),
        ]
        self.batches: list[int] = []
        self.numbers: list[str] = []
        self.told = 0
        self.deeds: tuple[Callable[[int], object], ...] = (
            self.outcome,
            self.outcome,
            self.dialled_outcome,
            self.dial,
            self.late,
            self.undo,
            self.skip_or_leave,
            self.report,
            self.report,
            self.recycle,
            self.undo_recycle,
            self.wait,
            self.wait,
            self.expire,
            self.register,
            self.unregister,
        )

    def do(self, deed: int, choice: int) -> None:
        """One deed; what is refused is no deed."""
        self.floor.later(seconds=40)
        with suppress(DomainError):
            self.deeds[deed % len(self.deeds)](choice)

    def who(self, choice: int) -> str:
        return ("ana", "sup", "root")[choice % 3]

    def lead(self, choice: int) -> int:
        return self.leads[choice // 3 % len(self.leads)]

    def take(self, choice: int) -> object:
        self.floor.fill()
        return self.floor.jump(self.who(choice), self.lead(choice))

    def outcome(self, choice: int) -> object:
        self.take(choice)
        return self.late(choice)

    def dialled_outcome(self, choice: int) -> object:
        self.dial(choice)
        return self.late(choice)

    def dial(self, choice: int) -> object:
        self.take(choice)
        return self.floor.dial(self.who(choice), self.lead(choice))

    def late(self, choice: int) -> object:
        """An outcome of whoever may have had the lead in hand."""
        action = OUTCOMES[choice % len(OUTCOMES)]
        return self.floor.record(self.who(choice), self.lead(choice), action)

    def undo(self, choice: int) -> object:
        return self.floor.undo(self.who(choice))

    def skip_or_leave(self, choice: int) -> object:
        return self.floor.skip(self.who(choice)) if choice % 3 else self.floor.leave(self.who(choice))

    def report(self, choice: int) -> object:
        """A call from outside: just now, or hours late; sometimes one that does not count."""
        self.told += 1
        ago = timedelta(minutes=(choice * 37) % 600)
        return self.floor.report(
            ReportedCall(
                lead_id=self.lead(choice),
                result=RESULTS[choice % len(RESULTS)],
                started_at=self.floor.now - ago,
                external_id=f"{self.leads[0]}-{self.told}",
                counted=choice % 7 != 0,
            )
        )

    def recycle(self, choice: int) -> object:
        floor = self.floor
        done = applying.run(
            floor.database,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            filters=Filters(statuses=STATUSES),
            target=("new", "busy")[choice % 5 == 0],
            reset_attempts=choice % 2 == 0,
            include_final=choice % 3 == 0,
            clock=lambda: floor.now,
        )
        self.batches.append(done.batch_id)
        return done

    def undo_recycle(self, choice: int) -> object:
        floor = self.floor
        if not self.batches:
            return None
        batch_id = self.batches[-1 - choice % len(self.batches)]
        return undoing.undo(floor.database, actor=floor["sup"], batch_id=batch_id, clock=lambda: floor.now)

    def wait(self, choice: int) -> object:
        return self.floor.later(minutes=(1, 5, 12, 70, 300)[choice % 5])

    def expire(self, _: int) -> object:
        floor = self.floor
        with floor.database.transaction() as session:
            return expiry.expire(session, organisation_id=floor.organisation_id, now=floor.now)

    def register(self, choice: int) -> object:
        number = self.floor.phones(self.lead(choice))[0].e164
        self.numbers.append(number)
        return self.floor.register(number)

    def unregister(self, choice: int) -> object:
        if not self.numbers:
            return None
        floor = self.floor
        with floor.database.transaction() as session:
            return do_not_call.remove(
                session, actor=floor["sup"], number=self.numbers[choice % len(self.numbers)], now=floor.now
            )


moments = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 125)), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(moments=moments)
def test_no_days_work_looks_like_a_problem(sqlite_floor: Database, moments: list[tuple[int, int]]) -> None:
    no_problem(Floor(sqlite_floor), moments)


@pytest.mark.postgresql
@settings(max_examples=20, deadline=None)
@given(moments=moments)
def test_nor_does_it_on_a_server(postgres_floor: Database, moments: list[tuple[int, int]]) -> None:
    no_problem(Floor(postgres_floor), moments)


def no_problem(floor: Floor, moments: list[tuple[int, int]]) -> None:
    """A day of these deeds, and nothing found or mended at its end."""
    day = Day(floor)
    for deed, choice in moments:
        day.do(deed, choice)
    while day.expire(0):
        pass
    found = dict(listed(floor))
    assert found == {}, [
        (kind, floor.row(lead_id), floor.calls(lead_id), [(e.kind, e.after) for e in floor.events(lead_id)])
        for lead_id, kind in found.items()
    ]
    assert fix.run(floor.database, actor=floor["sup"], now=floor.now).errors == 0
    assert listed(floor) == []


def listed(floor: Floor) -> list[tuple[int, Kind]]:
    with floor.database.reading() as session:
        return find.listing(session, Scope(floor.organisation_id, now=floor.now))


def test_a_call_from_a_clock_that_is_ahead_is_no_problem_either(floor: Floor) -> None:
    lead_id = floor.lead()
    ahead = floor.now + timedelta(seconds=110)
    floor.report(
        ReportedCall(
            lead_id=lead_id, result=CallResult.BUSY, started_at=ahead, external_id=f"{lead_id}-ahead"
        )
    )
    floor.later(seconds=5)
    floor.record("sup", lead_id, "not-found")
    assert floor.row(lead_id).last_dial_attempt == ahead
    assert listed(floor) == []
