"""Do-not-call for a person as a whole: every number and every campaign, with a reason, and off again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling.models import Activity
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


def test_callbacks_that_were_cancelled_by_it_are_due_again_as_they_were(floor: Floor) -> None:
    [lead_id] = floor.leads(1)
    contact_id = floor.row(lead_id).contact_id
    due = floor.now + timedelta(hours=3)
    kept = floor.callback(lead_id, due, "ana")
    before = floor.row(lead_id)
    with floor.database.transaction() as session:
        gone = Activity(
            organisation_id=before.organisation_id, contact_id=contact_id, lead_id=lead_id, kind="callback",
            state="cancelled", at=floor.now, due_at=due, completed_at=floor.now,
        )  # fmt: skip
        session.add(gone)
        session.flush()
        cancelled_before = gone.id
    later = floor.now + timedelta(minutes=5)
    with floor.database.transaction() as session:
        person_dnc.block(session, actor=floor["sup"], contact_id=contact_id, now=later)
        assert session.get_one(Activity, kept).state == "cancelled"
    with floor.database.transaction() as session:
        person_dnc.release(
            session, actor=floor["sup"], contact_id=contact_id, now=later + timedelta(minutes=1)
        )
    with floor.database.reading() as session:
        again = session.get_one(Activity, kept)
        assert (again.state, again.due_at, again.completed_at) == ("pending", due, None)
        assert session.get_one(Activity, cancelled_before).state == "cancelled", "that one ended otherwise"
    after = floor.row(lead_id)
    assert (after.status, after.queue_state) == (before.status, before.queue_state)
    assert after.next_attempt_at == due


@pytest.mark.parametrize("who", ["ana", "aud"])
def test_only_who_leads_registers_a_person(floor: Floor, who: str) -> None:
    [lead_id] = floor.leads(1)
    contact_id = floor.row(lead_id).contact_id
    with floor.database.transaction() as session, pytest.raises(NotAllowed):
        person_dnc.block(session, actor=floor[who], contact_id=contact_id, now=floor.now)
    with floor.database.transaction() as session, pytest.raises(NotAllowed):
        person_dnc.release(session, actor=floor[who], contact_id=contact_id, now=floor.now)
