"""Nothing to do: said so, why, and when there will be (calling specification, section 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.campaigns.windows import parse_hours
from domain.codes import QueueState, Shift
from tests.support.floor import Floor

DAYTIME = parse_hours("09:00-21:00")


def nobody(floor: Floor, who: str = "ana") -> tuple[str, datetime | None]:
    found = floor.next(who)
    assert found.dossier is None
    assert found.why is not None
    assert found.figures.ready == 0
    return found.why, found.next_at


def test_a_campaign_without_leads_says_so(floor: Floor) -> None:
    assert nobody(floor) == ("This campaign has no leads yet; a supervisor can import some.", None)


def test_all_ended(floor: Floor) -> None:
    floor.leads(2)
    for _ in range(2):
        floor.handle("ana", "not-interested")
    why, next_at = nobody(floor)
    assert "Nobody is left" in why
    assert next_at is None


def test_who_is_left_on_a_paused_list_is_named_by_the_list(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.pause_list(lead_id)
    why, next_at = nobody(floor)
    assert why.startswith("Whoever could be called is on a paused list (")
    assert next_at is None


def test_a_paused_list_of_ended_leads_is_no_reason(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-interested")
    floor.pause_list(lead_id)
    assert "Nobody is left" in nobody(floor)[0]


def test_the_next_attempt_of_the_pool(floor: Floor) -> None:
    floor.lead()
    result = floor.handle("ana", "busy")
    why, next_at = nobody(floor)
    assert "wait for their next attempt" in why
    assert next_at == result.next_attempt_at


def test_an_own_callback_and_not_somebody_elses(floor: Floor) -> None:
    mine, bens = floor.leads(2)
    floor.callback(mine, floor.now + timedelta(hours=2), "ana")
    floor.callback(bens, floor.now + timedelta(hours=1), "ben")
    why, next_at = nobody(floor)
    assert "callback" in why
    assert next_at == floor.now + timedelta(hours=2)


def test_an_own_lead_and_a_cut_call(floor: Floor) -> None:
    floor.own("ana", next_attempt_at=floor.now + timedelta(hours=3))
    assert nobody(floor)[1] == floor.now + timedelta(hours=3)
    floor.lead(
        status="dropped",
        queue_state=QueueState.DROPPED.value,
        next_attempt_at=floor.now + timedelta(minutes=2),
    )
    assert nobody(floor)[1] == floor.now + timedelta(minutes=2)


def test_outside_calling_hours_it_names_the_opening(floor: Floor) -> None:
    floor.set(hours=DAYTIME)
    floor.lead()
    floor.now = floor.now.replace(hour=22)
    why, next_at = nobody(floor)
    assert "Outside calling hours" in why
    assert next_at == datetime(2026, 3, 11, 9, tzinfo=UTC)


def test_the_earliest_opening_of_all_zones(floor: Floor) -> None:
    floor.set(hours=DAYTIME)
    floor.lead()
    floor.lead(zone="Asia/Tokyo")
    floor.now = floor.now.replace(hour=22)
    assert nobody(floor)[1] == datetime(2026, 3, 11, 0, tzinfo=UTC)


def test_a_retry_that_falls_into_the_night_is_promised_for_the_morning(floor: Floor) -> None:
    floor.set(hours=DAYTIME)
    floor.lead(status="busy", next_attempt_at=datetime(2026, 3, 10, 22, tzinfo=UTC))
    assert nobody(floor)[1] == datetime(2026, 3, 11, 9, tzinfo=UTC)


def test_before_the_start_and_after_the_end(floor: Floor) -> None:
    floor.set(start_date=date(2026, 3, 12))
    floor.lead()
    why, next_at = nobody(floor)
    assert "starts on 2026-03-12" in why
    assert next_at == datetime(2026, 3, 12, tzinfo=UTC)
    floor.set(clear=("start_date",), end_date=date(2026, 3, 9))
    why, next_at = nobody(floor)
    assert "ended on 2026-03-09" in why
    assert next_at is None


def test_when_all_are_in_other_hands_it_says_so_and_when_the_first_lease_ends(floor: Floor) -> None:
    floor.lead()
    floor.take("ben")
    why, next_at = nobody(floor)
    assert "other sellers' hands" in why
    assert next_at == floor.now + timedelta(minutes=10)


def test_also_when_only_a_number_is_in_other_hands(floor: Floor) -> None:
    shared = floor.spare(1)
    elsewhere = floor.campaign("Autumn")
    floor.lead(numbers=[shared], campaign_id=elsewhere)
    floor.lead(numbers=[shared])
    floor.take("ben", elsewhere)
    why, next_at = nobody(floor)
    assert "other sellers' hands" in why
    assert next_at == floor.now + timedelta(minutes=10)


def test_also_for_callbacks_and_own_leads(floor: Floor) -> None:
    shared = floor.spare(1)
    other = floor.lead(numbers=[shared])
    assert floor.next_id("ben") == other
    floor.own("ana", numbers=[shared])
    assert "other sellers' hands" in nobody(floor)[0]


def test_those_left_for_the_other_shift(floor: Floor) -> None:
    floor.now = floor.now.replace(hour=10)
    floor.lead()
    floor.take("ana")
    floor.lead(shift=Shift.MORNING)
    why, next_at = nobody(floor, "ben")
    assert "shift" in why
    assert next_at == datetime(2026, 3, 10, 10, 10, tzinfo=UTC)


def test_only_skipped_ones_are_left(floor: Floor) -> None:
    floor.lead()
    floor.take("ana")
    floor.skip("ana")
    why, next_at = nobody(floor)
    assert "skipped" in why
    assert next_at == floor.now + timedelta(minutes=10)


@pytest.mark.parametrize("kind", ["callback", "owned", "dropped"])
def test_a_paused_list_promises_nothing(floor: Floor, kind: str) -> None:
    lead_id = floor.lead()
    if kind == "callback":
        floor.callback(lead_id, floor.now - timedelta(minutes=1), "ana")
    elif kind == "owned":
        floor.change(lead_id, owner_id=floor["ana"].user_id, queue_state=QueueState.OWNED.value)
    else:
        floor.change(lead_id, status="dropped", queue_state=QueueState.DROPPED.value)
    floor.pause_list(lead_id)
    assert nobody(floor)[1] is None


def test_a_promise_is_kept(floor: Floor) -> None:
    """Whatever it says, at that time there is somebody."""
    floor.set(hours=DAYTIME)
    floor.lead(zone="Asia/Tokyo")
    floor.lead(status="busy", next_attempt_at=floor.now + timedelta(hours=20))
    floor.callback(floor.lead(), floor.now + timedelta(hours=30), "ana")
    for _ in range(3):
        _, next_at = nobody(floor)
        assert next_at is not None
        floor.now = next_at - timedelta(seconds=1)
        assert floor.next("ana").dossier is None
        floor.now = next_at
        floor.handle("ana", "not-interested")
