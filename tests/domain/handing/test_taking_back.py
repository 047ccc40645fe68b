"""Taking leads back from sellers, and undoing whatever was handed out or taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import QueueState
from domain.errors import Conflict, Invalid, NotFound
from domain.handing.states import BatchState
from tests.domain.conftest import Unbroken
from tests.domain.handing.conftest import Desk


def test_a_sellers_open_leads_go_back_to_the_pool(desk: Desk, unbroken: Unbroken) -> None:
    floor = desk.floor
    open_ones = floor.own("ana", 4)
    finished = floor.lead(status="sale", campaign_status=4, owner_id=floor["ana"].user_id, queue_state=9)
    others = floor.own("eva", 2)
    done = desk.release("ana")
    assert (done.leads, done.by_target) == (4, {"pool": 4})
    assert desk.owners([*open_ones, finished, *others]) == [None] * 4 + ["ana", "eva", "eva"]
    row = floor.row(open_ones[0])
    assert (row.queue_state, row.assigned_at) == (QueueState.READY, None)
    assert floor.next_id("ben") in open_ones
    [event] = [each for each in floor.events(open_ones[1]) if each.kind == "release"]
    assert (event.user_id, event.batch_id) == (floor["sup"].user_id, done.batch_id)
    assert unbroken()


def test_somebody_in_hand_stays_until_the_call_is_over(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.own("ana", 3)
    held = floor.take("ana").lead_id
    done = desk.release("ana")
    assert done.leads == 2
    assert desk.counted(leads) == {"ana": 1, None: 2}
    assert floor.record("ana", held, "not-found").lead_id == held


def test_only_of_one_campaign_or_only_some_or_of_everybody(desk: Desk) -> None:
    floor = desk.floor
    here = floor.own("ana", 2)
    busy = floor.own("ana", 2, status="busy")
    hers = floor.own("eva", 1)
    other = floor.campaign("Autumn")
    there = floor.leads(2, campaign_id=other, owner_id=floor["ana"].user_id, queue_state=2)
    assert desk.release(filters=desk.filters("busy", seller="ana")).leads == 2
    assert desk.owners([*here, *busy, *there]) == ["ana", "ana", None, None, "ana", "ana"]
    assert desk.release(campaign_id=floor.campaign_id).leads == 3
    assert desk.owners([*here, *hers, *there]) == [None, None, None, "ana", "ana"]
    assert desk.release("ana").leads == 2
    with pytest.raises(Invalid, match="whose"):
        desk.release()


@pytest.mark.parametrize("move", [True, False])
def test_callbacks_become_anyones_or_stay(desk: Desk, move: bool) -> None:
    floor = desk.floor
    [lead] = floor.own("ana", 1, status="callback")
    floor.callback(lead, floor.now + timedelta(hours=1), "ana")
    floor.recompute()
    done = desk.release("ana", move_callbacks=move)
    [pending] = floor.pending()
    assert pending.seller_id == (None if move else floor["ana"].user_id)
    floor.later(hours=2)
    assert floor.next_id("ben" if move else "ana") == lead
    if move:
        floor.leave("ben")
    else:
        floor.leave("ana")
    desk.undo(done.batch_id)
    assert floor.pending()[0].seller_id == floor["ana"].user_id


def test_into_the_pool_of_a_shift(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.own("ana", 3)
    before = [desk.state(lead) for lead in leads]
    done = desk.release("ana", shift="morning")
    assert done.by_target == {"morning": 3}
    assert {floor.row(lead).segment for lead in leads} == {"UTC#morning"}
    assert desk.undo(done.batch_id).restored == 3
    assert [desk.state(lead) for lead in leads] == before


def test_leads_of_somebody_who_left_can_be_taken_back(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.own("ana", 2)
    from domain.people import users

    with floor.database.transaction() as session:
        users.set_active(session, actor=floor["root"], name="ana", active=False, now=floor.now)
    assert desk.has()["ana"].active is False
    assert desk.release("ana").leads == 2
    assert desk.owners(leads) == [None, None]


# Undo ---------------------------------------------------------------------------------------------------------


def test_an_undo_leaves_those_somebody_touched_since(desk: Desk, unbroken: Unbroken) -> None:
    floor = desk.floor
    leads = floor.leads(5)
    done = desk.assign(desk.to(ana=5))
    floor.later(minutes=1)
    called = floor.take("ana").lead_id
    floor.record("ana", called, "not-found")
    held = floor.take("ana").lead_id
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept, undone.finished) == (3, 2, True)
    assert {lead for lead in leads if floor.row(lead).owner_id} == {called, held}
    [batch] = desk.batches()
    assert (batch.state, batch.restored, batch.kept, batch.undone_by) == (BatchState.UNDONE, 3, 2, "sup")
    floor.leave("ana")
    assert desk.undo(done.batch_id).kept == 1
    assert floor.row(held).owner_id is None
    assert unbroken()


def test_hand_outs_one_upon_the_other_are_undone_in_turn(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.leads(4)
    before = [desk.state(lead) for lead in leads]
    first = desk.assign(desk.to(ana=4))
    second = desk.assign(desk.to(eva=4), filters=desk.filters(seller="ana"))
    third = desk.release("eva")
    assert desk.undo(first.batch_id).kept == 4
    assert desk.undo(third.batch_id).restored == 4
    assert desk.counted(leads) == {"eva": 4}
    assert desk.undo(second.batch_id).restored == 4
    assert desk.counted(leads) == {"ana": 4}
    assert desk.undo(first.batch_id).restored == 4
    assert [desk.state(lead) for lead in leads] == before


def test_what_was_taken_back_once_is_not_taken_back_twice(desk: Desk) -> None:
    desk.floor.leads(2)
    done = desk.assign(desk.to(ana=2))
    desk.undo(done.batch_id)
    with pytest.raises(Conflict, match="already"):
        desk.undo(done.batch_id)
    with pytest.raises(NotFound, match="never handed out"):
        desk.undo(done.batch_id + 1)


def test_past_batches_say_who_got_what(desk: Desk) -> None:
    floor = desk.floor
    floor.leads(3)
    desk.assign(desk.to(ana=2), filters=desk.filters("new"))
    desk.release("ana")
    back, out = desk.batches()
    assert (out.kind, out.who, out.campaign, out.leads, out.filters) == ("assign", "sup", "Spring", 2, "New")
    assert [(each.name, each.wanted, each.leads) for each in out.got] == [("ana", 2, 2)]
    assert (back.kind, back.campaign, back.filters) == ("release", None, "seller ana")
    assert [(each.name, each.leads) for each in back.got] == [("pool", 2)]
    assert [batch.id for batch in desk.batches(before=back.id)] == [out.id]
    assert len(desk.batches(campaign_id=floor.campaign_id)) == 2
