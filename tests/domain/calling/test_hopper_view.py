"""A supervisor looks into the hopper: in which order, why, in whose hands; and takes somebody out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import hopper_view
from domain.calling.hopper_view import HopperLine
from domain.campaigns.windows import parse_hours
from domain.codes import QueueState, Shift
from domain.errors import NotAllowed, NotFound
from storage.counting import count_statements
from tests.support.floor import Floor

MINUTE = timedelta(minutes=1)


def look(floor: Floor, who: str = "sup", **page: int) -> list[HopperLine]:
    with floor.database.reading() as session:
        return hopper_view.contents(
            session, actor=floor[who], campaign_id=floor.campaign_id, now=floor.now, **page
        )


def take_out(floor: Floor, *lead_ids: int, who: str = "sup") -> int:
    entries = [entry.id or 0 for entry in floor.entries() if entry.lead_id in lead_ids]
    with floor.database.transaction() as session:
        return hopper_view.take_out(session, actor=floor[who], entry_ids=entries, now=floor.now)


def test_they_stand_in_the_order_sellers_get_them(floor: Floor) -> None:
    low, first, second, high = (
        floor.lead(priority=10),
        floor.lead(next_attempt_at=floor.now - timedelta(hours=9)),
        floor.lead(next_attempt_at=floor.now - timedelta(hours=8)),
        floor.lead(priority=90),
    )
    floor.fill()
    lines = look(floor)
    assert [line.lead_id for line in lines] == [high, first, second, low]
    assert [line.position for line in lines] == [1, 2, 3, 4]
    assert [line.priority for line in lines] == [90, 50, 50, 10]
    assert lines[1].waiting_since == floor.now - timedelta(hours=9)
    assert lines[1].e164 == floor.phones(first)[0].e164
    assert floor.next_id("eva") == high
    floor.record("eva", high, "not-interested")
    assert floor.next_id("eva") == first


def test_each_says_why_it_is_there(floor: Floor) -> None:
    fresh = floor.lead()
    retry = floor.lead(status="busy", dial_attempts=2, next_attempt_at=floor.now - MINUTE)
    later = floor.lead(status="callback", dial_attempts=1)
    wanted = floor.lead(shift=Shift.MORNING, status="callback")
    floor.fill()
    why = {line.lead_id: line.why for line in look(floor)}
    assert why == {
        fresh: "not called yet",
        retry: "busy after 2 attempts",
        later: "to be called back",
        wanted: "to be called back; wants the morning",
    }


def test_an_overdue_retry_stands_before_fresh_leads(floor: Floor) -> None:
    fresh = floor.lead(next_attempt_at=floor.now - timedelta(days=9))
    retry = floor.lead(status="no_answer", dial_attempts=1, next_attempt_at=floor.now - 4 * MINUTE)
    floor.fill()
    assert [(line.lead_id, line.overdue) for line in look(floor)] == [(fresh, False), (retry, False)]
    floor.later(minutes=1)
    lines = look(floor)
    assert [(line.lead_id, line.overdue) for line in lines] == [(retry, True), (fresh, False)]
    assert lines[0].why == "no answer after 1 attempt; overdue, so ahead of fresh leads"


def test_who_is_in_whose_hands_comes_first(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.fill()
    floor.take("ana")
    floor.later(minutes=1)
    floor.take("ben")
    floor.dial("ben", second)
    mine, theirs, free = look(floor)
    assert (mine.lead_id, mine.state, mine.claimed_by) == (first, "locked", "Ana")
    assert mine.until == floor.now + 9 * MINUTE
    assert mine.why.endswith("in a seller's hands")
    assert (theirs.lead_id, theirs.state, theirs.claimed_by) == (second, "dialing", "Ben")
    assert theirs.why.endswith("being called")
    assert (free.lead_id, free.claimed_by, free.until) == (third, None, None)


def test_who_was_put_aside_or_skipped_says_so(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.fill()
    assert floor.take("ana").lead_id == first
    floor.jump("ana", second)
    assert floor.take("ben").lead_id == third
    floor.skip("ben")
    hand, aside, skipped = look(floor)
    assert (hand.lead_id, aside.lead_id, skipped.lead_id) == (second, first, third)
    assert (aside.claimed_by, aside.until) == ("Ana", floor.now + 10 * MINUTE)
    assert aside.why == "not called yet; put aside for a moment"
    assert (skipped.claimed_by, skipped.until) == (None, floor.now + 10 * MINUTE)
    assert skipped.why == "not called yet; skipped"


def test_whose_hours_have_ended_meanwhile_says_so(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.lead()
    floor.fill()
    floor.now = floor.now.replace(hour=22)
    assert [line.why for line in look(floor)] == ["not called yet; its calling hours are over"]


def test_pages_follow_one_another(floor: Floor) -> None:
    leads = floor.leads(5)
    floor.fill()
    first, second = look(floor, limit=3), look(floor, after=3, limit=3)
    assert [line.lead_id for line in first + second] == leads
    assert [line.position for line in second] == [4, 5]
    assert look(floor, after=5) == []


@pytest.mark.parametrize("count", [1, 60])
def test_two_statements_whatever_the_number(floor: Floor, count: int) -> None:
    floor.leads(count)
    floor.fill()
    with count_statements(floor.database) as counter:
        assert len(look(floor)) == count
    assert counter.count == 2


def test_supervisors_and_auditors_look_sellers_do_not(floor: Floor) -> None:
    assert look(floor, "aud") == []
    with pytest.raises(NotAllowed):
        look(floor, "ana")
    with floor.database.reading() as session, pytest.raises(NotFound):
        hopper_view.contents(session, actor=floor["sup"], campaign_id=0, now=floor.now)


def test_another_shops_hopper_is_not_there(floor: Floor) -> None:
    other = Floor(floor.database)
    other.lead()
    other.fill()
    with floor.database.reading() as session, pytest.raises(NotFound):
        hopper_view.contents(session, actor=floor["sup"], campaign_id=other.campaign_id, now=floor.now)


# ── taking out ───────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_taken_out_waits_half_a_day(floor: Floor) -> None:
    first, second = floor.leads(2)
    before = floor.row(first).next_attempt_at
    floor.fill()
    assert take_out(floor, first) == 1
    lead = floor.row(first)
    assert (lead.queue_state, lead.next_attempt_at) == (QueueState.READY, floor.now + timedelta(hours=12))
    event = floor.events(first)[-1]
    assert (event.kind, event.user_id) == ("hopper_taken_out", floor["sup"].user_id)
    assert event.before == {"next_attempt_at": before.isoformat()}
    assert floor.fill().added == 0
    assert [line.lead_id for line in look(floor)] == [second]
    floor.later(hours=12)
    assert floor.fill().added == 1


def test_who_is_in_somebodys_hands_or_put_aside_stays(floor: Floor) -> None:
    first, second, third = floor.leads(3)
    floor.fill()
    floor.take("ana")
    floor.jump("ana", second)
    assert take_out(floor, first, second, third) == 1
    assert {line.lead_id for line in look(floor)} == {first, second}


def test_sellers_and_auditors_take_nobody_out_and_nobody_another_shops(floor: Floor) -> None:
    [lead_id] = floor.leads(1)
    floor.fill()
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            take_out(floor, lead_id, who=who)
    other = Floor(floor.database)
    entries = [entry.id or 0 for entry in floor.entries()]
    with floor.database.transaction() as session:
        assert hopper_view.take_out(session, actor=other["sup"], entry_ids=entries, now=floor.now) == 0
    assert len(floor.entries()) == 1


@pytest.mark.parametrize("count", [1, 40])
def test_taking_out_sends_four_statements(floor: Floor, count: int) -> None:
    leads = floor.leads(count)
    floor.fill()
    entries = [entry.id or 0 for entry in floor.entries()]
    with count_statements(floor.database) as counter, floor.database.transaction() as session:
        assert hopper_view.take_out(session, actor=floor["sup"], entry_ids=entries, now=floor.now) == len(
            leads
        )
    assert counter.count == 4
