"""The service in one process: a failure stays with its job, runs asked for come soon, trouble is told once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from queue import Queue
from time import monotonic

import pytest

from domain.errors import Conflict, NotAllowed, NotFound
from domain.jobs import runs, states
from domain.jobs.catalogue import JOBS
from scheduler import background, by_hand
from scheduler.jobs import BODIES, Body
from scheduler.running import told
from scheduler.service import Service
from scheduler.work import Work
from storage.database import Database
from storage.scheduler_settings import SchedulerSettings
from tests.support.factories import ShopFixture, build_shop

SECONDS = 20.0
QUICK = SchedulerSettings.model_validate(
    {
        "look": "1s",
        "jobs": {
            "fill_hopper": {"every": "1s"},
            "fold_figures": {"every": "1s"},
            "retry_dropped_calls": {"every": "1d"},
        },
    }
)


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    return build_shop(database, leads=3)


@contextmanager
def serving(
    shop: ShopFixture, bodies: dict[str, Body], *, tell: Callable[[str], None] = lambda line: None
) -> Iterator[Service]:
    service = Service(shop.database, QUICK, only=list(bodies), bodies=bodies, tell=tell)
    service.start()
    try:
        yield service
    finally:
        assert service.stop(SECONDS)


def last(shop: ShopFixture, job: str) -> runs.RunView:
    with shop.database.reading() as session:
        return runs.listing(session, actor=shop.sup, job=job, limit=1)[0]


def test_every_job_of_the_catalogue_has_its_work() -> None:
    assert BODIES.keys() == JOBS.keys()


@pytest.mark.parametrize("job", JOBS)
def test_every_job_does_its_work_in_a_shop(shop: ShopFixture, job: str) -> None:
    done = by_hand.once(shop.database, SchedulerSettings(), actor=shop.sup, job=job)
    assert (done.result, done.error) == ("done", None)
    assert done.counts
    again = by_hand.once(shop.database, SchedulerSettings(), actor=shop.sup, job=job)
    assert again.result == "done"
    assert last(shop, job).counts == dict(again.counts)


def test_a_failing_job_is_seen_and_stops_no_other(shop: ShopFixture) -> None:
    lines: Queue[str] = Queue()

    def fails(work: Work) -> None:
        raise ValueError("Ada Marlow, +33199000001")

    def works(work: Work) -> None:
        work.add(done=1)

    with serving(shop, {"fill_hopper": fails, "fold_figures": works}, tell=lines.put):
        heard = [lines.get(timeout=SECONDS) for _ in range(6)]
    assert sum("fold_figures done" in line for line in heard) >= 2
    failed = next(line for line in heard if "fill_hopper failed" in line)
    assert "ValueError at test_service.py" in failed
    assert "Ada" not in " ".join(heard)
    run = last(shop, "fill_hopper")
    assert (run.result, (run.error or "").partition(":")[0]) == ("failed", "ValueError at test_service.py")
    with shop.database.reading() as session:
        found = states.listing(
            session, actor=shop.sup, planned=QUICK.planned("UTC"), now=run.started_at + timedelta(seconds=1)
        )
    assert next(each for each in found if each.id == "fill_hopper").failures >= 1


def test_a_run_asked_for_comes_with_the_next_look(shop: ShopFixture) -> None:
    ran = threading.Event()
    with serving(shop, {"retry_dropped_calls": lambda work: ran.set()}) as service:
        now = datetime.now(UTC)
        by_hand.prepare(shop.database, QUICK, actor=shop.sup, now=now)
        with shop.database.transaction() as session:
            states.ask_for(session, actor=shop.sup, job="retry_dropped_calls", now=now)
        assert ran.wait(SECONDS)
        assert service.stop(SECONDS)
    assert (last(shop, "retry_dropped_calls").trigger, last(shop, "retry_dropped_calls").result) == (
        "hand",
        "done",
    )


def test_a_job_that_is_being_run_is_not_run_by_hand_beside(shop: ShopFixture) -> None:
    began, go_on = threading.Event(), threading.Event()

    def waits(work: Work) -> None:
        began.set()
        go_on.wait(SECONDS)

    with serving(shop, {"fold_figures": waits}):
        assert began.wait(SECONDS)
        with pytest.raises(Conflict, match="Another process is running fold_figures"):
            by_hand.once(
                shop.database, QUICK, actor=shop.sup, job="fold_figures", patience=timedelta(seconds=0.2)
            )
        go_on.set()


def test_only_who_leads_runs_jobs_by_hand_and_only_jobs_there_are(shop: ShopFixture) -> None:
    for actor in (shop.ana, shop.people["aud"]):
        with pytest.raises(NotAllowed):
            by_hand.once(shop.database, QUICK, actor=actor, job="fold_figures")
    with pytest.raises(NotFound, match="fold_figures"):
        by_hand.once(shop.database, QUICK, actor=shop.sup, job="fold")
    with pytest.raises(NotFound, match="no job"):
        Service(shop.database, QUICK, only=["fold"])
    off = SchedulerSettings.model_validate({"jobs": {"fold_figures": {"enabled": False}}})
    with pytest.raises(NotFound, match="switched off"):
        Service(shop.database, off, only=["fold_figures"])
    assert by_hand.once(shop.database, off, actor=shop.sup, job="fold_figures").result == "done"


def test_a_database_that_is_away_is_told_once_and_looked_for_again(sqlite_database: Database) -> None:
    lines: Queue[str] = Queue()
    shop = build_shop(sqlite_database, leads=0)
    file = sqlite_database.address.file
    away = file.with_name("away")
    shop.database.close()
    file.rename(away)
    with serving(shop, {"fold_figures": lambda work: work.add(done=1)}, tell=lines.put):
        trouble = lines.get(timeout=SECONDS)
        assert str(file) in trouble
        away.rename(file)
        assert "fold_figures done" in lines.get(timeout=SECONDS)


def test_nothing_of_the_service_reaches_the_terminal(
    shop: ShopFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    lines: Queue[str] = Queue()

    def slow(work: Work) -> None:
        threading.Event().wait(1.2)  # longer than its interval: APScheduler would complain

    with serving(shop, {"fold_figures": slow}, tell=lines.put):
        lines.get(timeout=SECONDS)
        lines.get(timeout=SECONDS)
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("apscheduler").propagate


def test_the_application_runs_jobs_on_a_file_unless_told_otherwise(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_shop(sqlite_database, leads=3)
    for choice, expected in (("auto", True), ("on", True), ("off", False)):
        settings = SchedulerSettings.model_validate({"in_application": choice})
        handle = background.start(sqlite_database, settings)
        assert (handle is not None) is expected
        if handle is not None:
            began = monotonic()
            assert handle.stop(SECONDS)
            assert monotonic() - began < SECONDS


@pytest.mark.postgresql
def test_the_application_leaves_jobs_on_a_server_to_the_service(postgres_database: Database) -> None:
    assert background.start(postgres_database, SchedulerSettings()) is None
    handle = background.start(postgres_database, SchedulerSettings.model_validate({"in_application": "on"}))
    assert handle is not None
    assert handle.stop(SECONDS)


def test_errors_are_told_by_kind_and_place() -> None:
    try:
        raise KeyError("Ada Marlow")
    except KeyError as error:
        line = told(error)
    assert line.startswith("KeyError at test_service.py:")
    assert "\n" not in line
