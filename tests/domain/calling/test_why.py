"""Why the queue is empty: every lead in exactly one row, counted fast and counted one by one, with the same figures."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.calling import why
from domain.calling.leads import LeadFilter, listing
from domain.calling.models import Lead
from domain.calling.why import Funnel
from domain.calling.why_buckets import Why, standing
from domain.campaigns.windows import ALWAYS, parse_hours
from domain.codes import DialStatus, QueueState, Role, Shift
from domain.errors import Invalid, NotAllowed
from tests.support.floor import Floor

STATUSES = [*(status.value for status in DialStatus), None]


def funnel(floor: Floor) -> Funnel:
    with floor.database.reading() as session:
        return why.funnel(session, actor=floor["sup"], campaign_id=floor.campaign_id, now=floor.now)


def rows(floor: Floor) -> dict[str, int]:
    return {bucket.reason: bucket.count for bucket in funnel(floor).buckets if bucket.count}


def one_by_one(floor: Floor) -> dict[str, int]:
    """The rows by looking at every lead."""
    with floor.database.reading() as session:
        segments = session.execute(
            select(col(Lead.segment)).where(col(Lead.campaign_id) == floor.campaign_id).distinct()
        ).scalars()
        here = why.situation(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            now=floor.now,
            segments=list(segments),
        )
        row = standing(here).label("row")
        inner = select(row).where(col(Lead.campaign_id) == floor.campaign_id).subquery()
        counts = session.execute(select(inner.c.row, func.count()).group_by(inner.c.row))
        return {name: count for name, count in counts}  # noqa: C416 - rows, not pairs


def agreed(floor: Floor) -> dict[str, int]:
    found = funnel(floor)
    counted = {bucket.reason: bucket.count for bucket in found.buckets if bucket.count}
    assert counted == one_by_one(floor)
    assert sum(counted.values()) == found.total
    assert found.callable_now == counted.get("callable_now", 0)
    return counted


def test_a_fresh_campaign_can_be_called(floor: Floor) -> None:
    floor.leads(7)
    assert agreed(floor) == {"callable_now": 7}
    floor.fill(target=5)
    found = funnel(floor)
    assert (found.callable_now, found.in_hopper) == (7, 5)
    assert agreed(floor) == {"callable_now": 7}


def test_an_empty_campaign_says_so(floor: Floor) -> None:
    found = funnel(floor)
    assert (found.total, found.callable_now, [bucket.reason for bucket in found.buckets]) == (
        0,
        0,
        ["callable_now"],
    )


@pytest.mark.parametrize(
    ("status", "row"),
    [
        (None, "no_status"),
        ("dnc", "do_not_call"),
        ("sale", "final"),
        ("closed", "final"),
        ("contacted", "outcome_missing"),
    ],
)
def test_what_a_status_says(floor: Floor, status: str | None, row: str) -> None:
    floor.lead(status=status, queue_state=QueueState.OUT.value)
    assert agreed(floor) == {row: 1}


def test_finals_are_told_apart(floor: Floor) -> None:
    for status in ("sale", "sale", "not_interested"):
        floor.lead(status=status, queue_state=QueueState.OUT.value)
    (final,) = (bucket for bucket in funnel(floor).buckets if bucket.reason == "final")
    assert final.detail == "Sale 2 · Not interested 1"


def test_who_is_held_skipped_waits_or_is_due(floor: Floor) -> None:
    floor.leads(4)
    floor.take("ana")
    floor.skip("ana")
    floor.take("ana")
    later = floor.lead(status="busy", next_attempt_at=floor.now + timedelta(minutes=20))
    floor.callback(floor.lead(), floor.now + timedelta(hours=1))
    floor.callback(floor.lead(), floor.now - timedelta(minutes=1), who="ben")
    assert agreed(floor) == {"claimed": 1, "put_off": 1, "waiting": 1, "callback_later": 1, "callable_now": 3}
    by_reason = {bucket.reason: bucket for bucket in funnel(floor).buckets}
    assert by_reason["waiting"].next_at == floor.row(later).next_attempt_at
    assert by_reason["callback_later"].next_at == floor.now + timedelta(hours=1)
    assert by_reason["claimed"].next_at == floor.now + timedelta(minutes=10)


def test_attempts_numbers_lists_and_rules(floor: Floor) -> None:
    floor.set(recyclable=("no_answer", "busy"))
    floor.pause_list(floor.lead())
    floor.lead(status="no_answer", exhausted=True, queue_state=QueueState.OUT.value)
    floor.lead(status="busy", queue_state=QueueState.OUT.value)
    floor.lead(status="congestion", queue_state=QueueState.OUT.value)
    assert agreed(floor) == {"attempts_used_up": 1, "no_good_number": 1, "list_paused": 1, "not_retried": 1}


def test_outside_hours_it_says_where_and_until_when(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.leads(3, zone="UTC")
    floor.leads(2, zone="America/Chicago")  # 07:00 there
    assert agreed(floor) == {"callable_now": 3, "outside_hours": 2}
    (closed,) = (bucket for bucket in funnel(floor).buckets if bucket.reason == "outside_hours")
    assert closed.detail == "America/Chicago"
    assert closed.next_at == floor.now.replace(hour=14)


def test_a_paused_campaign_holds_back_everybody_still_in_play(floor: Floor) -> None:
    floor.leads(3)
    floor.callback(floor.lead(), floor.now + timedelta(hours=1))
    floor.lead(status="sale", queue_state=QueueState.OUT.value)
    floor.set_active(False)
    assert agreed(floor) == {"final": 1, "campaign_paused": 4}


def test_a_number_called_as_often_as_allowed_today(floor: Floor) -> None:
    floor.set(hours=parse_hours("00:30-23:30"), cap_per_day=1)
    called, _ = floor.leads(2)
    floor.handle("ana", "not-found", called)
    floor.change(called, next_attempt_at=floor.now, queue_state=QueueState.READY.value)
    assert agreed(floor) == {"capped": 1, "callable_now": 1}


@pytest.mark.parametrize("few", [why.FEW, 0], ids=["those due", "whoever is fewer"])
@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_is_counted_as_one_by_one(
    floor: Floor, seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(why, "FEW", few)
    chance = random.Random(seed)
    floor.set(
        hours=chance.choice([ALWAYS, parse_hours("09:00-21:00")]),
        recyclable=("no_answer", "busy", "dropped", "callback"),
        cap_per_day=chance.choice([None, 1]),
    )
    for zone in ("UTC", "America/Chicago", "Asia/Tokyo"):
        for shift in (None, Shift.MORNING, Shift.AFTERNOON):
            mixed(floor, floor.leads(3 if shift else 4, zone=zone, shift=shift), chance)
    floor.recompute()
    floor.fill(target=5)
    for who in ("ana", "ben"):
        if floor.next_id(who) is not None and chance.random() < 0.5:
            floor.skip(who)
            floor.next_id(who)
    before = agreed(floor)
    floor.later(minutes=35)
    after = agreed(floor)
    assert sum(before.values()) == sum(after.values()) == 30


def mixed(floor: Floor, leads: list[int], chance: random.Random) -> None:
    """Let the leads of a list stand anywhere; some have a callback, some lists are paused."""
    values = [
        {
            "id": lead,
            "status": chance.choice(STATUSES),
            "exhausted": chance.random() < 0.2,
            "owner_id": chance.choice([None, floor["ana"].user_id]),
            "next_attempt_at": floor.now + timedelta(minutes=chance.choice([-90, -5, 30, 600])),
        }
        for lead in leads
    ]
    with floor.database.transaction() as session:
        session.execute(update(Lead), values)
    for lead in leads:
        if chance.random() < 0.15:
            floor.callback(lead, floor.now + timedelta(minutes=chance.choice([-10, 45])), who="ana")
    if chance.random() < 0.2:
        floor.pause_list(leads[0])


def test_leads_without_a_status_in_the_pool_are_not_taken_for_due(floor: Floor) -> None:
    for _ in range(2):
        floor.lead(status=None, queue_state=QueueState.READY.value)
    for _ in range(3):
        floor.lead(status="busy", next_attempt_at=floor.now + timedelta(minutes=20))
    floor.leads(1)
    assert agreed(floor) == {"no_status": 2, "waiting": 3, "callable_now": 1}


def test_who_waits_for_a_callback_nobody_wrote_down_is_not_callable(floor: Floor) -> None:
    floor.lead(status="callback", queue_state=QueueState.CALLBACK.value)
    floor.callback(floor.lead(), floor.now - timedelta(minutes=1))
    assert agreed(floor) == {"callback_later": 1, "callable_now": 1}


def test_the_people_of_a_row_can_be_listed(floor: Floor) -> None:
    floor.leads(2)
    sold = floor.lead(status="sale", queue_state=QueueState.OUT.value)
    with floor.database.reading() as session:
        found = listing(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            wanted=LeadFilter(bucket="final"),
            now=floor.now,
        )
        assert [line.lead_id for line in found] == [sold]
        with pytest.raises(Invalid, match="There is no row nonsense; rows are claimed, no_status"):
            listing(
                session,
                actor=floor["sup"],
                campaign_id=floor.campaign_id,
                wanted=LeadFilter(bucket="nonsense"),
                now=floor.now,
            )


def test_eligible_are_those_callable_now(floor: Floor) -> None:
    floor.leads(3)
    floor.take("ana")
    floor.lead(status="busy", next_attempt_at=floor.now + timedelta(minutes=20))

    def eligible() -> int:
        with floor.database.reading() as session:
            found = listing(
                session,
                actor=floor["sup"],
                campaign_id=floor.campaign_id,
                wanted=LeadFilter(eligible=True),
                now=floor.now,
            )
        return len(found)

    assert eligible() == funnel(floor).callable_now == 2
    floor.set_active(False)
    assert eligible() == 0


def test_sellers_do_not_see_it(floor: Floor) -> None:
    assert floor["ana"].role is Role.SELLER
    with floor.database.reading() as session, pytest.raises(NotAllowed):
        why.funnel(session, actor=floor["ana"], campaign_id=floor.campaign_id, now=floor.now)


def test_every_row_has_a_word_and_a_glyph() -> None:
    assert len({row.label for row in Why}) == len(Why)
    assert all(row.glyph for row in Why)
