"""Whose turn it is: one process an occurrence, taken over when it died, and nothing written by who lost it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import NotAllowed, NotFound
from domain.jobs import runs, schedules, states, turns
from domain.jobs.turns import Ended, Turn, TurnLost
from domain.people import rights
from storage.counting import count_statements
from storage.database import Database
from tests.support.factories import ShopFixture, build_shop

START = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
PLANNED = {
    "fill_hopper": schedules.parse("every 1m"),
    "reconcile_lead_status": schedules.parse("at 02:00 America/Montevideo"),
}
FILL = "fill_hopper"


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    made = build_shop(database, leads=0)
    with database.transaction() as session:
        turns.prepare(session, organisation_id=1, planned=PLANNED, now=START)
    return made


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def claim(
    shop: ShopFixture, holder: str, seconds: float, *, job: str = FILL, by_hand: bool = False
) -> Turn | None:
    with shop.database.transaction() as session:
        return turns.claim(
            session,
            organisation_id=1,
            job=job,
            holder=holder,
            lease=LEASE,
            now=after(seconds),
            by_hand=by_hand,
        )


def taken(shop: ShopFixture, holder: str, seconds: float, *, by_hand: bool = False) -> Turn:
    turn = claim(shop, holder, seconds, by_hand=by_hand)
    assert turn is not None
    return turn


def finish(shop: ShopFixture, turn: Turn, seconds: float, result: Ended = "done") -> bool:
    with shop.database.transaction() as session:
        return turns.finish(
            session, turn=turn, result=result, counts={"added": 3}, now=after(seconds), error=None
        )


def waiting(shop: ShopFixture, seconds: float) -> list[str]:
    with shop.database.reading() as session:
        return turns.waiting(session, organisation_id=1, now=after(seconds))


def history(shop: ShopFixture) -> list[tuple[str, str, datetime]]:
    """Result, trigger and occurrence of every run, oldest first."""
    with shop.database.reading() as session:
        found = runs.listing(session, actor=shop.sup)
    return [(run.result, run.trigger, run.due_at) for run in reversed(found)]


def view(shop: ShopFixture, seconds: float, job: str = FILL) -> states.JobView:
    with shop.database.reading() as session:
        found = states.listing(session, actor=shop.sup, planned=PLANNED, now=after(seconds))
    return next(each for each in found if each.id == job)


def test_nothing_is_due_before_its_time(shop: ShopFixture) -> None:
    assert waiting(shop, 29) == []
    assert claim(shop, "a", 29) is None
    assert waiting(shop, 30) == [FILL]


def test_an_occurrence_belongs_to_the_first_who_takes_it(shop: ShopFixture) -> None:
    turn = taken(shop, "a", 31)
    assert (turn.trigger, turn.due_at) == ("schedule", after(30))
    assert claim(shop, "b", 31) is None
    assert finish(shop, turn, 32)
    assert claim(shop, "b", 33) is None
    assert waiting(shop, 89) == []
    assert taken(shop, "b", 90).due_at == after(90)
    assert [result for result, _, _ in history(shop)] == ["done", "running"]


def test_occurrences_missed_meanwhile_are_one(shop: ShopFixture) -> None:
    turn = taken(shop, "a", 3_000)
    assert turn.due_at == after(2_970)
    finish(shop, turn, 3_001)
    assert claim(shop, "b", 3_001) is None
    assert view(shop, 3_001).next_run == after(3_030)


def test_the_work_of_one_who_died_is_taken_over_when_the_lease_ends(shop: ShopFixture) -> None:
    dead = taken(shop, "a", 30)
    assert claim(shop, "b", 89) is None
    assert view(shop, 89).running
    other = taken(shop, "b", 90)
    assert (other.trigger, other.due_at, other.fence) == ("takeover", dead.due_at, dead.fence + 1)
    assert [result for result, _, _ in history(shop)] == ["lost", "running"]
    finish(shop, other, 91)
    assert taken(shop, "b", 91).trigger == "schedule"


def test_a_sign_of_life_keeps_the_lease(shop: ShopFixture) -> None:
    taken(shop, "a", 30)
    with shop.database.transaction() as session:
        turns.beat(session, organisations=[1], holder="a", lease=LEASE, now=after(80))
    assert claim(shop, "b", 120) is None
    assert taken(shop, "b", 140).trigger == "takeover"


def test_one_who_lost_the_lease_writes_nothing_any_more(shop: ShopFixture) -> None:
    slow = taken(shop, "a", 30)
    other = taken(shop, "b", 100)
    with pytest.raises(TurnLost), shop.database.transaction() as session:
        turns.renew(session, turn=slow, lease=LEASE, now=after(101))
    assert not finish(shop, slow, 102)
    assert [result for result, _, _ in history(shop)] == ["lost", "running"]
    assert finish(shop, other, 103)
    assert [result for result, _, _ in history(shop)] == ["lost", "done"]


def test_a_late_sign_of_life_does_not_take_a_turn_back(shop: ShopFixture) -> None:
    taken(shop, "a", 30)
    with shop.database.transaction() as session:
        turns.beat(session, organisations=[1], holder="a", lease=LEASE, now=after(95))
    assert taken(shop, "b", 96).trigger == "takeover"


def test_a_failure_is_seen_and_tried_again_later_each_time(shop: ShopFixture) -> None:
    daily, at = "reconcile_lead_status", 17 * 3_600.0
    waits = []
    for _ in range(9):
        turn = claim(shop, "a", at, job=daily)
        assert turn is not None
        finish(shop, turn, at, "failed")
        due = view(shop, at, daily).next_run
        assert due is not None
        waits.append((due - after(at)).total_seconds())
        at += waits[-1]
    assert waits == [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]
    assert len({due_at for _, _, due_at in history(shop)}) == 1, "it is the same occurrence again and again"
    assert view(shop, at, daily).failures == 9
    with shop.database.reading() as session:
        [trouble] = states.troubles(session, actor=shop.sup, planned=PLANNED, now=after(at))[-1:]
    assert (trouble.job, trouble.failures) == (daily, 9)
    turn = claim(shop, "a", at, job=daily)
    assert turn is not None
    finish(shop, turn, at)
    found = view(shop, at, daily)
    assert found.failures == 0
    assert found.next_run is not None
    assert found.next_run.hour == 5, "two o'clock in Montevideo, tomorrow"


def test_what_was_stopped_is_due_again_at_once(shop: ShopFixture) -> None:
    turn = taken(shop, "a", 30)
    finish(shop, turn, 31, "stopped")
    again = taken(shop, "b", 32)
    assert (again.trigger, again.due_at) == ("schedule", turn.due_at)


def test_a_job_at_rest_is_left_alone_until_it_is_resumed(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        assert states.pause(session, actor=shop.sup, job=FILL)
        assert not states.pause(session, actor=shop.sup, job=FILL)
    assert waiting(shop, 300) == []
    assert claim(shop, "a", 300) is None
    assert (view(shop, 300).paused, view(shop, 300).next_run, view(shop, 300).overdue) == (True, None, False)
    with shop.database.transaction() as session:
        assert states.resume(session, actor=shop.sup, job=FILL)
    assert taken(shop, "a", 300).trigger == "schedule"


def test_a_run_asked_for_comes_beside_the_schedule(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        states.pause(session, actor=shop.sup, job=FILL)
        states.ask_for(session, actor=shop.sup, job=FILL, now=after(1))
    assert waiting(shop, 2) == [FILL]
    turn = taken(shop, "a", 2)
    assert (turn.trigger, turn.due_at) == ("hand", after(1))
    finish(shop, turn, 3)
    assert waiting(shop, 4) == []


def test_a_run_asked_for_and_stopped_is_still_wanted(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        states.ask_for(session, actor=shop.sup, job=FILL, now=after(1))
    finish(shop, taken(shop, "a", 2), 3, "stopped")
    assert taken(shop, "b", 4).due_at == after(1)


def test_a_run_by_hand_leaves_what_is_due(shop: ShopFixture) -> None:
    finish(shop, taken(shop, "a", 40, by_hand=True), 41)
    assert taken(shop, "b", 42).due_at == after(30)
    assert [trigger for _, trigger, _ in history(shop)] == ["hand", "schedule"]


def test_a_changed_schedule_holds_from_now_on(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        turns.prepare(
            session,
            organisation_id=1,
            planned={FILL: schedules.parse("every 1h")},
            now=after(100),
            renew=True,
        )
    assert (view(shop, 100).schedule, view(shop, 100).next_run) == ("every 1h", after(3_570))


def test_a_job_nobody_runs_is_overdue(shop: ShopFixture) -> None:
    assert not view(shop, 100).overdue
    assert view(shop, 200).overdue
    with shop.database.reading() as session:
        [trouble] = states.troubles(session, actor=shop.sup, planned=PLANNED, now=after(200))
    assert (trouble.job, trouble.failures, trouble.overdue) == (FILL, 0, True)
    taken(shop, "a", 200)
    assert not view(shop, 201).overdue


def test_only_the_newest_runs_are_kept(shop: ShopFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "RUNS_KEPT", 3)
    for number in range(6):
        finish(shop, taken(shop, "a", 30 + 60 * number), 31 + 60 * number)
    assert [due_at for _, _, due_at in history(shop)] == [after(30 + 60 * number) for number in (3, 4, 5)]


def test_a_turn_and_a_look_cost_few_statements(shop: ShopFixture) -> None:
    with count_statements(shop.database) as counter:
        assert waiting(shop, 30) == [FILL]
        assert counter.count == 1
        counter.clear()
        turn = taken(shop, "a", 30)
        assert counter.count == 3
        counter.clear()
        finish(shop, turn, 31)
        assert counter.count == 4
        counter.clear()
        with shop.database.reading() as session:
            states.listing(session, actor=shop.sup, planned=PLANNED, now=after(32))
        assert counter.count == 2


def test_sellers_neither_see_nor_move_jobs_and_auditors_only_see(shop: ShopFixture) -> None:
    aud = shop.people["aud"]
    with shop.database.transaction() as session:
        for use in (states.pause, states.resume):
            for actor in (shop.ana, aud):
                with pytest.raises(NotAllowed):
                    use(session, actor=actor, job=FILL)
        with pytest.raises(NotAllowed):
            states.ask_for(session, actor=aud, job=FILL, now=START)
        with pytest.raises(NotAllowed):
            states.listing(session, actor=shop.ana, planned=PLANNED, now=START)
        with pytest.raises(NotAllowed):
            runs.listing(session, actor=shop.ana)
        assert states.listing(session, actor=aud, planned=PLANNED, now=START)
        with pytest.raises(NotFound, match="fill_hopper"):
            states.pause(session, actor=shop.sup, job="fill")


def test_another_shop_has_turns_of_its_own(shop: ShopFixture) -> None:
    other = rights.system(2)
    with shop.database.reading() as session:
        assert turns.waiting(session, organisation_id=2, now=after(300)) == []
        assert runs.listing(session, actor=other) == []
    with shop.database.transaction() as session, pytest.raises(NotFound):
        states.pause(session, actor=other, job=FILL)
