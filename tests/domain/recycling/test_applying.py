"""Recycling: the chosen leads are in play again, everybody else stays, and every batch can be followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import DialStatus, QueueState
from domain.errors import Conflict, NotAllowed
from domain.recycling import applying
from domain.recycling.selection import Filters
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor

OUT = {"queue_state": QueueState.OUT.value}


def test_the_chosen_are_new_and_the_others_as_they_were(floor: Floor, desk: Desk) -> None:
    busy, silent = floor.leads(3, status="busy"), floor.lead(status="no_answer")
    before = desk.state(silent)
    done = desk.recycle("busy")
    assert (done.selected, done.recycled, done.by_status, done.finished) == (3, 3, {"busy": 3}, True)
    assert {floor.row(lead).status for lead in busy} == {"new"}
    assert {floor.row(lead).recycle_batch_id for lead in busy} == {done.batch_id}
    assert desk.state(silent) == before
    assert desk.cards().by_status == {"new": 3, "no_answer": 1}


def test_recycled_leads_come_to_the_sellers_and_count_attempts_on(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy", dial_attempts=2, next_attempt_at=floor.now + timedelta(hours=3))
    assert floor.next_id("ana") is None
    desk.recycle("busy")
    assert floor.next_id("ana") == lead
    floor.record("ana", lead, "not-found")
    row = floor.row(lead)
    assert (row.status, row.dial_attempts, row.recycle_batch_id) == ("no_answer", 3, None)


def test_each_lead_has_its_history_with_who_and_the_batch(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy")
    done = desk.recycle("busy")
    event = floor.events(lead)[-1]
    assert (event.kind, event.user_id, event.batch_id) == ("recycle", floor["sup"].user_id, done.batch_id)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["status"], event.after["status"]) == ("busy", "new")


def test_a_lead_whose_time_had_come_keeps_its_place_in_the_line(floor: Floor, desk: Desk) -> None:
    waited, later = floor.now - timedelta(days=2), floor.now + timedelta(days=2)
    due, sleeping = (
        floor.lead(status="busy", next_attempt_at=waited),
        floor.lead(status="busy", next_attempt_at=later),
    )
    desk.recycle("busy")
    assert (floor.row(due).next_attempt_at, floor.row(sleeping).next_attempt_at) == (waited, floor.now)


def test_another_target_keeps_the_retry_wait(floor: Floor, desk: Desk) -> None:
    later = floor.now + timedelta(hours=4)
    lead = floor.lead(status="contacted", next_attempt_at=later, **OUT)
    desk.recycle("contacted", target="no_answer")
    row = floor.row(lead)
    assert (row.status, row.next_attempt_at, row.queue_state) == ("no_answer", later, QueueState.READY)


def test_a_reset_begins_the_counting_again_and_keeps_the_history(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(
        status="no_answer",
        dial_attempts=5,
        answered_count=1,
        imported_attempts=2,
        last_dial_attempt=floor.now - timedelta(days=1),
        dial_result="no_answer",
        exhausted=True,
        **OUT,
    )
    desk.recycle("no_answer", reset_attempts=True)
    row = floor.row(lead)
    assert (row.dial_attempts, row.answered_count, row.imported_attempts, row.exhausted) == (0, 0, 0, False)
    assert (row.last_dial_attempt, row.dial_result, row.counting_from) == (None, None, floor.now)
    assert row.queue_state == QueueState.READY
    before = floor.events(lead)[-1].before
    assert before is not None
    assert before["dial_attempts"] == 5


def test_without_a_reset_used_up_attempts_stay_used_up(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="no_answer", dial_attempts=5, exhausted=True, **OUT)
    desk.recycle("no_answer")
    row = floor.row(lead)
    assert (row.status, row.exhausted, row.dial_attempts, row.queue_state) == ("new", True, 5, QueueState.OUT)


def test_a_final_lead_is_put_back_only_on_request_and_has_not_ended_then(floor: Floor, desk: Desk) -> None:
    ended = {"campaign_status": 4, "campaign_resolution": "NI", "resolution_reason": 2, **OUT}
    lead = floor.lead(status="not_interested", **ended)
    closed = floor.lead(status="closed", campaign_status=5, campaign_resolution="CW", **OUT)
    assert desk.recycle("not_interested", "closed").recycled == 0
    assert desk.recycle("not_interested", "closed", include_final=True).recycled == 2
    row = floor.row(lead)
    assert (row.status, row.campaign_status, row.campaign_resolution) == ("new", 2, None)
    assert row.resolution_reason is None
    assert (floor.row(closed).campaign_status, floor.row(closed).queue_state) == (3, QueueState.READY)


def test_other_leads_keep_what_the_campaign_knows_of_them(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="no_answer", campaign_status=3, campaign_resolution="NF")
    desk.recycle("no_answer", include_final=True)
    assert (floor.row(lead).campaign_status, floor.row(lead).campaign_resolution) == (3, "NF")


def test_do_not_call_is_never_recycled(floor: Floor, desk: Desk) -> None:
    blocked = floor.lead(status="dnc", **OUT)
    listed = [floor.lead(status=status, **OUT) for status in ("busy", "sale", "new")]
    for lead in listed:
        floor.register_quietly(floor.phones(lead)[0].e164)
    before = [desk.state(lead) for lead in (blocked, *listed)]
    done = desk.recycle(*DialStatus, include_final=True, reset_attempts=True)
    assert (done.selected, done.recycled) == (4, 0)
    assert [desk.state(lead) for lead in (blocked, *listed)] == before


def test_owned_leads_wait_for_their_owner_and_those_of_a_paused_list_stay_out(
    floor: Floor, desk: Desk
) -> None:
    owned, paused = floor.own("ana", status="contacted", **OUT)[0], floor.lead(status="contacted", **OUT)
    floor.pause_list(paused)
    desk.recycle("contacted")
    assert floor.row(owned).queue_state == QueueState.OWNED
    assert floor.row(paused).queue_state == QueueState.OUT
    floor.pause_list(paused, active=True)
    assert floor.row(paused).queue_state == QueueState.READY


def test_a_recycled_lead_leaves_the_hopper_until_it_is_filled_again(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy")
    floor.fill()
    assert floor.row(lead).queue_state == QueueState.IN_HOPPER
    desk.recycle("busy")
    assert (floor.row(lead).queue_state, floor.entries(lead)) == (QueueState.READY, [])
    assert floor.fill().added == 1


def test_a_lead_a_seller_took_in_the_middle_of_a_batch_is_left_to_the_seller(
    floor: Floor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = floor.leads(2, status="busy")
    monkeypatch.setattr("domain.recycling.pace.AT_ONCE", 1)
    monkeypatch.setattr("domain.recycling.pace.Pace.took", lambda self, duration: None)
    monkeypatch.setattr("domain.recycling.pace.Pace.__init__", _one_at_a_time)
    done = desk.recycle(
        "busy", on_progress=lambda progress: floor.hold("ana", second) if progress.done == 1 else None
    )
    assert (done.selected, done.recycled) == (2, 1)
    assert (floor.row(first).status, floor.row(second).status) == ("new", "busy")
    floor.record("ana", second, "sale")
    assert floor.row(second).status == "sale"


def _one_at_a_time(self: object) -> None:
    self.leads = 1  # type: ignore[attr-defined]  # a slot of Pace


def test_progress_is_told_and_a_stopped_batch_goes_on_where_it_stopped(
    floor: Floor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.recycling.pace.Pace.took", lambda self, duration: None)
    monkeypatch.setattr("domain.recycling.pace.Pace.__init__", _one_at_a_time)
    leads = floor.leads(3, status="busy")
    told: list[tuple[int, int, int]] = []

    def tell(progress: applying.Progress) -> None:
        told.append((progress.done, progress.total, progress.changed))

    stopped = desk.recycle("busy", on_progress=tell, should_stop=lambda: len(told) == 2)
    assert (stopped.finished, stopped.recycled, told) == (False, 2, [(1, 3, 1), (2, 3, 2)])
    assert [floor.row(lead).status for lead in leads] == ["new", "new", "busy"]
    done = desk.resume(stopped.batch_id)
    assert (done.finished, done.recycled, done.by_status) == (True, 3, {"busy": 3})
    with pytest.raises(Conflict, match="finished"):
        desk.resume(stopped.batch_id)


def test_somebody_else_can_stop_a_running_batch(
    floor: Floor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.recycling.pace.Pace.took", lambda self, duration: None)
    monkeypatch.setattr("domain.recycling.pace.Pace.__init__", _one_at_a_time)
    floor.leads(3, status="busy")

    def stop(progress: applying.Progress) -> None:
        with floor.database.transaction() as session:
            applying.stop(session, actor=floor["root"], batch_id=progress.batch_id, now=floor.now)

    done = desk.recycle("busy", on_progress=stop)
    assert (done.finished, done.recycled) == (False, 1)
    assert desk.resume(done.batch_id).recycled == 3


def test_a_batch_that_runs_is_not_continued_by_another(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    with floor.database.transaction() as session:
        batch_id = applying.begin(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            filters=Filters(("busy",)),
            now=floor.now,
        )
    with pytest.raises(Conflict, match="running"):
        desk.resume(batch_id)
    floor.later(minutes=5)
    assert desk.resume(batch_id).recycled == 1


def test_only_supervisors_and_administrators_recycle(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            desk.recycle("busy", who=who)
    assert desk.recycle("busy", who="root").recycled == 1


def test_a_chunk_sends_the_same_few_statements_whatever_its_size(floor: Floor, desk: Desk) -> None:
    for size in (1, 30):
        ids = floor.leads(size, status="busy")
        with floor.database.transaction() as session:
            batch_id = applying.begin(
                session,
                actor=floor["sup"],
                campaign_id=floor.campaign_id,
                filters=Filters(("busy",)),
                now=floor.now,
            )
        with desk.counted(8), floor.database.transaction() as session:
            assert (
                applying.step(session, actor=floor["sup"], batch_id=batch_id, lead_ids=ids, now=floor.now)
                == size
            )
