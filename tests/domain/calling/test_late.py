"""Outcomes that come after the lease: accepted, kept as call and note, or refused (specification, section 2)."""

from __future__ import annotations

import pytest

from domain.calling.calls import ReportedCall
from domain.codes import CallResult
from domain.errors import Conflict, NotAllowed
from domain.repair import find
from tests.support.floor import Floor


def expired_for(floor: Floor, who: str = "ana", *, dialled: bool = False) -> int:
    """A lead whose claim has ended by itself, noticed by somebody else's question."""
    lead_id = floor.lead()
    assert floor.next_id(who) == lead_id
    if dialled:
        floor.dial(who, lead_id)
        floor.hang_up(who)
    floor.later(minutes=61)
    floor.renew("sup")
    assert floor.entries(lead_id) == [] or floor.entries(lead_id)[0].locked_by is None
    return lead_id


@pytest.mark.parametrize("dialled", [False, True], ids=["not dialled", "dialled"])
def test_an_outcome_after_the_lease_is_accepted_if_nobody_took_the_lead(floor: Floor, dialled: bool) -> None:
    lead_id = expired_for(floor, dialled=dialled)
    seen = 2 if dialled else 1
    result = floor.record("ana", lead_id, "not-found", note="rang long", expected_version=seen)
    assert (result.stored_only, result.status) == (False, "no_answer")
    lead, [call] = floor.row(lead_id), floor.calls(lead_id)
    assert (lead.dial_attempts, call.action, call.result) == (1, "not-found", "no_answer")
    assert lead.last_dial_attempt == call.started_at
    assert [each.notes for each in floor.activities(lead_id)] == ["rang long"]
    assert floor.entries(lead_id) == []


def test_also_while_the_lease_is_over_but_nobody_noticed(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.later(minutes=30)
    assert floor.record("ana", lead_id, "not-found").stored_only is False


def test_if_somebody_has_the_lead_call_and_note_are_kept_and_the_seller_is_told_who(floor: Floor) -> None:
    lead_id = expired_for(floor)
    assert floor.next_id("ben") == lead_id
    result = floor.record("ana", lead_id, "not-interested", note="has one already")
    assert result.stored_only
    assert "ben" in result.notices[0]
    lead = floor.row(lead_id)
    told = (lead.status, lead.campaign_status, lead.campaign_resolution, lead.version)
    assert told == ("contacted", 2, None, 1)
    [call] = floor.calls(lead_id)
    assert (call.seller_id, call.action) == (floor["ana"].user_id, "not-interested")
    assert [each.notes for each in floor.activities(lead_id)] == ["has one already"]
    assert lead.dial_attempts == 1
    assert floor.events(lead_id)[-1].kind == "outcome_refused"
    assert floor.record("ben", lead_id, "not-found", expected_version=1).status == "no_answer"
    assert floor.row(lead_id).dial_attempts == len(floor.calls(lead_id)) == 2


@pytest.mark.parametrize(
    ("action", "status"), [("busy", "busy"), ("wrong-number", "no_answer"), ("not-interested", "contacted")]
)
def test_whom_the_next_seller_gave_back_is_not_new_after_a_call_that_is_only_kept(
    floor: Floor, action: str, status: str
) -> None:
    lead_id = expired_for(floor)
    assert floor.next_id("ben") == lead_id
    floor.skip("ben")
    floor.later(minutes=1)
    result = floor.record("ana", lead_id, action)
    assert (result.stored_only, result.status) == (True, status)
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_attempts, lead.version) == (status, 1, 1)
    assert floor.entries(lead_id) == []
    assert (lead.next_attempt_at > floor.now) is (status != "contacted")
    with floor.database.reading() as session:
        assert find.report(session, actor=floor["sup"], now=floor.now).total == 0


def test_if_somebody_handled_the_lead_since_the_seller_is_told_who_and_when(floor: Floor) -> None:
    lead_id = expired_for(floor)
    floor.now = floor.now.replace(hour=15, minute=5)
    floor.handle("ben", "not-found")
    floor.later(minutes=20)
    result = floor.record("ana", lead_id, "sale")
    assert result.stored_only
    assert "already handled by ben at 15:05" in result.notices[0]
    assert floor.row(lead_id).status == "no_answer"
    assert floor.sales() == []


def test_a_dialled_call_that_is_only_kept_is_counted_once(floor: Floor) -> None:
    lead_id = expired_for(floor, dialled=True)
    floor.record("sup", lead_id, "not-found")
    assert floor.record("ana", lead_id, "not-interested").stored_only
    calls = floor.calls(lead_id)
    assert [call.action for call in calls] == ["not-interested", "not-found"]
    assert floor.row(lead_id).dial_attempts == 2


def test_it_is_kept_once_and_then_refused(floor: Floor) -> None:
    lead_id = expired_for(floor)
    floor.take("ben")
    floor.record("ana", lead_id, "not-found")
    with pytest.raises(Conflict):
        floor.record("ana", lead_id, "not-found")
    assert len(floor.calls(lead_id)) == 1


