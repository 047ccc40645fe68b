"""Cut calls whose wait is over come to the front, once (calling specification, sections 2 and 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import retrying
from domain.calling.calls import ReportedCall
from domain.calling.retrying import DroppedCalls
from domain.codes import CallResult, QueueState
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor
from tests.support.plans import plan_of

MINUTE = timedelta(minutes=1)


def bring(floor: Floor) -> DroppedCalls:
    with floor.database.transaction() as session:
        return retrying.bring_dropped_forward(session, organisation_id=floor.organisation_id, now=floor.now)


def cut(floor: Floor, lead_id: int) -> None:
    floor.report(ReportedCall(lead_id, CallResult.DROPPED, floor.now))


def test_a_cut_call_of_a_resumed_list_is_at_the_front_again(floor: Floor) -> None:
    fresh, lead_id = floor.leads(2)
    cut(floor, lead_id)
    floor.pause_list(lead_id)
    floor.pause_list(lead_id, active=True)
    assert floor.row(lead_id).queue_state == QueueState.READY
    assert bring(floor) == DroppedCalls(due=0, brought=0)
    floor.later(minutes=2)
    assert bring(floor) == DroppedCalls(due=1, brought=1)
    assert floor.row(lead_id).queue_state == QueueState.DROPPED
    assert bring(floor) == DroppedCalls(due=1, brought=0)
    assert floor.next_id("ana") == lead_id != fresh


def test_nothing_but_its_place_changes(floor: Floor) -> None:
    lead_id = floor.lead(status="dropped", dial_attempts=1)
    before = floor.row(lead_id)
    bring(floor)
    after = floor.row(lead_id)
    assert (after.version, after.next_attempt_at, after.status) == (
        before.version,
        before.next_attempt_at,
        "dropped",
    )
    assert floor.events(lead_id) == []


def test_one_that_was_in_the_hopper_leaves_it(floor: Floor) -> None:
    lead_id = floor.lead(status="dropped", dial_attempts=1)
    floor.fill()
    assert len(floor.entries(lead_id)) == 1
    assert bring(floor).brought == 1
    assert floor.entries(lead_id) == []
    assert floor.next("ana").dossier.source == "dropped"  # type: ignore[union-attr]  # there is one


def test_the_quick_retry_comes_once(floor: Floor) -> None:
    lead_id = floor.lead()
    cut(floor, lead_id)
    floor.later(minutes=2)
    cut(floor, lead_id)
    assert floor.row(lead_id).queue_state == QueueState.READY
    floor.later(hours=2)
    assert bring(floor) == DroppedCalls(due=0, brought=0)
    floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now))
    floor.later(hours=1)
    cut(floor, lead_id)
    floor.change(lead_id, queue_state=QueueState.READY.value)
    floor.later(minutes=2)
    assert bring(floor).brought == 1


def test_a_sellers_own_stays_the_sellers(floor: Floor) -> None:
    [lead_id] = floor.own("ana", 1, status="dropped", dial_attempts=1)
    assert bring(floor).brought == 1
    assert floor.next_id("ben") is None
    assert floor.next_id("ana") == lead_id


@pytest.mark.parametrize("deed", ["take", "skip", "set aside"])
def test_whom_somebody_has_in_hand_stays_there(floor: Floor, deed: str) -> None:
    lead_id, other = floor.lead(status="dropped", dial_attempts=1, priority=99), floor.lead()
    assert floor.next_id("ana") == lead_id
    if deed == "skip":
        floor.skip("ana")
    elif deed == "set aside":
        floor.fill()
        floor.jump("ana", other)
    assert bring(floor).brought == 0
    assert len(floor.entries(lead_id)) == 1


@pytest.mark.parametrize("values", [{"exhausted": True}, {"status": "busy"}, {"queue_state": 9}])
def test_who_must_not_be_dialled_stays_out(floor: Floor, values: dict[str, object]) -> None:
    lead_id = floor.lead(**{"status": "dropped", "dial_attempts": 1, **values})
    if "queue_state" not in values:
        floor.recompute()
    state = floor.row(lead_id).queue_state
    assert bring(floor).brought == 0
    assert floor.row(lead_id).queue_state == state


def test_paused_campaigns_and_other_shops_are_left_alone(floor: Floor) -> None:
    other = Floor(floor.database)
    floor.lead(status="dropped")
    other.lead(status="dropped")
    floor.set_active(False)
    assert bring(floor) == DroppedCalls(0, 0)
    floor.set_active(True)
    assert bring(floor) == DroppedCalls(1, 1)


def test_so_many_at_once(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "AT_ONCE", 2)
    floor.leads(3, status="dropped")
    assert [bring(floor).brought for _ in range(3)] == [2, 1, 0]
    assert bring(floor).due == 3


@pytest.mark.parametrize("count", [1, 40])
def test_four_statements_whatever_the_number(floor: Floor, count: int) -> None:
    floor.leads(count, status="dropped")
    with count_statements(floor.database) as counter:
        assert bring(floor).brought == count
    assert counter.count <= 4


def test_no_other_leads_are_read(sqlite_database: Database) -> None:
    floor = Floor(sqlite_database)
    floor.lead(status="dropped")
    plan = plan_of(
        sqlite_database,
        lambda session: retrying.bring_dropped_forward(
            session, organisation_id=floor.organisation_id, now=floor.now
        ),
    )
    assert "ix_lead_cut (organisation_id=? AND campaign_id=? AND next_attempt_at<?)" in plan
    assert "ix_lead_dropped (organisation_id=? AND campaign_id=? AND next_attempt_at<?)" in plan
    assert "SCAN lead" not in plan
    assert "SCAN call" not in plan
