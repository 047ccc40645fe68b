"""Undo: twenty deep, ten minutes, the exact former state (calling specification, section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import history
from domain.calling.action_seed import ACTION_SEED
from domain.calling.calls import ReportedCall
from domain.codes import CallResult, QueueState
from domain.errors import Conflict, NotAllowed, NotFound
from domain.sales.sales import SaleInput
from tests.support.floor import Floor

SLUGS = [slug for slug, _, _ in ACTION_SEED]


def state(floor: Floor, lead_id: int) -> dict[str, object]:
    """Everything about a lead that an undo restores; where it waits aside, for it is in hand again."""
    values = history.lead_values(floor.row(lead_id))
    values.pop("queue_state")
    return values


@pytest.mark.parametrize("dialled", [False, True], ids=["not dialled", "dialled"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_outcome_is_taken_back_exactly(floor: Floor, slug: str, dialled: bool) -> None:
    first, second = floor.spare(2)
    lead_id = floor.lead(
        numbers=[[first, second]],
        status="busy",
        campaign_status=2,
        campaign_resolution="SC",
        dial_attempts=1,
        dial_result="busy",
        last_dial_attempt=floor.now - timedelta(days=1),
        last_action_at=floor.now - timedelta(days=1),
    )
    floor.callback(lead_id, floor.now - timedelta(minutes=5), "ana", note="ask for Juan")
    floor.change(lead_id, status="busy")
    assert floor.next_id("ana") == lead_id
    if dialled:
        floor.dial("ana", lead_id)
        floor.hang_up("ana")
    before, phones, pending = state(floor, lead_id), floor.phones(lead_id), floor.pending(lead_id)
    at = floor.now + timedelta(hours=1) if slug == "schedule" else None
    floor.record("ana", lead_id, slug, at=at, note="as said")
    assert state(floor, lead_id) != before
    floor.later(minutes=1)
    result = floor.undo("ana")

    assert (result.lead_id, result.action) == (lead_id, slug)
    assert state(floor, lead_id) == before
    assert [phone.bad for phone in floor.phones(lead_id)] == [phone.bad for phone in phones]
    assert [(each.id, each.due_at, each.completed_at) for each in floor.pending(lead_id)] == [
        (each.id, each.due_at, None) for each in pending
    ]
    assert [sale.cancelled_at for sale in floor.sales(lead_id)] == ([floor.now] if slug == "sale" else [])
    [call] = floor.calls(lead_id)
    assert (call.undone_at is None) == dialled
    assert call.action is None or not dialled
    dossier = floor.take("ana")
    assert (dossier.lead_id, dossier.draft) == (lead_id, "as said")
    assert [phone.do_not_call for phone in dossier.phones] == [False, False]
    kinds = [(event.kind, event.action) for event in floor.events(lead_id)]
    assert kinds == [("outcome", slug), ("undo", slug)]
    outcome, undone = floor.events(lead_id)
    assert undone.undoes == outcome.id
    assert (undone.before, undone.after) == (outcome.after, outcome.before) or "queue_state" in str(undone)


def test_after_the_undo_the_right_key_records_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.record("ana", lead_id, "not-interested")
    floor.undo("ana")
    floor.record("ana", lead_id, "sale", sale=SaleInput(quantity=1))
    lead = floor.row(lead_id)
    assert (lead.status, lead.dial_attempts, lead.answered_count) == ("sale", 1, 1)
    assert [call.action for call in floor.calls(lead_id)] == ["sale"]
    states = [(each.action, each.state) for each in floor.activities(lead_id)]
    assert states == [("not-interested", "undone"), ("sale", "completed")]
    assert len(floor.sales(lead_id)) == 1


def test_newest_first_as_a_stack(floor: Floor) -> None:
    leads = floor.leads(3)
    for _ in leads:
        floor.handle("ana", "not-interested")
    assert floor.depth("ana") == 3
    assert [floor.undo("ana").lead_id for _ in leads] == leads[::-1]
    assert floor.depth("ana") == 0
    with pytest.raises(NotFound) as refused:
        floor.undo("ana")
    assert refused.value.code == "no_undo"


def test_twenty_deep(floor: Floor) -> None:
    leads = floor.leads(23)
    for _ in leads:
        floor.handle("ana", "not-interested")
    assert floor.depth("ana") == 20
    assert [floor.undo("ana").lead_id for _ in range(20)] == leads[:2:-1]
    with pytest.raises(NotFound):
        floor.undo("ana")


def test_what_was_undone_does_not_count_towards_the_twenty(floor: Floor) -> None:
    floor.leads(25)
    for _ in range(20):
        floor.handle("ana", "not-interested")
    floor.later(seconds=5)
    for _ in range(5):
        floor.undo("ana")
    assert floor.depth("ana") == 15
    floor.later(seconds=5)
    for _ in range(5):
        floor.handle("ana", "not-interested")
    assert floor.depth("ana") == 20


def test_ten_minutes(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    floor.later(minutes=5)
    floor.handle("ana", "not-interested", second)
    floor.later(minutes=5)
    assert floor.depth("ana") == 1
    assert floor.undo("ana").lead_id == second
    with pytest.raises(NotFound):
        floor.undo("ana")
    assert floor.row(first).status == "not_interested"


def test_everybody_has_a_stack_of_their_own(floor: Floor) -> None:
    floor.leads(2)
    floor.handle("ana", "not-interested")
    with pytest.raises(NotFound):
        floor.undo("ben")
    with pytest.raises(NotAllowed):
        floor.undo("aud")


@pytest.mark.parametrize("by", ["edit", "reported call", "outcome"])
def test_an_outcome_whose_lead_was_changed_since_is_refused_and_named(floor: Floor, by: str) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "busy", lead_id)
    floor.now = floor.now.replace(minute=3)
    if by == "edit":
        floor.edit(lead_id, priority=70)
    elif by == "reported call":
        floor.report(ReportedCall(lead_id, CallResult.BUSY, floor.now))
    else:
        floor.record("sup", lead_id, "not-found")
    before = floor.row(lead_id).version
    with pytest.raises(Conflict, match=r"already handled by sup at 12:03"):
        floor.undo("ana")
    assert floor.row(lead_id).version == before


def test_somebody_elses_claim_on_the_person_is_respected(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "call-dropped", lead_id)
    floor.later(minutes=3)
    assert floor.next_id("ben") == lead_id
    with pytest.raises(Conflict, match="ben"):
        floor.undo("ana")
    assert floor.row(lead_id).status == "dropped"
    assert floor.record("ben", lead_id, "not-found").stored_only is False


def test_during_a_call_it_is_refused(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    assert floor.next_id("ana") == second
    floor.dial("ana", second)
    with pytest.raises(Conflict) as refused:
        floor.undo("ana")
    assert refused.value.code == "in_call"
    floor.hang_up("ana")
    assert floor.undo("ana").lead_id == first


def test_the_person_on_screen_goes_to_the_front_with_the_draft_and_not_as_a_skip(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.handle("ana", "not-interested")
    assert floor.next_id("ana") == second
    floor.draft("ana", second, "halfway thr")
    assert floor.undo("ana").lead_id == first
    assert floor.next_id("ben") == third
    floor.record("ana", first, "sale")
    dossier = floor.take("ana")
    assert (dossier.lead_id, dossier.draft) == (second, "halfway thr")
    assert "skip" not in {event.kind for event in floor.events()}


def test_several_undone_in_a_row_come_back_in_their_order(floor: Floor) -> None:
    leads = floor.leads(4)
    for _ in range(3):
        floor.handle("ana", "not-interested")
        floor.later(seconds=10)
    assert floor.next_id("ana") == leads[3]
    for _ in range(3):
        floor.later(seconds=1)
        floor.undo("ana")
    again = []
    for _ in leads:
        again.append(floor.take("ana").lead_id)
        floor.record("ana", again[-1], "not-interested")
    assert again == leads


def test_two_outcomes_of_one_lead_are_undone_one_after_the_other(floor: Floor) -> None:
    lead_id = floor.lead()
    before = state(floor, lead_id)
    floor.handle("ana", "busy", lead_id)
    between = state(floor, lead_id)
    floor.later(minutes=1)
    floor.jump("ana", lead_id)
    floor.record("ana", lead_id, "not-interested")
    floor.add_reason("ana", 1)
    floor.undo("ana")
    assert state(floor, lead_id) == between
    floor.undo("ana")
    assert state(floor, lead_id) == before


def test_but_not_over_a_call_that_was_dialled_in_between(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "busy", lead_id)
    floor.later(minutes=1)
    floor.jump("ana", lead_id)
    floor.dial("ana", lead_id)
    floor.record("ana", lead_id, "not-interested")
    floor.undo("ana")
    with pytest.raises(Conflict):
        floor.undo("ana")
    assert floor.row(lead_id).dial_attempts == 2


def test_a_draft_written_meanwhile_is_no_obstacle(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-interested", lead_id, note="price")
    floor.draft("ana", lead_id, "price li")
    floor.undo("ana")
    assert floor.take("ana").draft in ("price", "price li")


def test_a_number_known_as_bad_before_stays_bad(floor: Floor) -> None:
    bad, good = floor.spare(2)
    lead_id = floor.lead(numbers=[[bad, good]])
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id, bad)
    floor.bad(lead_id, bad)
    floor.record("ana", lead_id, "wrong-number")
    floor.undo("ana")
    assert [phone.bad for phone in floor.phones(lead_id)] == [True, False]


def test_an_undone_outcome_in_a_list_paused_since_does_not_return_to_the_queue(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "busy", lead_id)
    floor.pause_list(lead_id)
    floor.undo("ana")
    assert floor.row(lead_id).queue_state == QueueState.OUT
    floor.leave("ana")
    floor.fill()
    assert floor.next_id("ben") is None


def test_the_hopper_is_filled_after_an_undo_without_the_person_in_hand(floor: Floor) -> None:
    floor.leads(3)
    floor.handle("ana", "not-interested")
    floor.undo("ana")
    floor.fill(target=50)
    assert sorted(entry.lead_id for entry in floor.entries()) == sorted(
        {entry.lead_id for entry in floor.entries()}
    )
    assert len(floor.entries()) == 3


def test_the_counts_of_the_day_forget_what_was_undone(floor: Floor) -> None:
    floor.leads(2)
    floor.handle("ana", "sale")
    floor.undo("ana")
    figures = floor.next("ana").figures
    assert (figures.done_today, figures.sales_today) == (0, 0)


def test_history_keeps_both_and_can_be_neither_changed_nor_removed(floor: Floor) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    lead_id = floor.lead()
    floor.handle("ana", "sale", lead_id)
    floor.undo("ana")
    assert [event.kind for event in floor.events(lead_id)] == ["outcome", "undo"]
    for statement in ("UPDATE history_event SET kind = 'x'", "DELETE FROM history_event"):
        with pytest.raises(DBAPIError), floor.database.transaction() as session:
            session.execute(text(statement))
