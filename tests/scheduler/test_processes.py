"""Many processes on one database: every occurrence once, the work of the dead done by others, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.jobs import runs
from domain.jobs.runs import RunView
from domain.people.models import SellerStateEvent
from storage.database import Database
from tests.scheduler.workers import JOB, PARTS, Told, serve
from tests.support.factories import ShopFixture, build_shop
from tests.support.processes import warm_context

PATIENCE = 20


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    return build_shop(database, leads=0)


class Processes:
    """Processes that run the job; each has a pipe of its own, for one may be killed at any moment."""

    def __init__(self, url: str, count: int) -> None:
        context: Any = warm_context()
        self._first = context.Value("i", 0)
        self._pipes: dict[int, Connection] = {}
        self._all = []
        for _ in range(count):
            pipe, theirs = context.Pipe()
            process = context.Process(target=serve, args=(url, theirs, self._first), daemon=True)
            process.start()
            theirs.close()
            self._pipes[process.pid] = pipe
            self._all.append(process)

    def hears(self, what: str) -> Told:
        """The next one that tells this; what else is told meanwhile is let go."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            for pid, pipe in list(self._pipes.items()):
                if not pipe.poll(0.05):
                    continue
                try:
                    told: Told = pipe.recv()
                except (EOFError, ConnectionError):
                    del self._pipes[pid]
                    continue
                if told.what == what:
                    return told
        raise AssertionError(f"nobody told: {what}")

    def tell(self, pid: int, order: str) -> None:
        """Say something to one of them."""
        with suppress(OSError):
            self._pipes[pid].send(order)

    def end(self) -> None:
        for pid in self._pipes:
            self.tell(pid, "leave")
        for process in self._all:
            process.join(PATIENCE)
            process.kill()


@contextmanager
def processes(shop: ShopFixture, count: int) -> Iterator[Processes]:
    made = Processes(shop.database.url, count)
    try:
        yield made
    finally:
        made.end()


def recorded(shop: ShopFixture) -> list[RunView]:
    with shop.database.reading() as session:
        return runs.listing(session, actor=shop.sup, job=JOB, limit=1_000)[::-1]


def chunks(shop: ShopFixture) -> Counter[int]:
    """How many chunks of work are kept of each run, by its fence."""
    with shop.database.reading() as session:
        states = session.execute(select(col(SellerStateEvent.state))).scalars()
        return Counter(int(state.partition("/")[0]) for state in states)


def test_of_three_processes_one_runs_each_occurrence_and_the_work_of_a_killed_one_is_taken_over(
    shop: ShopFixture,
) -> None:
    with processes(shop, 3) as started:
        killed = started.hears("hangs")
        os.kill(killed.pid, signal.SIGKILL)
        enders = [started.hears("ended") for _ in range(4)]
    found = recorded(shop)
    assert killed.pid not in {each.pid for each in enders}
    lost, taken_over, *others = found
    assert (lost.result, taken_over.trigger, taken_over.result) == ("lost", "takeover", "done")
    assert taken_over.due_at == lost.due_at
    assert {run.trigger for run in others} == {"schedule"}
    assert {run.result for run in others} <= {"done", "stopped"}
    scheduled = [run.due_at for run in found if run.trigger == "schedule" and run.result != "stopped"]
    assert scheduled == sorted(set(scheduled)), "no occurrence was run twice"
    kept = chunks(shop)
    assert kept.pop(killed.fence) == 1
    assert {kept[each.fence] for each in enders} == {PARTS}


def test_a_process_that_slept_through_its_lease_writes_nothing_any_more(shop: ShopFixture) -> None:
    with processes(shop, 2) as started:
        slow = started.hears("hangs")
        os.kill(slow.pid, signal.SIGSTOP)
        other = started.hears("ended")
        started.tell(slow.pid, "go on")
        os.kill(slow.pid, signal.SIGCONT)
        lost = started.hears("TurnLost")
    assert (lost.pid, lost.fence) == (slow.pid, slow.fence)
    assert chunks(shop)[slow.fence] == 1
    assert chunks(shop)[other.fence] == PARTS
    first, second, *_ = recorded(shop)
    assert (first.result, second.trigger, second.result) == ("lost", "takeover", "done")


MID_JOB = """
import sys, threading
from scheduler import jobs
def body(work):
    print("in the middle", flush=True)
    wait = threading.Event().wait
    while {until}:
        with work.transaction(): pass
        wait(0.02)
jobs.BODIES["fold_figures"] = body
from cli.main import main
sys.exit(main())
"""


@contextmanager
def scheduler(shop: ShopFixture, until: str) -> Iterator[subprocess.Popen[str]]:
    """`dialdeck scheduler run` in the middle of a job."""
    Path(os.environ["DIALDECK_CONFIG"]).write_text(
        '[scheduler]\nlook = "1s"\n[scheduler.jobs.fold_figures]\nevery = "1s"\n'
    )
    words = ("scheduler", "run", "--only", "fold_figures", "--database", shop.database.url)
    child = subprocess.Popen(
        [sys.executable, "-c", MID_JOB.format(until=until), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "in the middle\n"
        yield child
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def configured(own_home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALDECK_CONFIG", str(own_home / "dialdeck.toml"))


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_in_the_middle_of_a_job(shop: ShopFixture, number: signal.Signals) -> None:
    with scheduler(shop, until="not work.should_stop()") as child:
        began = monotonic()
        child.send_signal(number)
        _out, err = child.communicate(timeout=PATIENCE)
        assert monotonic() - began < 8, "two seconds, on a machine that is not busy"
    assert child.returncode == 0
    assert "fold_figures stopped" in err
    assert err.rstrip().endswith("The scheduler has stopped")
    [run] = recorded(shop)
    assert (run.result, run.error) == ("stopped", None)


@pytest.mark.usefixtures("configured")
def test_a_job_that_does_not_listen_holds_no_exit(shop: ShopFixture) -> None:
    with scheduler(shop, until="True") as child:
        began = monotonic()
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=PATIENCE)
        assert monotonic() - began < 10
    assert child.returncode == 0
    [run] = recorded(shop)
    assert run.result == "running", "the lease will end, and another process takes it over"


def test_a_program_may_end_while_a_job_hangs_behind_it(sqlite_database: Database) -> None:
    build_shop(sqlite_database, leads=0)
    code = "import sys; from tests.scheduler.workers import start_and_leave; start_and_leave(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, sqlite_database.url],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
