"""What the processes of the recycling tests do: recycle, be killed in the middle of it, sell meanwhile."""

from __future__ import annotations

import os
import signal
from datetime import datetime

from sqlalchemy import event
from sqlmodel import Session

from domain.calling import claims, outcomes
from domain.people.rights import Actor
from domain.recycling import applying, pace, undoing
from domain.recycling.selection import Filters
from storage.database import open_database


def small_chunks(leads: int) -> None:
    """Chunks of so many leads in this process, whatever they take."""
    pace.AT_ONCE = leads  # type: ignore[misc]  # a constant but for this test
    pace.Pace.__init__ = lambda self: setattr(self, "leads", leads)  # type: ignore[method-assign]
    pace.Pace.took = lambda self, duration: None  # type: ignore[method-assign]


def recycle(url: str, actor: Actor, campaign_id: int, now: datetime) -> tuple[int, int]:
    """Recycle those who were busy; returns the batch and how many leads it was."""
    small_chunks(5)
    database = open_database(url)
    done = applying.run(
        database, actor=actor, campaign_id=campaign_id, filters=Filters(("busy",)), clock=lambda: now
    )
    database.close()
    return done.batch_id, done.recycled


def killed(url: str, actor: Actor, campaign_id: int, now: datetime, statement: int, batch_id: int) -> None:
    """Recycle (or, with a batch, take it back) and die by SIGKILL before the ``statement``-th that writes leads."""
    small_chunks(5)
    database = open_database(url)
    seen = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def _count(*given: object) -> None:
        nonlocal seen
        if "lead" in str(given[2]).lower().split("where")[0]:
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

    if batch_id:
        undoing.undo(database, actor=actor, batch_id=batch_id, clock=lambda: now)
    else:
        applying.run(
            database, actor=actor, campaign_id=campaign_id, filters=Filters(("busy",)), clock=lambda: now
        )


def sell(url: str, actor: Actor, campaign_id: int, now: datetime, people: int) -> list[int]:
    """Take people one after the other and record that nobody was there; returns their leads."""
    database = open_database(url)
    handled: list[int] = []
    for _ in range(people):
        with database.transaction() as session:
            lead_id = _next(session, actor, campaign_id, now)
        if lead_id is None:
            continue
        with database.transaction() as session:
            outcomes.record(session, actor=actor, lead_id=lead_id, action="not-found", now=now)
        handled.append(lead_id)
    database.close()
    return handled


def _next(session: Session, actor: Actor, campaign_id: int, now: datetime) -> int | None:
    found = claims.next_lead(session, actor=actor, campaign_id=campaign_id, now=now)
    return found.dossier.lead_id if found.dossier is not None else None
