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


def context_with(preload: Sequence[str] = ()) -> BaseContext:
    """How processes start: fresh; with ``preload``, where the system can, from one that has those modules already.

    That saves a second for each of many processes.
    """
    if not preload or "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def run_together(
    work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], *, preload: Sequence[str] = ()
) -> list[Any]:
    """Call ``work(*arguments[i])`` in a process each, all at once; returns the results in that order.

    ``work`` must be a function of a module. A process that fails makes the call fail with its traceback.
    """
    return run_each([(work, given) for given in arguments], preload=preload)


def run_each(
    tasks: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]], *, preload: Sequence[str] = ()
) -> list[Any]:
    """The same for functions of several kinds: each task is a function with its arguments."""
    context: Any = context_with(preload)
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
