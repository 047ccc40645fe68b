"""Taking a recycle back: exactly as before for those nobody touched, the others counted and left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import QueueState
from domain.errors import Conflict, NotAllowed, NotFound
from domain.recycling import undoing
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor

OUT = {"queue_state": QueueState.OUT.value}


def test_everything_stands_as_before(floor: Floor, desk: Desk) -> None:
    leads = [
        floor.lead(status="busy", dial_attempts=2, next_attempt_at=floor.now + timedelta(hours=1)),
        floor.lead(status="no_answer", dial_attempts=5, exhausted=True, imported_attempts=3, **OUT),
        floor.lead(status="sale", campaign_status=4, campaign_resolution="S2", resolution_reason=1, **OUT),
        floor.lead(status=None, **OUT),
        floor.lead(
            status="contacted", last_dial_attempt=floor.now, dial_result="answered", answered_count=1, **OUT
        ),
        floor.own("ana", status="congestion", counting_from=floor.now - timedelta(days=3))[0],
        floor.lead(status="dropped", queue_state=QueueState.DROPPED.value),
    ]
    before = [desk.state(lead) for lead in leads]
    floor.later(minutes=5)
    done = desk.recycle(
        "busy", "no_answer", "sale", "no_status", "contacted", "congestion", "dropped",
        include_final=True, reset_attempts=True,
    )  # fmt: skip
    assert done.recycled == len(leads)
    floor.later(minutes=5)
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept, undone.finished) == (len(leads), 0, True)
    assert [desk.state(lead) for lead in leads] == before
    assert floor.events(leads[0])[-1].kind == "recycle_undo"


def test_a_lead_called_since_stays_and_is_counted(floor: Floor, desk: Desk) -> None:
    leads = floor.leads(3, status="busy")
    done = desk.recycle("busy")
    called = floor.handle("ana", "not-found").lead_id
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept) == (2, 1)
    assert floor.row(called).status == "no_answer"
    assert {floor.row(lead).status for lead in leads if lead != called} == {"busy"}


def test_a_lead_in_a_sellers_hands_stays(floor: Floor, desk: Desk) -> None:
    floor.leads(2, status="busy")
    done = desk.recycle("busy")
    held = floor.take("ana").lead_id
    assert (desk.undo(done.batch_id).restored, floor.row(held).status) == (1, "new")
    assert floor.record("ana", held, "not-found").status == "no_answer"


def test_edited_registered_and_again_recycled_leads_stay(floor: Floor, desk: Desk) -> None:
    edited, registered, again, untouched = floor.leads(4, status="busy")
    done = desk.recycle("busy")
    floor.edit(edited, priority=90)
    floor.register(floor.phones(registered)[0].e164)
    floor.edit(again, status="congestion")
    second = desk.recycle("congestion")
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept) == (1, 3)
    assert floor.row(untouched).status == "busy"
    assert floor.row(registered).status == "dnc"
    assert floor.row(again).recycle_batch_id == second.batch_id
    assert desk.undo(second.batch_id).restored == 1
    assert floor.row(again).status == "congestion"


def test_where_a_lead_waits_is_asked_anew(floor: Floor, desk: Desk) -> None:
    paused, bad, pooled = (
        floor.leads(1, status="busy")[0],
        floor.lead(status="busy"),
        floor.lead(status="busy"),
    )
    floor.fill()
    done = desk.recycle("busy")
    floor.pause_list(paused)
    floor.bad(bad, floor.phones(bad)[0].e164)
    desk.undo(done.batch_id)
    assert [floor.row(lead).queue_state for lead in (paused, bad, pooled)] == [
        QueueState.OUT,
        QueueState.OUT,
        QueueState.READY,
    ]


def test_undone_leads_leave_the_hopper(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="contacted", **OUT)
    done = desk.recycle("contacted")
    floor.fill()
    desk.undo(done.batch_id)
    assert (floor.row(lead).status, floor.row(lead).queue_state, floor.entries(lead)) == (
        "contacted",
        QueueState.OUT,
        [],
    )


def test_a_batch_is_taken_back_once(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    done = desk.recycle("busy")
    desk.undo(done.batch_id)
    with pytest.raises(Conflict, match="already"):
        desk.undo(done.batch_id)
    with pytest.raises(Conflict, match="already"):
        desk.resume(done.batch_id)


def test_a_stopped_undo_is_asked_for_again_and_a_stopped_batch_can_be_undone(
    floor: Floor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_at_a_time(self: object) -> None:
        self.leads = 2  # type: ignore[attr-defined]  # a slot of Pace

    monkeypatch.setattr("domain.recycling.pace.Pace.took", lambda self, duration: None)
    monkeypatch.setattr("domain.recycling.pace.Pace.__init__", two_at_a_time)
    leads = floor.leads(7, status="busy")
    rounds: list[int] = []

    def two_rounds() -> bool:
        rounds.append(1)
        return len(rounds) % 3 == 0

    stopped = desk.recycle("busy", should_stop=two_rounds)
    assert stopped.recycled == 4
    rounds.clear()
    half = desk.undo(stopped.batch_id, should_stop=lambda: bool(rounds) or rounds.append(1) is not None)  # type: ignore[func-returns-value]
    assert (half.restored, half.finished) == (2, False)
    whole = desk.undo(stopped.batch_id)
    assert (whole.restored, whole.kept, whole.finished) == (4, 0, True)
    assert {floor.row(lead).status for lead in leads} == {"busy"}


def test_a_recycle_and_its_undo_never_count_a_lead_twice(floor: Floor, desk: Desk) -> None:
    floor.leads(5, status="busy")
    before = desk.cards()
    desk.undo(desk.recycle("busy", reset_attempts=True).batch_id)
    assert desk.cards() == before


def test_who_may_and_what_is_there(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    done = desk.recycle("busy")
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            desk.undo(done.batch_id, who=who)
    with pytest.raises(NotFound):
        Desk(Floor(floor.database)).undo(done.batch_id)


def test_a_chunk_sends_the_same_few_statements_whatever_its_size(floor: Floor, desk: Desk) -> None:
    for size in (1, 30):
        ids = floor.leads(size, status="busy")
        done = desk.recycle("busy")
        with floor.database.transaction() as session:
            undoing.begin(session, actor=floor["sup"], batch_id=done.batch_id, now=floor.now)
        with desk.counted(8), floor.database.transaction() as session:
            restored = undoing.step(
                session, actor=floor["sup"], batch_id=done.batch_id, lead_ids=ids, now=floor.now
            )
        assert restored == size


def test_undone_newest_first_each_recycle_is_taken_back(floor: Floor, desk: Desk) -> None:
    lead_id = floor.lead(status="congestion")
    first = desk.recycle("congestion", reset_attempts=True)
    second = desk.recycle("new", target="busy")
    assert desk.undo(second.batch_id).restored == 1
    assert floor.row(lead_id).status == "new"
    undone = desk.undo(first.batch_id)
    assert (undone.restored, undone.kept) == (1, 0)
    assert floor.row(lead_id).status == "congestion"


def test_an_older_recycle_undone_too_early_is_asked_again_once_the_newer_one_is_undone(
    floor: Floor, desk: Desk
) -> None:
    twice, once, called = floor.leads(3, status="congestion")
    first = desk.recycle("congestion", reset_attempts=True)
    floor.edit(twice, status="busy")
    floor.edit(called, priority=90)
    again = floor.lead(status="congestion")
    older = desk.recycle("congestion")
    newer = desk.recycle("new", target="failed")
    early = desk.undo(older.batch_id)
    assert (early.restored, early.kept, floor.row(again).status) == (0, 1, "failed")
    assert desk.undo(newer.batch_id).restored == 3
    undone = desk.undo(older.batch_id)
    assert (undone.restored, undone.kept, floor.row(again).status) == (1, 0, "congestion")
    with pytest.raises(Conflict, match="already"):
        desk.undo(older.batch_id)
    first_undone = desk.undo(first.batch_id)
    assert (first_undone.restored, first_undone.kept) == (1, 2)
    assert floor.row(once).status == "congestion"
    repeated = desk.undo(first.batch_id)
    assert (repeated.restored, repeated.kept) == (1, 2)
    assert [floor.row(lead).status for lead in (twice, once, called)] == ["busy", "congestion", "new"]
