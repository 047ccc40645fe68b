"""What a job's body is given: its shop, fenced transactions, the wish to stop, and a place for its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import Session

from domain.jobs import turns
from domain.jobs.turns import Turn
from domain.people import rights
from domain.people.rights import Actor
from domain.people.shop import Shop
from scheduler.clock import Clock
from storage.database import Database


class Work:
    """One run of a job in one shop; ``campaign_id`` narrows it to one campaign where somebody asked for that."""

    def __init__(
        self,
        database: Database,
        shop: Shop,
        turn: Turn,
        *,
        lease: timedelta,
        clock: Clock,
        should_stop: Callable[[], bool],
        campaign_id: int | None = None,
    ) -> None:
        self.database = database
        self.shop = shop
        self.turn = turn
        self.now = clock
        self.campaign_id = campaign_id
        self.counts: Counter[str] = Counter()
        self.cut_short = False
        self._lease = lease
        self._should_stop = should_stop

    @property
    def organisation_id(self) -> int:
        """The shop this run is for."""
        return self.shop.organisation_id

    @property
    def actor(self) -> Actor:
        """Who acts: the system."""
        return rights.system(self.organisation_id, timezone=self.shop.timezone)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One chunk of the work: kept as a whole, and only while this run still has its lease.

        Raises:
            TurnLost: another process has taken the run over; nothing of the chunk is kept.
        """
        with self.database.transaction() as session:
            turns.renew(session, turn=self.turn, lease=self._lease, now=self.now())
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at the database."""
        with self.database.reading() as session:
            yield session

    def should_stop(self) -> bool:
        """Whether to end after this chunk; the run counts as stopped then, and is done by somebody else."""
        self.cut_short = self.cut_short or self._should_stop()
        return self.cut_short

    def add(self, **counts: int) -> None:
        """Add to the figures of this run."""
        self.counts.update(counts)
