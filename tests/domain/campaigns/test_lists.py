"""Lead lists: found, counted, paused and resumed in one transaction with their leads."""

from __future__ import annotations

import pytest

from domain.calling import leads
from domain.campaigns import lists
from domain.codes import QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from domain.recycling.choosing import filters_named
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
        assert refused.value.message == (
            f"Several lists are called June; use a number: {number_of(floor, there)} (campaign Autumn), "
            f"{number_of(floor, here)} (campaign Spring)."
        )
        assert lists.find(session, actor=floor["sup"], name_or_id=number_of(floor, there)).name == "June"
        with pytest.raises(NotFound):
            lists.find(session, actor=floor["sup"], name_or_id="July")


def test_a_named_campaign_decides_between_lists_of_one_name(floor: Floor) -> None:
    autumn = floor.campaign("Autumn")
    for lead_id in (floor.lead(), floor.lead(campaign_id=autumn)):
        floor.rename_list(lead_id, "June")
    with floor.database.reading() as session:
        chosen = filters_named(
            session, actor=floor["sup"], campaign_id=autumn, statuses=("busy",), list_name="June"
        )
        named = lists.find(session, actor=floor["sup"], name_or_id="June", campaign_id=autumn)
    assert named.campaign_id == autumn
    assert chosen.list_id == named.id


def test_a_list_of_another_campaign_is_refused_with_the_campaign_that_has_it(floor: Floor) -> None:
    floor.rename_list(floor.lead(campaign_id=floor.campaign("Autumn")), "June")
    for name, line in (("June", "there is one in: Autumn."), ("July", "See: dialdeck lists list")):
        with pytest.raises(NotFound) as refused, floor.database.reading() as session:
            leads.listing(
                session,
                actor=floor["sup"],
                campaign_id=floor.campaign_id,
                wanted=leads.LeadFilter(list_name=name),
                now=floor.now,
            )
        assert refused.value.message.startswith(f"There is no lead list {name} in this campaign")
        assert line in refused.value.message


def test_of_many_lists_of_one_name_the_newest_are_told_and_how_many_more_there_are(floor: Floor) -> None:
    found = [floor.lead(campaign_id=floor.campaign(f"Week {week}")) for week in range(8)]
    for lead_id in found:
        floor.rename_list(lead_id, "June")
    with floor.database.reading() as session, pytest.raises(Invalid) as refused:
        lists.find(session, actor=floor["sup"], name_or_id="June")
    message = refused.value.message
    assert message.count("(campaign Week ") == 5
    assert f"{number_of(floor, found[-1])} (campaign Week 7)" in message
    assert "and 3 older; see: dialdeck lists list" in message


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
