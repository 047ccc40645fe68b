"""Dialling: attempts, the call log, and which number is tried (calling specification, section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import Conflict, NotAllowed, NotFound
from tests.support.floor import Floor


def test_an_attempt_is_counted_when_dialling_starts_and_only_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    assert (floor.row(lead_id).dial_attempts, floor.row(lead_id).last_dial_attempt) == (1, floor.now)
    dialled_at = floor.now
    floor.later(seconds=40)
    floor.hang_up("ana")
    floor.later(seconds=15)
    floor.record("ana", lead_id, "not-interested")
    lead, [call] = floor.row(lead_id), floor.calls(lead_id)
    assert (lead.dial_attempts, lead.answered_count, lead.last_dial_attempt) == (1, 1, dialled_at)
    assert (call.started_at, call.ended_at) == (dialled_at, dialled_at + timedelta(seconds=40))
    assert (call.talk_seconds, call.wrap_seconds) == (40, 15)


def test_an_outcome_during_the_call_ends_it(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.later(seconds=30)
    floor.record("ana", lead_id, "not-found")
    [call] = floor.calls(lead_id)
    assert (call.ended_at, call.talk_seconds, call.wrap_seconds) == (floor.now, 30, 0)


def test_a_person_may_be_dialled_twice_before_the_outcome_and_both_count(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    for _ in range(2):
        floor.dial("ana", lead_id)
        floor.hang_up("ana")
        floor.later(minutes=3)
    floor.record("ana", lead_id, "not-found")
    assert floor.row(lead_id).dial_attempts == len(floor.calls(lead_id)) == 2


def test_only_conversations_count_as_answered(floor: Floor) -> None:
    spoken, silent = floor.leads(2)
    floor.handle("ana", "not-interested", spoken)
    floor.handle("ana", "not-found", silent)
    assert (floor.row(spoken).answered_count, floor.row(silent).answered_count) == (1, 0)


def test_dialling_twice_at_once_is_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    with pytest.raises(Conflict) as refused:
        floor.dial("ana", lead_id)
    assert refused.value.code == "in_call"
    assert floor.row(lead_id).dial_attempts == 1


def test_only_the_person_in_hand_is_dialled(floor: Floor) -> None:
    first, second = floor.leads(2)
    assert floor.next_id("ana") == first
    for who, lead_id in (("ana", second), ("ben", first)):
        with pytest.raises(NotFound) as refused:
            floor.dial(who, lead_id)
        assert refused.value.code == "no_claim"


def test_a_number_on_the_register_a_bad_one_and_one_of_somebody_else_are_not_dialled(floor: Floor) -> None:
    blocked, bad, good, other = floor.spare(4)
    lead_id = floor.lead(numbers=[[blocked, bad, good]])
    floor.bad(lead_id, bad)
    dossier = floor.hold("ana", lead_id)
    assert [phone.e164 for phone in dossier.phones if phone.next] == [blocked]
    floor.register_quietly(blocked)
    for e164, code in ((blocked, "do_not_call"), (bad, "bad_number"), (other, "no_number")):
        with pytest.raises((NotAllowed, NotFound)) as refused:
            floor.dial("ana", lead_id, e164)
        assert refused.value.code == code
    assert floor.dial("ana", lead_id, good).e164 == good


def test_dialling_outside_the_calling_hours_is_refused(floor: Floor) -> None:
    from domain.campaigns.windows import parse_hours

    floor.set(hours=parse_hours("09:00-21:00"))
    lead_id = floor.lead()
    floor.take("ana")
    floor.now = floor.now.replace(hour=21, minute=0)
    floor.change_entry(lead_id, expires_at=floor.now + timedelta(minutes=5))
    with pytest.raises(NotAllowed) as refused:
        floor.dial("ana", lead_id)
    assert refused.value.code == "outside_hours"


def test_phones_are_tried_last_answered_first_then_in_order_rotating_and_never_a_bad_one(
    floor: Floor,
) -> None:
    first, second, third = floor.spare(3)
    lead_id = floor.lead(numbers=[[first, second, third]])
    dialled = []
    for _ in range(4):
        floor.hold("ana", lead_id)
        dialled.append(floor.dial("ana", lead_id).e164)
        floor.record("ana", lead_id, "not-found")
        floor.later(hours=5)
    assert dialled == [first, second, third, first]
    floor.change(lead_id, dial_attempts=0, status="new", exhausted=False)
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id, third)
    floor.record("ana", lead_id, "call-later")
    floor.later(days=2)
    floor.change(lead_id, dial_attempts=0)
    floor.bad(lead_id, first)
    floor.hold("ana", lead_id)
    assert floor.dial("ana", lead_id).e164 == third
