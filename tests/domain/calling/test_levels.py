"""How full a hopper is kept: its level, the pace of the sellers, every active campaign, in parts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.calling import hopper, retrying
from domain.calling.models import Call
from domain.errors import Invalid, NotAllowed
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor
from tests.support.plans import plan_of

MINUTE = timedelta(minutes=1)


def called(floor: Floor, who: str, count: int, minutes_ago: int = 5, **values: object) -> None:
    """So many calls from the console, all of one person, as if they had been made."""
    lead_id = next((call.lead_id for call in floor.calls()), None) or floor.lead(
        status="closed", queue_state=9
    )
    row: dict[str, object] = {
        "organisation_id": floor.organisation_id,
        "campaign_id": floor.campaign_id,
        "lead_id": lead_id,
        "contact_id": floor.row(lead_id).contact_id,
        "seller_id": floor[who].user_id,
        "started_at": floor.now - minutes_ago * MINUTE,
        "source": "console",
        **values,
    }
    with floor.database.transaction() as session:
        if count:
            session.execute(insert(Call), [row] * count)


def fill_all(floor: Floor, **given: object) -> tuple[int, int]:
    return hopper.fill_all(
        floor.database,
        organisation_id=floor.organisation_id,
        now=floor.now,
        **given,  # type: ignore[arg-type]  # passed on
    )


@pytest.mark.parametrize(
    ("calls", "target"), [(0, 200), (400, 200), (401, 201), (1000, 500), (20_002, 10_000)]
)
def test_fast_sellers_have_a_quarter_of_an_hour_ready(floor: Floor, calls: int, target: int) -> None:
    called(floor, "ana", calls // 2)
    called(floor, "ben", calls - calls // 2)
    assert floor.fill().target == target


def test_only_this_campaigns_calls_of_the_last_half_hour_from_the_console_count(floor: Floor) -> None:
    called(floor, "ana", 900, minutes_ago=31)
    called(floor, "ana", 900, campaign_id=floor.campaign("Autumn"))
    called(floor, "ana", 900, source="external")
    called(floor, "ana", 900, undone_at=floor.now)
    assert floor.fill().target == 200


def test_a_level_somebody_named_stays_what_it_is(floor: Floor) -> None:
    called(floor, "ana", 1000)
    floor.set(hopper_level=50)
    assert floor.fill().target == 50
    floor.set(hopper_auto=True)
    assert floor.fill().target == 500
    assert floor.fill(target=7).target == 7


def test_every_active_campaign_comes_to_its_level_and_no_other(floor: Floor) -> None:
    floor.set(hopper_level=3)
    floor.leads(5)
    second = floor.campaign("Second")
    floor.leads(4, campaign_id=second)
    paused = floor.campaign("Paused")
    floor.leads(4, campaign_id=paused)
    floor.set_active(False, "Paused")
    other = Floor(floor.database)
    other.leads(2)
    assert fill_all(floor) == (2, 7)
    assert fill_all(floor) == (2, 0)
    assert {entry.campaign_id for entry in floor.entries()} == {floor.campaign_id, second}
    assert other.entries() == []


def test_one_campaign_may_be_named(floor: Floor) -> None:
    floor.leads(2)
    second = floor.campaign("Second")
    floor.leads(3, campaign_id=second)
    assert fill_all(floor, campaign_id=second) == (1, 3)


def test_a_high_level_is_reached_in_parts_and_goes_on_where_it_was_stopped(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hopper, "AT_ONCE", 4)
    floor.set(hopper_level=10)
    floor.leads(12)
    stops = iter([False, True, True])
    assert fill_all(floor, should_stop=lambda: next(stops)) == (0, 4)
    assert fill_all(floor) == (1, 6)
    assert len(floor.entries()) == 10


def test_a_supervisors_fill_goes_in_parts_too(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hopper, "AT_ONCE", 4)
    floor.leads(12)

    def fill_up(who: str, target: int) -> hopper.FillResult:
        return hopper.fill_up(
            floor.database, actor=floor[who], campaign_id=floor.campaign_id, now=floor.now, target=target
        )

    assert fill_up("sup", 10) == hopper.FillResult(added=10, size=10, target=10)
    assert fill_up("sup", 8) == hopper.FillResult(added=0, size=10, target=8)
    with pytest.raises(NotAllowed):
        fill_up("ana", 8)
    with pytest.raises(Invalid):
        fill_up("sup", 10_001)


def test_overdue_retries_of_every_active_campaign(floor: Floor) -> None:
    second = floor.campaign("Second")
    for campaign_id in (floor.campaign_id, second):
        floor.leads(2, campaign_id=campaign_id, status="busy", next_attempt_at=floor.now - 9 * MINUTE)
    done = retrying.put_all_overdue_first(
        floor.database, organisation_id=floor.organisation_id, now=floor.now
    )
    assert (done.overdue, done.brought) == (4, 4)


# ── a number comes once ──────────────────────────────────────────────────────────────────────────────────


def test_two_leads_with_one_number_are_never_in_the_hopper_together(floor: Floor) -> None:
    shared = floor.spare(1)
    first, second = floor.leads(2, numbers=[shared, shared])
    assert floor.fill().added == 1
    assert [entry.lead_id for entry in floor.entries()] == [first]
    assert floor.row(second).next_attempt_at == floor.now + 15 * MINUTE
    floor.record("ana", floor.take("ana").lead_id, "not-found")
    floor.later(minutes=15)
    assert floor.next_id("ana") == second


def test_nor_does_one_come_in_beside_the_other_later(floor: Floor) -> None:
    shared = floor.spare(1)
    floor.lead(numbers=[shared])
    floor.fill()
    second = floor.lead(numbers=[shared])
    assert floor.fill().added == 0
    assert floor.row(second).next_attempt_at == floor.now + 15 * MINUTE


def test_those_put_off_leave_no_place_empty(floor: Floor) -> None:
    shared = floor.spare(1)
    floor.leads(4, numbers=[shared] * 4)
    others = floor.leads(3)
    assert floor.fill(target=4).added == 4
    assert {entry.lead_id for entry in floor.entries()} >= set(others)


def test_a_number_being_dialled_in_another_campaign_is_not_filled_in(floor: Floor) -> None:
    shared = floor.spare(1)
    elsewhere = floor.campaign("Elsewhere")
    floor.lead(numbers=[shared], campaign_id=elsewhere)
    waiting = floor.lead(numbers=[shared])
    lead_id = floor.take("ana", elsewhere).lead_id
    floor.dial("ana", lead_id)
    assert floor.fill().added == 0
    floor.record("ana", lead_id, "not-interested")
    floor.later(minutes=15)
    assert floor.next_id("ben") == waiting


def test_a_number_that_came_into_other_hands_after_the_fill_is_not_claimed(floor: Floor) -> None:
    shared = floor.spare(1)
    elsewhere = floor.campaign("Elsewhere")
    there, here = floor.lead(numbers=[shared], campaign_id=elsewhere), floor.lead(numbers=[shared])
    floor.fill()
    floor.fill(elsewhere)
    assert floor.next_id("ana", elsewhere) == there
    assert floor.next_id("ben") is None
    assert [entry.lead_id for entry in floor.entries() if entry.locked_by is None] == [here]


def test_a_number_registered_after_the_fill_is_not_claimed(floor: Floor) -> None:
    [number] = floor.spare(1)
    blocked, fine = floor.lead(numbers=[[number]]), floor.lead()
    floor.fill()
    floor.register_quietly(number)
    assert floor.next_id("ana") == fine
    assert floor.entries(blocked) == []


def test_numbers_are_looked_up_not_searched_for(sqlite_database: Database) -> None:
    floor = Floor(sqlite_database)
    floor.leads(2)
    plan = plan_of(
        sqlite_database,
        lambda session: hopper.fill(
            session, actor=floor["sup"], campaign_id=floor.campaign_id, now=floor.now
        ),
    )
    assert "ix_hopper_entry_number (organisation_id=? AND e164=?)" in plan
    assert "ix_call_seller (organisation_id=? AND seller_id=? AND started_at>?)" in plan
    assert "SCAN lead" not in plan
    assert "SCAN call" not in plan


def test_the_pace_is_asked_along_with_the_campaign(floor: Floor) -> None:
    floor.leads(5)
    with count_statements(floor.database) as counter:
        floor.fill()
    assert counter.count <= 6
