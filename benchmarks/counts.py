"""How many statements each step of a seller sends, the most over the ways it can go.

BEGIN, COMMIT and settings are not counted. An outcome is counted for every action of the shop, after a dialled
call and with a drafted note, for that writes most; *do not call* for a number that somebody else has too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from benchmarks.shops import Desk
from domain.calling import actions, claims, dialling, drafts, hopper, outcomes, undo
from domain.calling.models import HopperEntry
from domain.calling.views import ActionView, Dossier
from domain.codes import ActionType, HopperState, ReasonMode
from domain.contacts.models import ContactPhone
from storage.counting import count_statements


@dataclass(slots=True)
class Count:
    """The most statements of a step, and when that was."""

    most: int = 0
    note: str = ""

    def add(self, statements: int, note: str) -> None:
        """One way was counted."""
        if statements > self.most:
            self.most, self.note = statements, note


class _Counting:
    """A seller's desk with every use case counted."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.now = now
        self.found = {step: Count() for step in ("next", "outcome", "do not call", "undo", "fill")}

    @contextmanager
    def counted(self, step: str, note: str) -> Iterator[Session]:
        """A transaction whose statements count for ``step``."""
        with count_statements(self.desk.database) as counter, self.desk.database.transaction() as session:
            yield session
        self.found[step].add(counter.count, note)

    def next(self, note: str) -> Dossier:
        with self.counted("next", note) as session:
            got = claims.next_lead(
                session, actor=self.desk.seller, campaign_id=self.desk.campaign_id, now=self.now
            )
        assert got.dossier is not None, got.why
        return got.dossier

    def every_outcome(self) -> None:
        """All actions of the shop; each is undone, then the person is let go with a plain one."""
        with self.desk.database.reading() as session:
            every = actions.for_console(session, organisation_id=self.desk.seller.organisation_id)
        for action in every:
            self.now += timedelta(minutes=1)
            self.fill("keeps up")
            person = self.next("from the pool")
            self.next("in hand already")
            self._prepare(person, share=action.lead_status == "dnc")
            self._record(person, action)
            with self.counted("undo", action.slug) as session:
                undo.undo(session, actor=self.desk.seller, now=self.now)
            self._record(person, action)

    def _prepare(self, person: Dossier, *, share: bool) -> None:
        """A dialled call, a draft and, where asked for, somebody else with the same number."""
        seller, database = self.desk.seller, self.desk.database
        with database.transaction() as session:
            dialling.start(session, actor=seller, lead_id=person.lead_id, e164=None, now=self.now)
            dialling.hang_up(session, actor=seller, now=self.now)
            drafts.save(session, actor=seller, lead_id=person.lead_id, text="a note", now=self.now)
        if share:
            with database.transaction() as session:
                other = (
                    session.execute(
                        select(col(HopperEntry.lead_id)).where(
                            col(HopperEntry.state) == HopperState.NEW.value
                        )
                    )
                    .scalars()
                    .first()
                )
                assert other is not None
                session.add(
                    ContactPhone(
                        organisation_id=seller.organisation_id,
                        contact_id=other,  # contacts and leads of these shops have the same numbers
                        e164=person.phones[0].e164,
                        position=1,
                    )
                )

    def _record(self, person: Dossier, action: ActionView) -> None:
        step = "do not call" if action.lead_status == "dnc" else "outcome"
        timed = action.type == ActionType.SCHEDULED
        required = action.reason == ReasonMode.REQUIRED and action.reasons
        with self.counted(step, action.slug) as session:
            outcomes.record(
                session,
                actor=self.desk.seller,
                lead_id=person.lead_id,
                action=action.slug,
                now=self.now,
                reason=action.reasons[0].code if required else None,
                at=_later(person, self.now) if timed else None,
            )

    def fill(self, note: str) -> None:
        desk = self.desk
        with self.counted("fill", note) as session:
            hopper.top_up(
                session,
                organisation_id=desk.seller.organisation_id,
                campaign_id=desk.campaign_id,
                now=self.now,
            )


def count_steps(desk: Desk, now: datetime) -> dict[str, Count]:
    """Count every step in a shop that is being worked, at ``now``."""
    counting = _Counting(desk, now)
    counting.every_outcome()
    with desk.database.transaction() as session:
        hopper.clear(session, actor=desk.leader, campaign_id=desk.campaign_id)
    counting.fill("from empty")
    counting.now += timedelta(hours=7)
    counting.fill("some zones closed meanwhile")
    return counting.found


def _later(person: Dossier, now: datetime) -> datetime | None:
    """A time tomorrow at which this person may be called."""
    rules = person.rules
    return rules.policy.calendar.next_open(now + timedelta(days=1), rules.facts.segment)
