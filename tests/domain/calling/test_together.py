"""Everybody at once, in processes of their own, on both databases: nobody in two hands, nothing lost.

Source: the calling specification, section 2; what must hold at any moment and afterwards is said test by test.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from sqlmodel import select

from domain.calling.models import Lead
from domain.campaigns.retry import parse_retry_rules
from domain.codes import FINAL_STATUSES, Shift
from domain.contacts.models import ContactPhone, DoNotCall
from storage import integrity
from storage.database import Database
from tests.domain.calling import workers
from tests.domain.calling.workers import Hold, Log
from tests.support.floor import Floor
from tests.support.processes import run_each

SELLERS = 10
TWINS = ("ana", "ana")
BUMPS = {"outcome", "undo", "do_not_call", "do_not_call_removed", "edit", "call", "call_refused", "reason"}
TRACKED = ("status", "campaign_status", "campaign_resolution", "resolution_reason")


def busy_shop(database: Database) -> tuple[Floor, list[str]]:
    """Two campaigns, people in both, numbers shared by several of them; whoever was not reached is back at once."""
    floor = Floor(database)
    rules = parse_retry_rules("busy=0s, no_answer=0s, dropped=0s, failed=0s, congestion=0s")
    elsewhere = floor.campaign("Autumn")
    for name in ("Spring", "Autumn"):
        floor.set(name, retry=rules, max_attempts=500, hopper_level=20)
    numbers = floor.spare(60)
    mine = floor.leads(30, numbers=[[numbers[n], numbers[(n + 7) % 40]] for n in range(30)])
    floor.leads(25, campaign_id=elsewhere, numbers=[[numbers[n + 10], numbers[59 - n]] for n in range(25)])
    for lead_id in mine[:10]:
        floor.also_in(elsewhere, lead_id)
    floor.own("ben", 5, numbers=[[number] for number in numbers[:5]])
    return floor, numbers


def worked(floor: Floor, numbers: list[str], *, steps: int, seed: int = 0) -> list[Log]:
    sellers = [*TWINS, "ben", "eva"]
    sellers += [floor.hire(f"s{n}", [Shift.MORNING, Shift.ANY][n % 2]) for n in range(SELLERS - len(sellers))]
    campaign_ids = sorted({lead.campaign_id for lead in leads(floor)})
    url = floor.database.url
    tasks: list[tuple[object, tuple[object, ...]]] = [
        (workers.sell, (url, floor[who], campaign_ids, seed + n, steps)) for n, who in enumerate(sellers)
    ]
    tasks += [
        (workers.supervise, (url, floor[who], campaign_ids, ["Spring", "Autumn"], numbers, seed + 77, steps))
        for who in ("sup", "root")
    ]
    return run_each(tasks)  # type: ignore[arg-type]  # functions of different kinds


def leads(floor: Floor) -> list[Lead]:
    with floor.database.reading() as session:
        return list(session.exec(select(Lead).where(Lead.organisation_id == floor.organisation_id)).all())


@pytest.fixture
def evening(database: Database) -> tuple[Floor, list[Log]]:
    """The shop after twelve processes have worked in it together."""
    floor, numbers = busy_shop(database)
    return floor, worked(floor, numbers, steps=30)


def overlapping(holds: list[tuple[str, Hold]]) -> list[tuple[str, str]]:
    """Pairs of sellers who held the same at the same time; ``holds`` are of one lead or one number."""
    ordered = sorted(holds, key=lambda each: each[1].begin)
    found = []
    latest = ordered[0]
    for one, other in pairwise(ordered):
        latest = max(latest, one, key=lambda each: each[1].end)
        if other[1].begin < latest[1].end and other[0] != latest[0]:
            found.append((latest[0], other[0]))
    return found


def test_after_a_day_of_everybody_at_once_everything_is_in_order(evening: tuple[Floor, list[Log]]) -> None:
    floor, logs = evening
    nobody_was_in_two_hands(logs)
    no_outcome_was_lost_or_doubled(floor, logs)
    attempts_are_calls(floor)
    history_tells_every_step(floor, logs)
    who_is_on_the_register_is_not_called(floor)
    assert [str(violation) for violation in integrity.check(floor.database)] == []
    refused = sum((log.refused for log in logs), Counter())
    assert sum(len(log.outcomes) for log in logs) > 30, refused


def nobody_was_in_two_hands(logs: list[Log]) -> None:
    by_lead: defaultdict[int, list[tuple[str, Hold]]] = defaultdict(list)
    by_number: defaultdict[str, list[tuple[str, Hold]]] = defaultdict(list)
    for log in logs:
        if log.who in TWINS:
            continue  # one seller at two terminals has one claim, which either may end
        for hold in log.holds:
            by_lead[hold.lead_id].append((log.who, hold))
            for number in hold.numbers:
                by_number[number].append((log.who, hold))
    assert by_lead
    for held in (*by_lead.values(), *by_number.values()):
        assert overlapping(held) == []


def no_outcome_was_lost_or_doubled(floor: Floor, logs: list[Log]) -> None:
    events = [event.id for event in floor.events() if event.kind in ("outcome", "outcome_refused")]
    told = [event_id for log in logs for event_id in log.outcomes]
    assert sorted(told) == sorted(events)
    completed = [each for each in floor.activities() if each.kind == "call"]
    assert len(completed) == len(events)


def attempts_are_calls(floor: Floor) -> None:
    own, reported, answered = Counter[int](), Counter[int](), Counter[int]()
    for call in floor.calls():
        if call.undone_at is None and call.counted:
            (own if call.source == "console" else reported)[call.lead_id] += 1
            answered[call.lead_id] += call.result in ("answered", "in_progress")
    for lead in leads(floor):
        assert lead.id is not None
        assert lead.dial_attempts == own[lead.id] + max(lead.imported_attempts, reported[lead.id])
        assert lead.answered_count == answered[lead.id]


def history_tells_every_step(floor: Floor, logs: list[Log]) -> None:
    """Each event found the lead as the one before had left it, and every change of the version has its event."""
    dialled = Counter(lead_id for log in logs for lead_id in log.dialled)
    events = defaultdict(list)
    for event in floor.events():
        if event.lead_id is not None:
            events[event.lead_id].append(event)
    for lead in leads(floor):
        assert lead.id is not None
        now: dict[str, object] = {}
        for event in events[lead.id]:
            for name in TRACKED:
                if event.before and name in event.before:
                    assert now.setdefault(name, event.before[name]) == event.before[name], (event, name)
                if event.after and name in event.after:
                    now[name] = event.after[name]
        assert {name: getattr(lead, name) for name in now} == now
        bumps = sum(
            event.kind in BUMPS or (event.kind == "claim_expired" and bool(event.after))
            for event in events[lead.id]
        )
        assert lead.version == 1 + bumps + dialled[lead.id]


def who_is_on_the_register_is_not_called(floor: Floor) -> None:
    with floor.database.reading() as session:
        numbers = set(
            session.exec(
                select(DoNotCall.e164).where(
                    DoNotCall.organisation_id == floor.organisation_id,
                    DoNotCall.removed_at == None,  # noqa: E711
                )
            ).all()
        )
        phones = session.exec(
            select(ContactPhone).where(ContactPhone.organisation_id == floor.organisation_id)
        ).all()
    blocked = {phone.contact_id for phone in phones if phone.e164 in numbers}
    for lead in leads(floor):
        if lead.contact_id in blocked:
            told = [(event.kind, event.before, event.after) for event in floor.events(lead.id)]
            assert lead.status in FINAL_STATUSES, (lead.id, lead.status, told[-4:])


def test_one_seller_at_many_terminals_has_one_person_and_records_each_once(database: Database) -> None:
    floor = Floor(database)
    floor.set(retry=parse_retry_rules("busy=0s, no_answer=0s, dropped=0s"), max_attempts=500)
    floor.leads(12)
    url, ids = floor.database.url, [floor.campaign_id]
    logs = run_each([(workers.sell, (url, floor["ana"], ids, seed, 25)) for seed in range(3)])
    no_outcome_was_lost_or_doubled(floor, logs)
    attempts_are_calls(floor)
    history_tells_every_step(floor, logs)
    assert len([entry for entry in floor.entries() if entry.locked_by]) <= 1
    assert integrity.check(floor.database) == []
    assert sum(len(log.outcomes) for log in logs) > 5
