"""Handing leads out: so many each, evenly, only some; the best first, finished ones never, callbacks as chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from domain.handing import selection, targets
from domain.handing.selection import LeftOut
from storage.counting import count_statements
from tests.domain.conftest import Unbroken
from tests.domain.handing.conftest import Desk


def test_each_gets_the_number_asked_for_and_finds_them_next(desk: Desk, unbroken: Unbroken) -> None:
    floor = desk.floor
    leads = floor.leads(10)
    done = desk.assign(desk.to(ana=4, eva=3))
    assert (done.leads, done.finished) == (7, True)
    assert done.by_target == {str(floor["ana"].user_id): 4, str(floor["eva"].user_id): 3}
    assert desk.counted(leads) == {"ana": 4, "eva": 3, None: 3}
    mine = [lead for lead, owner in zip(leads, desk.owners(leads), strict=True) if owner == "eva"]
    assert floor.next_id("eva") == mine[0]
    lead = floor.row(mine[0])
    assert (lead.queue_state, lead.assigned_at, lead.version) == (QueueState.OWNED, floor.now, 2)
    assert unbroken()


def test_history_says_who_handed_the_lead_to_whom(desk: Desk) -> None:
    floor = desk.floor
    lead = floor.lead()
    done = desk.assign(desk.to(ana=1))
    [event] = [each for each in floor.events(lead) if each.kind == "assign"]
    assert (event.user_id, event.batch_id) == (floor["sup"].user_id, done.batch_id)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["owner_id"], event.after["owner_id"]) == (None, floor["ana"].user_id)
    [told] = [each for each in floor.show(lead).history if each["kind"] == "assign"]
    assert told["after"]["seller"] == "ana"  # type: ignore[index]  # a dictionary


def test_the_best_leads_go_first_and_in_turn(desk: Desk) -> None:
    floor = desk.floor
    late = floor.leads(2, next_attempt_at=floor.now)
    early = floor.leads(2, next_attempt_at=floor.now - timedelta(days=2))
    urgent = floor.leads(2, priority=90)
    desk.assign(desk.to(ana=2, eva=2))
    assert set(desk.owners(urgent)) == {"ana", "eva"}
    assert set(desk.owners(early)) == {"ana", "eva"}
    assert set(desk.owners(late)) == {None}


def test_where_there_are_too_few_everybody_gets_the_same_part_and_is_told(desk: Desk) -> None:
    floor = desk.floor
    floor.leads(9)
    seen = desk.preview(desk.to(ana=20, eva=10))
    done = desk.assign(desk.to(ana=20, eva=10))
    assert done.leads == 9
    assert done.by_target == {str(floor["ana"].user_id): 6, str(floor["eva"].user_id): 3} == seen.by_target


def test_evenly_shares_what_does_not_divide_among_the_first(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.leads(11)
    with floor.database.reading() as session:
        to = targets.evenly(desk.to(ana=None, eva=None, ben=None), 8)
        everybody = targets.assignable(session, actor=floor["sup"], only_sellers=True)
    assert [name for _, name in everybody] == ["ana", "ben", "eva"]
    desk.assign(to)
    assert desk.counted(leads) == {"ana": 3, "eva": 3, "ben": 2, None: 3}


def test_all_of_them_evenly(desk: Desk) -> None:
    leads = desk.floor.leads(7)
    done = desk.assign(desk.to(ana=None, eva=None))
    assert (done.leads, done.wanted) == (7, {str(desk.floor[who].user_id): None for who in ("ana", "eva")})
    assert desk.counted(leads) == {"ana": 4, "eva": 3}


def test_finished_registered_owned_and_held_leads_stay_and_are_counted(desk: Desk) -> None:
    floor = desk.floor
    sold, ended = floor.lead(status="sale"), floor.lead(campaign_status=5)
    blocked, listed = floor.lead(status="dnc"), floor.lead()
    floor.register_quietly(floor.phones(listed)[0].e164)
    [owned] = floor.own("ben")
    held = floor.lead()
    floor.hold("eva", held)
    free = floor.leads(3)
    floor.recompute()
    seen = desk.preview(desk.to(ana=50))
    done = desk.assign(desk.to(ana=50))
    assert (seen.chosen, seen.available, seen.leads, done.leads) == (9, 3, 3, 3)
    assert seen.left_out == {
        LeftOut.FINISHED: 2,
        LeftOut.DO_NOT_CALL: 2,
        LeftOut.OWNED: 1,
        LeftOut.IN_HANDS: 1,
    }
    assert desk.owners(free) == ["ana"] * 3
    assert desk.owners([sold, ended, blocked, listed, owned, held]) == [None, None, None, None, "ben", None]


def test_leads_that_are_not_dialled_now_go_last(desk: Desk) -> None:
    floor = desk.floor
    spent = floor.leads(2, exhausted=True, status="busy")
    fresh = floor.leads(2)
    floor.recompute()
    assert desk.preview(desk.to(ana=3)).resting == 2
    desk.assign(desk.to(ana=3))
    assert desk.owners(fresh) == ["ana", "ana"]
    assert sorted(map(str, desk.owners(spent))) == ["None", "ana"]
    assert {floor.row(lead).queue_state for lead in spent} == {QueueState.OUT}


def test_only_the_leads_that_were_chosen(desk: Desk) -> None:
    floor = desk.floor
    busy = floor.leads(3, status="busy", dial_attempts=2)
    floor.leads(3)
    done = desk.assign(desk.to(ana=50), filters=desk.filters("busy", min_attempts=2, max_attempts=2))
    assert done.leads == 3
    assert desk.owners(busy) == ["ana"] * 3


def test_leads_of_one_seller_are_handed_on_to_others(desk: Desk) -> None:
    floor = desk.floor
    owned = floor.own("ben", 4)
    floor.leads(2)
    done = desk.assign(desk.to(ana=None, eva=None), filters=desk.filters(seller="ben"))
    assert done.leads == 4
    assert desk.counted(owned) == {"ana": 2, "eva": 2}
    with pytest.raises(Invalid, match="own leads"):
        desk.assign(desk.to(ben=1), filters=desk.filters(seller="ben"))


def test_somebody_the_hopper_had_ready_is_nobody_elses_any_more(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.leads(3)
    floor.fill()
    desk.assign(desk.to(ana=3))
    assert floor.entries() == []
    assert floor.next_id("eva") is None
    assert floor.next_id("ana") in leads


@pytest.mark.parametrize("move", [True, False])
def test_callbacks_move_along_or_stay_and_none_is_lost(desk: Desk, move: bool, unbroken: Unbroken) -> None:
    floor = desk.floor
    due = floor.now + timedelta(hours=1)
    mine, anyones = floor.lead(status="callback"), floor.lead(status="callback")
    floor.callback(mine, due, "ben", note="likes mornings")
    floor.callback(anyones, due)
    floor.recompute()
    done = desk.assign(desk.to(ana=2), move_callbacks=move)
    assert (done.leads, done.callbacks) == (2, 2 if move else 0)
    whose = {each.lead_id: each.seller_id for each in floor.pending()}
    ana, ben = floor["ana"].user_id, floor["ben"].user_id
    assert whose == ({mine: ana, anyones: ana} if move else {mine: ben, anyones: None})
    assert {each.due_at for each in floor.pending()} == {due}
    assert {floor.row(lead).queue_state for lead in (mine, anyones)} == {QueueState.CALLBACK}
    moved = [event for event in floor.events() if event.kind == "callback_moved"]
    assert len(moved) == done.callbacks
    floor.later(hours=2)
    assert floor.next_id("ana" if move else "ben") == mine
    assert unbroken()


def test_a_shifts_pool_is_left_to_its_sellers(desk: Desk) -> None:
    floor = desk.floor
    leads = floor.leads(4)
    done = desk.assign(desk.to(afternoon=3))
    assert done.by_target == {"afternoon": 3}
    sent = [lead for lead in leads if floor.row(lead).shift_wanted == "afternoon"]
    assert len(sent) == 3
    for lead in sent:
        row = floor.row(lead)
        assert (row.owner_id, row.segment, row.queue_state) == (None, "UTC#afternoon", QueueState.READY)
    assert desk.preview(desk.to(afternoon=9)).left_out == {LeftOut.THERE: 3}
    floor.later(hours=2)
    assert floor.fill().size == 4


def test_a_shift_and_sellers_together(desk: Desk) -> None:
    leads = desk.floor.leads(6)
    done = desk.assign(desk.to(ana=2, morning=2))
    assert done.leads == 4
    assert desk.counted(leads) == {"ana": 2, None: 4}
    assert sum(desk.floor.row(lead).shift_wanted == "morning" for lead in leads) == 2


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    desk.floor.leads(2)
    with pytest.raises(Invalid, match="who gets"):
        desk.assign([])
    with pytest.raises(Invalid, match="twice"):
        desk.assign([*desk.to(ana=1), *desk.to(ana=2)])
    with pytest.raises(Invalid, match="above 0"):
        desk.assign(desk.to(ana=0))
    with pytest.raises(Invalid, match="no such status"):
        desk.assign(desk.to(ana=1), filters=desk.filters("bizzy"))
    with pytest.raises(NotFound, match="no active seller"):
        desk.assign([targets.Target(seller_id=desk.floor["aud"].user_id, number=1)])
    assert desk.batches() == []


@pytest.mark.parametrize("who", ["ana", "aud"])
def test_only_those_who_lead_hand_out(desk: Desk, who: str) -> None:
    desk.floor.leads(2)
    with pytest.raises(NotAllowed):
        desk.assign(desk.to(ana=1), who=who)
    with pytest.raises(NotAllowed):
        desk.release("ana", who=who)


def test_an_auditor_looks(desk: Desk) -> None:
    desk.floor.leads(2)
    assert desk.preview(desk.to(ana=1), who="aud").available == 2
    assert desk.has("aud")["ana"].owned == 0
    assert desk.batches("aud") == []


def test_what_sellers_have_is_told(desk: Desk) -> None:
    floor = desk.floor
    floor.leads(5)
    floor.own("ana", 2, next_attempt_at=floor.now + timedelta(days=1))
    promised = floor.lead(status="callback")
    floor.callback(promised, floor.now, "ana")
    desk.assign(desk.to(ana=3))
    line = desk.has()["ana"]
    assert (line.owned, line.due, line.callbacks) == (5, 3, 1)
    assert desk.free() == 3


@pytest.mark.parametrize("leads", [10, 300])
def test_the_number_of_statements_is_the_same_for_few_and_many(desk: Desk, leads: int) -> None:
    desk.floor.leads(leads)
    with count_statements(desk.floor.database) as counter:
        desk.assign(desk.to(ana=leads // 2, eva=leads // 2))
    assert counter.count <= 24


def test_a_search_goes_on_where_its_page_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = desk.floor
    monkeypatch.setattr(selection, "_SPARE", 0)
    waiting = floor.leads(6)
    spent = floor.leads(6, exhausted=True, status="busy")
    for lead in (*waiting[:3], *spent[:3]):
        floor.register_quietly(floor.phones(lead)[0].e164)
    floor.recompute()
    assert desk.assign(desk.to(ana=5)).leads == 5
    assert desk.owners(waiting) == [None] * 3 + ["ana"] * 3
    assert desk.owners(spent) == [None] * 3 + ["ana"] * 2 + [None]
