"""A seller's process killed at any moment of an outcome: all of it is there or nothing, and work goes on.

The process asks before every statement whether to go on, so that it is known to be in the middle of an outcome
when it is killed; a commit is killed while it runs. Source: the calling specification, section 2 "outcome".
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from domain.calling.models import HeldNumber, Lead, UndoEntry
from domain.codes import DialStatus
from domain.contacts.models import ContactPhone
from storage import integrity
from storage.database import Database
from tests.domain.calling import workers
from tests.support.floor import Floor
from tests.support.processes import warm_context

LAST_MOMENT = 26  # two outcomes, from before their first statement to after their commit, and between the two
COMMITS = 4


@dataclass
class Seen:
    """What the killed processes had told: outcomes they knew of, and the person that was in hand at the end."""

    recorded: list[int] = field(default_factory=list)
    lead_id: int | None = None
    draft: str = ""
    dialled: bool = False
    moments: Counter[str] = field(default_factory=Counter)

    def note(self, what: tuple[Any, ...]) -> None:
        self.moments[what[0]] += 1
        if what[0] == "recorded":
            self.recorded.append(what[1])
            self.lead_id = None
        elif what[0] in ("in hand", "draft", "dialled"):
            _, self.lead_id, self.draft, self.dialled = what


def killed(
    floor: Floor,
    seen: Seen,
    *,
    moment: int,
    at: str = "",
    late: float = 0.0,
    dial: float = 0.6,
    seed: int = 0,
) -> None:
    """Ana's process works and is killed at the ``moment``-th of its steps, told as ``at`` where that is given.

    With ``late`` it is let go on and killed so many seconds later.
    """
    context: Any = warm_context()
    here: Connection
    here, there = context.Pipe()
    given = (floor.database.url, floor["ana"], floor.campaign_id, floor.now, seed, dial, there)
    process = context.Process(target=workers.record_for_ever, args=given, daemon=True)
    process.start()
    there.close()
    try:
        first = here.recv()
        comes_back_to_the_seller(floor, seen, first)
        seen.note(first)
        while moment > 0 or (at and first[0] != at):
            here.send("go on")
            first = here.recv()
            seen.note(first)
            moment -= 1
        if late:
            here.send("go on")
            time.sleep(late)  # anywhere within the next moment: nothing is waited for
    finally:
        process.kill()
        process.join()
    while here.poll():
        try:
            seen.note(here.recv())
        except (EOFError, ConnectionResetError):  # how a pipe ends whose other side was killed
            break
    if floor.database.dialect == "postgresql":
        with floor.database.transaction() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:alive)"), {"alive": workers.ALIVE})


def comes_back_to_the_seller(floor: Floor, seen: Seen, first: tuple[Any, ...]) -> None:
    """At the next sign-in: whoever was in hand without an outcome, with draft and call; else somebody new."""
    said, lead_id, draft, dialled = first
    assert said == "in hand"
    if seen.lead_id is None:
        assert draft == ""
        return
    if any(event.kind == "outcome" for event in floor.events(seen.lead_id)):
        assert (lead_id != seen.lead_id, draft) == (True, "")
    else:
        assert (lead_id, draft, dialled) == (seen.lead_id, seen.draft, seen.dialled)


class Rows:
    """Everything in the shop, read once, by lead."""

    def __init__(self, floor: Floor) -> None:
        with floor.database.reading() as session:
            self.leads = {lead.id: lead for lead in session.exec(select(Lead)).all()}
            self.undo = by_lead(session.exec(select(UndoEntry)).all())
            self.held = session.exec(select(HeldNumber)).all()
            self.phones = defaultdict(list)
            for phone in session.exec(select(ContactPhone)).all():
                self.phones[phone.contact_id].append(phone)
        self.outcomes = by_lead([event for event in floor.events() if event.kind == "outcome"])
        self.calls = by_lead(floor.calls())
        self.activities = by_lead([each for each in floor.activities() if each.kind == "call"])
        self.pending = by_lead(floor.pending())
        self.entries = by_lead(floor.entries())
        self.drafts = by_lead(floor.drafts())
        self.sales = by_lead(floor.sales())


def by_lead(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.lead_id].append(row)
    return found


def all_of_it_or_nothing(floor: Floor, seen: Seen) -> None:
    """Every lead is either as before any outcome or has each part of exactly one, whatever came in between."""
    rows = Rows(floor)
    events = {event.id for each in rows.outcomes.values() for event in each}
    assert set(seen.recorded) <= events
    assert len(seen.recorded) == len(set(seen.recorded))
    for lead_id, lead in rows.leads.items():
        assert lead_id is not None
        assert lead.dial_attempts == len(rows.calls[lead_id])
        if rows.outcomes[lead_id]:
            whole(rows, lead, lead_id)
        else:
            assert (lead.status, lead.last_console_action) == ("new", None)
            assert not [call for call in rows.calls[lead_id] if call.action]
            for kind in (rows.activities, rows.undo, rows.sales, rows.pending):
                assert kind[lead_id] == []
    only_what_is_in_hand_is_held(rows)


def whole(rows: Rows, lead: Lead, lead_id: int) -> None:
    """Each table agrees with what history says of the outcome."""
    (event,), (call,), (undo,) = rows.outcomes[lead_id], rows.calls[lead_id], rows.undo[lead_id]
    (activity,) = rows.activities[lead_id]
    assert (event.after["status"], event.after["last_console_action"]) == (lead.status, event.action)
    assert lead.last_console_action == event.action
    assert (call.id, call.action) == (event.call_id, event.action)
    assert activity.call_id == call.id
    assert activity.notes.endswith(f" of {lead_id}")
    assert (undo.event_id, undo.lead_version) == (event.id, lead.version)
    assert rows.drafts[lead_id] == rows.entries[lead_id] == []
    assert len(rows.sales[lead_id]) == (event.action == "sale")
    assert len(rows.pending[lead_id]) == (event.action == "schedule")
    assert any(phone.bad for phone in rows.phones[lead.contact_id]) == (event.action == "wrong-number")


def only_what_is_in_hand_is_held(rows: Rows) -> None:
    claimed = [entry for each in rows.entries.values() for entry in each if entry.locked_by is not None]
    assert len(claimed) <= 1
    numbers = [phone.e164 for entry in claimed for phone in rows.phones[rows.leads[entry.lead_id].contact_id]]
    assert sorted(each.e164 for each in rows.held) == sorted(numbers)
    assert {each.entry_id for each in rows.held} == {entry.id for entry in claimed}


@pytest.fixture
def floor(database: Database) -> Floor:
    """A shop in a database of its own, so that everything in it can be looked at."""
    return Floor(database)


def test_an_outcome_killed_at_any_moment_is_there_wholly_or_not_at_all(floor: Floor) -> None:
    floor.leads(60)
    seen, chance = Seen(), random.Random(20)

    for moment in range(2, LAST_MOMENT, 3):
        killed(floor, seen, moment=moment, seed=moment)
        all_of_it_or_nothing(floor, seen)
    for seed in range(COMMITS):
        late = chance.uniform(0.0001, 0.004)
        killed(floor, seen, moment=0, at="commit", late=late, seed=100 + seed)
        all_of_it_or_nothing(floor, seen)

    assert len(seen.recorded) > 2
    assert seen.moments["statement"] > 50
    assert integrity.check(floor.database) == []


def test_whom_a_killed_seller_had_in_hand_comes_to_another_when_the_lease_ends(floor: Floor) -> None:
    lead_id, seen = floor.lead(), Seen()
    killed(floor, seen, moment=0, at="statement", dial=0)
    assert floor.next_id("ben") is None

    floor.later(minutes=11)
    found = floor.take("ben")

    assert (found.lead_id, found.draft, found.attempts) == (lead_id, "", 0)
    assert [event.kind for event in floor.events(lead_id)] == ["claim_expired"]


def test_a_call_whose_seller_was_killed_stays_visible_when_the_lease_ends(floor: Floor) -> None:
    lead_id, seen = floor.lead(), Seen()
    killed(floor, seen, moment=0, at="statement", dial=1)

    floor.later(minutes=61)

    assert floor.next_id("ben") is None
    assert floor.row(lead_id).status == DialStatus.CONTACTED
    assert [call.action for call in floor.calls(lead_id)] == [None]
    assert [draft.text for draft in floor.drafts(lead_id)] == [seen.draft]
