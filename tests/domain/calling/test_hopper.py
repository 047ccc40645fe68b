"""The hopper: who is eligible, how far it is filled, what leaves it (calling specification, section 3)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from domain.calling import hopper
from domain.calling.models import HopperEntry
from domain.campaigns.windows import parse_hours
from domain.codes import RECYCLABLE_STATUSES, DialStatus, QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from storage.counting import count_statements
from tests.support.floor import Floor

DAYTIME = parse_hours("09:00-21:00")


def in_hopper(floor: Floor) -> list[int]:
    return [entry.lead_id for entry in floor.entries() if entry.locked_by is None]


def test_the_fill_brings_it_up_to_the_level_and_never_above(floor: Floor) -> None:
    floor.leads(30)
    first = floor.fill(target=20)
    assert (first.added, first.size, first.target) == (20, 20, 20)
    again = floor.fill(target=20)
    assert (again.added, again.size) == (0, 20)
    less = floor.fill(target=5)
    assert (less.added, less.size, less.target) == (0, 20, 5)
    more = floor.fill(target=25)
    assert (more.added, more.size) == (5, 25)
    assert floor.fill(target=100).size == len(set(in_hopper(floor))) == 30


def test_the_level_is_a_setting_of_the_campaign(floor: Floor) -> None:
    floor.leads(10)
    assert floor.fill().target == 200
    floor.set(hopper_level=300)
    assert floor.fill().target == 300


def test_a_partly_used_hopper_is_filled_again(floor: Floor) -> None:
    floor.leads(30)
    floor.fill(target=10)
    for who in ("ana", "ben", "eva"):
        floor.take(who)
    assert floor.fill(target=10).added == 3
    assert len(in_hopper(floor)) == 10
    assert max(Counter(entry.lead_id for entry in floor.entries()).values()) == 1


def test_high_priority_comes_in_before_low_and_longest_waiting_before_others(floor: Floor) -> None:
    normal = floor.leads(3)
    low, high = floor.lead(priority=0), floor.lead(priority=99)
    floor.change(normal[2], next_attempt_at=floor.now - timedelta(days=3))
    floor.fill(target=3)
    assert set(in_hopper(floor)) == {high, normal[2], normal[0]}
    assert low not in in_hopper(floor)


@pytest.mark.parametrize("status", ["", None, *(status.value for status in DialStatus)])
def test_only_new_and_recyclable_statuses_are_taken_and_never_a_missing_one(
    floor: Floor, status: str | None
) -> None:
    lead_id = floor.lead(status=status)
    floor.recompute()
    takes = status in {"new", *RECYCLABLE_STATUSES}
    assert floor.fill().added == int(takes)
    assert (floor.row(lead_id).queue_state == QueueState.OUT) == (not takes)
    assert (floor.next_id("ana") == lead_id) == takes


def test_leads_without_a_status_are_counted_and_shown_not_silently_skipped(floor: Floor) -> None:
    missing, empty = floor.lead(status=None), floor.lead(status="")
    floor.recompute()
    counts = floor.counts()
    assert (counts.total, counts.by_status, counts.problems) == (2, {"no_status": 2}, 2)
    for lead_id in (missing, empty):
        view = floor.show(lead_id)
        assert (view.callable, view.why_not) == (False, ("it has no status",))


def test_the_recyclable_statuses_are_the_campaigns(floor: Floor) -> None:
    busy, silent = floor.lead(status="busy", dial_attempts=1), floor.lead(status="no_answer", dial_attempts=1)
    floor.set(recyclable=("busy",))
    floor.fill()
    assert in_hopper(floor) == [busy]
    floor.set(recyclable=("no_answer",))
    assert in_hopper(floor) == []
    floor.fill()
    assert in_hopper(floor) == [silent]


def test_who_waits_for_a_later_time_is_not_taken(floor: Floor) -> None:
    floor.lead(next_attempt_at=floor.now + timedelta(seconds=1))
    assert floor.fill().added == 0
    floor.later(seconds=1)
    assert floor.fill().added == 1


def test_exhausted_leads_are_not_taken(floor: Floor) -> None:
    floor.lead(status="busy", exhausted=True)
    floor.recompute()
    assert floor.fill().added == 0


def test_without_a_good_number_nobody_is_taken(floor: Floor) -> None:
    bad, blocked, mixed = floor.spare(3)
    worst = floor.lead(numbers=[[bad, blocked]])
    none = floor.lead(numbers=[[]])
    fine = floor.lead(numbers=[[bad, mixed]])
    floor.bad(worst, bad)
    floor.bad(fine, bad)
    floor.register_quietly(blocked)
    floor.fill()
    assert in_hopper(floor) == [fine]
    assert [floor.row(lead_id).queue_state for lead_id in (worst, none)] == [QueueState.OUT] * 2
    assert floor.next_id("ana") == fine


def test_the_fill_and_the_claim_take_the_next_ones_in_place_of_those_without_a_number(floor: Floor) -> None:
    floor.leads(5, numbers=[[]] * 5, priority=90)
    good = floor.leads(3)
    assert floor.next_id("ana") == good[0]


def test_a_closed_time_zone_stays_asleep(floor: Floor) -> None:
    floor.set(hours=DAYTIME)
    since = floor.now - timedelta(days=2)
    tokyo = floor.leads(5, zone="Asia/Tokyo", priority=99, next_attempt_at=since)
    paris = floor.leads(5, zone="Europe/Paris", next_attempt_at=since)
    floor.fill(target=7)
    assert set(in_hopper(floor)) == set(paris)
    floor.now = floor.now.replace(hour=3)
    floor.fill(target=7)
    assert set(in_hopper(floor)) == set(tokyo)
    assert {floor.row(lead_id).queue_state for lead_id in paris} == {QueueState.READY}


def test_a_number_that_may_lie_in_several_zones_is_called_when_all_are_open(floor: Floor) -> None:
    floor.set(hours=DAYTIME)
    lead_id = floor.lead()
    floor.know_segment(floor.campaign_id, "America/Los_Angeles|Europe/Paris")
    floor.change(lead_id, segment="America/Los_Angeles|Europe/Paris")
    assert floor.fill().added == 0
    floor.now = floor.now.replace(hour=17)
    assert floor.fill().added == 1


def test_a_holiday_is_respected(floor: Floor) -> None:
    floor.set(hours=DAYTIME, holidays_country="FR")
    floor.lead()
    floor.now = floor.now.replace(month=5, day=1)
    assert floor.fill().added == 0
    floor.later(days=1)
    assert floor.fill().added == 1


def test_the_campaigns_dates_are_respected(floor: Floor) -> None:
    floor.set(start_date=date(2026, 3, 11), end_date=date(2026, 3, 12))
    floor.lead()
    added = []
    for day in (10, 11, 12, 13):
        floor.now = floor.now.replace(day=day)
        added.append(floor.fill().size)
    assert added == [0, 1, 1, 0]


def test_a_paused_list_leaves_the_hopper_at_once_and_comes_back(floor: Floor) -> None:
    paused = floor.leads(3)
    other = floor.leads(2)
    floor.fill()
    floor.pause_list(paused[0])
    assert set(in_hopper(floor)) == set(other)
    assert floor.fill().added == 0
    assert {floor.row(lead_id).queue_state for lead_id in paused} == {QueueState.OUT}
    floor.pause_list(paused[0], active=True)
    assert floor.fill().added == 3


def test_a_paused_list_keeps_its_callbacks_owned_leads_and_cut_calls_too(floor: Floor) -> None:
    [called] = floor.leads(1)
    floor.callback(called, floor.now, "ana")
    [owned] = floor.own("ana")
    cut = floor.lead(status="dropped", queue_state=QueueState.DROPPED.value)
    for lead_id in (called, owned, cut):
        floor.pause_list(lead_id)
    assert floor.next_id("ana") is None
    for lead_id in (called, owned, cut):
        floor.pause_list(lead_id, active=True)
    assert {floor.next_id("ana"), floor.next_id("ana")} == {called}
    assert floor.row(owned).queue_state == QueueState.OWNED


def test_a_paused_campaign_is_emptied_and_not_filled(floor: Floor) -> None:
    leads = floor.leads(3)
    floor.fill()
    floor.set_active(False)
    assert (floor.fill().added, in_hopper(floor)) == (0, [])
    assert {floor.row(lead_id).queue_state for lead_id in leads} == {QueueState.READY}
    floor.set_active(True)
    assert floor.fill().added == 3


def test_owned_leads_due_callbacks_and_cut_calls_do_not_use_up_the_level(floor: Floor) -> None:
    floor.own("ana", 5)
    floor.callback(floor.lead(), floor.now, "ana")
    floor.lead(status="dropped", queue_state=QueueState.DROPPED.value)
    pool = floor.leads(4)
    floor.fill(target=4)
    assert in_hopper(floor) == pool


def test_whom_a_seller_asked_for_by_name_is_not_put_in_a_second_time(floor: Floor) -> None:
    later = floor.lead(next_attempt_at=floor.now + timedelta(minutes=5))
    floor.leads(2)
    floor.jump("sup", later)
    floor.later(minutes=6)
    assert floor.fill().added == 2
    assert floor.entries(later)[0].locked_by == floor["sup"].user_id
    floor.leave("sup")
    assert floor.fill().size == len(in_hopper(floor)) == 3


def test_who_was_asked_for_before_their_time_goes_back_to_wait_for_it(floor: Floor) -> None:
    waiting = floor.lead(next_attempt_at=floor.now + timedelta(hours=3))
    floor.jump("sup", waiting)
    floor.leave("sup")
    assert floor.next_id("ana") is None


def test_who_was_asked_for_put_aside_and_taken_again_is_not_lost(floor: Floor) -> None:
    waiting, other = floor.lead(next_attempt_at=floor.now + timedelta(minutes=5)), floor.lead()
    floor.jump("sup", waiting)
    floor.jump("sup", other)
    floor.record("sup", other, "not-interested")
    assert floor.next_id("sup") == waiting
    floor.leave("sup")
    floor.later(minutes=5)
    assert floor.next_id("ana") == waiting


def test_an_edited_lead_of_a_paused_list_stays_out(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.pause_list(lead_id)
    floor.edit(lead_id, status="busy", priority=99)
    assert floor.row(lead_id).queue_state == QueueState.OUT
    assert floor.next_id("ana") is None


def test_an_empty_hopper_is_filled_by_the_seller_who_asks(floor: Floor) -> None:
    floor.leads(3)
    assert in_hopper(floor) == []
    assert floor.next("ana").dossier is not None
    assert len(in_hopper(floor)) == 2


def test_a_seller_is_told_when_it_runs_low(floor: Floor) -> None:
    floor.set(hopper_level=8)
    floor.leads(20)
    floor.fill()
    low = []
    for _ in range(7):
        low.append(floor.next("ana").low)
        floor.record("ana", floor.take("ana").lead_id, "not-found")
    assert (low[0], low[-1]) == (False, True)
    assert low == sorted(low)


def test_clearing_puts_the_free_ones_back_and_leaves_the_claimed(floor: Floor) -> None:
    leads = floor.leads(4)
    held = floor.take("ana").lead_id
    with floor.database.transaction() as session:
        assert hopper.clear(session, actor=floor["sup"], campaign_id=floor.campaign_id) == 3
    assert [entry.lead_id for entry in floor.entries()] == [held]
    assert {floor.row(lead_id).queue_state for lead_id in leads if lead_id != held} == {QueueState.READY}
    assert floor.fill().added == 3


def test_it_is_counted_by_state_and_source(floor: Floor) -> None:
    floor.leads(3)
    floor.lead(status="busy", dial_attempts=1)
    floor.dial("ana", floor.take("ana").lead_id)
    with floor.database.reading() as session:
        counts = hopper.counts(session, actor=floor["aud"], campaign_id=floor.campaign_id)
    assert counts["by_state"] == {"new": 3, "locked": 0, "dialing": 1}
    assert counts["by_source"]["fresh"] == 3
    assert counts["by_source"]["retry"] == 1


def test_sellers_may_neither_fill_nor_clear_nor_look(floor: Floor) -> None:
    given = {"actor": floor["ana"], "campaign_id": floor.campaign_id}
    with floor.database.transaction() as session:
        with pytest.raises(NotAllowed):
            hopper.fill(session, now=floor.now, **given)
        with pytest.raises(NotAllowed):
            hopper.clear(session, **given)
        with pytest.raises(NotAllowed):
            hopper.counts(session, **given)


def test_a_level_nobody_needs_and_a_campaign_of_another_shop_are_refused(floor: Floor) -> None:
    for target in (-1, 10_001, 10**9):
        with pytest.raises(Invalid):
            floor.fill(target=target)
    with pytest.raises(NotFound):
        floor.fill(Floor(floor.database).campaign_id)


def test_the_highest_level_works(floor: Floor) -> None:
    floor.leads(3)
    assert floor.fill(target=10_000).added == 3


@pytest.mark.parametrize("leads", [30, 300])
def test_the_number_of_statements_does_not_depend_on_the_leads(floor: Floor, leads: int) -> None:
    floor.set(hours=DAYTIME)
    since = floor.now - timedelta(days=2)
    floor.leads(leads, next_attempt_at=since)
    floor.leads(leads, zone="Asia/Tokyo", next_attempt_at=since)
    with count_statements(floor.database) as filling:
        floor.fill(target=leads)
    floor.now = floor.now.replace(hour=3)
    with count_statements(floor.database) as changing:
        floor.fill(target=leads)
    assert len(in_hopper(floor)) == leads
    assert (filling.count <= 6, changing.count <= 7) == (True, True), (filling.count, changing.count)


def test_free_entries_belong_to_leads_that_say_so(floor: Floor) -> None:
    floor.leads(5)
    floor.fill(target=3)
    for entry in floor.entries():
        assert isinstance(entry, HopperEntry)
        assert floor.row(entry.lead_id).queue_state == QueueState.IN_HOPPER
