"""Work over many leads in chunks that each commit, as large as goes by before anybody else notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlmodel import Session

from domain.errors import DomainError
from domain.recycling.states import NotWorking

AT_ONCE: Final = 2_000
_FEWEST: Final = 1_000
_TOO_LONG: Final = timedelta(milliseconds=90)
_SHORT: Final = timedelta(milliseconds=50)


class Transactions(Protocol):
    """Where the work is done: a short transaction for each chunk (``storage.database.Database``)."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A session to write with."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A session that only reads."""
        ...


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recycle or its undo is: leads looked at, of how many, and how many of them were changed."""

    batch_id: int
    done: int
    total: int
    changed: int
    finished: bool = False


Tell = Callable[[Progress], None]
Stop = Callable[[], bool]


@dataclass(slots=True)
class Pace:
    """How many leads the next chunk takes: fewer where the last one kept others waiting, more where it did not."""

    leads: int = AT_ONCE

    def took(self, duration: timedelta) -> None:
        """The last chunk, its commit included, took so long."""
        if duration > _TOO_LONG:
            self.leads = max(_FEWEST, self.leads // 2)
        elif duration < _SHORT:
            self.leads = min(AT_ONCE, self.leads * 2)


def to_the_end(
    database: Transactions,
    chunk: Callable[[Session, Sequence[int]], int],
    end: Callable[[Session, bool], None],
    *,
    batch_id: int,
    ids: Sequence[int],
    clock: Clock,
    on_progress: Tell | None,
    should_stop: Stop | None,
) -> bool:
    """All of ``ids`` in chunks, then ``end`` with whether that was all: it writes down how the batch stands.

    Returns:
        Whether this process came to the end; False also where somebody stopped the batch, or goes on with it.
    """
    try:
        finished = _in_chunks(
            database,
            chunk,
            batch_id=batch_id,
            ids=ids,
            clock=clock,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        with database.transaction() as session:
            end(session, finished)
    except NotWorking:
        return False  # how far it came stands in the batch
    except BaseException:  # also an interrupt: the batch must not look as if it were worked on
        with suppress(DomainError), database.transaction() as session:  # without this it shows so soon
            end(session, False)
        raise
    return finished


def _in_chunks(
    database: Transactions,
    chunk: Callable[[Session, Sequence[int]], int],
    *,
    batch_id: int,
    ids: Sequence[int],
    clock: Clock,
    on_progress: Tell | None,
    should_stop: Stop | None,
) -> bool:
    """Call ``chunk`` with all of ``ids`` in turn, each time in a transaction; it tells how many it changed.

    Returns:
        False where ``should_stop`` said so before the end.
    """
    pace, done, changed = Pace(), 0, 0
    while done < len(ids):
        if should_stop is not None and should_stop():
            return False
        part = ids[done : done + pace.leads]
        with database.transaction() as session:
            started = clock()
            changed += chunk(session, part)
        pace.took(clock() - started)
        done += len(part)
        if on_progress is not None:
            on_progress(Progress(batch_id, done, len(ids), changed, done >= len(ids)))
    return True
