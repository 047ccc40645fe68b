"""Taking a person out of a seller's hands: as if the lease had ended, with who did it."""

from __future__ import annotations

import pytest

from domain.calling import taking_back
from domain.calling.taking_back import TakenBack
from domain.codes import DialStatus
from domain.errors import Conflict, NotAllowed, NotFound
from domain.people import teams
from tests.support.floor import Floor


def take_back(floor: Floor, seller: str = "ana", who: str = "sup", **given: bool) -> TakenBack:
    with floor.database.transaction() as session:
        return taking_back.from_seller(
            session, actor=floor[who], seller_id=floor[seller].user_id, now=floor.now, **given
        )


def test_a_person_on_screen_goes_back_into_the_queue_for_the_others(floor: Floor) -> None:
    lead_id = floor.leads(1)[0]
    floor.take("ana")
    assert floor.next_id("ben") is None
    assert take_back(floor) == TakenBack(lead_id, floor.campaign_id, called=False)
    [event] = [each for each in floor.events(lead_id) if each.kind == "claim_taken_back"]
    assert (event.user_id, event.before) == (floor["sup"].user_id, {"seller_id": floor["ana"].user_id})
    assert floor.row(lead_id).status == "new"
    assert floor.next_id("ben") == lead_id
    assert floor.next_id("ana") is None


def test_a_dialled_person_stands_as_outcome_missing_and_a_late_outcome_is_kept(floor: Floor) -> None:
    lead_id = floor.leads(1)[0]
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.hang_up("ana")
    assert take_back(floor).called
    assert floor.row(lead_id).status == DialStatus.CONTACTED
    assert floor.entries(lead_id) == []
    floor.later(minutes=1)
    floor.record("ana", lead_id, "not-interested")
    assert floor.row(lead_id).status == DialStatus.NOT_INTERESTED


def test_a_call_that_runs_is_only_ended_when_that_is_wanted(floor: Floor) -> None:
    lead_id = floor.leads(1)[0]
    floor.take("ana")
    floor.dial("ana", lead_id)
    with pytest.raises(Conflict, match="on the telephone"):
        take_back(floor)
    assert floor.entries(lead_id)[0].locked_by == floor["ana"].user_id
    assert take_back(floor, even_calling=True).called
    assert floor.entries(lead_id) == []


def test_nobody_in_hand_is_told(floor: Floor) -> None:
    with pytest.raises(NotFound, match="nobody in hand"):
        take_back(floor)


def test_only_those_who_lead_the_seller_may(floor: Floor) -> None:
    floor.leads(2)
    floor.take("ana")
    floor.take("ben")
    for who in ("ben", "aud"):
        with pytest.raises(NotAllowed, match="may not take people out"):
            take_back(floor, who=who)
    with floor.database.transaction() as session:
        teams.add(
            session,
            actor=floor["root"],
            name="Late",
            members=("ben",),
            supervisors=("sup",),
            now=floor.now,
        )
    with pytest.raises(NotAllowed):
        take_back(floor, "ana")
    assert take_back(floor, "ben").campaign_id == floor.campaign_id


def test_a_seller_of_another_shop_is_nobody_here(floor: Floor) -> None:
    other = Floor(floor.database)
    other.leads(1)
    other.take("ana")
    with pytest.raises(NotFound), floor.database.transaction() as session:
        taking_back.from_seller(session, actor=floor["sup"], seller_id=other["ana"].user_id, now=floor.now)
    assert other.entries()[0].locked_by is not None
