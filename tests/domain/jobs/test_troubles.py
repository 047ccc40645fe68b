"""What those who lead are alarmed about: since when a job fails or is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.jobs import schedules, states, turns
from domain.jobs.states import Trouble
from domain.jobs.turns import Ended
from storage.counting import count_statements
from storage.database import Database
from tests.support.factories import ShopFixture, build_shop

START = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
PLANNED = {name: schedules.parse("every 1m") for name in ("fill_hopper", "fold_figures")}


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    made = build_shop(database, leads=0)
    with database.transaction() as session:
        turns.prepare(session, organisation_id=1, planned=PLANNED, now=START)
    return made


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(shop: ShopFixture, job: str, seconds: float, result: Ended = "done") -> None:
    with shop.database.transaction() as session:
        turn = turns.claim(
            session,
            organisation_id=1,
            job=job,
            holder="desk:1:a",
            lease=timedelta(minutes=1),
            now=after(seconds),
            by_hand=True,
        )
        assert turn is not None
        turns.finish(session, turn=turn, result=result, counts={}, now=after(seconds + 1))


def troubles(shop: ShopFixture, seconds: float) -> list[Trouble]:
    with shop.database.reading() as session:
        return states.troubles(session, actor=shop.sup, planned=PLANNED, now=after(seconds))


def test_a_failure_says_when_the_run_began_that_failed_last(shop: ShopFixture) -> None:
    for seconds in (1, 10, 20):
        run(shop, "fill_hopper", seconds, "failed")
    run(shop, "fold_figures", 25, "failed")
    run(shop, "fold_figures", 26)
    assert troubles(shop, 27) == [Trouble("fill_hopper", 3, False, after(20))]
    run(shop, "fill_hopper", 28)
    assert troubles(shop, 29) == []


def test_what_is_overdue_says_since_when_also_where_it_failed_long_ago(shop: ShopFixture) -> None:
    run(shop, "fill_hopper", 1, "failed")
    run(shop, "fill_hopper", 2)
    due = datetime(2026, 3, 10, 12, 1, tzinfo=UTC)
    assert troubles(shop, 200) == [
        Trouble("fill_hopper", 0, True, due),
        Trouble("fold_figures", 0, True, due),
    ]


def test_one_statement(shop: ShopFixture) -> None:
    run(shop, "fill_hopper", 1, "failed")
    with count_statements(shop.database) as counter:
        assert troubles(shop, 2)
    assert counter.count == 1
