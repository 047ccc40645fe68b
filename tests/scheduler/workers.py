"""Processes that run jobs, for the tests of many of them on one database; their jobs leave a mark for each chunk."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from domain.people.models import SellerStateEvent
from scheduler.service import Service
from scheduler.work import Work
from storage.database import open_database
from storage.scheduler_settings import SchedulerSettings

JOB = "fold_figures"
PARTS = 3
SETTINGS = SchedulerSettings.model_validate({"lease": "2s", "look": "1s", "jobs": {JOB: {"every": "1s"}}})


def mark(work: Work, part: int) -> None:
    """A chunk of work: who did it is written down for good."""
    with work.transaction() as session:
        session.add(
            SellerStateEvent(
                organisation_id=work.organisation_id,
                seller_id=1,
                state=f"{work.turn.fence}/{part}",
                at=work.now(),
            )
        )


def in_parts(work: Work) -> None:
    """A job of three chunks that ends early when asked to."""
    for part in range(PARTS):
        if work.should_stop():
            return
        mark(work, part)
        work.add(parts=1)


@dataclass(frozen=True)
class Told:
    """What a process says of a run."""

    pid: int
    fence: int
    what: str


def serve(url: str, parent: Connection, first: Any) -> None:
    """Run jobs until the parent says "leave".

    The very first run of all processes hangs after one chunk until the parent says "go on".
    """
    go_on = threading.Event()

    def body(work: Work) -> None:
        with first.get_lock():
            chosen, first.value = first.value == 0, 1
        try:
            if chosen:
                mark(work, 0)
                parent.send(Told(os.getpid(), work.turn.fence, "hangs"))
                go_on.wait()
            in_parts(work)
        except Exception as error:
            parent.send(Told(os.getpid(), work.turn.fence, type(error).__name__))
            raise
        parent.send(Told(os.getpid(), work.turn.fence, "ended"))

    database = open_database(url)
    service = Service(database, SETTINGS, only=[JOB], bodies={JOB: body})
    service.start()
    while parent.recv() != "leave":
        go_on.set()
    go_on.set()
    service.stop(5)
    database.close()


def start_and_leave(url: str) -> None:
    """A program that ends while a job hangs in the background."""
    began = threading.Event()

    def hangs(_work: Work) -> None:
        began.set()
        threading.Event().wait()

    Service(open_database(url), SETTINGS, only=[JOB], bodies={JOB: hangs}).start()
    began.wait(20)