def test_a_call_that_was_only_kept_stays_counted_when_the_others_outcome_is_undone(floor: Floor) -> None:
    lead_id = expired_for(floor)
    floor.handle("ben", "busy")
    floor.later(minutes=1)
    assert floor.record("ana", lead_id, "not-interested").stored_only
    kept_at = floor.now
    floor.later(minutes=1)
    floor.undo("ben")
    lead = floor.row(lead_id)
    assert (lead.dial_attempts, lead.answered_count, lead.last_dial_attempt) == (1, 1, kept_at)


def test_also_when_a_do_not_call_is_undone(floor: Floor) -> None:
    shared, own = floor.spare(2)
    held = floor.lead(numbers=[[shared, own]])
    assert floor.next_id("ana") == held
    floor.record("sup", floor.lead(numbers=[[floor.spare(1)[0], shared]]), "do-not-call")
    assert floor.record("ana", held, "not-found").stored_only
    floor.undo("sup")
    lead = floor.row(held)
    assert (lead.status, lead.dial_attempts) == ("new", 1)


def test_what_is_only_kept_is_not_on_the_undo_stack(floor: Floor) -> None:
    lead_id = expired_for(floor)
    floor.take("ben")
    floor.record("ana", lead_id, "not-found")
    assert floor.depth("ana") == 0


def test_nothing_else_is_undone_in_the_stead_of_what_was_only_kept(floor: Floor) -> None:
    earlier, kept, later = floor.leads(3)
    floor.handle("ana", "not-interested", earlier)
    floor.register(floor.take("ana").phones[0].e164)
    assert floor.record("ana", kept, "not-found").stored_only
    assert floor.depth("ana") == 0
    with pytest.raises(Conflict, match="only call and note were kept") as refused:
        floor.undo("ana")
    assert refused.value.code == "only_kept"
    assert floor.row(earlier).status == "not_interested"
    floor.handle("ana", "not-interested", later)
    assert floor.undo("ana").lead_id == later
    with pytest.raises(Conflict, match="only call and note were kept"):
        floor.undo("ana")


def test_an_outcome_of_a_supervisor_over_an_expired_claim_does_not_lose_the_sellers(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.later(minutes=30)
    floor.record("sup", lead_id, "busy")
    result = floor.record("ana", lead_id, "not-interested", note="mine")
    assert result.stored_only
    assert "sup" in result.notices[0]
    assert [each.notes for each in floor.activities(lead_id)] == [None, "mine"]


def test_nor_does_an_edit_of_a_supervisor(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.later(minutes=30)
    floor.edit(lead_id, priority=80)
    assert floor.record("ana", lead_id, "not-interested", note="mine").stored_only


def test_one_who_never_had_it_is_refused(floor: Floor) -> None:
    lead_id = expired_for(floor)
    with pytest.raises(NotAllowed):
        floor.record("ben", lead_id, "not-found")


def test_a_lead_blocked_in_a_sellers_hands_keeps_what_they_record_as_call_and_note(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.register(floor.phones(lead_id)[0].e164)
    assert floor.row(lead_id).status == "dnc"
    result = floor.record("ana", lead_id, "sale", note="wanted it")
    assert result.stored_only
    assert "do-not-call" in result.notices[0]
    assert (floor.row(lead_id).status, floor.sales()) == ("dnc", [])
    [call] = floor.calls(lead_id)
    assert (call.action, floor.row(lead_id).dial_attempts) == ("sale", 1)
    assert [each.notes for each in floor.activities(lead_id)] == ["wanted it"]
    assert floor.entries(lead_id) == []


@pytest.mark.parametrize("order", ["blocked first", "expired first"])
def test_also_when_the_lease_is_over_by_then(floor: Floor, order: str) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    if order == "blocked first":
        floor.register(floor.phones(lead_id)[0].e164)
    floor.later(minutes=20)
    floor.renew("sup")
    if order == "expired first":
        floor.register(floor.phones(lead_id)[0].e164)
    result = floor.record("ana", lead_id, "not-interested", note="told me")
    assert result.stored_only
    assert floor.row(lead_id).status == "dnc"
    assert [each.notes for each in floor.activities(lead_id)] == ["told me"]


def test_a_lead_ended_from_outside_in_a_sellers_hands_keeps_call_and_note_and_frees_the_seller(
    floor: Floor,
) -> None:
    lead_id, second = floor.leads(2)
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.later(minutes=5)
    floor.report(ReportedCall(lead_id, CallResult.INVALID, floor.now))
    assert floor.row(lead_id).status == "invalid"
    assert floor.record("ana", lead_id, "not-found", note="dead line").stored_only
    assert floor.row(lead_id).status == "invalid"
    assert floor.next_id("ana") == second
