"""Background jobs that have run, for tests of what is shown of them."""

from __future__ import annotations

from datetime import timedelta

from domain.jobs import turns
from domain.jobs.turns import Ended, Turn
from storage.scheduler_settings import SchedulerSettings
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp

HOLDER = "front-desk:4711:abc"
ERROR = "OperationalError at hopper.py:301"


def leading(shop: SmallShop, who: str = "root") -> DialdeckApp:
    return DialdeckApp(shop.desk(), user=who)


def prepare(shop: SmallShop) -> None:
    with shop.database.transaction() as session:
        turns.prepare(
            session,
            organisation_id=1,
            planned=SchedulerSettings().planned("America/Montevideo"),
            now=shop.clock(),
        )


def take(shop: SmallShop, job: str) -> Turn:
    with shop.database.transaction() as session:
        turn = turns.claim(
            session,
            organisation_id=1,
            job=job,
            holder=HOLDER,
            lease=timedelta(minutes=1),
            now=shop.clock(),
            by_hand=True,
        )
    assert turn is not None
    return turn


def ran(shop: SmallShop, job: str, result: Ended = "done", error: str | None = None, **counts: int) -> None:
    """A run of the job that took two seconds."""
    turn = take(shop, job)
    with shop.database.transaction() as session:
        turns.finish(
            session,
            turn=turn,
            result=result,
            counts=counts,
            now=shop.clock() + timedelta(seconds=2),
            error=error,
        )
