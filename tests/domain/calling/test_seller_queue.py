"""A seller's people as a supervisor sees them: in hand, promised, kept for the seller; page by page."""

from __future__ import annotations

import pytest

from domain.calling import seller_queue
from domain.codes import QueueState
from domain.errors import NotAllowed
from domain.people import teams
from storage.counting import count_statements
from tests.support.floor import Floor


def queue(floor: Floor, seller: str = "ana", who: str = "sup", **given: int) -> list[int]:
    with floor.database.reading() as session:
        found = seller_queue.of_seller(session, actor=floor[who], seller_id=floor[seller].user_id, **given)
        return [line.lead_id for line in found]


def test_it_holds_whom_they_have_whom_they_promised_and_who_is_kept_for_them(floor: Floor) -> None:
    in_hand = floor.leads(1)[0]
    floor.take("ana")
    promised = floor.lead()
    floor.callback(promised, floor.later(hours=1), "ana")
    own = floor.own("ana", 2)
    floor.own("ana", status="sale", queue_state=QueueState.OUT.value)
    floor.own("ben")
    floor.callback(floor.lead(), floor.now, "ben")
    floor.callback(floor.lead(), floor.now)
    assert queue(floor) == [in_hand, promised, *own]


def test_pages_follow_each_other_at_two_statements_each(floor: Floor) -> None:
    own = floor.own("ana", 5)
    assert queue(floor, limit=2) == own[:2]
    with count_statements(floor.database) as counter:
        assert queue(floor, limit=2, after=own[1]) == own[2:4]
    assert counter.count <= 2


def test_only_those_who_lead_or_look_may(floor: Floor) -> None:
    [own] = floor.own("ben")
    assert queue(floor, "ben", who="aud") == [own]
    with pytest.raises(NotAllowed, match="look into sellers' queues"):
        queue(floor, "ben", who="ana")
    with floor.database.transaction() as session:
        teams.add(
            session,
            actor=floor["root"],
            name="Morning",
            members=("ana",),
            supervisors=("sup",),
            now=floor.now,
        )
    assert queue(floor, "ana") == []
    with pytest.raises(NotAllowed):
        queue(floor, "ben")
    assert queue(floor, "ben", who="root") == [own]
    other = Floor(floor.database)
    assert queue(other, "ana") == []
