"""What the processes of the hand-out tests do: hand out, be killed in the middle of it, sell meanwhile."""

from __future__ import annotations

import os
import signal
from datetime import datetime

from sqlalchemy import event

from domain.handing import assigning, undoing
from domain.handing.targets import Target
from domain.people.rights import Actor
from storage.database import open_database
from tests.domain.recycling.workers import small_chunks


def assign(
    url: str, actor: Actor, campaign_id: int, now: datetime, sellers: tuple[int, ...], each: int
) -> tuple[int, int]:
    """Hand ``each`` leads to each of the sellers; returns the batch and how many leads it really was."""
    small_chunks(7)
    database = open_database(url)
    to = [Target(seller_id=seller, number=each) for seller in sellers]
    done = assigning.run(database, actor=actor, campaign_id=campaign_id, to=to, clock=lambda: now)
    database.close()
    assert done.leads == sum(done.by_target.values())
    return done.batch_id, done.leads


def killed(
    url: str, actor: Actor, campaign_id: int, now: datetime, seller: int, statement: int, batch_id: int
) -> None:
    """Hand 20 out (or, with a batch, take it back) and die by SIGKILL at the ``statement``-th that writes leads."""
    small_chunks(5)
    database = open_database(url)
    seen = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def _count(*given: object) -> None:
        nonlocal seen
        if str(given[2]).lower().startswith("update lead"):
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

    if batch_id:
        undoing.undo(database, actor=actor, batch_id=batch_id, clock=lambda: now)
    else:
        to = [Target(seller_id=seller, number=20)]
        assigning.run(database, actor=actor, campaign_id=campaign_id, to=to, clock=lambda: now)
