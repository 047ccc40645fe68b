"""Calls written into the log by other systems reach their leads (calling specification, sections 1.1 and 6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from threading import Barrier

import pytest

from domain.calling import call_log
from domain.calling.call_log import AppliedCalls
from domain.calling.calls import ReportedCall
from domain.calling.models import Call
from domain.codes import CallResult, QueueState
from domain.recycling import applying
from domain.recycling.selection import Filters
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor
from tests.support.plans import plan_of

MINUTE = timedelta(minutes=1)


def write(floor: Floor, lead_id: int, result: str | None, at: datetime, **values: object) -> int:
    """A row as another system writes it: nothing but the call."""
    lead = floor.row(lead_id)
    with floor.database.transaction() as session:
        given: dict[str, object] = {"campaign_id": lead.campaign_id, **values}
        call = Call(
            organisation_id=lead.organisation_id,
            lead_id=lead_id,
            contact_id=lead.contact_id,
            started_at=at,
            result=result,
            source="external",
            **given,
        )
        session.add(call)
        session.flush()
        assert call.id is not None
        return call.id


def sync(floor: Floor) -> AppliedCalls:
    return call_log.apply_unapplied(floor.database, organisation_id=floor.organisation_id, now=floor.now)


def test_a_call_reaches_its_lead_once(floor: Floor) -> None:
    lead_id = floor.lead()
    call_id = write(floor, lead_id, "busy", floor.now)
    assert sync(floor) == AppliedCalls(applied=1)
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_attempts, lead.campaign_status) == ("busy", 1, 3)
    assert (lead.last_dial_attempt, lead.next_attempt_at) == (floor.now, floor.now + 30 * MINUTE)
    event = floor.events(lead_id)[-1]
    assert (event.kind, event.call_id, event.user_id) == ("call", call_id, None)
    assert sync(floor) == AppliedCalls()
    assert floor.row(lead_id).version == lead.version


@pytest.mark.parametrize("result", list(CallResult))
def test_it_does_what_a_reported_call_does(floor: Floor, result: CallResult) -> None:
    told, written = floor.leads(2)
    floor.report(ReportedCall(told, result, floor.now))
    write(floor, written, result.value, floor.now)
    sync(floor)
    left, right = floor.row(told), floor.row(written)
    for name in ("status", "campaign_status", "campaign_resolution", "dial_attempts", "answered_count"):
        assert getattr(left, name) == getattr(right, name)
    assert left.queue_state == right.queue_state
    assert max(left.next_attempt_at, floor.now) == max(right.next_attempt_at, floor.now)


@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_they_arrive_the_latest_call_decides(floor: Floor, seed: int) -> None:
    lead_id = floor.lead()
    chance = Random(seed)
    moments = [floor.now + number * 10 * MINUTE for number in range(5)]
    results = ["busy", "answered", "no_answer", "failed", "congestion"]
    told = list(zip(moments, results, strict=True))
    chance.shuffle(told)
    floor.later(hours=1)
    for at, result in told:
        write(floor, lead_id, result, at)
        if chance.random() < 0.5:
            sync(floor)
    sync(floor)
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_result, lead.last_dial_attempt) == (
        "congestion",
        "congestion",
        moments[-1],
    )
    assert (lead.dial_attempts, lead.answered_count) == (5, 1)


def test_a_late_row_counts_and_overwrites_nothing(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.later(hours=3)
    floor.handle("ana", "not-interested", lead_id)
    write(floor, lead_id, "busy", floor.now - 60 * MINUTE)
    assert sync(floor) == AppliedCalls(counted=1)
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_attempts, lead.campaign_resolution) == ("not_interested", 2, "NI")


def test_all_calls_of_a_lead_are_taken_in_their_order_even_at_its_limit(floor: Floor) -> None:
    floor.set(max_attempts=2, close_exhausted=True)
    lead_id = floor.lead()
    write(floor, lead_id, "busy", floor.now)
    write(floor, lead_id, "answered", floor.now + MINUTE)
    floor.later(minutes=5)
    assert sync(floor) == AppliedCalls(applied=2)
    assert (floor.row(lead_id).status, floor.row(lead_id).dial_attempts) == ("contacted", 2)


@pytest.mark.parametrize("seconds", [-121, -120, 0, 120, 121])
def test_within_two_minutes_of_a_console_call_it_is_that_call(floor: Floor, seconds: int) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    ticket = floor.dial("ana", lead_id)
    floor.record("ana", lead_id, "not-found")
    floor.later(minutes=10)
    call_id = write(floor, lead_id, "busy", ticket.started_at + timedelta(seconds=seconds), e164=ticket.e164)
    same = abs(seconds) <= 120
    assert sync(floor).same == int(same)
    [call] = [each for each in floor.calls(lead_id) if each.id == call_id]
    assert (call.applied_at is not None, call.counted) == (True, not same)
    assert floor.row(lead_id).dial_attempts == (1 if same else 2)


def test_on_another_number_of_the_lead_it_is_another_call(floor: Floor) -> None:
    first, second = floor.spare(2)
    lead_id = floor.lead(numbers=[[first, second]])
    floor.take("ana")
    floor.dial("ana", lead_id, first)
    floor.record("ana", lead_id, "not-found")
    write(floor, lead_id, "busy", floor.now, e164=second)
    assert sync(floor).same == 0
    assert floor.row(lead_id).dial_attempts == 2


def test_two_reports_of_one_moment_are_one_call_where_one_has_no_id(floor: Floor) -> None:
    lead_id = floor.lead()
    write(floor, lead_id, "busy", floor.now)
    write(floor, lead_id, "busy", floor.now, external_id="pbx-1")
    write(floor, lead_id, "busy", floor.now + 5 * MINUTE, external_id="pbx-2")
    floor.later(minutes=9)
    assert sync(floor) == AppliedCalls(applied=2, same=1)
    assert floor.row(lead_id).dial_attempts == 2


def test_a_person_in_hand_is_left_to_the_seller_and_the_call_comes_later(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.later(hours=1)
    version = floor.take("ana").version
    write(floor, lead_id, "busy", floor.now - 30 * MINUTE)
    assert sync(floor) == AppliedCalls(waiting=1)
    floor.record("ana", lead_id, "not-found", expected_version=version)
    assert sync(floor) == AppliedCalls(counted=1)
    assert (floor.row(lead_id).status, floor.row(lead_id).dial_attempts) == ("no_answer", 2)


def test_a_running_call_is_looked_at_again_and_one_that_never_ended_is_told(floor: Floor) -> None:
    lead_id = floor.lead()
    call_id = write(floor, lead_id, None, floor.now)
    assert sync(floor) == AppliedCalls(waiting=1)
    floor.later(days=2)
    assert sync(floor) == AppliedCalls(unreadable=1, rows=[call_id])
    assert floor.row(lead_id).dial_attempts == 0


def test_a_call_of_the_future_waits_for_its_time(floor: Floor) -> None:
    lead_id = floor.lead()
    write(floor, lead_id, "busy", floor.now + 5 * MINUTE)
    assert sync(floor) == AppliedCalls()
    floor.later(minutes=5)
    assert sync(floor) == AppliedCalls(applied=1)


def test_a_row_nobody_can_read_is_marked_and_told_and_stops_no_other(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    strange = write(floor, first, "fax", floor.now)
    other = floor.campaign("Other")
    wrong = write(floor, second, "busy", floor.now, campaign_id=other)
    write(floor, third, "busy", floor.now)
    assert sync(floor) == AppliedCalls(applied=1, unreadable=2, rows=[strange, wrong])
    assert [floor.row(each).status for each in (first, second, third)] == ["new", "new", "busy"]
    assert [each.kind for each in floor.events(first)] == ["call_unreadable"]
    assert [each.counted for each in floor.calls(first)] == [False]
    assert sync(floor) == AppliedCalls()


def test_a_row_that_breaks_while_it_is_applied_leaves_nothing_half_done(floor: Floor) -> None:
    bad, good = floor.leads(2)
    write(floor, bad, "busy", floor.now)
    write(floor, good, "busy", floor.now + MINUTE)
    floor.later(minutes=5)
    floor.change(bad, segment="Nowhere/Atlantis")
    done = sync(floor)
    assert (done.applied, done.unreadable) == (1, 1)
    assert (floor.row(bad).status, floor.row(bad).dial_attempts) == ("new", 0)
    assert floor.row(good).status == "busy"


def test_a_free_person_of_the_hopper_leaves_it(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.fill()
    write(floor, lead_id, "no_answer", floor.now)
    sync(floor)
    assert floor.entries() == []
    assert floor.row(lead_id).queue_state == QueueState.READY


def test_it_is_done_in_parts_and_goes_on_where_it_was_stopped(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "AT_ONCE", 2)
    leads = floor.leads(5)
    for number, lead_id in enumerate(leads):
        write(floor, lead_id, "busy", floor.now + timedelta(seconds=number // 2))
    stops = iter([False, True])
    done = call_log.apply_unapplied(
        floor.database,
        organisation_id=floor.organisation_id,
        now=floor.now + MINUTE,
        should_stop=lambda: next(stops),
    )
    assert done.applied == 2
    floor.later(minutes=1)
    assert sync(floor).applied == 3
    assert {floor.row(lead_id).dial_attempts for lead_id in leads} == {1}


def test_those_that_wait_do_not_keep_it_from_the_others(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "AT_ONCE", 2)
    *running, last = floor.leads(6)
    for lead_id in running:
        write(floor, lead_id, None, floor.now)
    write(floor, last, "busy", floor.now)
    assert sync(floor) == AppliedCalls(applied=1, waiting=5)


def test_another_shop_is_left_alone(floor: Floor) -> None:
    other = Floor(floor.database)
    write(other, other.lead(), "busy", other.now)
    assert sync(floor) == AppliedCalls()
    assert sync(other) == AppliedCalls(applied=1)


def test_thirty_calls_take_five_statements_each_and_ten_together(floor: Floor) -> None:
    for lead_id in floor.leads(30):
        write(floor, lead_id, "busy", floor.now)
    with count_statements(floor.database) as counter:
        assert sync(floor).applied == 30
    assert counter.count <= 2 * 4 + 30 * 5 + 2


def test_calls_that_are_done_are_not_read(sqlite_database: Database) -> None:
    floor = Floor(sqlite_database)
    write(floor, floor.lead(), "busy", floor.now)
    plan = plan_of(
        sqlite_database, lambda session: call_log._next_rows(session, floor.organisation_id, None, floor.now)
    )
    assert "ix_call_unapplied (organisation_id=? AND started_at<?)" in plan
    assert "SCAN" not in plan


def test_two_processes_at_once_apply_each_call_once(floor: Floor) -> None:
    leads = floor.leads(10)
    for number in range(4):
        for lead_id in leads:
            write(floor, lead_id, "busy", floor.now + number * MINUTE)
    floor.later(minutes=10)
    begin = Barrier(2)

    def work() -> AppliedCalls:
        begin.wait(timeout=30)
        return sync(floor)

    with ThreadPoolExecutor(2) as pool:
        both = [each.result(timeout=60) for each in [pool.submit(work), pool.submit(work)]]
    assert sum(done.applied + done.counted for done in both) == 40
    for lead_id in leads:
        lead = floor.row(lead_id)
        assert (lead.status, lead.dial_attempts, lead.last_dial_attempt) == (
            "busy",
            4,
            floor.now - 7 * MINUTE,
        )
        kinds = [event.kind for event in floor.events(lead_id)]
        assert len([kind for kind in kinds if kind in ("call", "call_refused")]) == 4


@pytest.mark.parametrize("reset", [False, True])
def test_a_call_from_before_a_recycle_that_comes_late_leaves_the_lead_in_play(
    floor: Floor, reset: bool
) -> None:
    lead_id = floor.lead(status="failed", dial_attempts=0, queue_state=QueueState.READY.value)
    earlier = floor.now - timedelta(hours=10)
    done = applying.run(
        floor.database,
        actor=floor["sup"],
        campaign_id=floor.campaign_id,
        filters=Filters(("failed",)),
        reset_attempts=reset,
        clock=lambda: floor.now,
    )
    assert done.recycled == 1
    write(floor, lead_id, "busy", earlier)
    floor.later(minutes=1)
    assert sync(floor).counted == 1
    lead = floor.row(lead_id)
    told = (lead.status, lead.last_dial_attempt, lead.dial_attempts)
    assert told == ("new", None if reset else earlier, 0 if reset else 1)
