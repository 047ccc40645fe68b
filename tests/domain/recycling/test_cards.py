"""The status cards: every status present, the sum is the list, at the same price at any size."""

from __future__ import annotations

import pytest

from domain.codes import NO_STATUS_KEY, DialStatus, QueueState, StatusClass
from domain.errors import NotAllowed
from domain.recycling.cards import recyclable_statuses
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor


def test_there_is_a_card_for_every_status_present_and_they_add_up(floor: Floor, desk: Desk) -> None:
    for count, status in enumerate(DialStatus, 1):
        floor.leads(count, status=status.value)
    floor.leads(3, status=None)
    floor.leads(2, status="")
    found = desk.cards()
    assert {card.status: card.count for card in found.rows} == {
        **{status.value: count for count, status in enumerate(DialStatus, 1)},
        NO_STATUS_KEY: 5,
    }
    assert found.total == sum(card.count for card in found.rows)
    assert found.recyclable == sum(card.count for card in found.rows if card.cls is StatusClass.RECYCLABLE)
    assert sum(card.share for card in found.rows) == pytest.approx(1)


def test_a_status_nobody_has_any_more_has_no_card(floor: Floor, desk: Desk) -> None:
    lead = floor.lead(status="busy")
    floor.change(lead, status="no_answer")
    assert [card.status for card in desk.cards().rows] == ["no_answer"]


def test_the_cards_of_one_list_count_that_list(floor: Floor, desk: Desk) -> None:
    first, second = floor.lead(status="busy"), floor.leads(2, status="busy")
    floor.lead(status="new")
    assert desk.cards(list_id=floor.row(second[0]).list_id).by_status == {"busy": 2}
    assert desk.cards(list_id=floor.row(first).list_id).by_status == {"busy": 1}


def test_a_card_says_how_many_wait_for_a_callback_or_have_used_up_their_attempts(
    floor: Floor, desk: Desk
) -> None:
    floor.leads(2, status="busy", exhausted=True, queue_state=QueueState.OUT.value)
    floor.lead(status="callback")
    floor.callback(floor.lead(), floor.later(hours=1))
    shown = {card.status: (card.count, card.callbacks, card.exhausted) for card in desk.cards().rows}
    assert shown == {"busy": (2, 0, 2), "callback": (2, 1, 0)}


def test_select_recyclable_leaves_out_a_status_whose_leads_all_have_a_callback(
    floor: Floor, desk: Desk
) -> None:
    floor.lead(status="busy")
    floor.lead(status="sale")
    floor.callback(floor.lead(), floor.later(hours=1))
    assert recyclable_statuses(desk.cards()) == ("busy",)


def test_cards_of_an_empty_campaign_are_none(desk: Desk) -> None:
    assert (desk.cards().total, desk.cards().rows) == (0, ())


def test_cards_cost_one_statement(floor: Floor, desk: Desk) -> None:
    floor.leads(3, status="busy")
    with desk.counted(1):
        desk.cards()


def test_another_shop_sees_none_of_them(floor: Floor, desk: Desk) -> None:
    floor.leads(3, status="busy")
    other = Desk(Floor(floor.database))
    other.floor.campaign_id = floor.campaign_id
    assert other.cards().total == 0


def test_sellers_do_not_see_the_cards(desk: Desk) -> None:
    assert desk.cards(who="aud").total == 0
    with pytest.raises(NotAllowed):
        desk.cards(who="ana")
