"""Sellers who ask in the midst of each other's transactions: nobody is told that there is nobody, or waits in a circle.

On PostgreSQL only: in a file one writes at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.calling import claims, hopper, outcomes
from domain.codes import DialStatus
from storage.database import Database
from tests.support.floor import Floor

pytestmark = pytest.mark.postgresql
SECONDS = 20


@pytest.fixture
def floor(postgres_database: Database) -> Floor:
    return Floor(postgres_database)


@contextmanager
def another_asks(floor: Floor, who: str, campaign_id: int | None = None) -> Iterator[Future[int | None]]:
    """Somebody presses *next* meanwhile; the block begins when they wait for us."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(floor.next_id, who, campaign_id)
        until_somebody_waits(floor.database, asked)
        yield asked


def until_somebody_waits(database: Database, asked: Future[int | None]) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = monotonic() + SECONDS
    while monotonic() < end:
        with database.reading() as session:
            if session.execute(waiting).scalar_one():
                return
        assert not asked.done(), asked.result()
    raise AssertionError("nobody waits")


def take(session: Session, floor: Floor, who: str, campaign_id: int) -> int | None:
    found = claims.next_lead(session, actor=floor[who], campaign_id=campaign_id, now=floor.now).dossier
    return found.lead_id if found is not None else None


def test_the_last_ones_ready_are_there_for_whoever_asks_while_one_of_them_is_taken(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.fill()

    with floor.database.transaction() as session:
        assert take(session, floor, "eva", floor.campaign_id) == first
        assert floor.next_id("ana") == second
        assert floor.next_id("root") == third


def test_who_waits_for_a_fill_gets_somebody_of_it(floor: Floor) -> None:
    first, second = floor.leads(2)

    with floor.database.transaction() as session:
        hopper.top_up(
            session, organisation_id=floor.organisation_id, campaign_id=floor.campaign_id, now=floor.now
        )
        with another_asks(floor, "ana") as asked:
            assert take(session, floor, "eva", floor.campaign_id) == first
            session.commit()
            assert asked.result(SECONDS) == second


def test_who_waits_for_a_fill_keeps_no_number_from_whoever_fills(floor: Floor) -> None:
    """Ana gives back a claim that has ended, then waits for eva's fill; eva takes one with the same number."""
    [shared] = floor.spare(1)
    autumn = floor.campaign("Autumn")
    ended = floor.lead(numbers=[[shared]])
    assert floor.next_id("ben") == ended
    floor.later(minutes=11)
    first, second = (
        floor.also_in(autumn, ended, next_attempt_at=floor.now - timedelta(hours=2)),
        floor.lead(campaign_id=autumn),
    )

    with floor.database.transaction() as session:
        hopper.top_up(session, organisation_id=floor.organisation_id, campaign_id=autumn, now=floor.now)
        with another_asks(floor, "ana", autumn) as asked:
            assert take(session, floor, "eva", autumn) == first
            session.commit()
            assert asked.result(SECONDS) == second


def test_who_asks_while_their_outcome_is_recorded_elsewhere_gets_the_next_one(floor: Floor) -> None:
    """The claim was read before the outcome was there: its call waits for nothing any more."""
    first, second = floor.leads(2)
    assert floor.next_id("ana") == first
    floor.dial("ana", first)

    with floor.database.transaction() as session:
        outcomes.record(session, actor=floor["ana"], lead_id=first, action="busy", now=floor.now)
        floor.later(seconds=1)
        with another_asks(floor, "ana") as asked:
            session.commit()
            assert asked.result(SECONDS) == second

    assert floor.row(first).status == DialStatus.BUSY
