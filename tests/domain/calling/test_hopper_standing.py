"""The figures above the hopper: level, what it should hold now, who is free and who is in sellers' hands."""

from __future__ import annotations

import pytest

from domain.calling import hopper_standing
from domain.calling.hopper_standing import HopperStanding
from domain.errors import NotAllowed, NotFound
from storage.counting import count_statements
from tests.support.floor import Floor


def look(floor: Floor, who: str = "sup") -> HopperStanding:
    with floor.database.reading() as session:
        return hopper_standing.standing(
            session, actor=floor[who], campaign_id=floor.campaign_id, now=floor.now
        )


def test_free_claimed_and_on_the_telephone_are_counted_apart(floor: Floor) -> None:
    leads = floor.leads(5)
    floor.fill()
    floor.take("ana")
    floor.take("ben")
    floor.dial("ben", leads[1])
    found = look(floor)
    assert (found.free, found.claimed, found.dialing) == (3, 2, 1)
    assert (found.campaign, found.active) == ("Spring", True)


def test_an_automatic_level_asks_for_more_where_sellers_are_fast(floor: Floor) -> None:
    floor.set(hopper_level=2)
    leads = floor.leads(9)
    floor.fill(target=9)
    for lead_id in leads[:8]:
        assert floor.next_id("eva") == lead_id
        floor.record("eva", lead_id, "not-interested")
    assert (look(floor).level, look(floor).automatic, look(floor).target) == (2, False, 2)
    floor.set(hopper_auto=True)
    assert (look(floor).level, look(floor).automatic, look(floor).target) == (2, True, 4)


def test_an_empty_hopper_of_a_paused_campaign(floor: Floor) -> None:
    floor.set_active(False)
    found = look(floor)
    assert (found.active, found.free, found.claimed, found.dialing) == (False, 0, 0, 0)


@pytest.mark.parametrize("count", [1, 60])
def test_two_statements_whatever_the_number(floor: Floor, count: int) -> None:
    floor.leads(count)
    floor.fill()
    with count_statements(floor.database) as counter:
        assert look(floor).free == count
    assert counter.count == 2


def test_auditors_look_sellers_do_not_and_nobody_at_another_shops(floor: Floor) -> None:
    assert look(floor, "aud").free == 0
    with pytest.raises(NotAllowed):
        look(floor, "ana")
    other = Floor(floor.database)
    with floor.database.reading() as session, pytest.raises(NotFound):
        hopper_standing.standing(session, actor=floor["sup"], campaign_id=other.campaign_id, now=floor.now)
