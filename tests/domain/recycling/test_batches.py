"""Past recycles: who did what, how it stands, and what came of the leads since."""

from __future__ import annotations

import pytest

from domain.errors import NotAllowed
from domain.recycling import applying
from domain.recycling.batches import BatchState
from domain.recycling.selection import Filters
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor


def test_a_batch_says_who_when_which_and_how_many(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy", owner_id=floor["ana"].user_id)
    list_id = floor.row(lead).list_id
    floor.leads(2, status="busy")
    filters = Filters(("busy", "no_answer"), list_id=list_id, seller_id=floor["ana"].user_id)
    done = desk.recycle(filters=filters, reset_attempts=True)
    shown = desk.batches()[0]
    assert (shown.id, shown.who, shown.at, shown.target) == (done.batch_id, "sup", floor.now, "new")
    assert (shown.selected, shown.recycled, shown.by_status) == (1, 1, {"busy": 1})
    assert (shown.state, shown.reset_attempts, shown.chosen) == (BatchState.DONE, True, filters)
    assert shown.filters.startswith("Busy, No answer · list list ")
    assert shown.filters.endswith(" · seller ana")


def test_the_newest_comes_first_and_pages_go_on(floor: Floor, desk: Desk) -> None:
    numbers = []
    for status in ("busy", "failed", "congestion"):
        floor.lead(status=status)
        numbers.append(desk.recycle(status).batch_id)
    assert [each.id for each in desk.batches(limit=2)] == numbers[:0:-1]
    assert [each.id for each in desk.batches(before=numbers[1])] == numbers[:1]
    assert [each.id for each in desk.batches(only=numbers[1])] == [numbers[1]]


def test_what_came_of_them_counts_leads_called_reached_and_sold_since(floor: Floor, desk: Desk) -> None:
    silent, declined, buyer, before, _ = floor.leads(5, status="busy")
    floor.handle("ana", "sale", before)
    floor.later(days=1)
    done = desk.recycle("busy")
    floor.later(minutes=1)
    floor.handle("ana", "not-found", silent)
    floor.handle("ana", "not-found", declined)
    floor.later(days=1)
    floor.handle("ana", "not-interested", declined)
    floor.handle("ana", "sale", buyer)
    shown = desk.batches()[0]
    assert (shown.id, shown.recycled) == (done.batch_id, 4)
    assert (shown.called, shown.contacted, shown.sold) == (3, 2, 1)


def test_an_undone_outcome_does_not_count(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    desk.recycle("busy")
    floor.handle("ana", "sale")
    assert (desk.batches()[0].called, desk.batches()[0].sold) == (1, 1)
    floor.undo("ana")
    assert (desk.batches()[0].called, desk.batches()[0].sold) == (0, 0)


def test_calls_after_the_next_recycle_belong_to_that(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy")
    desk.recycle("busy")
    floor.later(minutes=1)
    floor.handle("ana", "busy", lead)
    floor.later(days=1)
    desk.recycle("busy")
    floor.later(minutes=1)
    floor.handle("ana", "sale", lead)
    second, first = desk.batches()
    assert (first.called, first.contacted, first.sold) == (1, 0, 0)
    assert (second.called, second.contacted, second.sold) == (1, 1, 1)


def test_calls_after_the_undo_belong_to_nobody(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy")
    done = desk.recycle("busy")
    floor.later(minutes=1)
    desk.undo(done.batch_id)
    floor.later(minutes=1)
    floor.handle("ana", "sale", lead)
    shown = desk.batches()[0]
    assert (shown.state, shown.restored, shown.kept, shown.undone_by) == (BatchState.UNDONE, 1, 0, "sup")
    assert (shown.called, shown.sold) == (0, 0)


def test_a_killed_batch_shows_as_stopped(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    with floor.database.transaction() as session:
        applying.begin(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            filters=Filters(("busy",)),
            now=floor.now,
        )
    assert desk.batches()[0].state is BatchState.RUNNING
    floor.later(minutes=1)
    assert desk.batches()[0].state is BatchState.STOPPED


def test_a_page_costs_the_same_few_statements(floor: Floor, desk: Desk) -> None:
    for _ in range(4):
        lead = floor.lead(status="busy")
        desk.recycle(filters=Filters(("busy",), list_id=floor.row(lead).list_id))
    with desk.counted(5):
        assert len(desk.batches()) == 4


def test_sellers_and_other_shops_see_none(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    desk.recycle("busy")
    assert len(desk.batches(who="aud")) == 1
    with pytest.raises(NotAllowed):
        desk.batches(who="ana")
    other = Desk(Floor(floor.database))
    other.floor.campaign_id = floor.campaign_id
    assert other.batches() == []
