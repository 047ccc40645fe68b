"""Skip, previous, jump, search, drafts, pauses and rights: the seller's desk (specification, section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import callbacks, queue
from domain.codes import QueueState, SellerState, Shift
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import states
from tests.support.floor import Floor

# ── skip ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_skipping_records_who_and_when_and_gives_the_next(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.take("ana")
    assert floor.skip("ana") == first
    assert floor.next_id("ana") == second
    [event] = floor.events(first)
    assert (event.kind, event.user_id, event.at) == ("skip", floor["ana"].user_id, floor.now)
    lead = floor.row(first)
    assert (lead.status, lead.dial_attempts, lead.version) == ("new", 0, 1)


@pytest.mark.parametrize("tier", ["pool", "urgent", "own", "callback", "dropped"])
def test_the_skipped_one_does_not_come_back_at_once_wherever_it_came_from(floor: Floor, tier: str) -> None:
    if tier in ("pool", "urgent"):
        skipped = floor.lead(priority=99 if tier == "urgent" else 50)
    elif tier == "own":
        [skipped] = floor.own("ana")
    elif tier == "callback":
        skipped = floor.lead()
        floor.callback(skipped, floor.now, "ana")
    else:
        skipped = floor.lead(status="dropped", queue_state=QueueState.DROPPED.value)
    others = floor.leads(3)
    assert floor.next_id("ana") == skipped
    floor.skip("ana")
    for other in others:
        assert floor.next_id("ana") == other
        floor.record("ana", other, "not-interested")
    assert floor.next_id("ana") is None
    floor.later(minutes=10)
    assert floor.next_id("ana") == skipped


def test_there_is_nobody_to_skip_without_a_claim(floor: Floor) -> None:
    with pytest.raises(NotFound):
        floor.skip("ana")


def test_somebody_called_is_not_skipped_but_gets_an_outcome(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    with pytest.raises(Conflict) as refused:
        floor.skip("ana")
    assert refused.value.code == "in_call"
    floor.hang_up("ana")
    with pytest.raises(Conflict) as refused:
        floor.skip("ana")
    assert refused.value.code == "outcome_missing"
    with pytest.raises(Conflict):
        floor.leave("ana")
    assert floor.next_id("ana") == lead_id


# ── previous and jump ────────────────────────────────────────────────────────────────────────────────────


def test_previous_goes_back_to_the_last_one_handled_or_skipped(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.handle("ana", "busy")
    floor.later(seconds=1)
    floor.take("ana")
    floor.skip("ana")
    assert floor.next_id("ana") == third
    found = floor.previous("ana").dossier
    assert found is not None
    assert (found.lead_id, found.source) == (second, "previous")
    floor.record("ana", second, "not-interested")
    assert floor.next_id("ana") == third
    assert first


def test_previous_shows_one_who_ended_without_a_claim(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "sale")
    assert floor.next_id("ana") == second
    found = floor.previous("ana").dossier
    assert found is not None
    assert (found.lead_id, found.status) == (first, "sale")
    assert floor.entries(first) == []
    assert floor.next_id("ana") == second


def test_there_is_no_previous_at_first(floor: Floor) -> None:
    with pytest.raises(NotFound) as refused:
        floor.previous("ana")
    assert refused.value.code == "no_previous"


def test_jumping_puts_the_one_on_screen_to_the_front_not_as_a_skip(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.fill()
    assert floor.next_id("ana") == first
    floor.draft("ana", first, "half")
    floor.jump("ana", third)
    floor.record("ana", third, "not-interested")
    dossier = floor.take("ana")
    assert (dossier.lead_id, dossier.draft) == (first, "half")
    assert floor.events(first) == []
    assert second


def test_a_seller_jumps_to_own_leads_only(floor: Floor) -> None:
    owned, called, handled, free, bens, hidden = floor.leads(6)
    floor.change(owned, owner_id=floor["ana"].user_id, queue_state=QueueState.OWNED.value)
    floor.callback(called, floor.now + timedelta(days=1), "ana")
    floor.change(bens, owner_id=floor["ben"].user_id, queue_state=QueueState.OWNED.value)
    floor.handle("ana", "busy", handled)
    floor.change(hidden, next_attempt_at=floor.now + timedelta(days=1), queue_state=QueueState.READY.value)
    for lead_id in (owned, called, handled, free):
        assert floor.jump("ana", lead_id).dossier is not None
    for lead_id in (bens,):
        with pytest.raises(NotAllowed):
            floor.jump("ana", lead_id)
    assert floor.jump("sup", bens).dossier is not None


def test_during_a_call_there_is_no_jump(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.take("ana")
    floor.dial("ana", first)
    with pytest.raises(Conflict) as refused:
        floor.jump("ana", second)
    assert refused.value.code == "in_call"
    assert floor.take("ana").dialling_since == floor.now


def test_a_call_that_waits_for_its_outcome_survives_a_jump_and_is_counted_once(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.fill()
    floor.take("ana")
    floor.dial("ana", first)
    floor.hang_up("ana")
    floor.jump("ana", second)
    floor.record("ana", second, "not-interested")
    assert floor.next_id("ana") == first
    floor.record("ana", first, "not-found")
    assert floor.row(first).dial_attempts == len(floor.calls(first)) == 1


# ── the queue pane and search ────────────────────────────────────────────────────────────────────────────


def test_the_queue_pane_shows_who_comes_in_the_order_they_come(floor: Floor) -> None:
    pool = floor.leads(3)
    urgent = floor.lead(priority=90)
    [own] = floor.own("ana")
    called, later = floor.leads(2)
    floor.callback(called, floor.now - timedelta(minutes=1), "ana")
    floor.callback(later, floor.now + timedelta(hours=2), "ana")
    floor.fill()
    lines = floor.upcoming("ana")
    assert [(line.lead_id, line.why) for line in lines] == [
        (called, "callback"),
        (own, "assigned"),
        (urgent, "pool"),
        *((lead_id, "pool") for lead_id in pool),
        (later, "callback"),
    ]
    assert [line.at for line in lines if line.lead_id == later] == [floor.now + timedelta(hours=2)]
    taken = []
    for _ in range(6):
        taken.append(floor.take("ana").lead_id)
        floor.record("ana", taken[-1], "not-interested")
    assert taken == [line.lead_id for line in lines][:6]


def test_the_one_on_screen_is_not_among_those_to_come(floor: Floor) -> None:
    floor.own("ana", 2)
    held = floor.take("ana").lead_id
    assert held not in [line.lead_id for line in floor.upcoming("ana")]


def test_the_pane_knows_the_halves_of_the_day(floor: Floor) -> None:
    floor.now = floor.now.replace(hour=10)
    plain = floor.lead(priority=90)
    morning = floor.lead(shift=Shift.MORNING)
    floor.fill()
    assert [line.lead_id for line in floor.upcoming("ana")] == [morning, plain]
    assert floor.next_id("ana") == morning
    extra = floor.lead(shift=Shift.MORNING)
    floor.fill()
    assert extra not in [line.lead_id for line in floor.upcoming("ben")]


def test_search_finds_own_leads_only(floor: Floor) -> None:
    owned, bens, called, handled, held = floor.leads(5)
    floor.change(owned, owner_id=floor["ana"].user_id, queue_state=QueueState.OWNED.value)
    floor.change(bens, owner_id=floor["ben"].user_id, queue_state=QueueState.OWNED.value)
    floor.callback(called, floor.now + timedelta(days=1), "ana")
    floor.handle("ana", "sale", handled)
    floor.hold("ana", held)
    assert set(floor.search("ana", "person")) == {owned, called, handled, held}
    assert set(floor.search("sup", "PERSON")) == {owned, bens, called, handled, held}
    assert set(floor.search("aud", "person")) == {owned, bens, called, handled, held}


@pytest.mark.parametrize("typed", ["Ángela", "ángela", "ÁNGELA", "muñoz", "MUÑOZ", "Ángela Mu"])
def test_search_knows_capitals_with_accents(floor: Floor, typed: str) -> None:
    [lead_id] = floor.own("ana")
    floor.rename(lead_id, "Ángela Muñoz")
    assert floor.search("ana", typed) == [lead_id]


@pytest.mark.parametrize("typed", ["%", "_", "Per%", "[bold]", "\\", "' OR 1=1 --", "", "   "])
def test_search_takes_signs_as_they_are(floor: Floor, typed: str) -> None:
    floor.own("ana")
    assert floor.search("ana", typed) == []


def test_search_by_digits_of_any_number(floor: Floor) -> None:
    mobile, home = floor.spare(2)
    [lead_id] = floor.own("ana", numbers=[[mobile, home]])
    floor.own("ana")
    assert floor.search("ana", home[-6:]) == [lead_id]
    assert floor.search("ana", f"0{home[3:5]} {home[5:8]} {home[8:]}") == [lead_id]


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_survives_leaving_expiry_and_another_seller(floor: Floor) -> None:
    lead_id = floor.own("ana")[0]
    floor.take("ana")
    floor.draft("ana", lead_id, "likes mor")
    floor.leave("ana")
    assert floor.take("ana").draft == "likes mor"
    floor.later(minutes=30)
    assert floor.take("ana").draft == "likes mor"
    floor.draft("ana", lead_id, "likes mornings")
    assert [draft.text for draft in floor.drafts()] == ["likes mornings"]
    floor.leave("ana")
    found = floor.jump("sup", lead_id).dossier
    assert found is not None
    assert found.draft == ""


def test_the_outcome_takes_the_draft_as_its_note(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.draft("ana", lead_id, "  likes mornings ")
    floor.record("ana", lead_id, "not-found")
    assert [each.notes for each in floor.activities(lead_id)] == ["likes mornings"]
    assert floor.drafts() == []


def test_a_note_given_goes_before_the_draft_and_an_empty_draft_is_none(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.draft("ana", first, "old")
    floor.handle("ana", "not-found", first, note="new")
    assert [each.notes for each in floor.activities(first)] == ["new"]
    floor.draft("ana", second, "text")
    floor.draft("ana", second, "  ")
    assert floor.drafts() == []


# ── states and pauses ────────────────────────────────────────────────────────────────────────────────────


def current(floor: Floor, who: str = "ana") -> states.StateView:
    with floor.database.reading() as session:
        found = states.current(session, actor=floor[who])
    assert found is not None
    return found


def test_the_state_follows_the_work_with_the_time_it_began(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    assert (current(floor).state, current(floor).since) == (SellerState.TALKING, floor.now)
    floor.later(minutes=2)
    floor.hang_up("ana")
    assert (current(floor).state, current(floor).since) == (SellerState.WRAP_UP, floor.now)
    floor.later(seconds=20)
    floor.record("ana", lead_id, "not-found")
    assert (current(floor).state, current(floor).since) == (SellerState.READY, floor.now)


def test_a_pause_has_a_code_and_keeps_the_person_on_screen(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    with floor.database.transaction() as session:
        view = states.pause(session, actor=floor["ana"], code="lunch", now=floor.now)
    assert (view.state, view.pause_code) == (SellerState.PAUSED, "lunch")
    assert current(floor).pause_code == "lunch"
    assert floor.next_id("ben") is None
    floor.later(minutes=5)
    with floor.database.transaction() as session:
        states.resume(session, actor=floor["ana"], now=floor.now)
    assert (current(floor).state, current(floor).pause_code) == (SellerState.READY, None)
    assert floor.next_id("ana") == lead_id


def test_an_unknown_pause_code_is_refused_and_an_auditor_has_no_states(floor: Floor) -> None:
    with floor.database.transaction() as session:
        with pytest.raises(Invalid) as refused:
            states.pause(session, actor=floor["ana"], code="siesta", now=floor.now)
        assert refused.value.code == "pause_code"
        with pytest.raises(NotAllowed):
            states.pause(session, actor=floor["aud"], code="lunch", now=floor.now)
        assert states.current(session, actor=floor["ana"]) is None


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_only_reads(floor: Floor) -> None:
    lead_id = floor.lead()
    refused = (
        lambda: floor.next("aud"),
        lambda: floor.jump("aud", lead_id),
        lambda: floor.previous("aud"),
        lambda: floor.record("aud", lead_id, "not-found"),
        lambda: floor.undo("aud"),
        lambda: floor.add_reason("aud", 1),
        lambda: floor.dial("aud", lead_id),
        lambda: floor.draft("aud", lead_id, "x"),
        lambda: floor.upcoming("aud"),
    )
    for each in refused:
        with pytest.raises((NotAllowed, NotFound)):
            each()
    assert floor.show(lead_id, "aud").lead_id == lead_id


def test_a_seller_sees_own_work_only(floor: Floor) -> None:
    mine, bens = floor.own("ana")[0], floor.own("ben")[0]
    assert floor.show(mine, "ana").callable
    with pytest.raises(NotAllowed):
        floor.show(bens, "ana")
    assert floor.show(bens, "sup").seller == "ben"
    with pytest.raises(NotAllowed):
        floor.edit_as("ana", mine, priority=99)


def test_a_seller_lists_own_callbacks_and_anyones(floor: Floor) -> None:
    mine, bens, anyones = floor.leads(3)
    at = floor.now + timedelta(hours=1)
    floor.callback(mine, at, "ana")
    floor.callback(bens, at, "ben")
    floor.callback(anyones, floor.now)
    with floor.database.reading() as session:
        own = callbacks.listing(session, actor=floor["ana"], now=floor.now, everybody=True)
        every = callbacks.listing(session, actor=floor["sup"], now=floor.now, everybody=True)
    assert [(line.lead_id, line.seller, line.due) for line in own] == [
        (anyones, None, True),
        (mine, "ana", False),
    ]
    assert {line.lead_id for line in every} == {mine, bens, anyones}


def test_a_draft_for_somebody_elses_lead_is_not_shown_to_others(floor: Floor) -> None:
    lead_id = floor.own("ben")[0]
    floor.draft("ben", lead_id, "mine")
    found = floor.jump("sup", lead_id).dossier
    assert found is not None
    assert found.draft == ""


def test_the_waiting_are_counted(floor: Floor) -> None:
    floor.leads(3, next_attempt_at=floor.now + timedelta(hours=1))
    floor.leads(2)
    with floor.database.reading() as session:
        assert queue.waiting(session, actor=floor["ana"], campaign_id=floor.campaign_id, now=floor.now) == 3
