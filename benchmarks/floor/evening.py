"""One evening: every process starts, all work until it is over, and each tells what it saw."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from queue import Empty
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from benchmarks.floor import around, campaign, invariants, seats
from benchmarks.floor.around import Around
from benchmarks.floor.campaign import Place
from benchmarks.floor.log import START_SECONDS, Bell, Log
from benchmarks.floor.seats import Shift
from domain.calling.models import Lead
from domain.contacts.models import ContactPhone
from storage.database import Database

PRELOAD = ("benchmarks.floor.around", "domain.models", "scheduler.service")
END_SECONDS = 60
LOOK_SECONDS = 0.1
REGISTERABLE = 500
SUPERVISORS = 2
Work = tuple[Callable[..., Log], tuple[Any, ...]]


@dataclass
class Evening:
    """What came of it."""

    place: Place
    seats: list[Log]
    others: list[Log]
    violations: list[str]
    lock_waits: list[int] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the first seller's beginning to the last one's end."""
        begun = [log.begun for log in self.seats if log.begun]
        return (max(log.ended for log in self.seats) - min(begun)) / 1e9 if begun else 0.0


def spend(
    database: Database,
    *,
    sellers: int,
    think_ms: float,
    seconds: float,
    alone: bool,
    tell: Callable[[str], None],
) -> Evening:
    """Make a campaign, let everybody work for so many seconds, look at what is left; ``alone``: only sellers."""
    before = invariants.rules(database) if not _empty(database) else set()
    leads = campaign.enough(sellers, think_ms, seconds)
    tell(f"Making a campaign of {leads:,} people for {sellers} sellers")
    place = campaign.make(
        database, sellers=sellers, supervisors=SUPERVISORS, leads=leads, now=datetime.now(UTC)
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dialdeck-floor-")))
        tasks: list[Work] = [
            (seats.sell, (Shift(database.url, actor, place.campaign_id, think_ms / 1000, number),))
            for number, actor in enumerate(place.sellers)
        ]
        if not alone:
            given = Around(database.url, place, 0, _numbers(database, place), campaign.write_import(folder))
            tasks += [
                (around.supervise, (given,)),
                (around.supervise, (Around(database.url, place, 1, given.numbers, given.file),)),
                (around.bring_in, (given,)),
                (around.look, (given,)),
                (around.keep_jobs, (given,)),
            ]
        database.close()
        tell(f"{len(tasks)} processes work for {seconds:g} seconds")
        logs, lock_waits, errors = _together(database, tasks, seconds)
    tell("Looking at what is left")
    now = datetime.now(UTC)
    violations = errors + invariants.broken(database, place, logs, before=before, now=now)
    campaign.close(database, place, now=now)
    return Evening(place, logs[:sellers], logs[sellers:], violations, lock_waits)


def _empty(database: Database) -> bool:
    with database.reading() as session:
        return session.execute(select(col(Lead.id)).limit(1)).first() is None


def _numbers(database: Database, place: Place) -> tuple[str, ...]:
    """Numbers of people of the campaign, for supervisors to register."""
    with database.reading() as session:
        return tuple(
            session.execute(
                select(col(ContactPhone.e164))
                .join(Lead, col(Lead.contact_id) == col(ContactPhone.contact_id))
                .where(col(Lead.campaign_id) == place.campaign_id)
                .order_by(col(Lead.id))
                .limit(REGISTERABLE)
            ).scalars()
        )


def _together(
    database: Database, tasks: Sequence[Work], seconds: float
) -> tuple[list[Log], list[int], list[str]]:
    """Run all tasks at once for so long; their logs in order, lock waits seen on a server, and who failed."""
    context: Any = _context()
    answers: Queue[tuple[int, Log | str]] = context.Queue()
    start: Barrier = context.Barrier(len(tasks) + 1)
    over: Event = context.Event()
    processes = [
        context.Process(target=_work, args=(work, given, number, start, over, answers), daemon=True)
        for number, (work, given) in enumerate(tasks)
    ]
    for process in processes:
        process.start()
    try:
        start.wait(START_SECONDS)
        lock_waits = _watch(database, seconds)
        over.set()
        found = _collect(answers, len(tasks))
    finally:
        over.set()
        for process in processes:
            process.join(END_SECONDS)
            process.kill()
    errors = [told for told in found.values() if isinstance(told, str)]
    errors += [f"process {number} told nothing" for number in range(len(tasks)) if number not in found]
    logs = [log if isinstance(log := found.get(number), Log) else Log("?") for number in range(len(tasks))]
    return logs, lock_waits, errors


def _collect(answers: Queue[tuple[int, Log | str]], wanted: int) -> dict[int, Log | str]:
    found: dict[int, Log | str] = {}
    end = time.monotonic() + END_SECONDS
    while len(found) < wanted:
        try:
            number, told = answers.get(timeout=max(0.1, end - time.monotonic()))
        except Empty:
            break
        found[number] = told
    return found


def _context() -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    return context


def _work(
    work: Callable[..., Log],
    given: tuple[Any, ...],
    number: int,
    start: Barrier,
    over: Event,
    answers: Queue[tuple[int, Log | str]],
) -> None:
    try:
        answers.put((number, work(*given, Bell(start, over))))
    except BaseException:  # also an interrupt: the parent is told before the process ends
        answers.put((number, traceback.format_exc()))
        raise


def _watch(database: Database, seconds: float) -> list[int]:
    """How many connections waited for a lock, ten times a second; of a file nothing (its seats tell)."""
    end = time.monotonic() + seconds
    seen: list[int] = []
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(LOOK_SECONDS, left))
        if database.gate is None:
            with database.reading() as session:
                seen.append(
                    int(
                        session.execute(
                            text(
                                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                                "AND datname = current_database()"
                            )
                        ).scalar_one()
                    )
                )
    return seen
