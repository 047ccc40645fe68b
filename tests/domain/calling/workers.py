"""What the processes of the floor tests do: sellers and supervisors at work all at once, and one that is killed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from sqlalchemy import event, select, text
from sqlmodel import Session, col

from domain.calling import (
    calls,
    claims,
    dialling,
    drafts,
    hopper,
    lead_edits,
    outcomes,
    reasons,
    undo,
)
from domain.calling.calls import ReportedCall
from domain.calling.lead_edits import LeadChanges
from domain.calling.models import Lead
from domain.campaigns import campaigns, lists
from domain.campaigns.settings import CampaignSettings
from domain.codes import CallResult
from domain.contacts import do_not_call
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people.rights import Actor
from storage.database import Database, open_database

OUTCOMES = (
    ("busy", 6), ("not-found", 5), ("call-dropped", 4), ("call-later", 2), ("not-interested", 2), ("sale", 1),
    ("wrong-number", 1), ("do-not-call", 2), ("move-afternoon", 1), ("move-morning", 1), ("uncontactable", 1),
)  # fmt: skip
STEPS = (
    ("outcome", 50), ("dial", 15), ("skip", 8), ("undo", 14), ("previous", 4), ("renew", 3), ("leave", 3),
    ("reason", 3), ("draft", 4), ("fill", 3), ("next", 6), ("elsewhere", 4),
)  # fmt: skip
CARES = (
    ("register", 30), ("release", 22), ("edit", 18), ("pause", 8), ("limits", 6), ("fill", 8), ("clear", 3),
    ("report", 12), ("expire", 4),
)  # fmt: skip

ALIVE = 4_711
"""The lock on the server that a seller who will be killed holds while alive."""


@dataclass
class Hold:
    """A person in hand: at least from ``begin`` to ``end`` (nanoseconds of one clock for all processes)."""

    lead_id: int
    numbers: tuple[str, ...]
    begin: int
    end: int = 0


@dataclass
class Log:
    """What one process saw."""

    who: str
    holds: list[Hold] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    dialled: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def pick(chance: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    words, weights = zip(*weighted, strict=True)
    return chance.choices(words, weights)[0]


class Seller:
    """A seller in a process of its own, who does anything a seller may do, in any order."""

    def __init__(self, database: Database, actor: Actor, campaign_ids: list[int], seed: int) -> None:
        self.database = database
        self.actor = actor
        self.campaign_ids = campaign_ids
        self.campaign_id = campaign_ids[seed % len(campaign_ids)]
        self.chance = random.Random(seed)
        self.log = Log(actor.name)
        self.hold: Hold | None = None

    def do(self, step: Callable[[Session, datetime], object]) -> object:
        with self.database.transaction() as session:
            return step(session, datetime.now(UTC))

    def let_go(self) -> None:
        """From now on the person may be in other hands."""
        if self.hold is not None:
            self.hold.end = time.monotonic_ns()
            self.log.holds.append(self.hold)
            self.hold = None

    def next(self) -> None:
        self.let_go()
        found = self.do(
            lambda s, now: claims.next_lead(s, actor=self.actor, campaign_id=self.campaign_id, now=now)
        )
        assert isinstance(found, claims.NextLead)
        if found.dossier is not None:
            numbers = tuple(phone.e164 for phone in found.dossier.phones)
            self.hold = Hold(found.dossier.lead_id, numbers, time.monotonic_ns())

    def step(self) -> None:
        if self.hold is None:
            self.next()
        if self.hold is None:
            return
        lead_id, actor = self.hold.lead_id, self.actor
        name = pick(self.chance, STEPS)
        if name in ("outcome", "skip", "undo", "previous", "leave", "elsewhere", "next"):
            self.let_go()
        if name == "outcome":
            slug = pick(self.chance, OUTCOMES)
            result = self.do(
                lambda s, now: outcomes.record(s, actor=actor, lead_id=lead_id, action=slug, now=now)
            )
            assert isinstance(result, outcomes.OutcomeResult)
            self.log.outcomes.append(result.event_id)
        elif name == "dial":
            ticket = self.do(lambda s, now: dialling.start(s, actor=actor, lead_id=lead_id, now=now))
            assert isinstance(ticket, dialling.DialTicket)
            self.log.dialled.append(lead_id)
            self.do(lambda s, now: dialling.hang_up(s, actor=actor, now=now))
        elif name == "skip":
            self.do(lambda s, now: claims.skip(s, actor=actor, now=now))
        elif name == "undo":
            self.do(lambda s, now: undo.undo(s, actor=actor, now=now))
        elif name == "previous":
            self.do(lambda s, now: claims.previous(s, actor=actor, campaign_id=self.campaign_id, now=now))
        elif name == "renew":
            self.do(lambda s, now: claims.renew(s, actor=actor, now=now))
        elif name == "leave":
            self.do(lambda s, now: claims.leave(s, actor=actor, now=now))
        elif name == "reason":
            self.do(lambda s, now: reasons.add_reason(s, actor=actor, code=1, now=now))
        elif name == "draft":
            self.do(lambda s, now: drafts.save(s, actor=actor, lead_id=lead_id, text="half", now=now))
        elif name == "fill":
            self.do(
                lambda s, now: hopper.top_up(
                    s, organisation_id=actor.organisation_id, campaign_id=self.campaign_id, now=now
                )
            )
        elif name == "elsewhere":
            self.campaign_id = self.chance.choice(self.campaign_ids)

    def work(self, steps: int) -> Log:
        for _ in range(steps):
            try:
                self.step()
            except (Conflict, NotFound, NotAllowed, Invalid) as refused:
                self.log.refused[refused.code] += 1
        self.let_go()
        return self.log


def sell(url: str, actor: Actor, campaign_ids: list[int], seed: int, steps: int) -> Log:
    """A seller's work; whatever is no ordinary refusal (a deadlock, a busy database) comes out as a failure."""
    database = open_database(url)
    try:
        return Seller(database, actor, campaign_ids, seed).work(steps)
    finally:
        database.close()


