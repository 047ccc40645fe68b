"""Do-not-call for a person as a whole: every number and every campaign, with a reason, and off again."""

from __future__ import annotations

import pytest

from domain.contacts import do_not_call, person_dnc
from domain.errors import NotAllowed, NotFound
from tests.support.floor import Floor


def test_a_person_is_blocked_everywhere_with_a_reason_and_freed_again(floor: Floor) -> None:
    one, two = floor.spare(2)
    [lead_id] = floor.leads(1, numbers=[[one, two]])
    [beside] = floor.leads(1)
    contact_id = floor.row(lead_id).contact_id
    with floor.database.transaction() as session:
        blocked = person_dnc.block(
            session, actor=floor["sup"], contact_id=contact_id, reason=" by letter ", now=floor.now
        )
        lines = do_not_call.listing(session, actor=floor["sup"])
    assert blocked == 1
    assert {(line.number, line.reason) for line in lines} == {
        (one, "by letter"), (two, "by letter"), (None, "by letter"),
    }  # fmt: skip
    assert (floor.row(lead_id).status, floor.row(beside).status) == ("dnc", "new")
    with floor.database.transaction() as session:
        assert person_dnc.release(session, actor=floor["sup"], contact_id=contact_id, now=floor.now) == 3
        assert do_not_call.listing(session, actor=floor["sup"]) == []
    assert floor.row(lead_id).status == "new"
    with floor.database.transaction() as session, pytest.raises(NotFound, match="on the register"):
        person_dnc.release(session, actor=floor["sup"], contact_id=contact_id, now=floor.now)


@pytest.mark.parametrize("who", ["ana", "aud"])
def test_only_who_leads_registers_a_person(floor: Floor, who: str) -> None:
    [lead_id] = floor.leads(1)
    contact_id = floor.row(lead_id).contact_id
    with floor.database.transaction() as session, pytest.raises(NotAllowed):
        person_dnc.block(session, actor=floor[who], contact_id=contact_id, now=floor.now)
    with floor.database.transaction() as session, pytest.raises(NotAllowed):
        person_dnc.release(session, actor=floor[who], contact_id=contact_id, now=floor.now)
