"""Recycling in the middle of everything: two at once, sellers at work, a process killed; nobody is lost or moved."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Conflict
from domain.recycling.batches import BatchState
from storage import integrity
from storage.database import Database
from tests.domain.recycling import workers
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor
from tests.support.processes import run_each, run_together, warm_context


def _desk(database: Database) -> Desk:
    return Desk(Floor(database))


def test_two_supervisors_at_once_never_recycle_the_same_lead_twice(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(60, status="busy")
    given = [(database.url, floor[who], floor.campaign_id, floor.now) for who in ("sup", "root", "sup")]
    done = run_together(workers.recycle, given)
    assert sum(recycled for _, recycled in done) == len(leads)
    events = Counter(event.lead_id for event in floor.events() if event.kind == "recycle")
    assert events == dict.fromkeys(leads, 1)
    assert {floor.row(lead).status for lead in leads} == {"new"}
    floor.later(minutes=5)
    assert sum(desk.undo(batch).restored for batch, _ in done) == len(leads)
    assert desk.cards().by_status == {"busy": 60}
    assert integrity.check(database) == []


def test_sellers_go_on_while_a_list_is_recycled(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(80, status="busy", next_attempt_at=floor.now - timedelta(days=1))
    tasks: list[Any] = [(workers.recycle, (database.url, floor["sup"], floor.campaign_id, floor.now))]
    tasks += [
        (workers.sell, (database.url, floor[who], floor.campaign_id, floor.now, 12)) for who in ("ana", "eva")
    ]
    (batch_id, recycled), *sold = run_each(tasks)
    handled = [lead for leads_ in sold for lead in leads_]
    assert len(handled) == len(set(handled))
    assert len(handled) == 24
    by_event = Counter(event.lead_id for event in floor.events() if event.kind == "recycle")
    assert sum(by_event.values()) == recycled
    assert set(by_event.values()) <= {1}
    for lead in leads:
        expected = "no_answer" if lead in handled else "new" if lead in by_event else "busy"
        assert floor.row(lead).status == expected
    assert integrity.check(database) == []
    floor.later(minutes=5)
    undone = desk.undo(batch_id)
    assert undone.restored + undone.kept == recycled
    assert undone.kept == len(set(handled) & set(by_event))


def _kill(desk: Desk, statement: int, batch_id: int = 0) -> None:
    floor = desk.floor
    context: Any = warm_context()
    given = (floor.database.url, floor["sup"], floor.campaign_id, floor.now, statement, batch_id)
    process = context.Process(target=workers.killed, args=given, daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -9


@pytest.mark.parametrize("statement", [8, 11, 13, 16])
def test_a_batch_whose_process_is_killed_goes_on_or_is_taken_back(
    sqlite_database: Database, statement: int
) -> None:
    _killed_and_continued(_desk(sqlite_database), statement)


@pytest.mark.postgresql
def test_a_batch_whose_process_is_killed_goes_on_on_a_server_too(postgres_database: Database) -> None:
    _killed_and_continued(_desk(postgres_database), 12)


def _killed_and_continued(desk: Desk, statement: int) -> None:
    floor = desk.floor
    leads = floor.leads(23, status="busy")
    before = [desk.state(lead) for lead in leads]
    _kill(desk, statement)
    [batch] = desk.batches()
    with pytest.raises(Conflict, match="running"):
        desk.undo(batch.id)
    floor.later(minutes=1)
    [batch] = desk.batches()
    done = [lead for lead in leads if floor.row(lead).status == "new"]
    assert batch.state is BatchState.STOPPED
    assert batch.recycled == len(done)
    assert len(done) % 5 == 0
    assert done == leads[: len(done)]
    assert desk.resume(batch.id).recycled == len(leads)
    floor.later(minutes=1)
    assert desk.undo(batch.id).restored == len(leads)
    assert [desk.state(lead) for lead in leads] == before
    assert integrity.check(floor.database) == []


@pytest.mark.parametrize("statement", [7, 10, 12])
def test_an_undo_whose_process_is_killed_is_asked_for_again(database: Database, statement: int) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(23, status="busy")
    before = [desk.state(lead) for lead in leads]
    done = desk.recycle("busy")
    _kill(desk, statement, done.batch_id)
    floor.later(minutes=1)
    [batch] = desk.batches()
    assert batch.state is BatchState.HALF_UNDONE
    assert batch.restored == sum(floor.row(lead).status == "busy" for lead in leads)
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept, undone.finished) == (len(leads), 0, True)
    assert [desk.state(lead) for lead in leads] == before
