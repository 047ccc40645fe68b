"""Several processes that start at the same moment, for tests of what happens when people press at once."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.context import BaseContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

SECONDS = 120


WARM = (
    "alembic.command",
    "psycopg",
    "storage.bulk",
    "tests.domain.calling.workers",
    "tests.domain.handing.workers",
    "tests.domain.intake.import_workers",
    "tests.domain.recycling.workers",
    "tests.scheduler.workers",
    "tests.storage.workers",
)
"""What processes of the tests need, loaded once: a second less for each of them."""


def warm_context() -> BaseContext:
    """How processes start: from one that has loaded ``WARM`` and opened nothing; fresh where the system cannot."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(WARM))
    return context


def run_together(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Call ``work(*arguments[i])`` in a process each, all at once; returns the results in that order.

    ``work`` must be a function of a module. A process that fails makes the call fail with its traceback.
    """
    return run_each([(work, given) for given in arguments])


def run_each(tasks: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[Any]:
    """The same for functions of several kinds: each task is a function with its arguments."""
    context: Any = warm_context()
    answers: Queue[tuple[int, Any, str | None]] = context.Queue()
    start = context.Barrier(len(tasks))
    processes = [
        context.Process(target=_work, args=(work, number, start, answers, given), daemon=True)
        for number, (work, given) in enumerate(tasks)
    ]
    for process in processes:
        process.start()
    try:
        found = [answers.get(timeout=SECONDS) for _ in processes]
    finally:
        for process in processes:
            process.join(SECONDS)
    errors = [error for _, _, error in found if error]
    assert not errors, "\n".join(errors)
    return [result for _, result, _ in sorted(found, key=lambda answer: answer[0])]


def _work(
    work: Callable[..., Any],
    number: int,
    start: Barrier,
    answers: Queue[tuple[int, Any, str | None]],
    given: tuple[Any, ...],
) -> None:
    try:
        start.wait(SECONDS)
        answers.put((number, work(*given), None))
    except BaseException:
        answers.put((number, None, traceback.format_exc()))
        raise
