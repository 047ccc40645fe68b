"""Retries that are overdue come before fresh leads of their priority, and never before a higher one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import retrying
from domain.calling.retrying import OverdueRetries
from domain.campaigns.windows import parse_hours
from domain.codes import QueueState
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor
from tests.support.plans import plan_of

MINUTE = timedelta(minutes=1)
LONG_AGO = timedelta(days=9)


def overdue(floor: Floor, status: str = "busy", minutes: int = 5, **values: object) -> int:
    """A retry that is due since then; what is fresh waits far longer."""
    return floor.lead(status=status, dial_attempts=1, next_attempt_at=floor.now - minutes * MINUTE, **values)


def fresh(floor: Floor, count: int = 1, **values: object) -> list[int]:
    return floor.leads(count, next_attempt_at=floor.now - LONG_AGO, **values)


def put_first(floor: Floor) -> OverdueRetries:
    with floor.database.transaction() as session:
        return retrying.put_overdue_first(
            session, organisation_id=floor.organisation_id, campaign_id=floor.campaign_id, now=floor.now
        )


def in_order(floor: Floor, who: str = "eva") -> list[int]:
    """Everybody, as a seller gets them."""
    found = []
    while (lead_id := floor.next_id(who)) is not None:
        found.append(lead_id)
        floor.record(who, lead_id, "not-interested")
    return found


@pytest.mark.parametrize("status", ["no_answer", "busy", "failed", "congestion"])
def test_an_overdue_retry_is_filled_in_before_fresh_leads(floor: Floor, status: str) -> None:
    [first] = fresh(floor)
    retry = overdue(floor, status)
    assert floor.fill(target=1).overdue == 1
    assert [entry.lead_id for entry in floor.entries()] == [retry]
    assert in_order(floor) == [retry, first]


def test_one_that_is_only_due_waits_its_turn_and_overtakes_when_it_is_overdue(floor: Floor) -> None:
    first, second = fresh(floor, 2)
    retry = overdue(floor, minutes=4)
    floor.fill()
    assert floor.next_id("eva") == first
    floor.record("eva", first, "not-interested")
    floor.later(minutes=1)
    assert in_order(floor) == [retry, second]


def test_the_supervisors_priority_comes_before_everything(floor: Floor) -> None:
    [important] = fresh(floor, priority=90)
    [ordinary] = fresh(floor)
    low, retry = overdue(floor, priority=10), overdue(floor)
    floor.fill()
    assert in_order(floor) == [important, retry, ordinary, low]


def test_among_overdue_ones_who_waits_longest_comes_first(floor: Floor) -> None:
    late, later, latest = (overdue(floor, minutes=minutes) for minutes in (10, 90, 30))
    floor.fill()
    assert in_order(floor) == [later, latest, late]


def test_a_callback_and_a_recycled_lead_are_no_retries(floor: Floor) -> None:
    [first] = fresh(floor)
    overdue(floor, "callback")
    floor.lead(status="busy", recycle_batch_id=1, next_attempt_at=floor.now - 60 * MINUTE)
    assert floor.fill(target=1).overdue == 0
    assert [entry.lead_id for entry in floor.entries()] == [first]


def test_who_was_recycled_has_that_source(floor: Floor) -> None:
    lead_id = floor.lead(recycle_batch_id=7)
    floor.fill()
    assert [(entry.lead_id, entry.source) for entry in floor.entries()] == [(lead_id, "recycled")]


def test_over_all_zones_the_first_come_in(floor: Floor) -> None:
    fresh(floor, 5, zone="Europe/Paris")
    retries = [overdue(floor, zone=zone, minutes=9) for zone in ("Europe/Paris", "Asia/Tokyo", "UTC")]
    fresh(floor, 5, zone="Asia/Tokyo")
    floor.fill(target=4)
    assert {entry.lead_id for entry in floor.entries()} >= set(retries)


def test_in_a_full_hopper_fresh_leads_make_room(floor: Floor) -> None:
    floor.set(hopper_level=3)
    leads = fresh(floor, 5)
    floor.fill()
    retries = [overdue(floor, minutes=minutes) for minutes in (20, 10)]
    assert put_first(floor) == OverdueRetries(overdue=2, brought=2)
    assert {entry.lead_id for entry in floor.entries()} == {leads[0], *retries}
    assert {floor.row(lead_id).queue_state for lead_id in leads[1:]} == {QueueState.READY}
    assert in_order(floor)[:3] == [*retries, leads[0]]


def test_doing_it_again_changes_nothing(floor: Floor) -> None:
    floor.set(hopper_level=3)
    fresh(floor, 5)
    floor.fill()
    overdue(floor)
    put_first(floor)
    before = [(entry.id, entry.lead_id) for entry in floor.entries()]
    assert put_first(floor) == OverdueRetries(overdue=1, brought=0)
    assert [(entry.id, entry.lead_id) for entry in floor.entries()] == before


def test_nobody_of_higher_priority_and_nobody_in_hand_makes_room(floor: Floor) -> None:
    floor.set(hopper_level=2)
    important = fresh(floor, 2, priority=90)
    floor.fill()
    floor.take("ana")
    floor.fill()
    overdue(floor)
    overdue(floor)
    assert put_first(floor).brought == 1  # the claimed one leaves a place free
    assert {entry.lead_id for entry in floor.entries()} >= set(important)


def test_never_above_the_level(floor: Floor) -> None:
    floor.set(hopper_level=2)
    for _ in range(4):
        overdue(floor)
    assert put_first(floor) == OverdueRetries(overdue=2, brought=2)
    assert len(floor.entries()) == 2


def test_neither_status_nor_time_nor_version_change(floor: Floor) -> None:
    floor.set(hopper_level=1)
    [lead_id] = fresh(floor)
    floor.fill()
    retry = overdue(floor)
    before = [floor.row(each) for each in (lead_id, retry)]
    put_first(floor)
    for then in before:
        now = floor.row(then.id or 0)
        assert (now.status, now.next_attempt_at, now.version, now.priority) == (
            then.status,
            then.next_attempt_at,
            then.version,
            then.priority,
        )
        assert floor.events(then.id) == []


def test_outside_their_hours_and_in_paused_campaigns_nothing_happens(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-10:00"))
    overdue(floor)
    assert put_first(floor) == OverdueRetries(0, 0)
    floor.now = floor.now.replace(hour=9, minute=30)
    floor.set_active(False)
    assert put_first(floor) == OverdueRetries(0, 0)


@pytest.mark.parametrize("count", [3, 60])
def test_fourteen_statements_whatever_the_number(floor: Floor, count: int) -> None:
    floor.set(hopper_level=count)
    fresh(floor, count)
    floor.fill()
    floor.leads(count, status="busy", next_attempt_at=floor.now - 9 * MINUTE)
    with count_statements(floor.database) as counter:
        assert put_first(floor).brought == count
    assert counter.count <= 14


def test_a_fill_with_overdue_retries_sends_six_statements(floor: Floor) -> None:
    fresh(floor, 30)
    floor.leads(30, status="busy", next_attempt_at=floor.now - 9 * MINUTE)
    with count_statements(floor.database) as counter:
        assert floor.fill(target=40).added == 40
    assert counter.count <= 6


def test_retries_are_found_by_their_index(sqlite_database: Database) -> None:
    floor = Floor(sqlite_database)
    overdue(floor)
    plan = plan_of(
        sqlite_database,
        lambda session: retrying.put_overdue_first(
            session, organisation_id=floor.organisation_id, campaign_id=floor.campaign_id, now=floor.now
        ),
    )
    assert "ix_lead_retry (organisation_id=? AND campaign_id=? AND segment=? AND rank=?" in plan
    assert "SCAN lead" not in plan
