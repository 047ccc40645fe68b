"""What the commands that work through many leads share: progress, stopping after a step, taking a batch back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import typer

from cli.context import Invocation
from cli.output import answer, line, progress

INTERRUPTED = 130


class Done(Protocol):
    """How far the work is; ``total`` None while nobody knows it."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int | None: ...


class TakenBack(Protocol):
    """What came of taking a batch back."""

    @property
    def restored(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def finished(self) -> bool: ...


@contextmanager
def working(title: str) -> Iterator[tuple[Callable[[Done], None], threading.Event]]:
    """Progress on the way, and an event that Ctrl+C or SIGTERM sets: the work stops after its current step."""
    from cli.stopping import stop_request

    with stop_request() as wanted, progress() as tell:

        def told(now: Done) -> None:
            tell(title, now.done, now.total or 0)

        yield told, wanted


def take_back(work: Invocation, undo: Callable[..., TakenBack], *, what: str, again: str) -> None:
    """Ask, take a batch back with progress, and tell what stayed; ``again`` is the command that goes on."""
    if not work.confirm(f"Take {what} back?", without_terminal=True):
        raise typer.Exit(1)
    with working("Taking back") as (tell, wanted):
        done = undo(
            work.database, actor=work.actor, clock=work.now, on_progress=tell, should_stop=wanted.is_set
        )
    told = f"{done.restored:,} leads stand as before, {done.kept:,} were touched since and stay"
    answer(work, done, lambda: line(told))
    if not done.finished:
        work.say(f"Stopped. Go on with: dialdeck {again}")
        raise typer.Exit(INTERRUPTED)
