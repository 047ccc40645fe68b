"""Leads with problems are set right, nobody else is touched, and a second run finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from domain.calling.models import Lead
from domain.codes import QueueState
from domain.errors import NotAllowed
from domain.repair import fix
from domain.repair.fix import Progress, Repaired
from domain.repair.kinds import Problems
from tests.domain.repair.given import free_entry, problems, told
from tests.support.floor import Floor

CLEAN = Problems()


def repair(floor: Floor, who: str = "sup", **options: object) -> Repaired:
    return fix.run(floor.database, actor=floor[who], now=floor.now, **options)  # type: ignore[arg-type]


def everything(floor: Floor) -> list[tuple[object, ...]]:
    """All leads with all their columns, and how much is told of them."""
    with floor.database.reading() as session:
        leads = session.execute(select(*Lead.__table__.columns).order_by(Lead.id)).all()  # type: ignore[attr-defined,arg-type]
        rest = [
            session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("history_event", "hopper_entry", "activity", "call")
        ]
    return [*map(tuple, leads), tuple(rest)]


def test_each_kind_is_set_right_and_a_second_run_finds_nothing(floor: Floor) -> None:
    without = floor.lead(status=None)
    dialled = floor.lead(
        dial_attempts=2, imported_attempts=2, last_dial_attempt=floor.now - timedelta(days=2)
    )
    untracked = floor.lead()
    told(floor, untracked, result="busy")
    told(floor, untracked, floor.now - timedelta(days=1), result="answered")
    off = floor.lead(status="failed", dial_attempts=7, imported_attempts=1)
    ended = floor.lead(status="sale", queue_state=QueueState.IN_HOPPER.value)
    free_entry(floor, ended)
    done = repair(floor)
    assert done.found == Problems(1, 1, 1, 1, 1)
    assert (done.leads_checked, done.leads_fixed, done.errors) == (5, 5, 0)
    assert done.status_assigned == {"new": 1, "no_answer": 1, "busy": 1}
    assert done.by_status == {"new": 1, "no_answer": 1, "busy": 1, "failed": 1, "sale": 1}
    assert floor.row(without).status == "new"
    assert floor.row(dialled).status == "no_answer"
    assert (floor.row(untracked).status, floor.row(untracked).dial_attempts) == ("busy", 2)
    assert floor.row(untracked).answered_count == 1
    assert floor.row(untracked).last_dial_attempt == floor.now - timedelta(hours=3)
    assert floor.row(off).dial_attempts == 1
    assert floor.row(ended).queue_state == QueueState.OUT
    assert floor.entries() == []
    again = repair(floor)
    assert (again.found, again.leads_fixed) == (CLEAN, 0)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"campaign_resolution": "DN"}, "dnc"),
        ({"campaign_resolution": "S2", "dial_result": "busy"}, "sale"),
        ({"campaign_resolution": "NI"}, "not_interested"),
        ({"campaign_resolution": "LO"}, "closed"),
        ({"campaign_resolution": "NF"}, "no_answer"),
        ({"campaign_resolution": "NF", "last_console_action": "busy"}, "busy"),
        ({"campaign_resolution": "NI", "last_console_action": "busy"}, "not_interested"),
        ({"campaign_resolution": "CL", "last_console_action": "call-dropped"}, "dropped"),
        ({"last_console_action": "move-morning"}, "callback"),
        ({"last_console_action": "gone-from-the-shop", "dial_result": "failed"}, "failed"),
        ({"dial_result": "answered"}, "contacted"),
        ({"dial_result": "congestion", "dial_attempts": 1, "imported_attempts": 1}, "congestion"),
        ({"dial_attempts": 1, "imported_attempts": 1}, "no_answer"),
        ({}, "new"),
    ],
    ids=str,
)
@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_status_follows_from_what_is_known_of_the_lead(
    floor: Floor, given: dict[str, object], status: str, missing: str | None
) -> None:
    lead_id = floor.lead(status=missing, **given)
    assert repair(floor).status_assigned == {status: 1}
    assert floor.row(lead_id).status == status
    assert problems(floor) == CLEAN


def test_the_latest_call_says_more_than_the_last_result_noted(floor: Floor) -> None:
    lead_id = floor.lead(status=None, dial_result="busy")
    told(floor, lead_id, floor.now - timedelta(days=2), result="answered")
    told(floor, lead_id, result="failed")
    repair(floor)
    assert floor.row(lead_id).status == "failed"


def test_whoever_is_on_the_register_becomes_do_not_call(floor: Floor) -> None:
    [number] = floor.spare(1)
    lead_id = floor.leads(1, numbers=[[number]], status=None, dial_result="busy")[0]
    floor.register_quietly(number)
    floor.callback(lead_id, floor.now + timedelta(days=1), "ana")
    floor.change(lead_id, status=None)
    repair(floor)
    assert (floor.row(lead_id).status, floor.row(lead_id).queue_state) == ("dnc", QueueState.OUT)
    assert floor.pending(lead_id) == []


def test_finals_keep_their_status_while_their_counters_are_set_right(floor: Floor) -> None:
    lead_id = floor.lead(status="sale", queue_state=QueueState.OUT.value, campaign_resolution="NI")
    told(floor, lead_id)
    repair(floor)
    row = floor.row(lead_id)
    assert (row.status, row.dial_attempts, row.queue_state) == ("sale", 1, QueueState.OUT)
    assert problems(floor) == CLEAN


def test_what_a_recycle_made_new_stays_new_when_its_counters_are_set_right(floor: Floor) -> None:
    lead_id = floor.lead(recycle_batch_id=7)
    told(floor, lead_id)
    repair(floor)
    assert (floor.row(lead_id).status, floor.row(lead_id).dial_attempts) == ("new", 1)
    assert floor.row(lead_id).recycle_batch_id == 7
    assert problems(floor) == CLEAN


def test_a_repaired_lead_is_called_when_the_wait_since_its_last_attempt_is_over(floor: Floor) -> None:
    long_ago, just_now = floor.leads(2)
    told(floor, long_ago, floor.now - timedelta(hours=5))
    told(floor, just_now, floor.now - timedelta(hours=1))
    repair(floor)
    assert floor.row(long_ago).next_attempt_at == floor.now - timedelta(hours=1)
    assert floor.row(just_now).next_attempt_at == floor.now + timedelta(hours=3)
    assert floor.row(long_ago).queue_state == floor.row(just_now).queue_state == QueueState.READY
    assert floor.next_id("ana") == long_ago


def test_a_repaired_lead_that_has_used_up_its_attempts_is_not_dialled(floor: Floor) -> None:
    lead_id = floor.lead()
    for hours in range(1, 6):
        told(floor, lead_id, floor.now - timedelta(hours=hours))
    repair(floor)
    row = floor.row(lead_id)
    assert (row.status, row.dial_attempts, row.exhausted) == ("no_answer", 5, True)
    assert row.queue_state == QueueState.OUT


def test_attempts_that_were_never_made_exhaust_nobody(floor: Floor) -> None:
    lead_id = floor.lead(
        status="busy",
        dial_attempts=9,
        imported_attempts=1,
        exhausted=True,
        queue_state=QueueState.OUT.value,
    )
    repair(floor)
    row = floor.row(lead_id)
    assert (row.dial_attempts, row.exhausted, row.queue_state) == (1, False, QueueState.READY)


def test_the_leads_of_a_seller_wait_for_that_seller(floor: Floor) -> None:
    [lead_id] = floor.own("ana", status=None)
    repair(floor)
    assert floor.row(lead_id).queue_state == QueueState.OWNED


def test_a_lead_with_a_callback_waits_for_it(floor: Floor) -> None:
    lead_id = floor.lead()
    due = floor.now + timedelta(days=1)
    floor.callback(lead_id, due, "ana")
    floor.change(lead_id, status=None, campaign_resolution="SC")
    repair(floor)
    row = floor.row(lead_id)
    assert (row.status, row.queue_state, row.next_attempt_at) == ("callback", QueueState.CALLBACK, due)
    assert len(floor.pending(lead_id)) == 1


def test_a_lead_given_another_status_leaves_the_hopper(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.fill()
    told(floor, lead_id)
    repair(floor)
    assert floor.entries(lead_id) == []
    assert floor.row(lead_id).queue_state == QueueState.READY


def test_a_lead_whose_counters_alone_were_wrong_stays_in_the_hopper(floor: Floor) -> None:
    lead_id = floor.lead(status="no_answer", dial_attempts=1, imported_attempts=2)
    floor.fill()
    repair(floor)
    assert len(floor.entries(lead_id)) == 1
    assert floor.row(lead_id).queue_state == QueueState.IN_HOPPER


def test_a_seller_whose_claim_had_to_go_is_not_refused_afterwards(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.change(lead_id, status="sale")
    repair(floor)
    assert floor.entries() == []
    kept = floor.record("ana", lead_id, "not-found", note="was out")
    assert kept.stored_only
    assert [each.notes for each in floor.activities(lead_id)] == ["was out"]
    assert problems(floor) == CLEAN


def test_nobody_in_a_sellers_hands_is_touched(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.change(lead_id, status=None, dial_attempts=4)
    before = everything(floor)
    assert repair(floor).leads_fixed == 0
    assert everything(floor) == before


def test_every_change_has_a_row_of_history_with_who_and_what(floor: Floor) -> None:
    lead_id = floor.lead(status=None, dial_result="busy")
    version = floor.row(lead_id).version
    repair(floor)
    [told_] = floor.events(lead_id)
    assert (told_.kind, told_.user_id, told_.at) == ("repair", floor["sup"].user_id, floor.now)
    assert told_.before is not None
    assert told_.after is not None
    assert (told_.before["status"], told_.after["status"]) == (None, "busy")
    row = floor.row(lead_id)
    assert (row.version, row.updated_at, row.last_status_change) == (version + 1, floor.now, floor.now)


def test_leads_without_a_problem_are_not_touched(floor: Floor) -> None:
    fine = [
        floor.lead(),
        floor.lead(status="busy", dial_attempts=2, imported_attempts=2),
        floor.lead(status="dnc", queue_state=QueueState.OUT.value),
        floor.lead(dial_attempts=1, imported_attempts=1, recycle_batch_id=3),
    ]
    before = {lead_id: floor.row(lead_id).model_dump() for lead_id in fine}
    floor.lead(status=None)
    assert repair(floor).leads_fixed == 1
    assert {lead_id: floor.row(lead_id).model_dump() for lead_id in fine} == before
    assert {each.lead_id for each in floor.events()}.isdisjoint(fine)


def test_a_dry_run_counts_the_same_and_writes_nothing(floor: Floor) -> None:
    floor.leads(3, status=None)
    floor.lead(dial_attempts=1, imported_attempts=1)
    free_entry(floor, floor.lead(status="closed"))
    before = everything(floor)
    tried = repair(floor, dry_run=True)
    assert everything(floor) == before
    done = repair(floor)
    assert tried.dry_run
    assert not done.dry_run
    assert (tried.found, tried.leads_fixed, tried.status_assigned, tried.by_status) == (
        done.found,
        done.leads_fixed,
        done.status_assigned,
        done.by_status,
    )


def test_a_dry_run_sends_the_statements_of_a_real_one(floor: Floor) -> None:
    floor.leads(3, status=None)

    def sent(dry_run: bool) -> list[str]:
        with statements(floor) as every:
            repair(floor, dry_run=dry_run)
        return [each for each in every if each.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]

    tried, done = sent(True), sent(False)
    *done, standing = done
    assert tried == done
    assert "lead_tally" in standing, "afterwards a real one asks how the leads stand now"


def test_a_stopped_repair_keeps_what_is_done_and_the_next_one_goes_on(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fix, "AT_ONCE", 2)
    floor.leads(5, status=None)
    seen: list[Progress] = []
    half = repair(floor, on_progress=seen.append, should_stop=lambda: len(seen) == 1)
    assert half.stopped
    assert half.leads_fixed == 2
    assert problems(floor) == Problems(no_status=3)
    rest = repair(floor, on_progress=seen.append)
    assert not rest.stopped
    assert rest.leads_fixed == 3
    assert seen == [Progress(2, 5), Progress(2, 3), Progress(3, 3)]


def test_two_repairs_at_once_share_the_work(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fix, "AT_ONCE", 2)
    floor.leads(5, status=None)
    others: list[Repaired] = []

    def another(_: Progress) -> None:
        if not others:
            others.append(repair(floor))

    done = repair(floor, on_progress=another)
    assert (done.leads_fixed, others[0].leads_fixed) == (2, 3)
    assert done.errors == others[0].errors == 0
    assert len([each for each in floor.events() if each.kind == "repair"]) == 5


def test_a_lead_that_cannot_be_set_right_is_an_error_and_keeps_no_other_from_it(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fix, "AT_ONCE", 4)
    bad = floor.leads(6, status=None, dial_result="busy", last_dial_attempt=floor.now)[2]
    floor.change(bad, segment="Nowhere/Land")
    floor.set(hours=None)
    done = repair(floor)
    assert (done.found.total, done.leads_fixed, done.errors, done.failed) == (6, 5, 1, (bad,))
    assert floor.row(bad).status is None
    assert problems(floor) == Problems(no_status=1)


def test_a_chunk_takes_the_same_statements_whatever_its_size(floor: Floor) -> None:
    def sent(count: int) -> int:
        for lead_id in floor.leads(count):
            told(floor, lead_id)
        with statements(floor) as every:
            assert repair(floor).leads_fixed == count
        return len(every)

    assert sent(2) == sent(40)


def test_only_leaders_repair(floor: Floor) -> None:
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed, match="may not repair leads"):
            repair(floor, who)


def test_a_repair_keeps_to_its_shop_campaign_and_list(floor: Floor) -> None:
    here, elsewhere = floor.lead(status=None), floor.lead(status=None)
    neighbour = Floor(floor.database)
    other = neighbour.lead(status=None)
    done = repair(floor, list_id=floor.row(here).list_id)
    assert (done.leads_checked, done.leads_fixed) == (1, 1)
    assert floor.row(elsewhere).status is None
    autumn = floor.campaign("Autumn")
    assert repair(floor, campaign_id=autumn).leads_checked == 0
    assert repair(floor).leads_fixed == 1
    assert neighbour.row(other).status is None


@contextmanager
def statements(floor: Floor) -> Iterator[list[str]]:
    """What is sent to the database."""
    every: list[str] = []

    def note(*given: object) -> None:
        every.append(str(given[2]))

    database = floor.database
    # On a server the engine that reads is the other one with options, and tells it what it sends.
    engines = (database.engine, database.read_engine) if database.dialect == "sqlite" else (database.engine,)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield every
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