class Supervisor(Seller):
    """A supervisor who registers, releases, edits, pauses, limits, fills and reports calls meanwhile."""

    def care(self, numbers: list[str], lead_ids: list[int], list_ids: list[int], names: list[str]) -> None:
        actor, chance = self.actor, self.chance
        name = pick(chance, CARES)
        wanted = chance.sample(numbers, 2)
        lead_id, campaign_id = chance.choice(lead_ids), chance.choice(self.campaign_ids)
        if name == "register":
            self.do(lambda s, now: do_not_call.add(s, actor=actor, numbers=wanted, now=now))
        elif name == "release":
            self.do(lambda s, now: do_not_call.remove(s, actor=actor, number=wanted[0], now=now))
        elif name == "edit":
            changes = LeadChanges(status=chance.choice(["new", "busy"]), priority=chance.choice([40, 50, 60]))
            self.do(lambda s, now: lead_edits.edit(s, actor=actor, lead_id=lead_id, changes=changes, now=now))
        elif name == "pause":
            given = {"actor": actor, "name_or_id": str(chance.choice(list_ids))}
            self.do(lambda s, now: lists.set_active(s, active=False, now=now, **given))
            self.do(lambda s, now: lists.set_active(s, active=True, now=now, **given))
        elif name == "limits":
            settings = CampaignSettings(max_attempts=chance.choice([400, 500, 600]))
            self.do(
                lambda s, now: campaigns.edit(
                    s, actor=actor, name=chance.choice(names), now=now, settings=settings
                )
            )
        elif name == "fill":
            self.do(lambda s, now: hopper.fill(s, actor=actor, campaign_id=campaign_id, now=now))
        elif name == "clear":
            self.do(lambda s, now: hopper.clear(s, actor=actor, campaign_id=campaign_id))
        elif name == "report":
            result = chance.choice([CallResult.BUSY, CallResult.NO_ANSWER, CallResult.ANSWERED])
            self.do(
                lambda s, now: calls.record(s, actor=actor, call=ReportedCall(lead_id, result, now), now=now)
            )
        elif name == "expire":
            self.do(lambda s, now: claims.renew(s, actor=actor, now=now))


def supervise(
    url: str,
    actor: Actor,
    campaign_ids: list[int],
    names: list[str],
    numbers: list[str],
    seed: int,
    steps: int,
) -> Log:
    """A supervisor's work beside the sellers'."""
    database = open_database(url)
    worker = Supervisor(database, actor, campaign_ids, seed)
    with database.reading() as session:
        rows = session.execute(
            select(col(Lead.id), col(Lead.list_id)).where(col(Lead.campaign_id).in_(campaign_ids))
        ).all()
    lead_ids = [row[0] for row in rows]
    list_ids = sorted({row[1] for row in rows if row[1] is not None})
    try:
        for _ in range(steps):
            try:
                worker.care(numbers, lead_ids, list_ids, names)
            except (Conflict, NotFound, NotAllowed, Invalid) as refused:
                worker.log.refused[refused.code] += 1
        return worker.log
    finally:
        database.close()


MORTAL_OUTCOMES = (
    "sale",
    "not-interested",
    "busy",
    "do-not-call",
    "wrong-number",
    "schedule",
    "move-morning",
)


def record_for_ever(
    url: str, actor: Actor, campaign_id: int, now: datetime, seed: int, dial: float, wire: Connection
) -> None:
    """Takes person after person with a draft, a call (as often as ``dial``) and an outcome, until it is killed.

    Tells each step before it goes on, and goes on when it is answered; in the midst of an outcome too: before
    each of its statements, and before its commit.
    """
    database = open_database(url)
    chance = random.Random(seed)
    recording = False

    def tell(*what: object) -> None:
        wire.send(what)
        wire.recv()

    @event.listens_for(database.engine, "before_cursor_execute")
    def _statement(*_: object) -> None:
        if recording:
            tell("statement")

    @event.listens_for(database.engine, "commit")
    def _commit(_: object) -> None:
        if recording:
            tell("commit")

    if (
        database.dialect == "postgresql"
    ):  # whoever gets this lock knows that our work is over on the server too
        with database.transaction() as session:
            session.execute(text("SELECT pg_advisory_lock(:alive)"), {"alive": ALIVE})
    while True:
        with database.transaction() as session:
            found = claims.next_lead(session, actor=actor, campaign_id=campaign_id, now=now).dossier
        assert found is not None
        lead_id, dialled = found.lead_id, found.dialled_number is not None
        tell("in hand", lead_id, found.draft, dialled)
        note = f"draft {seed} of {lead_id}"
        with database.transaction() as session:
            drafts.save(session, actor=actor, lead_id=lead_id, text=note, now=now)
        tell("draft", lead_id, note, dialled)
        if not dialled and chance.random() < dial:
            with database.transaction() as session:
                dialling.start(session, actor=actor, lead_id=lead_id, now=now)
            tell("dialled", lead_id, note, True)
        slug = chance.choice(MORTAL_OUTCOMES)
        at = now + timedelta(days=3) if slug == "schedule" else None
        recording = True
        with database.transaction() as session:
            done = outcomes.record(session, actor=actor, lead_id=lead_id, action=slug, now=now, at=at)
        recording = False
        tell("recorded", done.event_id)
