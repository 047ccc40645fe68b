"""Calls reported from outside: the complete table, counted once, never backwards (specification, 1.1, 1.6, 6)."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from domain.calling.calls import ReportedCall, target_of
from domain.codes import FINAL_STATUSES, CallResult, DialStatus, QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from tests.support.floor import Floor

STATUSES: list[str | None] = [None, *(status.value for status in DialStatus)]
STATUS_OF = {"answered": "contacted", "in_progress": "contacted"}
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("status", STATUSES, ids=[str(status) for status in STATUSES])
def test_which_change_a_result_makes_from_every_status(floor: Floor, status: str | None) -> None:
    leads = floor.leads(len(CallResult), status=status)
    for lead_id, result in zip(leads, CallResult, strict=True):
        recorded = floor.report(ReportedCall(lead_id, result, floor.now))
        lead = floor.row(lead_id)
        final = status in FINAL_STATUSES
        told = STATUS_OF.get(result.value, result.value)
        assert lead.status == recorded.status == (status if final else told)
        assert recorded.applied == (not final)
        assert floor.events(lead_id)[-1].kind == ("call_refused" if final else "call")
        assert (lead.dial_attempts, lead.dial_result) == (1, result.value)


@pytest.mark.parametrize("result", list(CallResult))
def test_a_result_moves_every_open_status_and_no_final_one(result: CallResult) -> None:
    targets = {status: target_of(status, result) for status in STATUSES}
    assert {status for status, target in targets.items() if target is None} == set(FINAL_STATUSES)
    assert len(set(targets.values()) - {None}) == 1


@pytest.mark.parametrize("before", range(1, 8))
@pytest.mark.parametrize("result", list(CallResult))
def test_how_the_campaign_status_moves_along(floor: Floor, before: int, result: CallResult) -> None:
    lead_id = floor.lead(status="busy", campaign_status=before, campaign_resolution="CL")
    floor.report(ReportedCall(lead_id, result, floor.now))
    lead = floor.row(lead_id)
    if result is CallResult.INVALID:
        expected, resolution = 5, "UN"
    elif result in (CallResult.ANSWERED, CallResult.IN_PROGRESS):
        expected, resolution = (2 if before in (1, 3) else before), "CL"
    else:
        expected, resolution = (3 if before == 1 else before), "CL"
    assert (lead.campaign_status, lead.campaign_resolution) == (expected, resolution)


@pytest.mark.parametrize(
    ("result", "wait"),
    [("no_answer", 240), ("busy", 30), ("failed", 240), ("congestion", 30), ("dropped", 2)],
)
def test_it_comes_back_by_the_campaigns_rule(floor: Floor, result: str, wait: int) -> None:
    lead_id = floor.lead()
    floor.report(ReportedCall(lead_id, CallResult(result), floor.now))
    assert floor.row(lead_id).next_attempt_at == floor.now + timedelta(minutes=wait)
    floor.later(minutes=wait)
    assert floor.next_id("ana") == lead_id


def test_a_contact_made_elsewhere_waits_for_its_outcome_outside_the_queue(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.fill()
    floor.report(ReportedCall(lead_id, CallResult.ANSWERED, floor.now))
    assert floor.row(lead_id).queue_state == QueueState.OUT
    assert floor.entries() == []
    assert floor.next_id("ana") is None


def test_a_pending_callback_stays(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now + timedelta(hours=1), "ana")
    floor.report(ReportedCall(lead_id, CallResult.ANSWERED, floor.now))
    assert floor.row(lead_id).queue_state == QueueState.CALLBACK
    floor.later(hours=1)
    assert floor.next_id("ana") == lead_id


def test_a_number_found_invalid_ends_the_lead_and_its_callback(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now, "ana")
    floor.report(ReportedCall(lead_id, CallResult.INVALID, floor.now))
    assert floor.pending(lead_id) == []
    assert floor.next("ana").figures.due == 0


def test_at_the_limit_it_is_exhausted_or_closed_as_the_campaign_says(floor: Floor) -> None:
    kept, closed = floor.leads(2, dial_attempts=4, imported_attempts=4, status="busy")
    floor.report(ReportedCall(kept, CallResult.BUSY, floor.now))
    assert (floor.row(kept).exhausted, floor.row(kept).dial_attempts) == (False, 4)
    kept = floor.lead()
    for number in range(5):
        floor.report(ReportedCall(kept, CallResult.BUSY, floor.later(hours=1), external_id=f"k{number}"))
    assert (floor.row(kept).exhausted, floor.row(kept).queue_state) == (True, QueueState.OUT)
    floor.set(max_attempts=1, close_exhausted=True)
    fresh = floor.lead()
    floor.report(ReportedCall(fresh, CallResult.BUSY, floor.now))
    lead = floor.row(fresh)
    assert (lead.status, lead.campaign_status, lead.campaign_resolution) == ("closed", 5, "UN")
    assert closed


# ── once, however often it is told ───────────────────────────────────────────────────────────────────────


def test_the_same_report_twice_counts_once(floor: Floor) -> None:
    lead_id = floor.lead()
    call = ReportedCall(lead_id, CallResult.BUSY, floor.now, external_id="x-1")
    first, second = floor.report(call), floor.report(call)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.call_id == second.call_id
    assert floor.row(lead_id).dial_attempts == len(floor.calls(lead_id)) == 1


def test_also_without_an_id_of_its_own(floor: Floor) -> None:
    lead_id = floor.lead()
    call = ReportedCall(lead_id, CallResult.BUSY, floor.now)
    floor.report(call)
    assert floor.report(call).duplicate
    assert not floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now - timedelta(hours=2))).duplicate
    assert floor.row(lead_id).dial_attempts == 2


def test_an_id_is_a_shops_own(floor: Floor) -> None:
    other = Floor(floor.database)
    floor.report(ReportedCall(floor.lead(), CallResult.BUSY, floor.now, external_id="same"))
    assert not other.report(
        ReportedCall(other.lead(), CallResult.BUSY, other.now, external_id="same")
    ).duplicate


@pytest.mark.parametrize("seconds", [-121, -120, -60, 0, 60, 120, 121])
def test_within_two_minutes_of_a_console_call_it_is_the_same_call(floor: Floor, seconds: int) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    ticket = floor.dial("ana", lead_id)
    floor.record("ana", lead_id, "not-found")
    floor.later(minutes=10)
    at = ticket.started_at + timedelta(seconds=seconds)
    recorded = floor.report(
        ReportedCall(lead_id, CallResult.ANSWERED, at, external_id="pbx", e164=ticket.e164)
    )
    same = abs(seconds) <= 120
    assert recorded.duplicate == same
    assert floor.row(lead_id).dial_attempts == (1 if same else 2)


def test_a_call_to_another_number_is_another_call(floor: Floor) -> None:
    first, second = floor.spare(2)
    lead_id = floor.lead(numbers=[[first, second]])
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id, first)
    floor.record("ana", lead_id, "not-found")
    assert not floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now, e164=second)).duplicate


def test_an_outcome_recorded_without_a_number_is_the_same_call_too(floor: Floor) -> None:
    [lead_id] = floor.own("ana")
    floor.record("ana", lead_id, "not-found")
    e164 = floor.phones(lead_id)[0].e164
    assert floor.report(ReportedCall(lead_id, CallResult.NO_ANSWER, floor.now, e164=e164)).duplicate
    assert floor.row(lead_id).dial_attempts == 1


def test_an_undone_outcome_is_no_call_any_more(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-found", lead_id)
    floor.undo("ana")
    floor.leave("ana")
    assert not floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now)).duplicate
    assert floor.row(lead_id).dial_attempts == 1


# ── late and uncounted ───────────────────────────────────────────────────────────────────────────────────


def test_an_older_call_that_comes_late_counts_but_does_not_overwrite(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.report(ReportedCall(lead_id, CallResult.NO_ANSWER, floor.now, external_id="new"))
    before = floor.row(lead_id)
    late = floor.report(
        ReportedCall(lead_id, CallResult.ANSWERED, floor.now - timedelta(hours=3), external_id="old")
    )
    lead = floor.row(lead_id)
    assert late.applied is False
    assert (lead.status, lead.last_dial_attempt, lead.dial_result, lead.next_attempt_at) == (
        "no_answer", before.last_dial_attempt, "no_answer", before.next_attempt_at,
    )  # fmt: skip
    assert (lead.dial_attempts, lead.answered_count) == (2, 1)


def test_a_late_one_may_be_the_one_too_many(floor: Floor) -> None:
    floor.set(max_attempts=2)
    lead_id = floor.lead()
    floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now, external_id="new"))
    floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now - timedelta(days=1), external_id="old"))
    assert (floor.row(lead_id).exhausted, floor.row(lead_id).queue_state) == (True, QueueState.OUT)


def test_one_that_is_not_to_count_is_recorded_only(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.report(ReportedCall(lead_id, CallResult.ANSWERED, floor.now, counted=False))
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_attempts, lead.answered_count) == ("contacted", 0, 0)
    assert [call.counted for call in floor.calls(lead_id)] == [False]


def test_attempts_made_before_the_import_and_calls_from_elsewhere_are_the_same_ones(floor: Floor) -> None:
    lead_id = floor.lead(dial_attempts=3, imported_attempts=3, status="busy")
    for number in range(2):
        floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.later(hours=1), external_id=f"e{number}"))
    assert floor.row(lead_id).dial_attempts == 3
    for number in range(2, 4):
        floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.later(hours=1), external_id=f"e{number}"))
    assert floor.row(lead_id).dial_attempts == 4
    floor.later(hours=1)
    floor.set(max_attempts=20)
    floor.record("sup", lead_id, "busy")
    assert floor.row(lead_id).dial_attempts == 5


def test_what_was_before_a_reset_does_not_count(floor: Floor) -> None:
    lead_id = floor.lead(counting_from=floor.now)
    floor.report(ReportedCall(lead_id, CallResult.ANSWERED, floor.now - MINUTE))
    assert (floor.row(lead_id).dial_attempts, floor.row(lead_id).answered_count) == (0, 0)


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_calls_are_told_does_not_matter(floor: Floor, seed: int) -> None:
    chance = Random(seed)
    results = [result for result in CallResult if result is not CallResult.INVALID]
    told = [(chance.choice(results), minutes) for minutes in chance.sample(range(500), chance.randint(2, 6))]
    floor.set(max_attempts=50)
    start = floor.now
    floor.later(days=2)
    ends = []
    for order in (sorted(told, key=lambda each: each[1]), told, told[::-1]):
        lead_id = floor.lead()
        for result, minutes in order:
            at = start + minutes * MINUTE
            floor.report(ReportedCall(lead_id, result, at, external_id=f"{lead_id} {minutes}"))
        lead = floor.row(lead_id)
        ends.append(
            (lead.status, lead.dial_attempts, lead.answered_count, lead.last_dial_attempt, lead.dial_result)
        )
    assert ends[0] == ends[1] == ends[2]


def test_a_call_of_the_future_or_of_an_unknown_lead_is_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    with pytest.raises(Invalid):
        floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now + timedelta(minutes=3)))
    with pytest.raises(NotFound):
        floor.report(ReportedCall(10**9, CallResult.BUSY, floor.now))
    assert floor.calls(lead_id) == []


def test_sellers_do_not_report_calls(floor: Floor) -> None:
    from domain.calling import calls

    lead_id = floor.lead()
    with pytest.raises(NotAllowed), floor.database.transaction() as session:
        calls.record(
            session,
            actor=floor["ana"],
            call=ReportedCall(lead_id, CallResult.BUSY, floor.now),
            now=floor.now,
        )


def test_a_status_nobody_knows_is_no_obstacle(floor: Floor) -> None:
    lead_id = floor.lead(status="dialing")
    assert floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now)).status == "busy"
