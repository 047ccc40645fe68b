"""Limits: attempts, exhausted leads, calls to one number (calling specification, sections 2 and 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.campaigns.windows import parse_hours
from domain.codes import QueueState
from tests.support.floor import Floor

DAYTIME = parse_hours("09:00-21:00")


def test_at_the_limit_a_lead_keeps_its_status_and_is_exhausted(floor: Floor) -> None:
    floor.set(max_attempts=2)
    lead_id = floor.lead()
    assert floor.handle("ana", "busy").exhausted is False
    floor.later(hours=1)
    result = floor.handle("ana", "not-found")
    assert (result.exhausted, result.status, result.campaign_status) == (True, "no_answer", 3)
    assert result.next_attempt_at is None
    lead = floor.row(lead_id)
    assert (lead.exhausted, lead.status, lead.queue_state) == (True, "no_answer", QueueState.OUT)
    floor.later(days=30)
    floor.fill()
    assert floor.next_id("ana") is None


def test_five_attempts_in_all_unless_told(floor: Floor) -> None:
    lead_id = floor.lead()
    for _ in range(4):
        assert floor.handle("ana", "not-found").exhausted is False
        floor.later(days=1)
    assert floor.handle("ana", "not-found").exhausted is True
    assert floor.row(lead_id).dial_attempts == 5


def test_a_cut_call_at_the_limit_is_not_retried(floor: Floor) -> None:
    floor.set(max_attempts=1)
    floor.lead()
    assert floor.handle("ana", "call-dropped").exhausted is True
    floor.later(minutes=2)
    assert floor.next_id("ana") is None


def test_the_screen_says_beforehand_that_it_is_the_last_attempt(floor: Floor) -> None:
    floor.set(max_attempts=1)
    dossier = floor.hold("ana", floor.lead())
    assert dossier.rules.effect(floor.action("not-found"), floor.now).kind == "exhausted"


def test_closing_exhausted_leads_is_a_setting(floor: Floor) -> None:
    floor.set(max_attempts=1, close_exhausted=True)
    lead_id = floor.lead()
    result = floor.handle("ana", "not-found")
    assert (result.status, result.campaign_status, result.resolution) == ("closed", 5, "UN")
    assert floor.row(lead_id).queue_state == QueueState.OUT


@pytest.mark.parametrize("slug", ["call-later", "start-promotion", "move-afternoon"])
def test_callbacks_follow_ups_and_moves_ignore_the_limit(floor: Floor, slug: str) -> None:
    floor.set(max_attempts=1)
    lead_id = floor.lead()
    result = floor.handle("ana", slug)
    assert result.exhausted is False
    assert result.next_attempt_at is not None
    floor.now = result.next_attempt_at
    assert floor.next_id("ana") == lead_id


def test_another_limit_takes_effect_at_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-found")
    floor.set(max_attempts=1)
    assert (floor.row(lead_id).exhausted, floor.row(lead_id).queue_state) == (True, QueueState.OUT)
    floor.set(max_attempts=2)
    assert (floor.row(lead_id).exhausted, floor.row(lead_id).queue_state) == (False, QueueState.READY)
    floor.later(hours=4)
    assert floor.next_id("ana") == lead_id


def test_attempts_made_elsewhere_count(floor: Floor) -> None:
    floor.lead(dial_attempts=4, imported_attempts=4, status="no_answer")
    assert floor.handle("ana", "not-found").exhausted is True


# ── caps: calls to one number over all campaigns ─────────────────────────────────────────────────────────


@pytest.fixture
def capped(floor: Floor) -> Floor:
    """At most two calls to a number in a day."""
    floor.set(hours=DAYTIME, cap_per_day=2, max_attempts=50)
    return floor


def call_in_other_campaign(floor: Floor, e164: str, times: int = 1) -> None:
    other = floor.campaign(f"Other {floor.now} {times}")
    for _ in range(times):
        floor.record("sup", floor.lead(campaign_id=other, numbers=[[e164]]), "not-found", dial=True)


def test_a_number_is_not_called_more_often_a_day_than_the_cap_says(capped: Floor) -> None:
    lead_id = capped.lead()
    for _ in range(2):
        assert capped.next_id("ana") == lead_id
        capped.record("ana", lead_id, "busy")
        capped.later(hours=1)
    assert capped.next_id("ana") is None
    capped.now = datetime(2026, 3, 11, 10, tzinfo=UTC)
    assert capped.next_id("ana") == lead_id


def test_calls_of_other_campaigns_count(capped: Floor) -> None:
    [shared] = capped.spare(1)
    capped.lead(numbers=[[shared]])
    call_in_other_campaign(capped, shared, 2)
    assert capped.next_id("ana") is None


def test_also_those_made_since_the_lead_came_into_the_hopper(capped: Floor) -> None:
    [shared] = capped.spare(1)
    first = capped.lead(numbers=[[shared]])
    second = capped.lead()
    capped.fill()
    assert [entry.lead_id for entry in capped.entries()] == [first, second]
    call_in_other_campaign(capped, shared, 2)
    assert capped.next_id("ana") == second


@pytest.mark.parametrize("tier", ["assigned", "dropped"])
def test_own_leads_and_cut_calls_obey_the_caps(capped: Floor, tier: str) -> None:
    [shared] = capped.spare(1)
    state = QueueState.OWNED if tier == "assigned" else QueueState.DROPPED
    capped.own(
        "ana", numbers=[[shared]], queue_state=state.value, status="dropped" if tier == "dropped" else "new"
    )
    call_in_other_campaign(capped, shared, 2)
    assert capped.next_id("ana") is None
    capped.now = datetime(2026, 3, 11, 13, tzinfo=UTC)
    assert capped.next_id("ana") is not None


def test_an_appointment_is_kept_whatever_the_cap(capped: Floor) -> None:
    [shared] = capped.spare(1)
    lead_id = capped.lead(numbers=[[shared]])
    capped.callback(lead_id, capped.now, "ana")
    call_in_other_campaign(capped, shared, 2)
    assert capped.next_id("ana") == lead_id


def test_the_cap_over_rolling_days(floor: Floor) -> None:
    floor.set(hours=DAYTIME, cap_in_days=2, cap_days=3, max_attempts=50)
    lead_id = floor.lead()
    for _ in range(2):
        floor.handle("ana", "busy")
        floor.later(hours=1)
    floor.now = datetime(2026, 3, 12, 10, tzinfo=UTC)
    assert floor.next_id("ana") is None
    floor.now = datetime(2026, 3, 13, 14, 30, tzinfo=UTC)
    assert floor.next_id("ana") == lead_id


def test_an_undone_call_does_not_count(capped: Floor) -> None:
    lead_id = capped.lead()
    for _ in range(3):
        capped.handle("ana", "busy", lead_id)
        capped.undo("ana")
    capped.leave("ana")
    assert capped.next_id("ana") == lead_id


def test_a_campaign_that_may_always_call_is_not_narrowed_by_caps(floor: Floor) -> None:
    floor.set(cap_per_day=1)
    lead_id = floor.lead()
    floor.handle("ana", "busy")
    floor.later(minutes=30)
    assert floor.next_id("ana") == lead_id


def test_what_is_put_off_by_a_cap_is_not_before_its_turn_tomorrow(capped: Floor) -> None:
    [shared] = capped.spare(1)
    lead_id = capped.lead(numbers=[[shared]])
    call_in_other_campaign(capped, shared, 2)
    capped.fill()
    assert capped.row(lead_id).next_attempt_at - capped.now <= timedelta(hours=24)
    assert capped.row(lead_id).queue_state == QueueState.READY


def test_another_number_under_the_cap_is_taken_instead(capped: Floor) -> None:
    first, second = capped.spare(2)
    lead_id = capped.lead(numbers=[[first, second]])
    call_in_other_campaign(capped, first, 2)
    dossier = capped.take("ana")
    assert dossier.lead_id == lead_id
    assert [phone.e164 for phone in dossier.phones if phone.next] == [second]
