"""Personal callbacks that are overdue become anyone's (calling specification, section 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain.calling import callbacks
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor
from tests.support.plans import plan_of

MINUTE = timedelta(minutes=1)


def promote(floor: Floor) -> int:
    with floor.database.transaction() as session:
        return callbacks.promote_overdue(session, organisation_id=floor.organisation_id, now=floor.now)


@pytest.mark.parametrize(("late", "becomes_anyones"), [(14, False), (15, True), (600, True), (-5, False)])
def test_a_quarter_of_an_hour_late_it_is_anyones(floor: Floor, late: int, becomes_anyones: bool) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now - late * MINUTE, "ana")
    assert promote(floor) == int(becomes_anyones)
    assert (floor.pending(lead_id)[0].seller_id is None) == becomes_anyones
    assert (floor.next_id("ben") == lead_id) == becomes_anyones


def test_how_late_is_a_setting_of_each_campaign(floor: Floor) -> None:
    patient = floor.campaign("Patient")
    floor.set("Patient", callback_overdue_minutes=60)
    floor.set(callback_overdue_minutes=5)
    soon, later = floor.lead(), floor.lead(campaign_id=patient)
    for lead_id in (soon, later):
        floor.callback(lead_id, floor.now - 30 * MINUTE, "ana")
    assert promote(floor) == 1
    assert [each.lead_id for each in floor.pending() if each.seller_id is None] == [soon]
    floor.later(minutes=30)
    assert promote(floor) == 1


def test_it_is_written_whose_it_was_and_who_made_it_stays(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.hold("ana", lead_id)
    floor.record("ana", lead_id, "schedule", at=floor.now + 30 * MINUTE)
    ana, version = floor["ana"].user_id, floor.row(lead_id).version
    floor.later(minutes=45)
    assert promote(floor) == 1
    [callback] = floor.pending(lead_id)
    assert (callback.seller_id, callback.created_by) == (None, ana)
    event = floor.events(lead_id)[-1]
    assert (event.kind, event.user_id, event.at) == ("callback_promoted", None, floor.now)
    assert event.before == {"callback": callback.id, "seller_id": ana}
    assert event.after == {"callback": callback.id, "seller_id": None}
    assert floor.row(lead_id).version == version


def test_the_outcome_that_made_it_can_still_be_undone(floor: Floor) -> None:
    floor.set(callback_overdue_minutes=1)
    lead_id = floor.lead()
    floor.hold("ana", lead_id)
    floor.record("ana", lead_id, "schedule", at=floor.now + 5 * MINUTE)
    floor.later(minutes=7)
    assert promote(floor) == 1
    assert floor.undo("ana").lead_id == lead_id
    assert floor.pending(lead_id) == []
    assert floor.row(lead_id).status == "new"


def test_twice_is_the_same_as_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    assert [promote(floor), promote(floor)] == [1, 0]
    assert len(floor.events(lead_id)) == 1


def test_who_has_the_person_in_hand_keeps_the_callback(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    floor.take("ana")
    assert promote(floor) == 0
    assert floor.pending(lead_id)[0].seller_id == floor["ana"].user_id
    floor.leave("ana")
    assert promote(floor) == 1


def test_a_person_put_aside_for_a_moment_stays_with_the_seller(floor: Floor) -> None:
    lead_id, other = floor.leads(2)
    floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    floor.take("ana")
    floor.fill()
    floor.jump("ana", other)
    assert promote(floor) == 0


def test_a_claim_whose_lease_ended_protects_nobody(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    floor.take("ana")
    floor.later(minutes=11)
    assert promote(floor) == 1
    assert lead_id


def test_a_paused_campaign_waits(floor: Floor) -> None:
    floor.callback(floor.lead(), floor.now - 20 * MINUTE, "ana")
    floor.set_active(False)
    assert promote(floor) == 0
    floor.set_active(True)
    assert promote(floor) == 1


def test_another_shop_is_left_alone(floor: Floor) -> None:
    other = Floor(floor.database)
    lead_id = other.lead()
    other.callback(lead_id, other.now - 20 * MINUTE, "ana")
    assert promote(floor) == 0
    assert other.pending(lead_id)[0].seller_id is not None


def test_so_many_at_once_and_the_rest_the_next_time(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "PROMOTED_AT_ONCE", 2)
    for lead_id in floor.leads(3):
        floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    assert [promote(floor), promote(floor), promote(floor)] == [2, 1, 0]


@pytest.mark.parametrize("count", [1, 30])
def test_four_statements_whatever_the_number(floor: Floor, count: int) -> None:
    for lead_id in floor.leads(count):
        floor.callback(lead_id, floor.now - 20 * MINUTE, "ana")
    with count_statements(floor.database) as counter:
        assert promote(floor) == count
    assert counter.count <= 4


def test_only_what_is_due_is_read(sqlite_database: Database) -> None:
    floor = Floor(sqlite_database)

    def ask(session: Session) -> None:
        callbacks.promote_overdue(session, organisation_id=floor.organisation_id, now=floor.now)

    plan = plan_of(floor.database, ask)
    assert "ix_activity_due (organisation_id=? AND seller_id=? AND campaign_id=? AND due_at<?)" in plan
    assert "SCAN activity" not in plan
