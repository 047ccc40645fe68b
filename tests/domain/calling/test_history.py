"""History: every change of a lead is written down, with what before and what after, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import history
from domain.calling.action_seed import ACTION_SEED
from domain.calling.calls import ReportedCall
from domain.codes import CallResult
from tests.support.floor import Floor

TRACKED = ("status", "campaign_status", "campaign_resolution", "resolution_reason", "owner_id")


def replayed(floor: Floor, lead_id: int, start: dict[str, object]) -> dict[str, object]:
    """The tracked values after applying every event of the lead, each checked against what was before it."""
    values = dict(start)
    for event in floor.events(lead_id):
        for name in TRACKED:
            if event.before and name in event.before:
                assert event.before[name] == values[name], (event.kind, name)
            if event.after and name in event.after:
                values[name] = event.after[name]
    return values


def tracked(floor: Floor, lead_id: int) -> dict[str, object]:
    lead = floor.row(lead_id)
    return {name: getattr(lead, name) for name in TRACKED}


@pytest.mark.parametrize("slug", [slug for slug, _, _ in ACTION_SEED])
def test_from_history_alone_every_state_can_be_told(floor: Floor, slug: str) -> None:
    [shared] = floor.spare(1)
    lead_id = floor.own("ana", numbers=[[shared]])[0]
    other = floor.lead(numbers=[[shared]], status="busy", dial_attempts=1)
    start, other_start = tracked(floor, lead_id), tracked(floor, other)
    floor.record("ana", lead_id, slug, at=floor.now + timedelta(hours=1) if slug == "schedule" else None)
    assert replayed(floor, lead_id, start) == tracked(floor, lead_id)
    assert replayed(floor, other, other_start) == tracked(floor, other)
    floor.undo("ana")
    assert replayed(floor, lead_id, start) == tracked(floor, lead_id) == start
    assert replayed(floor, other, other_start) == tracked(floor, other) == other_start


def test_also_over_a_long_and_winding_road(floor: Floor) -> None:
    lead_id = floor.lead()
    start = tracked(floor, lead_id)
    floor.handle("ana", "busy", lead_id)
    floor.later(hours=1)
    floor.report(ReportedCall(lead_id, CallResult.NO_ANSWER, floor.now))
    floor.later(hours=5)
    floor.take("ben")
    floor.dial("ben", lead_id)
    floor.later(minutes=61)
    floor.renew("sup")
    assert floor.row(lead_id).status == "contacted"
    floor.edit(lead_id, status="no_answer", seller="ana")
    floor.handle("ana", "not-interested", lead_id, reason=2)
    floor.add_reason("ana", 3)
    floor.undo("ana")
    floor.record("ana", lead_id, "do-not-call")
    assert replayed(floor, lead_id, start) == tracked(floor, lead_id)
    kinds = [event.kind for event in floor.events(lead_id)]
    assert kinds == [
        "outcome", "call", "claim_expired", "edit", "outcome", "reason", "undo", "outcome",
    ]  # fmt: skip
    assert all(event.user_id for event in floor.events(lead_id))


def test_who_when_and_with_which_call(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "sale", lead_id)
    [event] = floor.events(lead_id)
    assert (event.at, event.user_id, event.action) == (floor.now, floor["ana"].user_id, "sale")
    assert event.call_id == floor.calls(lead_id)[0].id
    assert event.contact_id == floor.row(lead_id).contact_id
    assert event.campaign_id == floor.campaign_id


def test_no_text_and_no_number_of_a_person_stands_in_it(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.rename(lead_id, "Zenobia Quill")
    e164 = floor.phones(lead_id)[0].e164
    floor.handle("ana", "do-not-call", lead_id, note="her secret")
    floor.undo("ana")
    floor.register(e164)
    told = " ".join(repr(event) for event in floor.events())
    for secret in ("Zenobia", "secret", e164):
        assert secret not in told


def test_times_come_back_from_history_as_they_were(floor: Floor) -> None:
    lead = floor.row(floor.lead())
    kept = history.lead_values(lead)
    restored = history.restored(kept)
    assert {name: getattr(lead, name) for name in history.LEAD_VALUES} == restored
