"""Lead lists: found, counted, paused and resumed in one transaction with their leads."""

from __future__ import annotations

import pytest

from domain.campaigns import lists
from domain.codes import QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from tests.support.floor import Floor


def number_of(floor: Floor, lead_id: int) -> str:
    return str(floor.row(lead_id).list_id)


def test_they_are_listed_newest_first_with_their_leads(floor: Floor) -> None:
    first, second = floor.leads(3), floor.leads(2)
    with floor.database.reading() as session:
        lines = lists.listing(session, actor=floor["sup"])
        found = lists.show(session, actor=floor["aud"], name_or_id=number_of(floor, first[0]))
    assert [(line.leads, line.active) for line in lines] == [(2, True), (3, True)]
    assert (found.leads, found.campaign, found.state) == (3, "Spring", "complete")
    assert second


def test_one_is_found_by_name_or_number_and_an_ambiguous_name_is_said_to_be_so(floor: Floor) -> None:
    here = floor.lead()
    there = floor.lead(campaign_id=floor.campaign("Autumn"))
    for lead_id in (here, there):
        floor.rename_list(lead_id, "June")
    with floor.database.reading() as session:
        with pytest.raises(Invalid) as refused:
            lists.find(session, actor=floor["sup"], name_or_id="June")
        assert refused.value.code == "list_name"
        assert number_of(floor, here) in refused.value.message
        assert lists.find(session, actor=floor["sup"], name_or_id=number_of(floor, there)).name == "June"
        with pytest.raises(NotFound):
            lists.find(session, actor=floor["sup"], name_or_id="July")


def test_a_list_called_by_a_number_can_still_be_found(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.rename_list(lead_id, "2026")
    with floor.database.reading() as session:
        assert lists.find(session, actor=floor["sup"], name_or_id="2026").id == floor.row(lead_id).list_id


def test_pausing_takes_its_leads_out_at_once_and_is_written_down(floor: Floor) -> None:
    leads = floor.leads(2)
    floor.fill()
    floor.pause_list(leads[0])
    assert {floor.row(lead_id).queue_state for lead_id in leads} == {QueueState.OUT}
    assert floor.entries() == []
    event = floor.events()[-1]
    assert (event.kind, event.user_id) == ("list_paused", floor["sup"].user_id)
    floor.pause_list(leads[0])
    assert len(floor.events()) == 1
    floor.pause_list(leads[0], active=True)
    assert floor.events()[-1].kind == "list_resumed"
    assert floor.next_id("ana") == leads[0]


def test_every_lead_returns_to_where_it_belongs(floor: Floor) -> None:
    pool, owned, called, ended, spent = floor.leads(5)
    floor.change(owned, owner_id=floor["ana"].user_id, queue_state=QueueState.OWNED.value)
    floor.callback(called, floor.now, "ana")
    floor.change(ended, status="sale", queue_state=QueueState.OUT.value)
    floor.change(spent, status="busy", exhausted=True, queue_state=QueueState.OUT.value)
    floor.pause_list(pool)
    floor.pause_list(pool, active=True)
    states = [floor.row(lead_id).queue_state for lead_id in (pool, owned, called, ended, spent)]
    assert states == [
        QueueState.READY, QueueState.OWNED, QueueState.CALLBACK, QueueState.OUT, QueueState.OUT,
    ]  # fmt: skip


def test_a_person_in_hand_stays_until_the_outcome(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.pause_list(lead_id)
    assert floor.next_id("ana") == lead_id
    assert floor.record("ana", lead_id, "busy").status == "busy"
    assert floor.next_id("ana") is None


def test_other_lists_of_the_campaign_go_on(floor: Floor) -> None:
    paused, other = floor.lead(), floor.lead()
    floor.pause_list(paused)
    assert floor.next_id("ana") == other


def test_sellers_neither_see_nor_pause_lists(floor: Floor) -> None:
    lead_id = floor.lead()
    name = number_of(floor, lead_id)
    with floor.database.transaction() as session:
        with pytest.raises(NotAllowed):
            lists.listing(session, actor=floor["ana"])
        for who in ("ana", "aud"):
            with pytest.raises(NotAllowed):
                lists.set_active(session, actor=floor[who], name_or_id=name, active=False, now=floor.now)


def test_another_shops_list_is_not_found(floor: Floor) -> None:
    other = Floor(floor.database)
    theirs = number_of(other, other.lead())
    with floor.database.reading() as session, pytest.raises(NotFound):
        lists.show(session, actor=floor["sup"], name_or_id=theirs)
