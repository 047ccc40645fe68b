"""Getting a lead: who comes next, in which order, and when nobody does (calling specification, section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.campaigns.windows import parse_hours
from domain.codes import QueueState, Shift
from domain.errors import NotAllowed
from tests.support.floor import Floor

MINUTE = timedelta(minutes=1)


def order(floor: Floor, who: str, count: int) -> list[int | None]:
    """Who comes to a seller, person after person; each is closed."""
    found = []
    for _ in range(count):
        lead_id = floor.next_id(who)
        found.append(lead_id)
        if lead_id is not None:
            floor.record(who, lead_id, "close-without-contact")
    return found


def cut_call(floor: Floor, **values: object) -> int:
    return floor.lead(
        status="dropped",
        dial_result="dropped",
        dial_attempts=1,
        queue_state=QueueState.DROPPED.value,
        next_attempt_at=floor.now - MINUTE,
        **values,
    )


def test_the_tiers_come_in_their_order_whatever_the_priority(floor: Floor) -> None:
    pool = floor.lead(priority=99)
    own = floor.own("ana", priority=90)[0]
    dropped = cut_call(floor, priority=70)
    anyones = floor.lead(priority=60)
    floor.callback(anyones, floor.now - 5 * MINUTE)
    mine = floor.lead(priority=1)
    floor.callback(mine, floor.now - MINUTE, "ana")
    assert order(floor, "ana", 6) == [mine, anyones, dropped, own, pool, None]


def test_who_was_on_screen_when_something_came_between_is_first_of_all(floor: Floor) -> None:
    first, second = floor.leads(2)
    callback = floor.lead()
    assert floor.next_id("ana") == first
    floor.hold("ana", second)
    floor.callback(callback, floor.now, "ana")
    floor.record("ana", second, "not-interested")
    assert floor.next_id("ana") == first


def test_own_callbacks_come_oldest_first(floor: Floor) -> None:
    late, early, middle = floor.leads(3)
    floor.change(late, priority=99)
    for lead_id, minutes in ((late, 1), (early, 30), (middle, 10)):
        floor.callback(lead_id, floor.now - minutes * MINUTE, "ana")
    assert order(floor, "ana", 3) == [early, middle, late]


def test_callbacks_for_anyone_come_by_priority_then_oldest_first(floor: Floor) -> None:
    young, old = floor.leads(2, priority=50)
    urgent = floor.lead(priority=80)
    for lead_id, minutes in ((young, 5), (old, 50), (urgent, 1)):
        floor.callback(lead_id, floor.now - minutes * MINUTE)
    assert order(floor, "ana", 3) == [urgent, old, young]


def test_a_callback_is_not_offered_before_its_time_nor_to_somebody_else(floor: Floor) -> None:
    soon, bens = floor.leads(2)
    floor.callback(soon, floor.now + MINUTE, "ana")
    floor.callback(bens, floor.now - MINUTE, "ben")
    assert floor.next_id("ana") is None
    floor.later(minutes=1)
    assert floor.next_id("ana") == soon


def test_cut_calls_come_by_priority_then_longest_waiting_however_many_there_are(floor: Floor) -> None:
    waiting = [cut_call(floor) for _ in range(15)]
    for place, lead_id in enumerate(waiting):
        floor.change(lead_id, next_attempt_at=floor.now - timedelta(minutes=60 - place))
    urgent = cut_call(floor, priority=90)
    assert order(floor, "ana", 3) == [urgent, waiting[0], waiting[1]]


def test_a_cut_call_of_somebody_elses_lead_is_not_taken_from_them(floor: Floor) -> None:
    bens = cut_call(floor, owner_id=floor["ben"].user_id)
    assert floor.next_id("ana") is None
    assert floor.next_id("ben") == bens


def test_own_leads_come_by_priority_then_longest_waiting(floor: Floor) -> None:
    first, second = floor.own("ana", 2)
    urgent = floor.own("ana", priority=80)[0]
    assert order(floor, "ana", 3) == [urgent, first, second]


def test_an_assigned_lead_is_for_its_seller_only(floor: Floor) -> None:
    floor.own("ben", 3)
    assert floor.next_id("ana") is None


def test_the_pool_comes_by_priority_then_longest_waiting(floor: Floor) -> None:
    low = floor.lead(priority=10)
    first, second = floor.leads(2)
    urgent = floor.lead(priority=99)
    oldest = floor.lead()
    floor.change(oldest, next_attempt_at=floor.now - timedelta(days=2))
    assert order(floor, "eva", 5) == [urgent, oldest, first, second, low]


def test_a_due_callback_is_found_behind_many_that_may_not_be_called_at_this_hour(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    asleep = floor.leads(20, zone="Asia/Tokyo")
    for lead_id in asleep:
        floor.callback(lead_id, floor.now - timedelta(hours=2), "ana")
    awake = floor.lead()
    floor.callback(awake, floor.now - MINUTE, "ana")
    floor.lead()
    floor.fill()
    assert floor.next_id("ana") == awake


def test_own_leads_are_found_behind_many_that_may_not_be_called_at_this_hour(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.own("ana", 30, zone="Asia/Tokyo", priority=90)
    awake = floor.own("ana")[0]
    floor.lead()
    floor.fill()
    assert floor.next_id("ana") == awake


def test_who_comes_first_and_fills_the_hopper_is_told_how_many_are_ready(floor: Floor) -> None:
    floor.leads(6)
    assert floor.next("ana").figures.ready == 5
    assert floor.next("ben").figures.ready == 4


# ── the half of the day ──────────────────────────────────────────────────────────────────────────────────


def test_leads_moved_to_a_half_of_the_day_are_first_for_the_sellers_of_that_shift(floor: Floor) -> None:
    floor.now = floor.now.replace(hour=10)
    floor.leads(2, priority=99)
    morning = floor.lead(shift=Shift.MORNING)
    assert floor.next_id("ana") == morning


def test_while_a_seller_of_that_shift_is_at_work_they_are_left_to_that_shift(floor: Floor) -> None:
    floor.now = floor.now.replace(hour=10)
    first, second = floor.leads(2)
    assert floor.next_id("ana") == first
    morning = floor.lead(shift=Shift.MORNING, priority=99)
    assert floor.next_id("ben") == second
    floor.record("ben", second, "not-interested")
    assert floor.next_id("ben") is None
    floor.record("ana", first, "not-interested")
    assert floor.next_id("ana") == morning


def test_with_nobody_of_that_shift_at_work_anyone_gets_them(floor: Floor) -> None:
    floor.now = floor.now.replace(hour=10)
    morning = floor.lead(shift=Shift.MORNING)
    assert floor.next_id("ben") == morning


def test_a_lead_moved_to_the_morning_does_not_come_in_the_afternoon(floor: Floor) -> None:
    floor.lead(shift=Shift.MORNING)
    floor.now = floor.now.replace(hour=14)
    found = floor.next("ana")
    assert found.dossier is None
    assert found.next_at == floor.now.replace(hour=0) + timedelta(days=1)


# ── when nobody comes ────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_gets_nobody(floor: Floor) -> None:
    floor.lead()
    with pytest.raises(NotAllowed):
        floor.next("aud")


def test_a_paused_campaign_gives_nobody_and_says_so(floor: Floor) -> None:
    floor.lead()
    floor.set_active(False)
    found = floor.next("ana")
    assert found.dossier is None
    assert "paused" in (found.why or "")
    assert found.next_at is None


@pytest.mark.parametrize("status", [None, "", "weird"])
@pytest.mark.parametrize("state", [QueueState.READY, QueueState.OWNED, QueueState.DROPPED])
def test_nobody_without_a_known_status_is_handed_out(
    floor: Floor, status: str | None, state: QueueState
) -> None:
    owner = floor["ana"].user_id if state is QueueState.OWNED else None
    floor.lead(status=status, queue_state=state.value, owner_id=owner)
    floor.fill()
    assert floor.next_id("ana") is None
