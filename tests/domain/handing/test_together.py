"""Handing out in the middle of everything: two at once, sellers at work, a process killed; no lead has two owners."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from domain.errors import Conflict
from domain.handing.batches import BatchView
from domain.handing.states import BatchState
from storage import integrity
from storage.database import Database
from tests.domain.handing import workers
from tests.domain.handing.conftest import Desk
from tests.domain.recycling import workers as selling
from tests.support.floor import Floor
from tests.support.processes import run_each, run_together, warm_context


def _desk(database: Database) -> Desk:
    return Desk(Floor(database))


def test_two_supervisors_at_once_never_overlap_and_each_is_told_what_it_was(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(100)
    ids = {who: floor[who].user_id for who in ("ana", "ben", "eva")}
    given = [
        (database.url, floor["sup"], floor.campaign_id, floor.now, (ids["ana"], ids["ben"]), 30),
        (database.url, floor["root"], floor.campaign_id, floor.now, (ids["eva"],), 60),
    ]
    done = run_together(workers.assign, given)
    assert sum(number for _, number in done) == 100
    events = Counter(event.lead_id for event in floor.events() if event.kind == "assign")
    assert events == dict.fromkeys(leads, 1)
    by_batch = Counter(event.batch_id for event in floor.events() if event.kind == "assign")
    assert by_batch == {batch: number for batch, number in done if number}
    assert None not in desk.owners(leads)
    floor.later(minutes=5)
    assert sum(desk.undo(batch).restored for batch, _ in done) == 100
    assert desk.counted(leads) == {None: 100}
    assert integrity.check(database) == []


def test_two_at_once_each_get_all_they_asked_for_where_there_are_enough(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    floor.leads(90)
    given = [
        (database.url, floor[who], floor.campaign_id, floor.now, (floor[seller].user_id,), 40)
        for who, seller in (("sup", "ana"), ("root", "eva"))
    ]
    done = run_together(workers.assign, given)
    assert [number for _, number in done] == [40, 40]
    has = desk.has()
    assert (has["ana"].owned, has["eva"].owned, desk.free()) == (40, 40, 10)


def test_sellers_go_on_while_leads_are_handed_out(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(80)
    eva = floor["eva"].user_id
    tasks: list[Any] = [
        (workers.assign, (database.url, floor["sup"], floor.campaign_id, floor.now, (eva,), 40))
    ]
    tasks += [
        (selling.sell, (database.url, floor[who], floor.campaign_id, floor.now, 12)) for who in ("ana", "ben")
    ]
    (_, handed), *sold = run_each(tasks)
    handled = [lead for each in sold for lead in each]
    assert handed == 40
    assert len(handled) == len(set(handled)) == 24
    events = Counter(event.lead_id for event in floor.events() if event.kind == "assign")
    assert set(events.values()) == {1}
    owned = {lead for lead in leads if floor.row(lead).owner_id == eva}
    assert owned == set(events)
    for lead in handled:
        last_outcome = max(event.id for event in floor.events(lead) if event.kind == "outcome")
        given_before = [
            event for event in floor.events(lead) if event.kind == "assign" and event.id < last_outcome
        ]
        assert given_before == [], "nobody else called a lead that was hers already"
    assert integrity.check(database) == []


def _kill(desk: Desk, statement: int, batch_id: int = 0) -> None:
    floor = desk.floor
    context: Any = warm_context()
    ana = floor["ana"].user_id
    given = (floor.database.url, floor["sup"], floor.campaign_id, floor.now, ana, statement, batch_id)
    process = context.Process(target=workers.killed, args=given, daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == -9


def _only(desk: Desk) -> BatchView:
    [batch] = desk.batches()
    return batch


@pytest.mark.parametrize("statement", [1, 3])
def test_a_hand_out_whose_process_is_killed_goes_on_for_what_is_missing(
    database: Database, statement: int
) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(23)
    before = [desk.state(lead) for lead in leads]
    _kill(desk, statement)
    with pytest.raises(Conflict, match="worked on"):
        desk.undo(_only(desk).id)
    floor.later(minutes=1)
    assert _only(desk).state is BatchState.STOPPED
    assert _only(desk).leads == desk.has()["ana"].owned == (statement - 1) * 5
    done = desk.resume(_only(desk).id)
    assert (done.leads, done.finished, desk.has()["ana"].owned) == (20, True, 20)
    floor.later(minutes=1)
    assert desk.undo(done.batch_id).restored == 20
    assert [desk.state(lead) for lead in leads] == before
    assert integrity.check(database) == []


def test_an_undo_whose_process_is_killed_is_asked_for_again(database: Database) -> None:
    desk = _desk(database)
    floor = desk.floor
    leads = floor.leads(20)
    before = [desk.state(lead) for lead in leads]
    done = desk.assign(desk.to(ana=20))
    _kill(desk, 3, done.batch_id)
    floor.later(minutes=1)
    assert _only(desk).state is BatchState.HALF_UNDONE
    assert _only(desk).restored == 20 - desk.has()["ana"].owned == 10
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept, undone.finished) == (20, 0, True)
    assert [desk.state(lead) for lead in leads] == before
